# henpin: the only makefile. `make help` lists what it can do.
FLAVOUR ?= release
BUILD ?= build
O := $(BUILD)/$(FLAVOUR)

PACKAGES := rdkafka avro-c libpq libcurl jansson yaml-0.1 libmicrohttpd libxxhash
WARNINGS := -std=c17 -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes \
  -Wmissing-prototypes -Wold-style-definition -Wwrite-strings -Wvla -Wundef -Wformat=2 \
  -Wimplicit-fallthrough -fno-common
CFLAGS_release := -O2 -g -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fPIE
CFLAGS_debug := -O0 -g -DARENA_DEBUG
CFLAGS_asan := -O1 -g -DARENA_DEBUG -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
LDFLAGS_release := -pie -Wl,-z,relro,-z,now
LDFLAGS_asan := -fsanitize=address,undefined
WERROR ?= -Werror
CPPFLAGS += -I. -D_GNU_SOURCE $(shell pkg-config --cflags $(PACKAGES) 2>/dev/null)
ALL_CFLAGS = $(WARNINGS) $(WERROR) $(CFLAGS_$(FLAVOUR)) $(CFLAGS)
LDLIBS = $(shell pkg-config --libs $(PACKAGES)) -lm

COMMON := $(wildcard common/*/*.c)
SERVICES := $(notdir $(patsubst %/main.c,%,$(wildcard services/*/main.c)))
PROGRAMS := $(foreach s,$(SERVICES),$(O)/$(if $(filter henpin,$(s)),henpin,henpin-$(s)))
UNIT := $(patsubst tests/%.c,$(O)/tests/%,$(shell find tests/common tests/services -name 'test_*.c' 2>/dev/null))

all: $(PROGRAMS) ## build every program

$(O)/%.o: %.c
	@mkdir -p $(@D)
	@echo "CC $<"
	@$(CC) $(CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(O)/libcommon.a: $(COMMON:%.c=$(O)/%.o)
	@echo "AR $@"
	@rm -f $@ && $(AR) rcs $@ $^

define program
$(O)/$(if $(filter henpin,$(1)),henpin,henpin-$(1)): $(patsubst %.c,$(O)/%.o,$(wildcard services/$(1)/*.c)) $(O)/libcommon.a
	@echo "LD $$@"
	@$(CC) $(LDFLAGS_$(FLAVOUR)) $(LDFLAGS) -o $$@ $$^ $(LDLIBS)
endef
$(foreach s,$(SERVICES),$(eval $(call program,$(s))))

# A unit test mirrors the path of what it tests; tests of a service link all its files but main.c.
service_of = $(if $(filter tests/services/%,$(1)),$(word 3,$(subst /, ,$(1))))
define unit
$(O)/$(patsubst %.c,%,$(1)): $(O)/$(patsubst %.c,%.o,$(1)) $(if $(call service_of,$(1)),$(patsubst %.c,$(O)/%.o,$(filter-out %/main.c,$(wildcard services/$(call service_of,$(1))/*.c)))) $(O)/libcommon.a
	@echo "LD $$@"
	@$(CC) $(LDFLAGS_$(FLAVOUR)) $(LDFLAGS) -o $$@ $$^ -lcmocka $(LDLIBS)
endef
$(foreach t,$(shell find tests/common tests/services -name 'test_*.c' 2>/dev/null),$(eval $(call unit,$(t))))

check-unit: $(UNIT) ## run the unit tests (T=arena runs those whose path contains it)
	@for t in $(filter %$(T)%,$(UNIT)) $(if $(T),$(foreach u,$(UNIT),$(if $(findstring $(T),$(u)),$(u)))); do $$t || exit 1; done

help: ## list what make can do
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "  %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

clean: ## remove what was built
	rm -rf $(BUILD)

.PHONY: all check-unit help clean
-include $(shell find $(O) -name '*.d' 2>/dev/null)
