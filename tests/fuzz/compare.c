/* compare.c: our structure beside avro-c's value, field by field. Floats are compared by
 * their bits. */
#include "tests/fuzz/fuzz.h"

#include <math.h>
#include <stdio.h>

static bool is_same(const struct type *t, const struct avro_field *f, const char *base,
                    avro_value_t *theirs, char *path, size_t size);

static bool is_same_bytes(const char *at, const void *bytes, size_t len) {
    struct span ours;
    memcpy(&ours, at, sizeof ours);
    return span_equal(ours, (struct span){bytes, len});
}

static bool is_same_double(double a, double b) {
    return memcmp(&a, &b, sizeof a) == 0 || (isnan(a) && isnan(b));
}

static bool is_same_int(const char *at, int expected) {
    int ours;
    memcpy(&ours, at, sizeof ours);
    return ours == expected;
}

/* The position that avro-c gives is the writer's, whatever the symbols are: its fault,
 * and a rule. */
static bool is_same_enum(const struct type *t, const char *at, avro_value_t *theirs) {
    int position = -1;
    avro_value_get_enum(theirs, &position);
    return position >= 0 && position < t->other->n_symbols &&
           is_same_int(at, t->other->symbols[position]);
}

static bool is_same_array(const struct type *t, const struct avro_field *f,
                          const char *base, avro_value_t *theirs, char *path,
                          size_t size) {
    const char *items;
    size_t n, expected = 0;
    memcpy(&items, base + f->offset, sizeof items);
    memcpy(&n, base + f->count_offset, sizeof n);
    avro_value_get_size(theirs, &expected);
    if (n != expected)
        return false;
    struct avro_field item = *f;
    item.slot = f->item_slot;
    item.offset = 0;
    item.is_optional = false;
    for (size_t i = 0; i < n; i++) {
        avro_value_t value;
        if (avro_value_get_by_index(theirs, i, &value, NULL) != 0 ||
            !is_same(t->item, &item, items + i * f->item_size, &value, path, size))
            return false;
    }
    return true;
}

static bool is_same_absent(const struct avro_field *f, const char *at) {
    static const struct span none = {NULL, 0};
    double number;
    switch (f->slot) {
    case SLOT_SPAN:
    case SLOT_BYTES:
        return memcmp(at, &none, sizeof none) == 0;
    case SLOT_I64:
        return memcmp(at, &(int64_t){INT64_MIN}, sizeof(int64_t)) == 0;
    case SLOT_I32:
        return memcmp(at, &(int32_t){INT32_MIN}, sizeof(int32_t)) == 0;
    case SLOT_F64:
        memcpy(&number, at, sizeof number);
        return isnan(number);
    case SLOT_ARRAY:
        return memcmp(at, &(void *){NULL}, sizeof(void *)) == 0;
    default:
        return is_same_int(at, -1);
    }
}

static bool is_empty_array(const struct avro_field *f, const char *base) {
    const char *items;
    size_t n;
    memcpy(&items, base + f->offset, sizeof items);
    memcpy(&n, base + f->count_offset, sizeof n);
    return items != NULL && n == 0;
}

static bool is_same(const struct type *t, const struct avro_field *f, const char *base,
                    avro_value_t *theirs, char *path, size_t size) {
    const char *at = base + f->offset;
    union {
        int i;
        int32_t i32;
        int64_t i64;
        float f32;
        double f64;
    } v = {0}, ours = {0};
    const void *bytes = NULL;
    const char *text = NULL;
    size_t len = 0;
    avro_value_t branch;
    switch (t->kind) {
    case BOOLEAN:
        avro_value_get_boolean(theirs, &v.i);
        return f->slot == SLOT_TRI ? is_same_int(at, v.i != 0)
                                   : *(const bool *)at == (v.i != 0);
    case INT:
        avro_value_get_int(theirs, &v.i32);
        return memcmp(at, &v.i32, sizeof v.i32) == 0;
    case LONG:
        avro_value_get_long(theirs, &v.i64);
        return memcmp(at, &v.i64, sizeof v.i64) == 0;
    case FLOAT:
        avro_value_get_float(theirs, &v.f32);
        memcpy(&ours.f64, at, sizeof ours.f64);
        return is_same_double(ours.f64, (double)v.f32);
    case DOUBLE:
        avro_value_get_double(theirs, &v.f64);
        memcpy(&ours.f64, at, sizeof ours.f64);
        return is_same_double(ours.f64, v.f64);
    case BYTES:
        avro_value_get_bytes(theirs, &bytes, &len);
        return is_same_bytes(at, bytes, len);
    case STRING:
        avro_value_get_string(theirs, &text, &len);
        return is_same_bytes(at, text, len - 1); /* avro-c counts the NUL */
    case FIXED:
        avro_value_get_fixed(theirs, &bytes, &len);
        return is_same_bytes(at, bytes, len);
    case ENUM:
        return is_same_enum(t, at, theirs);
    case RECORD:
        return is_equal(t, f->record, at, theirs, path, size);
    case ARRAY:
        return is_same_array(t, f, base, theirs, path, size);
    case UNION:
        avro_value_get_discriminant(theirs, &v.i);
        if (f->slot == SLOT_ARRAY && is_empty_array(f, base)) {
            return true; /* avro-c enters a branch with its first item; here it has none
                          */
        }
        if (t->branches[v.i]->kind == NUL)
            return is_same_absent(f, at);
        return avro_value_get_current_branch(theirs, &branch) == 0 &&
               is_same(t->branches[v.i], f, base, &branch, path, size);
    case NUL:
    case MAP:
        break;
    }
    return false;
}

bool is_equal(const struct type *reader, const struct avro_shape *shape, const void *ours,
              avro_value_t *theirs, char *path, size_t size) {
    size_t index = 0; /* avro-c's reader lacks what the writer does not send */
    for (int i = 0; i < reader->n_fields; i++) {
        const struct member *m = &reader->fields[i];
        avro_value_t value;
        if (m->is_missing)
            continue;
        if (avro_value_get_by_index(theirs, index++, &value, NULL) != 0 ||
            !is_same(m->type, &shape->fields[i], ours, &value, path, size)) {
            if (!path[0])
                snprintf(path, size, "%s", m->name);
            return false;
        }
    }
    return true;
}
