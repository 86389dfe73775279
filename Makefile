# henpin: the only makefile. `make help` lists what it can do.
#
#   FLAVOUR=release|debug|asan|tsan|coverage|chaos   how to compile; products in $(BUILD)/$(FLAVOUR)
#   BUILD=build          where products, caches and running servers live
#   T=text               only the tests whose path contains it
#   V=1                  show the commands
#   PREFIX=/usr/local DESTDIR=   where `make install` puts things
#
# Sources are found by wildcard: a service is a folder in services/ with a main.c, a unit test is a
# tests/<path of the source>/test_<file>.c. A slow check is a script tests/<name>/run and then has a
# target of its own.
FLAVOUR ?= release
BUILD ?= build
O := $(BUILD)/$(FLAVOUR)
export BUILD

MAKEFLAGS += --no-builtin-rules --no-print-directory
ifeq ($(MAKELEVEL),0) # a -j on the command line wins; a make inside this one shares its jobs
MAKEFLAGS += -j$(shell nproc 2>/dev/null || echo 2)
endif
V ?= 0
Q := $(if $(filter 1,$(V)),,@)
say = $(if $(filter 0,$(V)),@printf '%-4s %s\n' $(1) $(2),@:)

# ---- how to compile --------------------------------------------------------------------------

# The libraries, in this one place. Says nothing where they are not there yet: see `libraries` below.
pkg-config = $(shell command -v pkg-config >/dev/null && pkg-config $(1) $(PACKAGES) 2>/dev/null)
PACKAGES := rdkafka avro-c libpq libcurl jansson yaml-0.1 libmicrohttpd libxxhash libcrypto libutf8proc
WARNINGS := -std=c17 -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes \
  -Wmissing-prototypes -Wold-style-definition -Wwrite-strings -Wvla -Wundef -Wformat=2 \
  -Wimplicit-fallthrough -fno-common
# common/text/cld2.cc, a library's C++ interface, is all of it.
WARNINGS_CXX := -std=c++17 -Wall -Wextra -Wshadow -Wconversion -fno-exceptions -fno-rtti
WERROR ?= -Werror
SANITIZE_asan := -fsanitize=address,undefined -fno-sanitize-recover=undefined
SANITIZE_tsan := -fsanitize=thread
SANITIZE_coverage := --coverage
CFLAGS_release := -O2 -g -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fPIE
CFLAGS_debug := -O0 -g -DARENA_DEBUG -DFAULTS
CFLAGS_asan := -O1 -g -DARENA_DEBUG -DFAULTS -fno-omit-frame-pointer
CFLAGS_tsan := -O1 -g
CFLAGS_coverage := -O0 -g
CFLAGS_chaos := $(CFLAGS_release) -DFAULTS
LDFLAGS_release := -pie -Wl,-z,relro,-z,now
LDFLAGS_chaos := $(LDFLAGS_release)
FLAVOURS := release debug asan tsan coverage chaos
ifeq ($(filter $(FLAVOUR),$(FLAVOURS)),)
$(error unknown FLAVOUR "$(FLAVOUR)": one of $(FLAVOURS))
endif

CPPFLAGS_ALL := -I. -D_GNU_SOURCE $(call pkg-config,--cflags) $(CPPFLAGS)
CFLAGS_ALL := $(WARNINGS) $(WERROR) $(CFLAGS_$(FLAVOUR)) $(SANITIZE_$(FLAVOUR)) $(CFLAGS)
LDFLAGS_ALL := $(LDFLAGS_$(FLAVOUR)) $(SANITIZE_$(FLAVOUR)) $(LDFLAGS)
LIBS := $(call pkg-config,--libs) -lcld2 -lm
COMPILE := $(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL)
COMPILE_CXX := $(CXX) $(CPPFLAGS_ALL) $(WARNINGS_CXX) $(WERROR) $(CFLAGS_$(FLAVOUR)) $(SANITIZE_$(FLAVOUR)) $(CFLAGS)
LINK := $(CC) $(LDFLAGS_ALL)

# ---- what there is ---------------------------------------------------------------------------

