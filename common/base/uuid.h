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
/* For a table of ids that are hashes (event/identity.h), by its low bits. Version and
 * variant are the same in all and would leave most of the table empty: bytes 9 to 15. */
static inline uint64_t uuid_hash(struct uuid id) {
    uint64_t h;
    memcpy(&h, id.bytes + 8, sizeof h);
    return h >> 8;
}

#endif
