/*
 * schema.c: random readers with their shapes, and writers that are older or newer than
 * they.
 *
 * The reader is made first, of what a structure can hold. The writer is the reader after
 * random evolutions, each of which notes on the writer's type what resolution must make
 * of it: this is the knowledge that the walk checks ours against.
 */
#include "tests/fuzz/fuzz.h"

#include <stdio.h>

static int next_name;

static struct type *type_new(struct arena *a, enum kind kind) {
    struct type *t = arena_zalloc(a, sizeof *t);
    t->kind = t->oracle_kind = kind;
    t->default_symbol = -1;
    if (kind == RECORD || kind == ENUM || kind == FIXED)
        snprintf(t->name, sizeof t->name, "T%d", next_name++);
    return t;
}

static void add_symbols(uint64_t *r, struct type *t) {
    t->n_symbols = 1 + (int)below(r, SYMBOLS_MAX - 1);
    for (int i = 0; i < t->n_symbols; i++)
        t->symbols[i] = i;
    t->default_symbol = one_in(r, 2) ? (int)below(r, (unsigned)t->n_symbols) : -1;
}

static struct member *add_field(struct type *record, struct type *type) {
    struct member *m = &record->fields[record->n_fields++];
    snprintf(m->name, sizeof m->name, "f%d", next_name++);
    m->type = type;
    return m;
}

/* --- readers --- */

static struct type *random_plain(uint64_t *r, struct arena *a, int depth) {
    static const enum kind kinds[] = {BOOLEAN, INT,    LONG,   LONG, FLOAT, DOUBLE, BYTES,
                                      STRING,  STRING, STRING, ENUM, FIXED, RECORD};
    enum kind kind = kinds[below(r, depth < 3 ? 13 : 12)];
    struct type *t = type_new(a, kind);
    if (kind == ENUM)
        add_symbols(r, t);
    else if (kind == FIXED)
        t->size = (int)below(r, 6);
    else if (kind == RECORD)
        for (int n = (int)below(r, 5); n > 0; n--)
            add_field(t, random_plain(r, a, depth + 1));
    return t;
}

static struct type *optional(struct arena *a, struct type *t, bool null_first) {
    struct type *u = type_new(a, UNION);
    u->n_branches = 2;
    u->branches[null_first ? 0 : 1] = type_new(a, NUL);
    u->branches[null_first ? 1 : 0] = t;
    return u;
}

static struct type *random_field(uint64_t *r, struct arena *a, int depth) {
    if (depth < 3 && one_in(r, 5)) {
        struct type *t = type_new(a, ARRAY);
        t->item = random_plain(r, a, depth + 1);
        return one_in(r, 4) ? optional(a, t, one_in(r, 2)) : t;
    }
    struct type *t = random_plain(r, a, depth);
    return t->kind != RECORD && one_in(r, 3) ? optional(a, t, !one_in(r, 3)) : t;
}

struct type *random_reader(uint64_t *r, struct arena *a) {
    next_name = 0;
    struct type *t = type_new(a, RECORD);
    for (int n = 1 + (int)below(r, 5); n > 0; n--)
        add_field(t, random_field(r, a, 1));
    return t;
}

/* --- writers --- */

/* Anything at all, for fields that the reader does not have. */
static struct type *random_any(uint64_t *r, struct arena *a, int depth) {
    struct type *t = type_new(a, (enum kind)below(r, depth < 4 ? UNION + 1 : RECORD));
    switch (t->kind) {
    case RECORD:
        t->is_skipped = true;
        for (int n = (int)below(r, 4); n > 0; n--)
            add_field(t, random_any(r, a, depth + 1));
        if (one_in(r, 3)) { /* a list: the record again, or nothing */
            struct type *self = arena_alloc(a, sizeof *self);
            add_field(t, optional(a, self, one_in(r, 2)));
            *self = *t;
            self->is_link = true;
        }
        break;
    case ENUM:
        add_symbols(r, t);
        break;
    case FIXED:
        t->size = (int)below(r, 20);
        break;
    case ARRAY:
    case MAP:
        t->item = random_any(r, a, depth + 1);
        break;
    case UNION: /* three branches that cannot be twins */
        t->n_branches = 3;
        t->branches[0] = type_new(a, NUL);
        t->branches[1] = type_new(a, one_in(r, 2) ? STRING : DOUBLE);
        t->branches[2] = type_new(a, RECORD);
        t->branches[2]->is_skipped = true;
        add_field(t->branches[2], random_any(r, a, depth + 1));
        break;
    default:
        break;
    }
    return t;
}