COMMON := $(wildcard common/*/*.c)
COMMON_OBJECTS := $(COMMON:%.c=$(O)/%.o) $(patsubst %.cc,$(O)/%.o,$(wildcard common/*/*.cc))
SERVICES := $(patsubst services/%/main.c,%,$(wildcard services/*/main.c))
TESTS := $(if $(wildcard tests),$(shell find tests/common tests/services -name 'test_*.c' 2>/dev/null))
program_of = $(O)/$(if $(filter henpin,$(1)),henpin,henpin-$(1))
PROGRAMS := $(foreach s,$(SERVICES),$(call program_of,$(s)))
UNIT := $(patsubst %.c,$(O)/%,$(if $(T),$(foreach t,$(TESTS),$(if $(findstring $(T),$(t:.c=)),$(t))),$(TESTS)))
SOURCES := $(COMMON) $(wildcard services/*/*.c) $(TESTS)
OBJECTS := $(SOURCES:%.c=$(O)/%.o) $(COMMON_OBJECTS)

.DEFAULT_GOAL := all
all: $(O)/libcommon.a $(PROGRAMS) $(BUILD)/compile_commands.json ## build every program
unit: $(UNIT) # the unit tests, without running them
	@:

# ---- compile and link ------------------------------------------------------------------------

# The stamps are touched only when their text changes, and everything that depends on the text is
# then made again: other flags or libraries, a source that came or went.
$(O)/flags: text = $(COMPILE) | $(COMPILE_CXX) | $(LINK) $(LIBS) | $(call pkg-config,--modversion)
$(O)/sources: text = $(SOURCES)
$(O)/flags $(O)/sources: FORCE
	@mkdir -p $(@D)
	@printf '%s\n' '$(subst ','\'',$(text))' | cmp -s - $@ || printf '%s\n' '$(subst ','\'',$(text))' >$@
FORCE:

# Without the libraries the compiler would speak of some header; say what to do instead.
libraries:
	@command -v $(CC) >/dev/null && command -v $(CXX) >/dev/null && pkg-config --exists $(PACKAGES) || \
	  { echo 'make: a compiler, pkg-config or one of $(PACKAGES) is missing: `make setup` installs them' >&2; exit 1; }

$(O)/%.o: %.c $(O)/flags | libraries
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(COMPILE) -MMD -MP -c -o $@ $<

$(O)/%.o: %.cc $(O)/flags | libraries
	$(call say,CXX,$<)
	@mkdir -p $(@D)
	$(Q)$(COMPILE_CXX) -MMD -MP -c -o $@ $<

$(O)/services/lag/page.o: services/lag/page.html # which it takes in

$(O)/libcommon.a: $(COMMON_OBJECTS) $(O)/sources
	$(call say,AR,$@)
	$(Q)rm -f $@ && $(AR) rcs $@ $(filter %.o,$^)

