# The programs of this folder. The Makefile includes every tests/*/rules.mk.
$(O)/tests/bench/decode: $(O)/tests/bench/decode.o $(O)/libcommon.a
	$(call say,LD,$@)
	$(Q)$(LINK) -o $@ $(filter %.o %.a,$^) $(LIBS)
-include $(O)/tests/bench/decode.d
