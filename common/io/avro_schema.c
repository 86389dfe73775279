/*
 * avro_schema.c: JSON text -> schema: nodes, canonical form, fingerprint.
 *
 * Two readers must accept a schema. Ours, over jansson (avro_parse.c), comes first: it
 * builds the nodes, and it must exist because avro-c 1.11 drops defaults, enum defaults,
 * aliases and logical types, and lets pass what the specification forbids (a field,
 * symbol or union branch twice, unions in unions, negative sizes). avro-c comes second
 * and never sees the text that came in, only the canonical form that we printed from
 * checked nodes: bounded in size, depth and names. It finds what we have overlooked, and
 * what it refuses is refused. Nothing of avro-c's is kept.
 */
#include "common/io/avro_schema.h"

#include <avro.h>
#include <stdlib.h>

#include "common/io/avro_node.h"

/* What a checked schema may take: parts * (a node and a long name), canonical form
 * included. */
enum { SCHEMA_ARENA_BYTES = 64 * 1024 * 1024, CANONICAL_MAX_BYTES = 8 * 1024 * 1024 };

/* The second opinion: avro-c parses the canonical form. */
static enum status ask_avro_c(const struct avro_schema *s, struct error *err) {
    avro_schema_t peer = NULL;
    if (avro_schema_from_json_length(s->canonical.ptr, s->canonical.len, &peer) != 0)
        return error_set(err, E_SCHEMA_INVALID, "schema: %.180s", avro_strerror());
    avro_schema_decref(peer);
    return ST_OK;
}

static enum status parse_document(struct avro_schema *s, struct error *err) {
    enum status st = avro_parse_nodes(s, err);
    if (st != ST_OK)
        return st;
    s->canonical = avro_canonical(s->arena, s->root, s->n_nodes, CANONICAL_MAX_BYTES);
    if (!s->canonical.ptr) {
        return error_set(err, E_SCHEMA_INVALID,
                         "schema: the canonical form is longer than %d bytes",
                         CANONICAL_MAX_BYTES);
    }
    s->fingerprint = avro_fingerprint(s->canonical);
    return ask_avro_c(s, err);
}

enum status avro_schema_parse(struct span json, struct avro_schema **out,
                              struct error *err) {
    if (json.len > AVRO_SCHEMA_MAX_BYTES) {
        return error_set(err, E_SCHEMA_INVALID,
                         "schema of %zu bytes: at most %d are read", json.len,
                         AVRO_SCHEMA_MAX_BYTES);
    }
    json_error_t why;
    json_t *document = json_loadb(json.ptr ? json.ptr : "", json.len,
                                  JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &why);
    if (!document) {
        return error_set(err, E_SCHEMA_INVALID, "schema is no JSON: line %d: %.120s",
                         why.line, why.text);
    }
    struct avro_schema *s = xcalloc(1, sizeof *s);
    s->document = document;
    s->arena = arena_new(SCHEMA_ARENA_BYTES);
    enum status st = parse_document(s, err);
    if (st != ST_OK) {
        avro_schema_free(s);
        return st;
    }
    *out = s;
    return ST_OK;
}

void avro_schema_free(struct avro_schema *s) {
    if (!s)
        return;
    arena_free(s->arena);
    json_decref(s->document);
    free(s);
}

uint64_t avro_schema_fingerprint(const struct avro_schema *s) {
    return s->fingerprint;
}

struct span avro_schema_canonical(const struct avro_schema *s) {
    return s->canonical;
}

const char *avro_schema_full_name(const struct avro_schema *s) {
    return avro_node_title(s->root);
}