static struct type *evolve_enum(uint64_t *r, struct arena *a, struct type *reader) {
    struct type *t = arena_alloc(a, sizeof *t);
    *t = *reader;
    for (int i = 0; i < t->n_symbols && one_in(r, 2); i++) { /* another order */
        int k = (int)below(r, (unsigned)t->n_symbols), symbol = t->symbols[i];
        t->symbols[i] = t->symbols[k];
        t->symbols[k] = symbol;
    }
    t->default_symbol = -1;
    t->other = reader;
    reader->other = t;
    if (one_in(r, 3)) { /* a newer writer's symbol */
        int at = t->n_symbols++;
        t->symbols[at] = 90;
        t->is_unknown[at] = reader->default_symbol < 0;
        t->is_defaulted[at] = !t->is_unknown[at];
    } else if (t->n_symbols > 1 && one_in(r, 3)) { /* an older writer's lack of one */
        t->n_symbols--;
    }
    return t;
}

static struct type *evolve_record(uint64_t *r, struct arena *a, struct type *reader);

/* A type that reads as `reader`, which is neither a union nor null. */
static struct type *evolve_plain(uint64_t *r, struct arena *a, struct type *reader) {
    struct type *t;
    enum kind kind = reader->kind;
    switch (reader->kind) {
    case ENUM:
        return evolve_enum(r, a, reader);
    case RECORD:
        return evolve_record(r, a, reader);
    case ARRAY:
        t = type_new(a, ARRAY);
        t->item = evolve_plain(r, a, reader->item);
        return t;
    case FIXED:
        return reader;
    case LONG:
        kind = one_in(r, 4) ? INT : LONG;
        break;
    case FLOAT:
        kind = one_in(r, 3) ? INT + below(r, 2) : FLOAT;
        break;
    case DOUBLE:
        kind = one_in(r, 3) ? INT + below(r, 3) : DOUBLE;
        break;
    case STRING:
    case BYTES:
        kind = one_in(r, 5) ? (reader->kind == STRING ? BYTES : STRING) : reader->kind;
        break;
    default:
        break;
    }
    t = type_new(a, kind);
    t->oracle_kind = kind == BYTES || kind == STRING ? reader->kind : kind;
    return t;
}

/* The writer's union: the readable type among others that are not. */
static struct type *hide_in_union(uint64_t *r, struct arena *a, struct type *t,
                                  bool reads_null) {
    struct type *u = type_new(a, UNION);
    struct type *null = type_new(a, NUL), *map = type_new(a, MAP);
    map->item = type_new(a, INT);
    switch (below(r, 4)) {
    case 0:
        u->branches[u->n_branches++] = t;
        break;
    case 1:
        u->is_unreadable[u->n_branches] = !reads_null;
        u->branches[u->n_branches++] = null;
        u->branches[u->n_branches++] = t;
        break;
    case 2:
        u->branches[u->n_branches++] = t;
        u->is_unreadable[u->n_branches] = !reads_null;
        u->branches[u->n_branches++] = null;
        break;
    default:
        u->branches[u->n_branches++] = t;
        u->is_unreadable[u->n_branches] = true;
        u->branches[u->n_branches++] = map;
        u->is_unreadable[u->n_branches] = !reads_null;
        u->branches[u->n_branches++] = null;
        break;
    }
    return u;
}

