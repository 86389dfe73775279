/*
 * avro_canonical.c: the parsing canonical form of a schema, and its CRC-64-AVRO
 * fingerprint.
 *
 * Both are defined by Avro's specification ("Parsing Canonical Form for Schemas"): full
 * names, only the attributes that matter to a reader of bytes, in a fixed order, without
 * blanks. A named type is written out where it is met first and by its name after that.
 */
#include "common/io/avro_node.h"

#include <string.h>

struct printer {
    struct builder out;
    bool *seen; /* by node id: named types already written out */
};

static void print_node(struct printer *p, const struct avro_node *n);

static void print_string(struct printer *p, const char *text) {
    /* Names are checked identifiers: nothing to escape. */
    build_char(&p->out, '"');
    build_text(&p->out, text);
    build_char(&p->out, '"');
}

static void print_fields(struct printer *p, const struct avro_node *n) {
    build_text(&p->out, ",\"fields\":[");
    for (size_t i = 0; i < n->n_fields; i++) {
        build_text(&p->out, i ? ",{\"name\":" : "{\"name\":");
        print_string(p, n->fields[i].name);
        build_text(&p->out, ",\"type\":");
        print_node(p, n->fields[i].type);
        build_char(&p->out, '}');
    }
    build_char(&p->out, ']');
}

static void print_named(struct printer *p, const struct avro_node *n) {
    if (p->seen[n->id]) {
        print_string(p, n->name);
        return;
    }
    p->seen[n->id] = true;
    build_text(&p->out, "{\"name\":");
    print_string(p, n->name);
    build_text(&p->out, ",\"type\":");
    print_string(p, avro_type_words[n->type]);
    if (n->type == AT_RECORD) {
        print_fields(p, n);
    } else if (n->type == AT_ENUM) {
        build_text(&p->out, ",\"symbols\":[");
        for (size_t i = 0; i < n->symbols.count; i++) {
            if (i)
                build_char(&p->out, ',');
            print_string(p, n->symbols.items[i]);
        }
        build_char(&p->out, ']');
    } else {
        build_text(&p->out, ",\"size\":");
        build_i64(&p->out, (int64_t)n->size);
    }
    build_char(&p->out, '}');
}

static void print_node(struct printer *p, const struct avro_node *n) {
    switch (n->type) {
    case AT_RECORD:
    case AT_ENUM:
    case AT_FIXED:
        print_named(p, n);
        break;
    case AT_ARRAY:
    case AT_MAP:
        build_text(&p->out, n->type == AT_ARRAY ? "{\"type\":\"array\",\"items\":"
                                                : "{\"type\":\"map\",\"values\":");
        print_node(p, n->item);
        build_char(&p->out, '}');
        break;
    case AT_UNION:
        build_char(&p->out, '[');
        for (size_t i = 0; i < n->n_branches; i++) {
            if (i)
                build_char(&p->out, ',');
            print_node(p, n->branches[i]);
        }
        build_char(&p->out, ']');
        break;
    case AT_NULL:
    case AT_BOOLEAN:
    case AT_INT:
    case AT_LONG:
    case AT_FLOAT:
    case AT_DOUBLE:
    case AT_BYTES:
    case AT_STRING:
    case AT_COUNT:
        print_string(p, avro_type_words[n->type]);
        break;
    }
}

struct span avro_canonical(struct arena *a, const struct avro_node *root,
                           unsigned n_nodes, size_t max_bytes) {
    struct printer p = {.seen = arena_zalloc(a, n_nodes * sizeof *p.seen)};
    char *buffer = xmalloc(max_bytes);
    p.out = builder_over(buffer, max_bytes);
    print_node(&p, root);
    struct span text = {NULL, 0};
    if (!p.out.is_cut)
        text = (struct span){span_cstr(a, builder_span(&p.out)), p.out.len};
    free(buffer);
    return text;
}

/* The empty fingerprint is also the polynomial (specification, "Schema Fingerprints"). */
static const uint64_t crc_empty = UINT64_C(0xc15d213aa4d7a795);

uint64_t avro_fingerprint(struct span canonical) {
    uint64_t crc = crc_empty;
    for (size_t i = 0; i < canonical.len; i++) {
        uint64_t slot = (crc ^ (uint8_t)canonical.ptr[i]) & 0xff;
        for (int bit = 0; bit < 8; bit++)
            slot = (slot >> 1) ^ (crc_empty & (0 - (slot & 1)));
        crc = (crc >> 8) ^ slot;
    }
    return crc;
}
