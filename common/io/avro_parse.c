/*
 * avro_parse.c: a schema's JSON document -> checked nodes.
 *
 * Every rule of the specification that a reader of bytes depends on is checked here, and
 * everything that could grow is counted: the text is not ours. Names: a name with a dot
 * is full, any other takes its own "namespace" or that of the type around it.
 */
#include "common/io/avro_node.h"

const char *const avro_type_words[AT_COUNT] = {
    "null",   "boolean", "int",  "long",  "float", "double", "bytes",
    "string", "record",  "enum", "fixed", "array", "map",    "union",
};

struct parser {
    struct avro_schema *schema;
    struct arena *a;
    struct avro_node *named[AVRO_SCHEMA_MAX_NAMED];
    size_t n_named;
    size_t n_parts;
    unsigned depth;
    struct error *err;
    char path[160]; /* where we are, for messages: "lines.hazards" */
};

static enum status parse_type(struct parser *p, const json_t *json, const char *space,
                              const struct avro_node **out);

#define REFUSE(p, format, ...)                                                           \
    error_set((p)->err, E_SCHEMA_INVALID, "schema%s%s%s: " format,                       \
              (p)->path[0] ? " at \"" : "", (p)->path, (p)->path[0] ? "\"" : "",         \
              __VA_ARGS__)

/* --- small parts --- */

static enum status count_part(struct parser *p) {
    if (++p->n_parts > AVRO_SCHEMA_MAX_PARTS)
        return REFUSE(p, "more than %d parts", AVRO_SCHEMA_MAX_PARTS);
    return ST_OK;
}

static bool is_identifier(const char *text) {
    size_t len = 0;
    for (const char *c = text; *c; c++, len++) {
        bool letter = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || *c == '_';
        bool digit = *c >= '0' && *c <= '9';
        if (!letter && !(digit && len > 0))
            return false;
    }
    return len > 0 && len <= AVRO_SCHEMA_MAX_NAME;
}

/* Identifiers joined by dots. */
static bool is_dotted(const char *text) {
    char part[AVRO_SCHEMA_MAX_NAME + 1];
    for (;;) {
        size_t len = strcspn(text, ".");
        if (len >= sizeof part)
            return false;
        memcpy(part, text, len);
        part[len] = '\0';
        if (!is_identifier(part))
            return false;
        if (text[len] == '\0')
            return true;
        text += len + 1;
    }
}

static const char *keep(struct parser *p, const char *text) {
    return span_cstr(p->a, span_of(text));
}

/* "space" + "name" -> "space.name"; a name with a dot stands for itself. */
static enum status full_name(struct parser *p, const char *name, const char *space,
                             const char **out) {
    char full[AVRO_SCHEMA_MAX_NAME + 1];
    bool bare = strchr(name, '.') || space[0] == '\0';
    int len =
        snprintf(full, sizeof full, "%s%s%s", bare ? "" : space, bare ? "" : ".", name);
    if (len < 0 || (size_t)len >= sizeof full || !is_dotted(full))
        return REFUSE(p, "\"%.60s\" is no valid name", name);
    *out = keep(p, full);
    return ST_OK;
}

/* The namespace of a full name: everything before the last dot. */
static const char *space_of(struct parser *p, const char *full) {
    const char *dot = strrchr(full, '.');
    return dot ? span_cstr(p->a, (struct span){full, (size_t)(dot - full)}) : "";
}

static struct avro_node *node_new(struct parser *p, enum avro_type type) {
    struct avro_node *n = arena_zalloc(p->a, sizeof *n);
    n->type = type;
    n->id = p->schema->n_nodes++;
    n->default_symbol = -1;
    return n;
}

static const char *const logical_words[LT_COUNT] = {
    "",
    "date",
    "time-millis",
    "time-micros",
    "timestamp-millis",
    "timestamp-micros",
    "timestamp-nanos",
    "local-timestamp-millis",
    "local-timestamp-micros",
    "local-timestamp-nanos",
};

