# The programs of this folder. The Makefile includes every tests/*/rules.mk.
BENCH_PROGRAMS := $(patsubst tests/bench/%.c,$(O)/tests/bench/%,$(wildcard tests/bench/*.c))
$(BENCH_PROGRAMS): $(O)/tests/bench/%: $(O)/tests/bench/%.o $(O)/libcommon.a
	$(call say,LD,$@)
	$(Q)$(LINK) -o $@ $(filter %.o %.a,$^) $(LIBS)
-include $(BENCH_PROGRAMS:=.d)
