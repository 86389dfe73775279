/*
 * pull.h: JSON read value by value from its text, without a document.
 *
 * For what is read in masses and mostly ours: a caller asks for what it expects and passes
 * over the rest. Whatever is no JSON, and a whole number that no int64 holds, makes the
 * reader bad; what it gives from then on means nothing, so one look at the end will do. The
 * text must be valid UTF-8 (span_is_text()). Values nested deeper than 64 are not passed.
 */
#ifndef COMMON_BASE_PULL_H
#define COMMON_BASE_PULL_H

#include "common/base/span.h"

struct pull {
    struct arena *a; /* for texts with escapes; all others borrow from the text */
    const char *at, *end;
    bool is_bad;
};

/* The character that the next value or mark begins with; '\0' at the end. */
char pull_peek(struct pull *r);
/* Steps over `c` if it is next. */
bool pull_take(struct pull *r, char c);
/* The same; bad when it is not. */
void pull_demand(struct pull *r, char c);
/* A string's characters. */
struct span pull_text(struct pull *r);
/* 0 for what is no whole number. */
int64_t pull_number(struct pull *r);
/* Passes over a value, whatever it is. */
void pull_pass(struct pull *r);
/* Whether all was read and nothing was bad. */
bool pull_is_done(struct pull *r);

#endif
