/* markup.c: see markup.h. */
#include "services/henpin/markup.h"

/* Bytes of the UTF-8 character at the front; 0 when there is none. */
static size_t character(struct span s) {
    unsigned char c = (unsigned char)s.ptr[0];
    size_t n = c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
    return n <= s.len && span_is_text((struct span){s.ptr, n}) ? n : 0;
}

static const char *escape_of(char c) {
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

void markup_text(FILE *out, struct span text) {
    for (size_t i = 0; i < text.len;) {
        struct span rest = {text.ptr + i, text.len - i};
        size_t n = character(rest);
        const char *escape = escape_of(rest.ptr[0]);
        bool is_control = (unsigned char)rest.ptr[0] < 0x20 || rest.ptr[0] == 0x7f;
        if (escape)
            fputs(escape, out);
        else if (n == 0 || (is_control && rest.ptr[0] != '\n' && rest.ptr[0] != '\t'))
            fputs("\xef\xbf\xbd", out);
        else
            fwrite(rest.ptr, 1, n, out);
        i += n ? n : 1;
    }
}
