/* node.c: looking things up in the tree. */
#include "common/policy/node.h"

const struct node *node_get(const struct node *map, const char *key) {
    if (!map || map->kind != NODE_MAP)
        return NULL;
    NODE_EACH(child, map) {
        if (span_is(child->key->text, key))
            return child;
    }
    return NULL;
}

bool node_is(const struct node *n, const char *text) {
    return n && n->kind == NODE_SCALAR && span_is(n->text, text);
}

const char *node_kind_name(const struct node *n) {
    static const char *const names[] = {"a single value", "a list", "a mapping"};
    return n ? names[n->kind] : "nothing";
}

struct span source_line(const struct source *source, int line) {
    struct span rest = source->text, out = {0};
    for (int i = 1; span_cut(&rest, '\n', &out); i++)
        if (i == line)
            return out;
    return (struct span){"", 0};
}

bool node_cut_range(const struct node *n, struct span *low, struct span *high) {
    const char *dots = n->kind == NODE_SCALAR ? strstr(n->text.ptr, "..") : NULL;
    *low = *high = n->text;
    if (!dots)
        return false;
    *low = (struct span){n->text.ptr, (size_t)(dots - n->text.ptr)};
    *high = span_of(dots + 2);
    return true;
}
