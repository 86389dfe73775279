/* revision.c: writes the canonical form and hashes it. */
#include "common/policy/revision.h"

#include "common/policy/civil.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>

struct writer {
    struct arena *a;
    char *ptr;
    size_t len, cap;
};

static void put(struct writer *w, struct span s) {
    if (w->len + s.len > w->cap) {
        w->cap = (w->len + s.len) * 2 + 4096;
        w->ptr = xrealloc(w->ptr, w->cap);
    }
    memcpy(w->ptr + w->len, s.ptr, s.len);
    w->len += s.len;
}

static void put_json(struct writer *w, struct span s) {
    char buffer[6 * 4096 + 8];
    struct builder b = builder_over(buffer, sizeof buffer);
    build_json(&b, s);
    put(w, builder_span(&b));
}

/* What a list's item is sorted by; empty: it keeps its place. */
static struct span sort_key(const struct node *n) {
    const struct node *id = node_get(n, "id");
    id = id ? id : node_get(n, "table");
    return id && id->kind == NODE_SCALAR ? id->text : (struct span){"", 0};
}

static int compare_keys(const void *a, const void *b) {
    return span_compare((*(const struct node *const *)a)->key->text,
                        (*(const struct node *const *)b)->key->text);
}

static int compare_ids(const void *a, const void *b) {
    return span_compare(sort_key(*(const struct node *const *)a),
                        sort_key(*(const struct node *const *)b));
}

static const struct node **children(struct arena *a, const struct node *n) {
    const struct node **items = arena_array(a, (size_t)n->count + 1, sizeof *items);
    int i = 0;
    NODE_EACH(child, n) {
        items[i++] = child;
    }
    return items;
}

static void put_node(struct writer *w, const struct node *n, int depth) {
    if (n->kind == NODE_SCALAR) {
        put_json(w, n->text);
        return;
    }
    bool is_map = n->kind == NODE_MAP;
    const struct node **items = children(w->a, n);
    bool is_by_id = !is_map && n->count > 0 && sort_key(items[0]).len > 0;
    if (is_map || is_by_id) {
        qsort(items, (size_t)n->count, sizeof *items,
              is_map ? compare_keys : compare_ids);
    }
    bool is_first = true;
    put(w, is_map ? SPAN("{") : SPAN("["));
    for (int i = 0; i < n->count; i++) {
        if (depth == 0 && (span_is(items[i]->key->text, "tests") ||
                           span_is(items[i]->key->text, "coverage") ||
                           span_is(items[i]->key->text, "money")))
            continue; /* they judge the rules and change no decision */
        put(w, is_first ? SPAN("") : SPAN(","));
        put(w, depth < 2 || is_by_id ? SPAN("\n") : SPAN(""));
        is_first = false;
        if (is_map) {
            put_json(w, items[i]->key->text);
            put(w, SPAN(":"));
        }
        put_node(w, items[i], depth + 1);
    }
    put(w, is_map ? SPAN("}") : SPAN("]"));
}

static void put_day(struct writer *w, const struct holiday *h, const char *before,
                    bool is_first) {
    char text[40];
    struct civil c = civil_of(h->day);
    int len = snprintf(text, sizeof text, "%s\"%s%04d-%02d-%02d\"", is_first ? "" : ",",
                       before, c.year, c.month, c.day);
    put(w, (struct span){text, (size_t)len});
}

static void put_holidays(struct writer *w, const struct holidays *h) {
    put_json(w, span_of(h->name));
    put(w, SPAN(":["));
    for (int i = 0; i < h->n; i++)
        put_day(w, &h->items[i], "", i == 0);
    for (int i = 0; i < h->n_workdays; i++)
        put_day(w, &h->workdays[i], "worked ", false);
    put(w, SPAN("]"));
}

static int compare_holidays(const void *a, const void *b) {
    return strcmp((*(struct holidays *const *)a)->name,
                  (*(struct holidays *const *)b)->name);
}

void revision_seal(struct loader *l, const struct node *const *roots, int n) {
    struct writer w = {.a = l->scratch};
    struct policy *p = l->p;
    put(&w, SPAN("{\"packs\":["));
    for (int i = 0; i < n; i++) {
        put(&w, i ? SPAN(",\n") : SPAN("\n"));
        put_node(&w, roots[i], 0);
    }
    put(&w, SPAN("],\n\"holidays\":{"));
    if (p->n_holidays > 0)
        qsort(p->holidays, (size_t)p->n_holidays, sizeof *p->holidays, compare_holidays);
    for (int i = 0; i < p->n_holidays; i++) {
        put(&w, i ? SPAN(",\n") : SPAN("\n"));
        put_holidays(&w, p->holidays[i]);
    }
    put(&w, SPAN("}}\n"));
    p->revision.canonical =
        (struct span){span_cstr(l->a, (struct span){w.ptr, w.len}), w.len};
    free(w.ptr);
    unsigned char digest[32];
    unsigned size = 0;
    if (!EVP_Digest(p->revision.canonical.ptr, p->revision.canonical.len, digest, &size,
                    EVP_sha256(), NULL))
        BUG("SHA-256 is not available");
    struct builder b = builder_over(p->revision.hash, sizeof p->revision.hash);
    build_hex(&b, digest, sizeof digest);
    uint64_t id = 0;
    for (int i = 0; i < 8; i++)
        id = id << 8 | digest[i];
    p->revision.id = (int64_t)(id >> 1);
}
