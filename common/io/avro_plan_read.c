/*
 * avro_plan_read.c: the walk over the writer's schema that emits the steps of a plan.
 *
 * The walk follows the writer, because that is the order of the bytes. What the reader
 * has too is read into its place, what it lacks is skipped, and what only the reader has
 * is copied from its default at the end of the record.
 *
 * A union of the writer is a jump over its branches. A branch that cannot be read is no
 * obstacle as long as another can: it becomes a refusal of the record in which it really
 * occurs, as the specification has it.
 */
#include "common/io/avro_ops.h"

/* Where a value goes: the row of the shape, and the structure it counts from. */
struct place {
    const struct avro_field *field;
    size_t base; /* of the field's own structure inside the outermost one */
    size_t size; /* of the outermost one: the whole structure, or an array's item */
};

static void read_type(struct plan_build *b, unsigned program, const struct avro_node *w,
                      const struct avro_node *r, const struct place *at);

static uint32_t offset_of(const struct place *at) {
    return (uint32_t)(at->base + at->field->offset);
}

static enum op_code number_code(enum avro_type w, enum avro_type r, enum avro_slot slot) {
    if (slot == SLOT_I32)
        return OP_I32;
    if (slot == SLOT_I64)
        return w == AT_INT ? OP_INT_64 : OP_I64;
    switch (w) {
    case AT_INT:
        return r == AT_FLOAT ? OP_INT_F32 : OP_INT_F64;
    case AT_LONG:
        return r == AT_FLOAT ? OP_LONG_F32 : OP_LONG_F64;
    case AT_FLOAT:
        return OP_FLOAT;
    default:
        return OP_DOUBLE;
    }
}

static void read_primitive(struct plan_build *b, unsigned program,
                           const struct avro_node *w, const struct avro_node *r,
                           const struct place *at) {
    if (!avro_promotes(w->type, r->type)) {
        plan_obstacle(b, "\"%s\" cannot be read as \"%s\"", avro_node_title(w),
                      avro_node_title(r));
        return;
    }
    const char *units = avro_logical_obstacle(w, r);
    if (units) {
        plan_obstacle(b, "%s", units);
        return;
    }
    enum op_code code = OP_END;
    switch (r->type) {
    case AT_STRING:
        code = OP_TEXT;
        break;
    case AT_BYTES:
        code = OP_BYTES;
        break;
    case AT_BOOLEAN:
        code = at->field->slot == SLOT_TRI ? OP_TRI : OP_BOOL;
        break;
    default:
        code = w->logical == LT_TIMESTAMP_MILLIS && r->logical == LT_TIMESTAMP_MICROS
                   ? OP_MILLIS
                   : number_code(w->type, r->type, at->field->slot);
        break;
    }
    plan_emit(b, program, (struct op){.code = (uint8_t)code, .offset = offset_of(at)});
}

static void read_enum(struct plan_build *b, unsigned program, const struct avro_node *w,
                      const struct avro_node *r, const struct place *at) {
    for (size_t i = 0; i < r->symbols.count; i++) {
        if (avro_shape_symbol(at->field, r->symbols.items[i]) < 0) {
            plan_obstacle(b, "the structure does not know the symbol \"%s\"",
                          r->symbols.items[i]);
            return;
        }
    }
    int *table = plan_alloc(b, w->symbols.count, sizeof *table);
    for (size_t i = 0; table && i < w->symbols.count; i++) {
        int symbol = avro_resolve_symbol(r, w->symbols.items[i]);
        table[i] =
            symbol < 0 ? -1 : avro_shape_symbol(at->field, r->symbols.items[symbol]);
    }
    plan_emit(b, program,
              (struct op){.code = OP_ENUM,
                          .offset = offset_of(at),
                          .n = w->symbols.count,
                          .table = table});
}

static void read_array(struct plan_build *b, unsigned program, const struct avro_node *w,
                       const struct avro_node *r, const struct place *at) {
    const struct avro_field *f = at->field;
    struct op_array *array = plan_alloc(b, 1, sizeof *array);
    if (!array)
        return;
    *array = (struct op_array){
        .program = plan_program_new(b),
        .item_size = f->item_size,
        .min_wire = plan_min_wire(b, w->item),
        .count_offset = at->base + f->count_offset,
        .is_optional = f->is_optional,
        .is_text = f->item_slot == SLOT_SPAN && w->item->type == AT_STRING,
    };
    struct avro_field item = avro_shape_item(f);
    size_t back = plan_enter(b, "item");
    read_type(b, array->program, w->item, r->item,
              &(struct place){.field = &item, .base = 0, .size = f->item_size});
    plan_emit(b, array->program, (struct op){.code = OP_END});
    plan_leave(b, back);
    plan_emit(b, program,
              (struct op){.code = OP_ARRAY, .offset = offset_of(at), .array = array});
}