static struct type *evolve_type(uint64_t *r, struct arena *a, struct type *reader) {
    bool reads_null = reader->kind == UNION;
    struct type *target = reader;
    if (reads_null) {
        target = reader->branches[reader->branches[0]->kind == NUL ? 1 : 0];
        if (one_in(r, 12))
            return type_new(a, NUL);
    }
    struct type *t = evolve_plain(r, a, target);
    bool plain = one_in(r, reads_null ? 4 : 2);
    return plain || (!reads_null && !one_in(r, 6)) ? t
                                                   : hide_in_union(r, a, t, reads_null);
}

static void swap_fields(uint64_t *r, struct type *t) {
    for (int i = 0; i < t->n_fields; i++) {
        int k = (int)below(r, (unsigned)t->n_fields);
        struct member m = t->fields[i];
        t->fields[i] = t->fields[k];
        t->fields[k] = m;
    }
}

static struct type *evolve_record(uint64_t *r, struct arena *a, struct type *reader) {
    struct type *t = type_new(a, RECORD);
    snprintf(t->name, sizeof t->name, "%s", reader->name);
    for (int i = 0; i < reader->n_fields; i++) {
        struct member *m = &reader->fields[i];
        const struct type *first =
            m->type->kind == UNION ? m->type->branches[0] : m->type;
        bool has_default =
            first->kind != RECORD && first->kind != FIXED; /* see the unit tests */
        if (has_default && one_in(r, 6)) {
            m->is_missing = true;
            continue;
        }
        struct member *sent = add_field(t, evolve_type(r, a, m->type));
        sent->feeds = m->type;
        if (one_in(r, 8))
            memcpy(m->alias, sent->name, sizeof m->alias); /* the fresh name stays */
        else
            memcpy(sent->name, m->name, sizeof m->name);
        while (t->n_fields < FIELDS_MAX / 2 && one_in(r, 6))
            add_field(t, random_any(r, a, 1));
    }
    if (one_in(r, 3))
        swap_fields(r, t);
    return t;
}

struct type *evolve(uint64_t *r, struct arena *a, struct type *reader) {
    return evolve_record(r, a, reader);
}

/* --- shapes --- */

static const char *const symbol_words[] = {"S0", "S1", "S2", "S3", "S4", "S5"};

static enum avro_slot slot_of(const struct type *t, bool is_optional, size_t *size) {
    switch (t->kind) {
    case BOOLEAN:
        *size = is_optional ? sizeof(int) : sizeof(bool);
        return is_optional ? SLOT_TRI : SLOT_BOOL;
    case INT:
        *size = sizeof(int32_t);
        return SLOT_I32;
    case LONG:
        *size = sizeof(int64_t);
        return SLOT_I64;
    case FLOAT:
    case DOUBLE:
        *size = sizeof(double);
        return SLOT_F64;
    case ENUM:
        *size = sizeof(int);
        return SLOT_ENUM;
    case STRING:
        *size = sizeof(struct span);
        return SLOT_SPAN;
    case ARRAY:
        *size = sizeof(void *) + sizeof(size_t);
        return SLOT_ARRAY;
    case RECORD:
        return SLOT_RECORD;
    default:
        *size = sizeof(struct span);
        return SLOT_BYTES;
    }
}

static void make_field(struct arena *a, const struct member *m, size_t at,
                       struct avro_field *f, size_t *size) {
    bool is_optional = m->type->kind == UNION;
    struct type *t =
        is_optional ? m->type->branches[m->type->branches[0]->kind == NUL] : m->type;
    *f = (struct avro_field){.name = m->name, .is_optional = is_optional, .offset = at};
    f->slot = slot_of(t, is_optional, size);
    f->symbols = symbol_words;
    f->n_symbols = COUNT_OF(symbol_words);
    if (f->slot == SLOT_RECORD) {
        f->record = make_shape(a, t);
        *size = f->record->size;
    } else if (f->slot == SLOT_ARRAY) {
        f->count_offset = at + sizeof(void *);
        f->item_slot = slot_of(t->item, false, &f->item_size);
        if (f->item_slot == SLOT_RECORD) {
            f->record = make_shape(a, t->item);
            f->item_size = f->record->size;
        }
    }
}

