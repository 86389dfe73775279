/*
 * node.h: a YAML document as a small tree, each node knowing where it was written.
 *
 * All scalars are text: nothing is typed before the schema asks for a type, so the
 * language code `no` stays "no" and a bare date stays text. Nodes live in the arena that
 * they were read into.
 */
#ifndef COMMON_POLICY_NODE_H
#define COMMON_POLICY_NODE_H

#include "common/base/span.h"

enum node_kind { NODE_SCALAR, NODE_LIST, NODE_MAP };

struct source {
    const char *name; /* "amazon.yaml" */
    struct span text; /* the whole file */
};

struct node {
    enum node_kind kind;
    const struct source *source;
    int line, column;   /* from 1 */
    struct span text;   /* NODE_SCALAR, NUL-terminated too */
    struct node *key;   /* in a map: the key's scalar; else NULL */
    struct node *first; /* first child of a list or map */
    struct node *next;  /* next sibling */
    int count;          /* children */
};

/* The child under `key`; NULL when there is none, or `map` is NULL or no map. */
const struct node *node_get(const struct node *map, const char *key);
bool node_is(const struct node *n, const char *text); /* a scalar that reads exactly so */
const char *node_kind_name(const struct node *n);     /* "a list" */
/* The whole line of `text` that holds line number `line`, without its end. */
struct span source_line(const struct source *source, int line);

#define NODE_EACH(child, parent)                                                         \
    for (const struct node *child = (parent) ? (parent)->first : NULL; child;            \
         child = child->next)
/* "low..high" cut at the dots; false without them: both are the whole text then. */
bool node_cut_range(const struct node *n, struct span *low, struct span *high);

#endif