static void read_named(struct plan_build *b, unsigned program, const struct avro_node *w,
                       const struct avro_node *r, const struct place *at) {
    if (!avro_names_match(w, r)) {
        plan_obstacle(b, "\"%s\" is not \"%s\"", w->name, r->name);
    } else if (r->type == AT_ENUM) {
        read_enum(b, program, w, r, at);
    } else if (r->type == AT_RECORD) {
        plan_read_record(b, program, w, r, at->field->record, offset_of(at), at->size);
    } else if (w->size != r->size) {
        plan_obstacle(b, "%zu bytes cannot be read as %zu", w->size, r->size);
    } else {
        plan_emit(b, program,
                  (struct op){.code = OP_FIXED, .offset = offset_of(at), .n = r->size});
    }
}

/* Neither side is a union or null any more. */
static void read_value(struct plan_build *b, unsigned program, const struct avro_node *w,
                       const struct avro_node *r, const struct place *at) {
    bool both_named = w->name && w->type == r->type;
    if (b->depth >= b->plan->limits.max_depth) {
        plan_obstacle(b, "nested deeper than %u", b->plan->limits.max_depth);
        b->is_exhausted = true;
        return;
    }
    b->depth++;
    if (!avro_shape_holds(at->field, r->type))
        plan_obstacle(b, "the structure has no place for \"%s\"", avro_node_title(r));
    else if (both_named)
        read_named(b, program, w, r, at);
    else if (w->type == AT_ARRAY && r->type == AT_ARRAY)
        read_array(b, program, w, r, at);
    else
        read_primitive(b, program, w, r, at);
    b->depth--;
}

/* Compiles one branch of the writer's union; a branch that cannot be read becomes a
 * refusal. */
static bool read_branch(struct plan_build *b, unsigned program, const struct avro_node *w,
                        const struct avro_node *r, const struct place *at) {
    if (b->failed)
        return false;
    size_t start = b->plan->programs[program].n;
    size_t back = strlen(b->path);
    unsigned depth = b->depth;
    read_type(b, program, w, r, at);
    if (b->failed && !b->is_exhausted) {
        b->failed = ST_OK;
        b->depth = depth;
        b->path[back] = '\0';
        b->plan->programs[program].n = start;
        plan_emit(b, program, (struct op){.code = OP_REFUSE});
        return false;
    }
    return true;
}

static void read_union(struct plan_build *b, unsigned program, const struct avro_node *w,
                       const struct avro_node *r, const struct place *at) {
    uint32_t *targets = plan_alloc(b, w->n_branches, sizeof *targets);
    size_t *ends = plan_alloc(b, w->n_branches, sizeof *ends);
    plan_emit(b, program,
              (struct op){.code = OP_UNION, .n = w->n_branches, .targets = targets});
    size_t n_readable = 0;
    for (size_t i = 0; !b->failed && i < w->n_branches; i++) {
        targets[i] = (uint32_t)b->plan->programs[program].n;
        n_readable += read_branch(b, program, w->branches[i], r, at);
        ends[i] = plan_emit(b, program, (struct op){.code = OP_GOTO});
    }
    if (b->failed)
        return;
    if (n_readable == 0) {
        plan_obstacle(b, "no branch of the writer's union can be read as \"%s\"",
                      avro_node_title(r));
        return;
    }
    struct program *p = &b->plan->programs[program];
    for (size_t i = 0; i < w->n_branches; i++)
        p->ops[ends[i]].n = p->n;
}

static void emit_absent(struct plan_build *b, unsigned program, const struct place *at) {
    plan_emit(b, program,
              (struct op){.code = OP_ABSENT,
                          .kind = (uint8_t)plan_absent_kind(at->field),
                          .offset = offset_of(at),
                          .n = at->base + at->field->count_offset});
}

/* [null, T] onto an optional T: by far the most common union, so it has a step of its
 * own. */
