/*
 * avro_check.c: whether every record of one schema can be read with another.
 *
 * The same rules as the plan's (avro_resolve.c), walked over whole schemas instead of
 * being bound to a structure, and with everything that could happen counted as if it did.
 * A reader's union is probed branch by branch in silence; only when none fits are the
 * obstacles of the most similar one told.
 */
#include "common/io/avro_node.h"

#include <stdarg.h>
#include <stdlib.h>

struct pair {
    const struct avro_node *writer, *reader;
};

struct check {
    void (*tell)(void *context, const char *path, const char *why); /* NULL: a probe */
    void *context;
    size_t n_obstacles;
    size_t n_steps;
    struct pair
        *seen; /* records on the way or done: a recursive schema comes back to them */
    size_t n_seen, seen_cap;
    char path[512];
};

/* Far more than any schema that people write; unions in unions could ask for
 * exponentially many. */
enum { STEPS_MAX = 1000000 };

static void compare(struct check *c, const struct avro_node *w,
                    const struct avro_node *r);

static __attribute__((format(printf, 2, 3))) void obstacle(struct check *c,
                                                           const char *format, ...) {
    char why[400];
    va_list args;
    va_start(args, format);
    vsnprintf(why, sizeof why, format, args);
    va_end(args);
    c->n_obstacles++;
    if (c->tell)
        c->tell(c->context, c->path, why);
}

static bool see(struct check *c, const struct avro_node *w, const struct avro_node *r) {
    for (size_t i = 0; i < c->n_seen; i++)
        if (c->seen[i].writer == w && c->seen[i].reader == r)
            return true;
    if (c->n_seen == c->seen_cap) {
        c->seen_cap = c->seen_cap ? 2 * c->seen_cap : 16;
        c->seen = xrealloc(c->seen, c->seen_cap * sizeof *c->seen);
    }
    c->seen[c->n_seen++] = (struct pair){w, r};
    return false;
}

static void compare_missing(struct check *c, const struct avro_member *m) {
    size_t back = avro_path_enter(c->path, sizeof c->path, m->name);
    if (!m->fallback) {
        obstacle(
            c, "the reader needs it, the writer does not send it, and it has no default");
    } else if (!avro_default_fits(m->type, m->fallback)) {
        obstacle(c, "its default is not a value of its type");
    }
    c->path[back] = '\0';
}

static void compare_records(struct check *c, const struct avro_node *w,
                            const struct avro_node *r) {
    if (see(c, w, r))
        return;
    for (size_t i = 0; i < r->n_fields; i++) {
        const struct avro_member *m = &r->fields[i];
        const struct avro_member *feeding = avro_feeding_field(w, r, m);
        if (!feeding || avro_fed_field(w, r, feeding) != m) {
            compare_missing(c, m);
            continue;
        }
        size_t back = avro_path_enter(c->path, sizeof c->path, m->name);
        compare(c, feeding->type, m->type);
        c->path[back] = '\0';
    }
}

static void compare_enums(struct check *c, const struct avro_node *w,
                          const struct avro_node *r) {
    for (size_t i = 0; i < w->symbols.count; i++) {
        if (avro_resolve_symbol(r, w->symbols.items[i]) < 0) {
            obstacle(
                c, "the reader's enum \"%s\" has neither the symbol \"%s\" nor a default",
                r->name, w->symbols.items[i]);
        }
    }
}

static void compare_named(struct check *c, const struct avro_node *w,
                          const struct avro_node *r) {
    if (!avro_names_match(w, r)) {
        obstacle(c, "\"%s\" is not \"%s\"; an alias would make it so", w->name, r->name);
    } else if (w->type == AT_RECORD) {
        compare_records(c, w, r);
    } else if (w->type == AT_ENUM) {
        compare_enums(c, w, r);
    } else if (w->size != r->size) {
        obstacle(c, "fixed \"%s\" of %zu bytes cannot be read as %zu", r->name, w->size,
                 r->size);
    }
}

/* The number of obstacles, told to nobody. */
static size_t probe(struct check *c, const struct avro_node *w,
                    const struct avro_node *r) {
    struct check silent = *c;
    silent.tell = NULL;
    silent.n_obstacles = 0;
    compare(&silent, w, r);
    c->seen = silent.seen; /* may have been moved; what the probe saw is forgotten */
    c->seen_cap = silent.seen_cap;
    c->n_steps = silent.n_steps;
    return silent.n_obstacles;
}

static void compare_with_union(struct check *c, const struct avro_node *w,
                               const struct avro_node *r) {
    const struct avro_node *similar = NULL;
    for (size_t i = 0; i < r->n_branches; i++) {
        if (probe(c, w, r->branches[i]) == 0)
            return;
        if (r->branches[i]->type == w->type)
            similar = r->branches[i];
    }
    if (similar)
        compare(c, w, similar);
    else
        obstacle(c, "no branch of the reader's union takes \"%s\"", avro_node_title(w));
}

static void compare(struct check *c, const struct avro_node *w,
                    const struct avro_node *r) {
    if (c->n_steps++ >= STEPS_MAX) {
        if (c->n_steps == STEPS_MAX + 1)
            obstacle(c, "the schemas are too intricate to compare");
        return;
    }
    if (w->type == AT_UNION) {
        for (size_t i = 0; i < w->n_branches; i++)
            compare(c, w->branches[i], r);
    } else if (r->type == AT_UNION) {
        compare_with_union(c, w, r);
    } else if (w->type == r->type && w->name) {
        compare_named(c, w, r);
    } else if (w->type == r->type && w->item) {
        size_t back = avro_path_enter(c->path, sizeof c->path, "item");
        compare(c, w->item, r->item);
        c->path[back] = '\0';
    } else if (!avro_promotes(w->type, r->type)) {
        obstacle(c, "\"%s\" cannot be read as \"%s\"", avro_node_title(w),
                 avro_node_title(r));
    } else if (avro_logical_obstacle(w, r)) {
        obstacle(c, "%s", avro_logical_obstacle(w, r));
    }
}

size_t avro_schema_check(const struct avro_schema *writer,
                         const struct avro_schema *reader,
                         void (*tell)(void *context, const char *path, const char *why),
                         void *context) {
    struct check c = {.tell = tell, .context = context};
    compare(&c, writer->root, reader->root);
    free(c.seen);
    return c.n_obstacles;
}
