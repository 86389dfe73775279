/*
 * avro_plan_skip.c: steps over data that the reader does not have.
 *
 * A record is skipped by a program of its own, compiled once for each record type: so a
 * recursive type ends, and a type that is used in many places does not multiply. What
 * takes no bytes at all (null, records of nulls, fixed of size 0) is skipped by no step,
 * so that no record can ask for work without paying for it in bytes.
 */
#include "common/io/avro_ops.h"

#include <stdint.h>

enum { UNKNOWN, NO, YES, BUSY };

bool plan_is_zero_size(struct plan_build *b, const struct avro_node *n) {
    if (n->type == AT_NULL || (n->type == AT_FIXED && n->size == 0))
        return true;
    if (n->type != AT_RECORD)
        return false;
    uint8_t *known = &b->zero_size[n->id];
    if (*known == UNKNOWN) {
        *known = BUSY;
        bool is_zero = true;
        for (size_t i = 0; is_zero && i < n->n_fields; i++)
            is_zero = plan_is_zero_size(b, n->fields[i].type);
        *known = is_zero ? YES : NO;
    }
    /* BUSY: a record that contains itself can never be written; skipping it stops at the
     * depth. */
    return *known == YES;
}

static size_t add_capped(size_t a, size_t b) {
    return a > SIZE_MAX / 2 - b ? SIZE_MAX / 2 : a + b;
}

static size_t min_of_record(struct plan_build *b, const struct avro_node *n) {
    size_t *known = &b->min_wire[n->id];
    if (*known == 0) {
        *known = 1; /* while we are inside it: 0 bytes, which is a lower bound */
        size_t sum = 0;
        for (size_t i = 0; i < n->n_fields; i++)
            sum = add_capped(sum, plan_min_wire(b, n->fields[i].type));
        *known = add_capped(sum, 1);
    }
    return *known - 1;
}

size_t plan_min_wire(struct plan_build *b, const struct avro_node *n) {
    size_t least = SIZE_MAX / 2;
    switch (n->type) {
    case AT_NULL:
        return 0;
    case AT_FLOAT:
        return 4;
    case AT_DOUBLE:
        return 8;
    case AT_FIXED:
        return n->size;
    case AT_RECORD:
        return min_of_record(b, n);
    case AT_UNION:
        for (size_t i = 0; i < n->n_branches; i++) {
            size_t branch = plan_min_wire(b, n->branches[i]);
            least = branch < least ? branch : least;
        }
        return add_capped(least, 1);
    default:
        return 1;
    }
}

static void skip_union(struct plan_build *b, unsigned program,
                       const struct avro_node *n) {
    uint32_t *targets = plan_alloc(b, n->n_branches, sizeof *targets);
    size_t *ends = plan_alloc(b, n->n_branches, sizeof *ends);
    if (b->failed)
        return;
    plan_emit(b, program,
              (struct op){.code = OP_UNION, .n = n->n_branches, .targets = targets});
    for (size_t i = 0; i < n->n_branches; i++) {
        targets[i] = (uint32_t)b->plan->programs[program].n;
        plan_skip(b, program, n->branches[i]);
        ends[i] = plan_emit(b, program, (struct op){.code = OP_GOTO});
    }
    for (size_t i = 0; !b->failed && i < n->n_branches; i++)
        b->plan->programs[program].ops[ends[i]].n = b->plan->programs[program].n;
}

static void skip_list(struct plan_build *b, unsigned program, const struct avro_node *n) {
    struct op_array *list = plan_alloc(b, 1, sizeof *list);
    if (b->failed)
        return;
    list->is_map = n->type == AT_MAP;
    list->min_wire = plan_min_wire(b, n->item) + (list->is_map ? 1 : 0);
    list->program = plan_program_new(b);
    if (b->failed)
        return;
    plan_skip(b, list->program, n->item);
    plan_emit(b, list->program, (struct op){.code = OP_END});
    plan_emit(b, program, (struct op){.code = OP_SKIP_LIST, .array = list});
}

static void skip_record(struct plan_build *b, unsigned program,
                        const struct avro_node *n) {
    if (b->skip_of[n->id] == 0) {
        unsigned own = plan_program_new(b);
        if (b->failed)
            return;
        b->skip_of[n->id] = own + 1;
        for (size_t i = 0; i < n->n_fields; i++) {
            size_t back = plan_enter(b, n->fields[i].name);
            plan_skip(b, own, n->fields[i].type);
            plan_leave(b, back);
        }
        plan_emit(b, own, (struct op){.code = OP_END});
    }
    plan_emit(b, program, (struct op){.code = OP_SKIP_CALL, .n = b->skip_of[n->id] - 1});
}

static void skip_fixed(struct plan_build *b, unsigned program, size_t size) {
    plan_emit(b, program, (struct op){.code = OP_SKIP_FIXED, .n = size});
}

void plan_skip(struct plan_build *b, unsigned program, const struct avro_node *n) {
    if (b->failed || plan_is_zero_size(b, n))
        return;
    switch (n->type) {
    case AT_BOOLEAN:
        plan_emit(b, program, (struct op){.code = OP_SKIP_BOOL});
        break;
    case AT_INT:
        plan_emit(b, program, (struct op){.code = OP_SKIP_INT});
        break;
    case AT_LONG:
        plan_emit(b, program, (struct op){.code = OP_SKIP_LONG});
        break;
    case AT_FLOAT:
        skip_fixed(b, program, 4);
        break;
    case AT_DOUBLE:
        skip_fixed(b, program, 8);
        break;
    case AT_FIXED:
        skip_fixed(b, program, n->size);
        break;
    case AT_BYTES:
    case AT_STRING:
        plan_emit(b, program, (struct op){.code = OP_SKIP_BYTES});
        break;
    case AT_ENUM:
        plan_emit(b, program, (struct op){.code = OP_SKIP_ENUM, .n = n->symbols.count});
        break;
    case AT_RECORD:
        skip_record(b, program, n);
        break;
    case AT_ARRAY:
    case AT_MAP:
        skip_list(b, program, n);
        break;
    case AT_UNION:
        skip_union(b, program, n);
        break;
    case AT_NULL:
    case AT_COUNT:
        break;
    }
}
