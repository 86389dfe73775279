/* framing.c: see framing.h for the rules and their order. */
#include "common/io/framing.h"

#include <stdio.h>
#include <string.h>

static uint64_t big_endian(const char *at, size_t n) {
    uint64_t value = 0;
    for (size_t i = 0; i < n; i++)
        value = value << 8 | (unsigned char)at[i];
    return value;
}

static uint64_t little_endian(const char *at, size_t n) {
    uint64_t value = 0;
    for (size_t i = n; i-- > 0;)
        value = value << 8 | (unsigned char)at[i];
    return value;
}

/* The last header of that name counts, as in Kafka's own clients. */
static const struct record_header *find_header(const struct record_header *headers,
                                               size_t n, const char *name) {
    for (size_t i = n; i-- > 0;)
        if (span_is(headers[i].name, name))
            return &headers[i];
    return NULL;
}

static enum status from_schema_id(struct span id, struct frame *out, struct error *err) {
    if (id.len == 5 && id.ptr[0] == 0) {
        out->kind = FRAME_ID;
        out->number = big_endian(id.ptr + 1, 4);
        return ST_OK;
    }
    if (id.len == 17 && id.ptr[0] == 1) {
        out->kind = FRAME_GUID;
        memcpy(out->guid.bytes, id.ptr + 1, sizeof out->guid.bytes);
        return ST_OK;
    }
    return error_set(err, E_FRAME_UNKNOWN,
                     "header __value_schema_id has %zu bytes and begins with %d", id.len,
                     id.len ? (unsigned char)id.ptr[0] : -1);
}

static enum status from_headers(const struct record_header *headers, size_t n,
                                struct frame *out, struct error *err) {
    const struct record_header *h = find_header(headers, n, "__value_schema_id");
    if (h)
        return from_schema_id(h->value, out, err);
    h = find_header(headers, n, "apicurio.value.globalId");
    if (h && h->value.len == 8) {
        out->kind = FRAME_GLOBAL_ID;
        out->number = big_endian(h->value.ptr, 8);
        return ST_OK;
    }
    if (h || find_header(headers, n, "apicurio.value.contentId")) {
        error_set(err, E_FRAME_APICURIO,
                  "the headers name the schema in Apicurio's own way, which is not read");
        return error_hint(err, "let the producer write ids into the value "
                               "(apicurio.registry.headers.enabled=false)");
    }
    return ST_OK;
}

static enum status from_zero(struct span value, struct frame *out, struct error *err) {
    if (value.len < 5) {
        return error_set(err, E_FRAME_UNKNOWN, "begins with 00 and ends after %zu bytes",
                         value.len);
    }
    out->kind = FRAME_ID;
    out->number = big_endian(value.ptr + 1, 4);
    size_t prefix = 5;
    if (out->number == 0) {
        prefix = 9;
        if (value.len < prefix)
            return error_set(err, E_FRAME_UNKNOWN, "schema id 0 is no id");
        out->kind = FRAME_GLOBAL_ID;
        out->number = big_endian(value.ptr + 1, 8);
    }
    out->body = (struct span){value.ptr + prefix, value.len - prefix};
    return ST_OK;
}

enum status frame_detect(struct span value, const struct record_header *headers,
                         size_t n_headers, struct frame *out, struct error *err) {
    *out = (struct frame){.kind = FRAME_PLAIN, .body = value};
    if (value.len == 0)
        return error_set(err, E_FRAME_UNKNOWN, "the record has no value");
    if (n_headers > 0) {
        enum status st = from_headers(headers, n_headers, out, err);
        if (st != ST_OK || out->kind != FRAME_PLAIN)
            return st;
    }
    if (value.ptr[0] == 0)
        return from_zero(value, out, err);
    if (value.len >= 10 && (unsigned char)value.ptr[0] == 0xc3 && value.ptr[1] == 1) {
        out->kind = FRAME_FINGERPRINT;
        out->number = little_endian(value.ptr + 2, 8);
        out->body = (struct span){value.ptr + 10, value.len - 10};
    }
    return ST_OK;
}

void frame_describe(const struct frame *f, char *out, size_t size) {
    struct builder b = builder_over(out, size - 1);
    switch (f->kind) {
    case FRAME_PLAIN:
        build_text(&b, "no schema id");
        break;
    case FRAME_ID:
        build_format(&b, "schema id %llu", (unsigned long long)f->number);
        break;
    case FRAME_GLOBAL_ID:
        build_format(&b, "global id %llu", (unsigned long long)f->number);
        break;
    case FRAME_FINGERPRINT:
        build_format(&b, "fingerprint %016llx", (unsigned long long)f->number);
        break;
    case FRAME_GUID:
        build_text(&b, "schema GUID ");
        build_hex(&b, f->guid.bytes, sizeof f->guid.bytes);
        break;
    }
    out[b.len] = '\0';
}
