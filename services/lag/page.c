/* page.c: page.html, as it stands in the tree, inside the program. */
#include "services/lag/lag.h"

/* The assembler reads the file; the makefile knows that this file depends on it. */
__asm__(".section .rodata\n"
        ".global lag_page_begin\n"
        ".hidden lag_page_begin\n"
        "lag_page_begin:\n"
        ".incbin \"services/lag/page.html\"\n"
        ".global lag_page_end\n"
        ".hidden lag_page_end\n"
        "lag_page_end:\n"
        ".byte 0\n"
        ".previous\n");
extern const char lag_page_begin[] __attribute__((visibility("hidden")));
extern const char lag_page_end[] __attribute__((visibility("hidden")));

struct span lag_page(void) {
    /* cppcheck-suppress comparePointers ; two ends of one object */
    return (struct span){lag_page_begin, (size_t)(lag_page_end - lag_page_begin)};
}
