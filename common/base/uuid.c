/* uuid.c: a uuid as text. */
#include "common/base/uuid.h"

void uuid_text(struct uuid id, char out[UUID_TEXT_SIZE]) {
    char *p = out;
    for (int i = 0; i < 16; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            *p++ = '-';
        *p++ = "0123456789abcdef"[id.bytes[i] >> 4];
        *p++ = "0123456789abcdef"[id.bytes[i] & 15];
    }
    *p = '\0';
}