define program_rule
$(call program_of,$(1)): $(patsubst %.c,$(O)/%.o,$(wildcard services/$(1)/*.c)) $(O)/libcommon.a
	$$(call say,LD,$$@)
	$$(Q)$$(LINK) -o $$@ $$(filter %.o %.a,$$^) $$(LIBS)
endef
$(foreach s,$(SERVICES),$(eval $(call program_rule,$(s))))

# The tests of a service link all of its files but main.c.
service_of = $(if $(filter tests/services/%,$(1)),$(word 3,$(subst /, ,$(1))))
service_objects = $(patsubst %.c,$(O)/%.o,$(filter-out %/main.c,$(wildcard services/$(1)/*.c)))
define unit_rule
$(O)/$(1:.c=): $(O)/$(1:.c=.o) $(if $(call service_of,$(1)),$(call service_objects,$(call service_of,$(1)))) $(O)/libcommon.a
	$$(call say,LD,$$@)
	$$(Q)$$(LINK) -o $$@ $$(filter %.o %.a,$$^) -lcmocka $$(LIBS)
endef
$(foreach t,$(TESTS),$(eval $(call unit_rule,$(t))))

# clangd looks into build/ by itself.
$(BUILD)/compile_commands.json: $(O)/flags $(O)/sources
	@{ echo '['; for c in $(SOURCES); do \
	  printf '{"directory":"%s","file":"%s","command":"%s"},\n' '$(CURDIR)' "$$c" \
	    '$(subst ",\",$(subst ','\'',$(COMPILE))) -c '"$$c"; done | sed '$$s/,$$//'; echo ']'; } >$@

# ---- run and check ---------------------------------------------------------------------------

setup: ## install what is missing to build, run and test (apt, as root or through sudo)
	@tests/tools/setup test

demo: ## install, build, and show the pipeline at work on sample events
	@tests/tools/setup build
	@$(MAKE) all
	@tests/tools/demo

test: ## install, build, and run all tests against real Postgres, Kafka and schema registry
	@tests/tools/setup test
	@unbuilt=; $(MAKE) -k test-parts || unbuilt=--unbuilt; \
	  tests/tools/run-tests $$unbuilt $(if $(T),'$(T)')
test-parts: test-programs test-downloads
# Several flavours at once would tell every file several times; V=1 does. One flavour after the other,
# and the units last: two makes in one $(O) would write its libcommon.a at the same time.
test-programs: V := $(if $(filter 1,$(V)),1,quiet)
test-programs:
	@rc=0; \
	for f in $$(tests/tools/run-tests --flavours $(if $(T),'$(T)')); do \
	  $(MAKE) FLAVOUR=$$f V=$(V) all && echo "built the programs ($$f)" || rc=1; done; \
	$(MAKE) FLAVOUR=asan V=$(V) unit && echo "built the unit tests (asan)" || rc=1; exit $$rc
test-downloads:
	@tests/tools/run-tests --fetch $(if $(T),'$(T)')

test-page: ## the page of henpin-lag and the report on manifests in a real Chromium: what they show, pictures, paper
	@tests/tools/setup test page
	@$(MAKE) all
	@tests/page/run

check-unit: $(UNIT) ## build and run the unit tests of this FLAVOUR only
	@tests/tools/run-tests --unit --flavour $(FLAVOUR) $(if $(T),'$(T)')

lint: ## check format, headers, dependency arrows, banned functions; cppcheck, clang, shellcheck
	@tests/tools/setup test
	@tests/lint/run

fmt: ## format all C files
	@tests/lint/format --write

# The slow checks: present when their script is.
help_chaos := kill, stop and cut everything, at every point; compare the tables
help_fuzz := decoders, rules, decisions and packs against their opponents, for half an hour
help_bench := measure rates, latencies and memory; tables and plots in $(BUILD)/bench
help_mutants := switch each safety mechanism off and demand a red test
help_manifests := the compose file and the Kubernetes manifests, by docker-compose, kustomize and the schemas
help_upgrade := an earlier version and this one in one group, over tables that are migrated meanwhile
help_stories := every story in every way: its own clock, real Kafka, shuffled, workers killed
help_docs := regenerate the tables of the documentation
SLOW := $(filter chaos fuzz bench mutants stories manifests upgrade docs,$(patsubst tests/%/run,%,$(wildcard tests/*/run)))
# `+`, because a script may call make for programs of its own and shares our jobs then.
$(SLOW):
	@tests/tools/setup $(if $(filter bench manifests,$@),$@,test)
	@$(MAKE) all
	+@tests/$@/run
image: ## the container images, with docker, podman or buildah
	@deploy/image/make
image-test: ## build the images without a registry, twice, for amd64 and arm64, and let them work (root)
	@tests/tools/setup image
	@tests/image/run
$(if $(filter mutants,$(SLOW)),test-mutants: mutants)

# Programs find what they came with beside themselves, ../share/henpin, so the tree can be moved.
PREFIX ?= /usr/local
DESTDIR ?=
UNITDIR ?= $(PREFIX)/lib/systemd/system
install: all ## install programs, rules, schemas, manual pages, completion and systemd units
	@deploy/install/install '$(O)' '$(DESTDIR)' '$(PREFIX)' '$(UNITDIR)'

deb: all ## a Debian package of this tree, in $(BUILD)
	@deploy/install/deb '$(O)' '$(BUILD)'

help: ## list what make can do
	@sed -n 's/^#   \([A-Z].*\)/  \1/p' Makefile; echo
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | awk -F'|' '{ printf "%-18s %s\n", $$1, $$2 }'
	@$(foreach s,$(SLOW),printf '  make %-11s %s\n' '$(s)' '$(help_$(s))';) :

clean: ## remove what was built, stop what is left running; keeps the downloads
	@tests/tools/servers stop-all
	rm -rf $(filter-out $(BUILD)/cache,$(wildcard $(BUILD)/*))
distclean: clean ## remove the downloads too
	rm -rf $(BUILD) build/cache

.PHONY: all unit libraries setup demo test test-page test-parts test-programs test-downloads check-unit \
  lint fmt install deb image image-test help clean distclean FORCE $(SLOW) test-mutants
-include $(wildcard tests/*/rules.mk) # programs of the slow checks
-include $(OBJECTS:.o=.d)
