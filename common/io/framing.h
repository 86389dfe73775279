/*
 * framing.h: how a record says which schema wrote it. Pure: bytes in, a key and the body
 * out. A new framing is a rule here, its kind below, and who resolves that kind: the
 * directory (schemas.c) or the registry (registry.c).
 *
 * Looked at in this order:
 *   1. header __value_schema_id (Confluent's newer serializers): 00 and a 4-byte id, or
 * 01 and a 16-byte GUID; header apicurio.value.globalId (Apicurio's serde with headers):
 * an 8-byte id
 *   2. body 00 and a 4-byte id (Confluent), not 0: registries count from 1
 *   3. body 00, four bytes 00, four more: the 8-byte id of Apicurio's serde, which is
 * 2^32 at most for long
 *   4. body C3 01 and a CRC-64-AVRO fingerprint (Avro's single-object encoding)
 *   5. everything else is plain
 * A plain record cannot be mistaken for another framing as long as its first field is a
 * string that is not empty (event_id in all of ours): 00 would be an empty one, C3 01 a
 * negative length.
 */
#ifndef COMMON_IO_FRAMING_H
#define COMMON_IO_FRAMING_H

#include "common/base/error.h"
#include "common/base/span.h"
#include "common/base/uuid.h"

#include <stdint.h>

struct record_header {
    struct span name;
    struct span value; /* ptr NULL: a null value */
};

enum frame_kind {
    FRAME_PLAIN,
    FRAME_ID,          /* number: the registry's id */
    FRAME_GUID,        /* guid: the registry's global unique id */
    FRAME_GLOBAL_ID,   /* number: Apicurio's global id */
    FRAME_FINGERPRINT, /* number: CRC-64-AVRO */
};

struct frame {
    enum frame_kind kind;
    uint64_t number;  /* 0 when the kind has none */
    struct uuid guid; /* all zero when the kind has none */
    struct span body; /* what follows the framing; borrows from the value */
};

/* E_FRAME_UNKNOWN: no value, a header of a form that we do not know, a prefix cut short.
 * E_FRAME_APICURIO: a header of Apicurio's that names the schema in a way that cannot be
 * looked up. */
MUST_USE enum status frame_detect(struct span value, const struct record_header *headers,
                                  size_t n_headers, struct frame *out, struct error *err);

/* "schema id 7", "fingerprint 8f01...": for messages. */
void frame_describe(const struct frame *f, char *out, size_t size);

#endif