struct avro_shape *make_shape(struct arena *a, struct type *record) {
    struct avro_shape *s = arena_zalloc(a, sizeof *s);
    struct avro_field *fields = arena_array(a, (size_t)record->n_fields, sizeof *fields);
    for (int i = 0; i < record->n_fields; i++) {
        size_t size = 0;
        make_field(a, &record->fields[i], s->size, &fields[i], &size);
        record->fields[i].field = &fields[i];
        s->size += (size + 7) / 8 * 8;
    }
    s->name = record->name;
    s->size = s->size ? s->size : 8;
    s->fields = fields;
    s->n_fields = (size_t)record->n_fields;
    return s;
}

/* --- JSON --- */

static void print_default(struct builder *b, const struct type *t) {
    switch (t->kind) {
    case NUL:
        build_text(b, "null");
        break;
    case BOOLEAN:
        build_text(b, "true");
        break;
    case INT:
    case LONG:
        build_text(b, "-7");
        break;
    case FLOAT:
    case DOUBLE:
        build_text(b, "0.5");
        break;
    case ENUM:
        build_format(b, "\"S%d\"", t->symbols[0]);
        break;
    case ARRAY:
        build_text(b, "[]");
        break;
    case UNION:
        print_default(b, t->branches[0]);
        break;
    default:
        build_text(b, "\"text\"");
        break;
    }
}

static void print_record(struct builder *b, const struct type *t, bool is_oracle) {
    build_format(b, "{\"type\":\"record\",\"name\":\"%s\",\"fields\":[", t->name);
    bool is_first = true;
    for (int i = 0; i < t->n_fields; i++) {
        const struct member *m = &t->fields[i];
        if (is_oracle && m->is_missing)
            continue;
        bool renamed = m->alias[0] != '\0';
        build_format(b, "%s{\"name\":\"%s\",\"type\":", is_first ? "" : ",",
                     is_oracle && renamed ? m->alias : m->name);
        is_first = false;
        print_schema(b, m->type, is_oracle);
        if (!is_oracle && renamed)
            build_format(b, ",\"aliases\":[\"%s\"]", m->alias);
        if (!is_oracle && m->is_missing) {
            build_text(b, ",\"default\":");
            print_default(b, m->type);
        }
        build_char(b, '}');
    }
    build_text(b, "]}");
}

static void print_enum(struct builder *b, const struct type *t) {
    build_format(b, "{\"type\":\"enum\",\"name\":\"%s\",\"symbols\":[", t->name);
    for (int i = 0; i < t->n_symbols; i++)
        build_format(b, "%s\"S%d\"", i ? "," : "", t->symbols[i]);
    build_char(b, ']');
    if (t->default_symbol >= 0)
        build_format(b, ",\"default\":\"S%d\"", t->symbols[t->default_symbol]);
    build_char(b, '}');
}

void print_schema(struct builder *b, const struct type *t, bool is_oracle) {
    static const char *const words[] = {"null",  "boolean", "int",   "long",
                                        "float", "double",  "bytes", "string"};
    switch (t->kind) {
    case RECORD:
        if (t->is_link)
            build_format(b, "\"%s\"", t->name);
        else
            print_record(b, t, is_oracle);
        break;
    case ENUM:
        print_enum(b, t);
        break;
    case FIXED:
        build_format(b, "{\"type\":\"fixed\",\"name\":\"%s\",\"size\":%d}", t->name,
                     t->size);
        break;
    case ARRAY:
    case MAP:
        build_text(b, t->kind == ARRAY ? "{\"type\":\"array\",\"items\":"
                                       : "{\"type\":\"map\",\"values\":");
        print_schema(b, t->item, is_oracle);
        build_char(b, '}');
        break;
    case UNION:
        build_char(b, '[');
        for (int i = 0; i < t->n_branches; i++) {
            build_text(b, i ? "," : "");
            print_schema(b, t->branches[i], is_oracle);
        }
        build_char(b, ']');
        break;
    default:
        build_format(b, "\"%s\"", words[is_oracle ? t->oracle_kind : t->kind]);
        break;
    }
}
