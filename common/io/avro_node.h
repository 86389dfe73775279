/*
 * avro_node.h: the inside of struct avro_schema, for the avro_*.c files only.
 *
 * A schema is a graph of nodes: a named type that is mentioned again is the same node, so
 * recursive schemas are cycles and every walk needs a bound. All memory belongs to the
 * schema's arena; the default values borrow from its JSON document.
 */
#ifndef COMMON_IO_AVRO_NODE_H
#define COMMON_IO_AVRO_NODE_H

#include "common/base/arena.h"
#include "common/io/avro_schema.h"
#include "common/io/avro_shape.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* In the order of their words in avro_type_words. */
enum avro_type {
    AT_NULL,
    AT_BOOLEAN,
    AT_INT,
    AT_LONG,
    AT_FLOAT,
    AT_DOUBLE,
    AT_BYTES,
    AT_STRING,
    AT_RECORD,
    AT_ENUM,
    AT_FIXED,
    AT_ARRAY,
    AT_MAP,
    AT_UNION,
    AT_COUNT
};
extern const char *const avro_type_words[AT_COUNT];
#define AT_LAST_PRIMITIVE AT_STRING

/* The logical types that say what an int or long counts; all others read as LT_NONE. In
 * the order of their words in avro_parse.c. */
enum avro_logical {
    LT_NONE,
    LT_DATE,
    LT_TIME_MILLIS,
    LT_TIME_MICROS,
    LT_TIMESTAMP_MILLIS,
    LT_TIMESTAMP_MICROS,
    LT_TIMESTAMP_NANOS,
    LT_LOCAL_TIMESTAMP_MILLIS,
    LT_LOCAL_TIMESTAMP_MICROS,
    LT_LOCAL_TIMESTAMP_NANOS,
    LT_COUNT
};

struct avro_node;

struct avro_names { /* full names for types, plain names for fields */
    const char **items;
    size_t count;
};

struct avro_member {
    const char *name;
    struct avro_names aliases;
    const struct avro_node *type;
    const json_t *fallback; /* the default value; NULL when there is none */
};

struct avro_node {
    enum avro_type type;
    enum avro_logical logical;
    unsigned id;      /* 0, 1, 2 ... within the schema: index for tables over nodes */
    const char *name; /* full name of record, enum and fixed, else NULL */
    struct avro_names aliases;
    struct avro_member *fields; /* AT_RECORD */
    size_t n_fields;
    struct avro_names symbols;         /* AT_ENUM */
    int default_symbol;                /* position in symbols, -1 when there is none */
    size_t size;                       /* AT_FIXED: bytes */
    const struct avro_node *item;      /* AT_ARRAY, AT_MAP */
    const struct avro_node **branches; /* AT_UNION */
    size_t n_branches;
};

struct avro_schema {
    struct arena *arena;
    json_t *document;
    const struct avro_node *root;
    unsigned n_nodes;
    struct span canonical; /* parsing canonical form, NUL-terminated */
    uint64_t fingerprint;
};

/* The words for messages: the full name of a named type, else the type's word. */
const char *avro_node_title(const struct avro_node *n);

/* Appends ".name" to the path of a message, as far as it fits; returns the length to cut
 * it back to. */
static inline size_t avro_path_enter(char *path, size_t size, const char *name) {
    size_t len = strlen(path);
    snprintf(path + len, size - len, "%s%s", len ? "." : "", name);
    return len;
}

/* --- avro_shape.c: what is asked of a shape --- */

const struct avro_field *avro_shape_field(const struct avro_shape *shape,
                                          const char *name); /* NULL: none */
/* Position among the field's symbols, -1 when the shape does not know it. */
int avro_shape_symbol(const struct avro_field *field, const char *symbol);
/* What a row of SLOT_ARRAY says of one item. */
struct avro_field avro_shape_item(const struct avro_field *array);
/* Whether the structure has the right place for a value of the reader's `type`. */
bool avro_shape_holds(const struct avro_field *field, enum avro_type type);

/* --- rules of resolution, shared by the plan compiler and the check --- */

/* Whether a value of primitive type `writer` reads as `reader`, equal types included. */
bool avro_promotes(enum avro_type writer, enum avro_type reader);
/* Unqualified names are equal, or the reader has the writer's name among its aliases. */
bool avro_names_match(const struct avro_node *writer, const struct avro_node *reader);
/* NULL when there is none. */
const struct avro_member *avro_field_named(const struct avro_node *record,
                                           const char *name);
/* The writer's field that feeds field `reader` of `record`: by name, else by the reader's
 * aliases; NULL if none. */
const struct avro_member *avro_feeding_field(const struct avro_node *writer,
                                             const struct avro_node *record,
                                             const struct avro_member *reader);
/* The other way: the field of `record` that the writer's `field` feeds. Bytes are read
 * once, so when two would want it, the first has it and the other counts as missing. */
const struct avro_member *avro_fed_field(const struct avro_node *writer,
                                         const struct avro_node *record,
                                         const struct avro_member *field);
/* Position of `symbol`, -1 when absent. */
int avro_symbol_index(const struct avro_names *symbols, const char *symbol);
/* The reader symbol that `symbol` resolves to (its own, else the reader's default), -1
 * when none. */
int avro_resolve_symbol(const struct avro_node *reader, const char *symbol);
/* Why instants of `writer` cannot be read as `reader`'s, NULL when they can. */
const char *avro_logical_obstacle(const struct avro_node *writer,
                                  const struct avro_node *reader);
/* Whether `value` is a valid default for `type` (a union's: for one of its branches). */
bool avro_default_fits(const struct avro_node *type, const json_t *value);
/* The branch of union `type` that `value` is a default for; `type` itself when it is no
 * union; NULL when nothing fits. */
const struct avro_node *avro_default_branch(const struct avro_node *type,
                                            const json_t *value);

/* Builds s->root from s->document in s->arena; E_SCHEMA_INVALID says where and why. */
MUST_USE enum status avro_parse_nodes(struct avro_schema *s, struct error *err);

/* CRC-64-AVRO. */
uint64_t avro_fingerprint(struct span canonical);
/* Writes the canonical form; ptr NULL when it is longer than max_bytes. */
struct span avro_canonical(struct arena *a, const struct avro_node *root,
                           unsigned n_nodes, size_t max_bytes);

#endif