static enum avro_logical logical_of(const json_t *object) {
    const char *word = json_string_value(json_object_get(object, "logicalType"));
    for (int l = LT_NONE + 1; word && l < LT_COUNT; l++)
        if (strcmp(word, logical_words[l]) == 0)
            return (enum avro_logical)l;
    return LT_NONE;
}

static enum status parse_aliases(struct parser *p, const json_t *json, const char *space,
                                 bool is_field, struct avro_names *out) {
    const json_t *list = json_object_get(json, "aliases");
    if (!list)
        return ST_OK;
    if (!json_is_array(list))
        return REFUSE(p, "%s", "\"aliases\" must be an array of names");
    out->items = arena_array(p->a, json_array_size(list), sizeof *out->items);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *alias = json_string_value(json_array_get(list, i));
        enum status st = count_part(p);
        if (st != ST_OK)
            return st;
        if (!alias || (is_field && !is_identifier(alias)))
            return REFUSE(p, "alias %zu is no valid name", i + 1);
        if (is_field) {
            out->items[out->count++] = keep(p, alias);
        } else {
            st = full_name(p, alias, space, &out->items[out->count++]);
            if (st != ST_OK)
                return st;
        }
    }
    return ST_OK;
}

/* --- named types --- */

static struct avro_node *find_named(struct parser *p, const char *full) {
    for (size_t i = 0; i < p->n_named; i++)
        if (strcmp(p->named[i]->name, full) == 0)
            return p->named[i];
    return NULL;
}

/* Reads name, namespace and aliases, and enters the type into the table. */
static enum status parse_name(struct parser *p, const json_t *json, const char *space,
                              struct avro_node *n) {
    const char *name = json_string_value(json_object_get(json, "name"));
    if (!name)
        return REFUSE(p, "%s without a name", avro_type_words[n->type]);
    const json_t *own = json_object_get(json, "namespace");
    if (own && !json_is_string(own) && !json_is_null(own))
        return REFUSE(p, "%s", "\"namespace\" must be a string");
    enum status st = full_name(
        p, name, json_is_string(own) ? json_string_value(own) : space, &n->name);
    if (st != ST_OK)
        return st;
    for (int t = 0; t <= AT_LAST_PRIMITIVE; t++)
        if (strcmp(n->name, avro_type_words[t]) == 0)
            return REFUSE(p, "a type cannot be named \"%s\"", n->name);
    if (find_named(p, n->name))
        return REFUSE(p, "\"%s\" is defined twice", n->name);
    if (p->n_named == AVRO_SCHEMA_MAX_NAMED)
        return REFUSE(p, "more than %d named types", AVRO_SCHEMA_MAX_NAMED);
    p->named[p->n_named++] = n;
    return parse_aliases(p, json, space_of(p, n->name), false, &n->aliases);
}

static enum status parse_field(struct parser *p, const json_t *json, const char *space,
                               const struct avro_node *record, struct avro_member *out) {
    const char *name = json_string_value(json_object_get(json, "name"));
    if (!name || !is_identifier(name)) {
        return REFUSE(p, "field %zu of \"%s\" has no valid name", record->n_fields + 1,
                      record->name);
    }
    for (size_t i = 0; i < record->n_fields; i++)
        if (strcmp(record->fields[i].name, name) == 0)
            return REFUSE(p, "field \"%s\" stands twice in \"%s\"", name, record->name);
    size_t back = avro_path_enter(p->path, sizeof p->path, name);
    const json_t *type = json_object_get(json, "type");
    if (!type)
        return REFUSE(p, "%s", "field without a type");
    out->name = keep(p, name);
    out->fallback = json_object_get(json, "default");
    enum status st = parse_aliases(p, json, space, true, &out->aliases);
    if (st == ST_OK)
        st = parse_type(p, type, space, &out->type);
    if (st == ST_OK)
        p->path[back] = '\0';
    return st;
}

