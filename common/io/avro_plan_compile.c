/*
 * avro_plan_compile.c: (writer, reader, shape) -> plan.
 *
 * The walk over the schemas stands in avro_plan_read.c and avro_plan_skip.c; here is what
 * they emit into, and how a plan begins and ends. Everything that could be wrong with the
 * three is found while compiling, so that decoding meets only wrong bytes.
 *
 * The writer's schema is not ours: steps and memory are capped (PLAN_MAX_OPS), because
 * named types make it possible to ask for exponentially many with few words.
 */
#include "common/io/avro_ops.h"

#include <stdarg.h>
#include <stdlib.h>

const struct avro_limits avro_default_limits = {
    .max_text_bytes = 1024 * 1024,
    .max_items = 10000,
    .max_total_bytes = 4 * 1024 * 1024,
    .max_depth = 32,
};

/* --- the build --- */

void plan_obstacle(struct plan_build *b, const char *format, ...) {
    if (b->failed)
        return;
    char why[200];
    va_list args;
    va_start(args, format);
    vsnprintf(why, sizeof why, format, args);
    va_end(args);
    b->failed = b->path[0] ? error_set(b->err, E_SCHEMA_INCOMPATIBLE, "field \"%s\": %s",
                                       b->path, why)
                           : error_set(b->err, E_SCHEMA_INCOMPATIBLE, "%s", why);
}

static void plan_exhaust(struct plan_build *b, const char *what) {
    plan_obstacle(b, "reading it needs too many %s", what);
    b->is_exhausted = true;
}

void *plan_alloc(struct plan_build *b, size_t count, size_t size) {
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes) || bytes + 64 > arena_room(b->a)) {
        plan_exhaust(b, "bytes");
        return NULL;
    }
    return arena_zalloc(b->a, bytes);
}

unsigned plan_program_new(struct plan_build *b) {
    struct avro_plan *p = b->plan;
    if (p->n_programs == PLAN_MAX_OPS) {
        plan_exhaust(b, "programs");
        return 0;
    }
    if (p->n_programs == p->programs_cap) {
        p->programs_cap = p->programs_cap ? 2 * p->programs_cap : 8;
        p->programs = xrealloc(p->programs, p->programs_cap * sizeof *p->programs);
    }
    p->programs[p->n_programs] = (struct program){NULL, 0, 0};
    return p->n_programs++;
}

size_t plan_emit(struct plan_build *b, unsigned program, struct op op) {
    if (b->failed)
        return 0;
    struct program *to = &b->plan->programs[program];
    if (b->plan->n_ops++ >= PLAN_MAX_OPS) {
        plan_exhaust(b, "steps");
        return 0;
    }
    if (to->n == to->cap) {
        to->cap = to->cap ? 2 * to->cap : 8;
        to->ops = xrealloc(to->ops, to->cap * sizeof *to->ops);
    }
    char *path = plan_alloc(b, 1, strlen(b->path) + 1);
    if (!path)
        return 0;
    op.path = memcpy(path, b->path, strlen(b->path) + 1);
    to->ops[to->n] = op;
    return to->n++;
}

size_t plan_enter(struct plan_build *b, const char *name) {
    return avro_path_enter(b->path, sizeof b->path, name);
}

void plan_leave(struct plan_build *b, size_t back) {
    if (!b->failed) /* a failed build keeps the path of its obstacle */
        b->path[back] = '\0';
}

/* --- finishing --- */

/* Texts that lie side by side, in the record and in memory, are read by one step. The
 * steps passed over stay where they are: no jump's target moves, a jump into the middle
 * of a run still meets plain steps, and messages still find their paths. */
static void fuse(struct program *p) {
    for (size_t i = 0; i < p->n;) {
        size_t n = 1;
        while (p->ops[i].code == OP_TEXT && i + n < p->n &&
               p->ops[i + n].code == OP_TEXT &&
               p->ops[i + n].offset == p->ops[i].offset + n * sizeof(struct span))
            n++;
        if (n > 1) {
            p->ops[i].code = OP_TEXTS;
            p->ops[i].n = n;
        }
        i += n;
    }
}

static void finish(struct avro_plan *plan) {
    for (unsigned i = 0; i < plan->n_programs; i++) {
        struct program *p = &plan->programs[i];
        fuse(p);
        for (size_t k = 0; k < p->n; k++) {
            struct op *op = &p->ops[k];
            if (op->code == OP_ARRAY || op->code == OP_SKIP_LIST)
                op->array->item = plan->programs[op->array->program].ops;
        }
    }
    plan->main = plan->programs[0].ops;
}

static enum status compile(struct plan_build *b, const struct avro_schema *writer,
                           const struct avro_schema *reader,
                           const struct avro_shape *shape) {
    unsigned nodes = writer->n_nodes;
    b->skip_of = plan_alloc(b, nodes, sizeof *b->skip_of);
    b->zero_size = plan_alloc(b, nodes, sizeof *b->zero_size);
    b->min_wire = plan_alloc(b, nodes, sizeof *b->min_wire);
    const struct avro_node *w = writer->root, *r = reader->root;
    unsigned program = plan_program_new(b);
    if (r->type != AT_RECORD || w->type != AT_RECORD || !avro_names_match(w, r)) {
        plan_obstacle(b, "the writer's \"%s\" is not the reader's \"%s\"",
                      avro_node_title(w), avro_node_title(r));
    } else {
        plan_read_record(b, program, w, r, shape, 0, shape->size);
        plan_emit(b, program, (struct op){.code = OP_END});
    }
    return b->failed;
}

enum status avro_plan_compile(const struct avro_schema *writer,
                              const struct avro_schema *reader,
                              const struct avro_shape *shape,
                              const struct avro_limits *limits, struct avro_plan **out,
                              struct error *err) {
    struct arena *a = arena_new(PLAN_ARENA_BYTES);
    struct avro_plan *plan = arena_zalloc(a, sizeof *plan);
    plan->arena = a;
    plan->size = shape->size;
    plan->limits = *limits;
    struct plan_build b = {.plan = plan, .a = a, .err = err};
    enum status st = compile(&b, writer, reader, shape);
    if (st != ST_OK) {
        avro_plan_free(plan);
        return st;
    }
    finish(plan);
    *out = plan;
    return ST_OK;
}

void avro_plan_free(struct avro_plan *p) {
    if (!p)
        return;
    for (unsigned i = 0; i < p->n_programs; i++)
        free(p->programs[i].ops);
    free(p->programs);
    arena_free(p->arena);
}
