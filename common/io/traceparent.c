#include "common/io/traceparent.h"

#include <stdbool.h>

static const char form[] = "hh-hhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhh-hhhhhhhhhhhhhhhh-hh";

/* An id of zeros says that there is none. */
static bool is_id(const char *text, size_t n) {
    size_t i = 0;
    while (i < n && text[i] == '0')
        i++;
    return i < n;
}

/* A later version may append more after a dash, which is not for us. */
static bool is_wellformed(struct span value) {
    if (!value.ptr || value.len < TRACEPARENT_SIZE)
        return false;
    for (size_t i = 0; i < TRACEPARENT_SIZE; i++) {
        char c = value.ptr[i];
        bool is_digit = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
        if (form[i] == 'h' ? !is_digit : c != '-')
            return false;
    }
    if (span_starts_with(value, SPAN("ff-")) || !is_id(value.ptr + 3, 32) ||
        !is_id(value.ptr + 36, 16))
        return false;
    return value.len == TRACEPARENT_SIZE ||
           (!span_starts_with(value, SPAN("00-")) && value.ptr[TRACEPARENT_SIZE] == '-');
}

struct span traceparent_of(const struct record_header *headers, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (span_is(headers[i].name, "traceparent") && is_wellformed(headers[i].value))
            return (struct span){headers[i].value.ptr, TRACEPARENT_SIZE};
    return (struct span){NULL, 0};
}