static enum status parse_record(struct parser *p, const json_t *json, const char *space,
                                struct avro_node *n) {
    enum status st = parse_name(p, json, space, n);
    if (st != ST_OK)
        return st;
    const json_t *fields = json_object_get(json, "fields");
    if (!json_is_array(fields))
        return REFUSE(p, "record \"%s\" without \"fields\"", n->name);
    size_t count = json_array_size(fields);
    if (count > AVRO_SCHEMA_MAX_NAMED) {
        return REFUSE(p, "record \"%s\" has more than %d fields", n->name,
                      AVRO_SCHEMA_MAX_NAMED);
    }
    n->fields = arena_zalloc(p->a, count * sizeof *n->fields);
    const char *inner = space_of(p, n->name);
    for (size_t i = 0; i < count; i++) {
        st = count_part(p);
        if (st == ST_OK)
            st = parse_field(p, json_array_get(fields, i), inner, n, &n->fields[i]);
        if (st != ST_OK)
            return st;
        n->n_fields++;
    }
    return ST_OK;
}

static enum status parse_enum(struct parser *p, const json_t *json, const char *space,
                              struct avro_node *n) {
    enum status st = parse_name(p, json, space, n);
    if (st != ST_OK)
        return st;
    const json_t *symbols = json_object_get(json, "symbols");
    size_t count = json_array_size(symbols);
    if (count == 0 || count > 4 * AVRO_SCHEMA_MAX_NAMED) {
        return REFUSE(p, "enum \"%s\" must have 1 to %d symbols", n->name,
                      4 * AVRO_SCHEMA_MAX_NAMED);
    }
    n->symbols.items = arena_array(p->a, count, sizeof *n->symbols.items);
    for (size_t i = 0; i < count; i++) {
        const char *symbol = json_string_value(json_array_get(symbols, i));
        st = count_part(p);
        if (st != ST_OK)
            return st;
        if (!symbol || !is_identifier(symbol)) {
            return REFUSE(p, "symbol %zu of enum \"%s\" is no valid name", i + 1,
                          n->name);
        }
        if (avro_symbol_index(&n->symbols, symbol) >= 0) {
            return REFUSE(p, "symbol \"%s\" stands twice in enum \"%s\"", symbol,
                          n->name);
        }
        n->symbols.items[n->symbols.count++] = keep(p, symbol);
    }
    const json_t *fallback = json_object_get(json, "default");
    if (fallback) {
        const char *symbol = json_string_value(fallback);
        n->default_symbol = symbol ? avro_symbol_index(&n->symbols, symbol) : -1;
        if (n->default_symbol < 0) {
            return REFUSE(p, "the default of enum \"%s\" is not one of its symbols",
                          n->name);
        }
    }
    return ST_OK;
}

static enum status parse_fixed(struct parser *p, const json_t *json, const char *space,
                               struct avro_node *n) {
    enum status st = parse_name(p, json, space, n);
    if (st != ST_OK)
        return st;
    const json_t *size = json_object_get(json, "size");
    json_int_t bytes = json_is_integer(size) ? json_integer_value(size) : -1;
    if (bytes < 0 || bytes > 1024 * 1024)
        return REFUSE(p, "fixed \"%s\" must have a size from 0 to 1048576", n->name);
    n->size = (size_t)bytes;
    return ST_OK;
}

/* --- types --- */

/* Two branches of a union must differ in type, or in name when both are named. */
static bool are_twins(const struct avro_node *a, const struct avro_node *b) {
    if (a->name || b->name)
        return a->name && b->name && strcmp(a->name, b->name) == 0;
    return a->type == b->type;
}

static enum status parse_union(struct parser *p, const json_t *json, const char *space,
                               const struct avro_node **out) {
    size_t count = json_array_size(json);
    if (count == 0 || count > AVRO_SCHEMA_MAX_NAMED)
        return REFUSE(p, "a union must have 1 to %d branches", AVRO_SCHEMA_MAX_NAMED);
    struct avro_node *n = node_new(p, AT_UNION);
    n->branches = arena_array(p->a, count, sizeof *n->branches);
    for (size_t i = 0; i < count; i++) {
        const struct avro_node *branch;
        enum status st = parse_type(p, json_array_get(json, i), space, &branch);
        if (st != ST_OK)
            return st;
        if (branch->type == AT_UNION)
            return REFUSE(p, "%s", "a union directly inside a union");
        for (size_t k = 0; k < i; k++) {
            if (are_twins(n->branches[k], branch)) {
                return REFUSE(p, "\"%s\" stands twice in a union",
                              avro_node_title(branch));
            }
        }
        n->branches[n->n_branches++] = branch;
    }
    *out = n;
    return ST_OK;
}

