/*
 * avro_ops.h: the steps of a decode plan, for the avro_plan_*.c and avro_decode.c files
 * only.
 *
 * A plan is a handful of programs: one for the whole record, one for the items of each
 * array, one for each record that is skipped. A program is a flat array of steps that
 * ends with OP_END; each step takes some bytes off the front of the record and writes at
 * `offset` from the structure's (or the item's) base. Programs refer to each other only
 * for arrays and skips, so a plan without them runs straight on.
 */
#ifndef COMMON_IO_AVRO_OPS_H
#define COMMON_IO_AVRO_OPS_H

#include "common/io/avro_node.h"
#include "common/io/avro_plan.h"

#include <math.h>

enum op_code {
    OP_END,
    /* read into the structure */
    OP_TEXT,   /* struct span, checked to be text */
    OP_TEXTS,  /* n spans of text side by side; their own steps follow and are passed over
                */
    OP_BYTES,  /* struct span */
    OP_FIXED,  /* struct span of n bytes */
    OP_I64,    /* int64_t from long */
    OP_INT_64, /* int64_t from int */
    OP_MILLIS, /* int64_t from milliseconds, times 1000 */
    OP_I32,    /* int32_t from int */
    OP_BOOL,   /* bool */
    OP_TRI,    /* int from boolean */
    OP_ENUM,   /* int: table[position], n positions; a negative entry is refused */
    OP_DOUBLE, /* double from double */
    OP_FLOAT,  /* double from float */
    OP_INT_F64,  /* double from int */
    OP_LONG_F64, /* double from long */
    OP_INT_F32, /* double from int, rounded to float's precision: the reader says float */
    OP_LONG_F32, /* the same from long */
    OP_ARRAY,    /* see struct op_array */
    /* write without reading */
    OP_COPY,   /* n bytes from `from`: a default or an absent value */
    OP_ABSENT, /* the absent value of `kind` */
    /* control */
    OP_OPTIONAL, /* [null, T] in either order: null is branch `kind`; then `n` steps are
                    skipped */
    OP_UNION,    /* goes to step targets[branch], of n */
    OP_GOTO,     /* goes to step n */
    OP_REFUSE,   /* data that the reader's schema has no place for */
    /* skip what the reader does not have */
    OP_SKIP_INT,
    OP_SKIP_LONG,
    OP_SKIP_BOOL,
    OP_SKIP_ENUM, /* n positions */
    OP_SKIP_BYTES,
    OP_SKIP_FIXED, /* n bytes */
    OP_SKIP_LIST,  /* array or map: the items by op_array's program */
    OP_SKIP_CALL,  /* a record: by program n */
};

/* What an absent optional value looks like; see avro_shape.h. */
enum absent_kind {
    ABSENT_SPAN,
    ABSENT_I64,
    ABSENT_I32,
    ABSENT_INT,
    ABSENT_F64,
    ABSENT_ARRAY
};
static inline void put_absent(enum absent_kind kind, char *base, size_t offset,
                              size_t count_offset) {
    char *to = base + offset;
    const void *no_items = NULL;
    switch (kind) {
    case ABSENT_SPAN:
        memset(to, 0, sizeof(struct span));
        break;
    case ABSENT_I64:
        memcpy(to, &(int64_t){INT64_MIN}, sizeof(int64_t));
        break;
    case ABSENT_I32:
        memcpy(to, &(int32_t){INT32_MIN}, sizeof(int32_t));
        break;
    case ABSENT_INT:
        memcpy(to, &(int){-1}, sizeof(int));
        break;
    case ABSENT_F64:
        memcpy(to, &(double){(double)NAN}, sizeof(double));
        break;
    case ABSENT_ARRAY:
        memcpy(to, &no_items, sizeof no_items);
        memset(base + count_offset, 0, sizeof(size_t));
        break;
    }
}

struct op;

struct op_array {
    unsigned program; /* index into the plan's programs */
    const struct op *item;
    size_t item_size;    /* of one item in memory; 0 when skipped */
    size_t min_wire;     /* bytes that an item takes at least in the record */
    size_t count_offset; /* where the count goes, from the structure's base */
    bool is_optional; /* an empty array is then told from an absent one by its pointer */
    bool is_map;      /* each item has a key before it */
    bool
        is_text; /* the items are plain spans of text: the common case has its own loop */
};

struct op {
    uint8_t code;
    uint8_t kind; /* enum absent_kind, or the branch that is null */
    uint32_t offset;
    size_t n;
    union {
        const void *from;
        const int *table;
        const uint32_t *targets;
        struct op_array *array;
    };
    const char *path; /* for messages: "lines.quantity" */
};
_Static_assert(sizeof(struct op) == 32, "two steps to a cache line");

struct program {
    struct op *ops;
    size_t n, cap;
};

struct avro_plan {
    struct arena *arena; /* owns everything below, and the plan itself */
    const struct op *main;
    size_t size; /* of the structure */
    struct avro_limits limits;
    struct program *programs;
    unsigned n_programs, programs_cap;
    size_t n_ops; /* over all programs */
};

/* What must never grow without bound, because a writer's schema is not ours. */
enum { PLAN_MAX_OPS = 20000, PLAN_ARENA_BYTES = 16 * 1024 * 1024 };

/* The compiler's state. `failed` is sticky: after the first obstacle nothing is emitted
 * any more. */
struct plan_build {
    struct avro_plan *plan;
    struct arena *a;
    struct error *err;
    enum status failed; /* ST_OK, or the first obstacle's status */
    bool is_exhausted; /* the obstacle is a limit: not even a union branch may be left out
                          for it */
    unsigned *skip_of; /* by writer node id: 1 + program that skips this record */
    uint8_t *zero_size; /* by writer node id: 0 not known, 1 no, 2 yes */
    size_t *min_wire;   /* by writer node id: 0 not known, else 1 + least bytes */
    unsigned depth;
    char path[160];
};

/* avro_plan_compile.c */
unsigned plan_program_new(struct plan_build *b);
/* Memory that lives as long as the plan; NULL, with an obstacle noted, when it asks too
 * much. */
void *plan_alloc(struct plan_build *b, size_t count, size_t size);
/* Appends a step with the current path; returns its position. Positions stay, pointers do
 * not. */
size_t plan_emit(struct plan_build *b, unsigned program, struct op op);
void plan_obstacle(struct plan_build *b, const char *format, ...) PRINTF_LIKE(2, 3);
/* Appends ".name" to the path; returns the length for plan_leave. */
size_t plan_enter(struct plan_build *b, const char *name);
void plan_leave(struct plan_build *b, size_t back);

/* avro_plan_read.c: one record of the writer into the shape's place at `base`; `size` is
 * that of the outermost structure, the whole or an array's item. */
void plan_read_record(struct plan_build *b, unsigned program, const struct avro_node *w,
                      const struct avro_node *r, const struct avro_shape *shape,
                      size_t base, size_t size);

/* avro_plan_skip.c */
void plan_skip(struct plan_build *b, unsigned program, const struct avro_node *writer);
size_t plan_min_wire(struct plan_build *b, const struct avro_node *writer);
bool plan_is_zero_size(struct plan_build *b, const struct avro_node *writer);

/* avro_plan_default.c: writes the value that a field has when the writer does not send
 * it. */
void plan_default(struct plan_build *b, unsigned program, const struct avro_field *field,
                  size_t base, size_t size, const struct avro_node *reader,
                  const json_t *value);
enum absent_kind plan_absent_kind(const struct avro_field *field);

#endif
