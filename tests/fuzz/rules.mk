# The programs of this folder. The Makefile includes every tests/*/rules.mk.
FUZZ_OBJECTS := $(patsubst %.c,$(O)/%.o,$(wildcard tests/fuzz/*.c))
$(O)/tests/fuzz/avro: $(FUZZ_OBJECTS) $(O)/libcommon.a
	$(call say,LD,$@)
	$(Q)$(LINK) -o $@ $(filter %.o %.a,$^) $(LIBS)
-include $(FUZZ_OBJECTS:.o=.d)