/* A word: a primitive, or a type that was defined before. */
static enum status parse_word(struct parser *p, const char *word, const char *space,
                              enum avro_logical logical, const struct avro_node **out) {
    for (int t = 0; t <= AT_LAST_PRIMITIVE; t++) {
        if (strcmp(word, avro_type_words[t]) == 0) {
            struct avro_node *n = node_new(p, (enum avro_type)t);
            n->logical = t == AT_INT || t == AT_LONG ? logical : LT_NONE;
            *out = n;
            return ST_OK;
        }
    }
    const char *full;
    enum status st = full_name(p, word, space, &full);
    if (st != ST_OK)
        return st;
    *out = find_named(p, full);
    if (!*out && !strchr(word, '.'))
        *out = find_named(p, word); /* the null namespace */
    return *out ? ST_OK : REFUSE(p, "unknown type \"%.60s\"", word);
}

static enum status parse_list(struct parser *p, const json_t *json, const char *space,
                              enum avro_type type, const char *key,
                              const struct avro_node **out) {
    const json_t *item = json_object_get(json, key);
    if (!item)
        return REFUSE(p, "%s without \"%s\"", avro_type_words[type], key);
    struct avro_node *n = node_new(p, type);
    *out = n;
    size_t back = avro_path_enter(p->path, sizeof p->path, "item");
    enum status st = parse_type(p, item, space, &n->item);
    if (st == ST_OK)
        p->path[back] = '\0';
    return st;
}

static enum status parse_object(struct parser *p, const json_t *json, const char *space,
                                const struct avro_node **out) {
    const json_t *type = json_object_get(json, "type");
    const char *word = json_string_value(type);
    if (!word) /* {"type": {...}} and {"type": [...]} are the inner type */
        return type ? parse_type(p, type, space, out) : REFUSE(p, "%s", "no \"type\"");
    if (strcmp(word, "array") == 0)
        return parse_list(p, json, space, AT_ARRAY, "items", out);
    if (strcmp(word, "map") == 0)
        return parse_list(p, json, space, AT_MAP, "values", out);
    struct avro_node *n;
    if (strcmp(word, "record") == 0 || strcmp(word, "error") == 0) {
        *out = n = node_new(p, AT_RECORD);
        return parse_record(p, json, space, n);
    }
    if (strcmp(word, "enum") == 0) {
        *out = n = node_new(p, AT_ENUM);
        return parse_enum(p, json, space, n);
    }
    if (strcmp(word, "fixed") == 0) {
        *out = n = node_new(p, AT_FIXED);
        return parse_fixed(p, json, space, n);
    }
    return parse_word(p, word, space, logical_of(json), out);
}

static enum status parse_type(struct parser *p, const json_t *json, const char *space,
                              const struct avro_node **out) {
    enum status st = count_part(p);
    if (st != ST_OK)
        return st;
    if (p->depth >= AVRO_SCHEMA_MAX_DEPTH)
        return REFUSE(p, "types are nested deeper than %d", AVRO_SCHEMA_MAX_DEPTH);
    p->depth++;
    if (json_is_string(json))
        st = parse_word(p, json_string_value(json), space, LT_NONE, out);
    else if (json_is_array(json))
        st = parse_union(p, json, space, out);
    else if (json_is_object(json))
        st = parse_object(p, json, space, out);
    else
        st = REFUSE(p, "%s", "a type must be a name, an object or an array");
    p->depth--;
    return st;
}

enum status avro_parse_nodes(struct avro_schema *s, struct error *err) {
    struct parser *p = arena_zalloc(s->arena, sizeof *p);
    p->schema = s;
    p->a = s->arena;
    p->err = err;
    return parse_type(p, s->document, "", &s->root);
}