static void read_optional(struct plan_build *b, unsigned program,
                          const struct avro_node *w, const struct avro_node *r,
                          const struct place *at) {
    uint8_t null_branch = w->branches[0]->type == AT_NULL ? 0 : 1;
    size_t jump =
        plan_emit(b, program, (struct op){.code = OP_OPTIONAL, .kind = null_branch});
    emit_absent(b, program, at);
    read_branch(b, program, w->branches[1 - null_branch], r, at);
    if (!b->failed) {
        struct program *p = &b->plan->programs[program];
        p->ops[jump].n = p->n - (jump + 2); /* OP_ABSENT is taken instead of these */
    }
}

static bool has_null(const struct avro_node *n) {
    for (size_t i = 0; i < n->n_branches; i++)
        if (n->branches[i]->type == AT_NULL)
            return true;
    return false;
}

/* A reader's union must be [null, T]: a structure has no place for more. NULL otherwise.
 */
static const struct avro_node *optional_type(const struct avro_node *r) {
    if (r->n_branches != 2 || !has_null(r))
        return NULL;
    return r->branches[r->branches[0]->type == AT_NULL ? 1 : 0];
}

static void read_type(struct plan_build *b, unsigned program, const struct avro_node *w,
                      const struct avro_node *r, const struct place *at) {
    bool reads_null = false;
    const struct avro_node *target = r;
    if (r->type == AT_UNION) {
        target = optional_type(r);
        reads_null = true;
        if (!target || !at->field->is_optional) {
            plan_obstacle(b, "the structure has no place for this union");
            return;
        }
    }
    if (w->type == AT_UNION) {
        if (reads_null && w->n_branches == 2 && has_null(w))
            read_optional(b, program, w, r, at);
        else
            read_union(b, program, w, r, at);
    } else if (w->type == AT_NULL) {
        if (!reads_null) {
            plan_obstacle(b, "\"null\" cannot be read as \"%s\"", avro_node_title(r));
            return;
        }
        emit_absent(b, program, at);
    } else {
        read_value(b, program, w, target, at);
    }
}

/* --- records --- */

/* Reader's fields that the writer does not send. */
static void read_missing(struct plan_build *b, unsigned program,
                         const struct avro_node *w, const struct avro_node *r,
                         const struct avro_shape *shape, size_t base, size_t size) {
    for (size_t i = 0; !b->failed && i < r->n_fields; i++) {
        const struct avro_member *m = &r->fields[i];
        const struct avro_field *f = avro_shape_field(shape, m->name);
        const struct avro_member *feeding = avro_feeding_field(w, r, m);
        if (!f || (feeding && avro_fed_field(w, r, feeding) == m))
            continue;
        size_t back = plan_enter(b, m->name);
        const struct avro_node *type =
            m->fallback ? avro_default_branch(m->type, m->fallback) : NULL;
        if (!m->fallback)
            plan_obstacle(b, "the writer lacks it and the reader has no default");
        else if (!type)
            plan_obstacle(b, "the reader's default is not a value of its type");
        else if (type->type == AT_NULL ? !f->is_optional
                                       : !avro_shape_holds(f, type->type))
            plan_obstacle(b, "the structure has no place for the reader's default");
        else
            plan_default(b, program, f, base, size, m->type, m->fallback);
        plan_leave(b, back);
    }
}

void plan_read_record(struct plan_build *b, unsigned program, const struct avro_node *w,
                      const struct avro_node *r, const struct avro_shape *shape,
                      size_t base, size_t size) {
    for (size_t i = 0; i < shape->n_fields; i++) {
        if (!avro_field_named(r, shape->fields[i].name)) {
            plan_obstacle(b, "the reader's schema \"%s\" has no field \"%s\"", r->name,
                          shape->fields[i].name);
        }
    }
    for (size_t i = 0; !b->failed && i < w->n_fields; i++) {
        const struct avro_member *m = avro_fed_field(w, r, &w->fields[i]);
        const struct avro_field *f = m ? avro_shape_field(shape, m->name) : NULL;
        size_t back = plan_enter(b, w->fields[i].name);
        if (f) {
            read_type(b, program, w->fields[i].type, m->type,
                      &(struct place){.field = f, .base = base, .size = size});
        } else {
            plan_skip(b, program, w->fields[i].type);
        }
        plan_leave(b, back);
    }
    read_missing(b, program, w, r, shape, base, size);
}
