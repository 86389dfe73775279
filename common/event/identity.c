/*
 * identity.c: ids from XXH3-128 over the parts of a meaning.
 *
 * What is hashed is, for each part, its length as eight bytes (little end first) and its
 * bytes; the first part says what kind of thing it is, so that no two kinds share an id.
 * These ids are stored: changing anything here changes the identity of everything in the
 * tables. The tests hold known answers.
 */
#include "common/event/identity.h"

#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#define PARTS_ON_STACK 512

/* Eight bytes, the same on every machine. */
static inline void put_u64(uint8_t out[8], uint64_t n) {
    for (int i = 0; i < 8; i++)
        out[i] = (uint8_t)(n >> (8 * i));
}

/* Long names (a title of a kilobyte) go piece by piece; the result is the same. */
static XXH128_hash_t hash_long(const struct span *parts, size_t n_parts) {
    XXH3_state_t state;
    XXH3_128bits_reset(&state);
    for (size_t i = 0; i < n_parts; i++) {
        uint8_t len[8];
        put_u64(len, parts[i].len);
        XXH3_128bits_update(&state, len, sizeof len);
        if (parts[i].len)
            XXH3_128bits_update(&state, parts[i].ptr, parts[i].len);
    }
    return XXH3_128bits_digest(&state);
}

static XXH128_hash_t hash_parts(const struct span *parts, size_t n_parts) {
    uint8_t bytes[PARTS_ON_STACK];
    size_t n = 0;
    for (size_t i = 0; i < n_parts; i++) {
        if (sizeof bytes - n < 8 || sizeof bytes - n - 8 < parts[i].len)
            return hash_long(parts, n_parts);
        put_u64(bytes + n, parts[i].len);
        n += 8;
        if (parts[i].len)
            memcpy(bytes + n, parts[i].ptr, parts[i].len);
        n += parts[i].len;
    }
    return XXH3_128bits(bytes, n);
}

static struct uuid uuid_of_hash(XXH128_hash_t hash) {
    XXH128_canonical_t canonical; /* big end first, on every machine */
    XXH128_canonicalFromHash(&canonical, hash);
    struct uuid id;
    _Static_assert(sizeof id.bytes == sizeof canonical.digest, "128 bits");
    memcpy(id.bytes, canonical.digest, sizeof id.bytes);
    id.bytes[6] = (uint8_t)((id.bytes[6] & 0x0F) | 0x80); /* version 8 */
    id.bytes[8] = (uint8_t)((id.bytes[8] & 0x3F) | 0x80); /* RFC 9562's variant */
    return id;
}

struct uuid identity_named(const struct span *parts, size_t n_parts) {
    return uuid_of_hash(hash_parts(parts, n_parts));
}

struct uuid identity_at(int64_t instant_us, const struct span *parts, size_t n_parts) {
    struct uuid id = identity_named(parts, n_parts);
    int64_t ms =
        instant_us / 1000 - (instant_us % 1000 < 0); /* downwards, before 1970 too */
    for (int i = 0; i < 6; i++)
        id.bytes[i] = (uint8_t)((uint64_t)ms >> (8 * (5 - i)));
    return id;
}

struct uuid identity_order(struct span marketplace, struct span seller_id,
                           struct span order_id) {
    const struct span parts[] = {SPAN("order"), marketplace, seller_id, order_id};
    return identity_named(parts, COUNT_OF(parts));
}

static struct span span_of_uuid(const struct uuid *id) {
    return (struct span){(const char *)id->bytes, sizeof id->bytes};
}

struct uuid identity_case(const char *case_kind, struct uuid order_key,
                          struct span name) {
    const struct span parts[] = {
        SPAN("case"),
        span_of(case_kind),
        span_of_uuid(&order_key),
        name,
    };
    return identity_named(parts, COUNT_OF(parts));
}

struct uuid identity_event(struct uuid case_id, struct span event_id) {
    const struct span parts[] = {SPAN("event"), span_of_uuid(&case_id), event_id};
    return identity_named(parts, COUNT_OF(parts));
}

struct uuid identity_duty(int64_t start_us, struct uuid case_id, struct span duty) {
    uint8_t start[8]; /* the id itself holds no more than its milliseconds */
    put_u64(start, (uint64_t)start_us);
    const struct span parts[] = {
        SPAN("duty"), span_of_uuid(&case_id), duty, {(const char *)start, sizeof start}};
    return identity_at(start_us, parts, COUNT_OF(parts));
}

struct uuid identity_escalation(int64_t instant_us, struct uuid of, const char *level) {
    const struct span parts[] = {SPAN("escalation"), span_of_uuid(&of), span_of(level)};
    return identity_at(instant_us, parts, COUNT_OF(parts));
}

struct uuid identity_task(int64_t instant_us, struct uuid case_id, struct span line_id,
                          const struct span *step, size_t n) {
    struct span parts[3 + IDENTITY_MAX_STEP] = {SPAN("task"), span_of_uuid(&case_id),
                                                line_id};
    if (n > IDENTITY_MAX_STEP)
        BUG("more words in a step than fit");
    for (size_t i = 0; i < n; i++)
        parts[3 + i] = step[i];
    return identity_at(instant_us, parts, 3 + n);
}

int64_t identity_list(const struct span *words, size_t n) {
    return (int64_t)hash_parts(words, n).low64;
}

int64_t identity_hash64(struct span text) {
    return (int64_t)XXH3_64bits(text.len ? text.ptr : "", text.len);
}
