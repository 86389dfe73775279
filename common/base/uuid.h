/*
 * uuid.h: sixteen bytes that name a thing, and their text. How ids are made is
 * event/identity.h's matter; reading their text is Postgres'.
 */
#ifndef COMMON_BASE_UUID_H
#define COMMON_BASE_UUID_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

struct uuid {
    uint8_t bytes[16]; /* network order, as Postgres sends and receives it */
};

/* "abcdef00-1234-8abc-9def-0123456789ab", lower case, with its NUL. */
#define UUID_TEXT_SIZE 37
void uuid_text(struct uuid id, char out[UUID_TEXT_SIZE]);
static inline bool uuid_equal(struct uuid a, struct uuid b) {
    return memcmp(a.bytes, b.bytes, 16) == 0;
}

#endif
