/* uuid.c: a uuid as text, and back. */
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

static int hex_value(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    char lower = (char)(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

bool uuid_parse(struct span text, struct uuid *out) {
    if (text.len != UUID_TEXT_SIZE - 1)
        return false;
    struct uuid id;
    const char *p = text.ptr;
    for (int i = 0; i < 16; i++) {
        if ((i == 4 || i == 6 || i == 8 || i == 10) && *p++ != '-')
            return false;
        int high = hex_value(p[0]), low = hex_value(p[1]);
        if (high < 0 || low < 0)
            return false;
        id.bytes[i] = (uint8_t)(high << 4 | low);
        p += 2;
    }
    *out = id;
    return true;
}
