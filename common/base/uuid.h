/*
 * uuid.h: sixteen bytes that name a thing, and their text. How ids are made is
 * event/identity.h's matter.
 */
#ifndef COMMON_BASE_UUID_H
#define COMMON_BASE_UUID_H

#include "common/base/compiler.h"
#include "common/base/span.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

struct uuid {
    uint8_t bytes[16]; /* network order, as Postgres sends and receives it */
};

/* "abcdef00-1234-8abc-9def-0123456789ab", lower case, with its NUL. */
#define UUID_TEXT_SIZE 37
void uuid_text(struct uuid id, char out[UUID_TEXT_SIZE]);
/* Upper case is read too. False, and `out` untouched, when anything else is off. */
MUST_USE bool uuid_parse(struct span text, struct uuid *out);
static inline bool uuid_equal(struct uuid a, struct uuid b) {
    return memcmp(a.bytes, b.bytes, 16) == 0;
}

#endif
