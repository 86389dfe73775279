/* schema.c: typing nodes, with findings that say what would have been right. */
#include "common/policy/schema.h"

#include "common/base/suggest.h"

bool schema_map(struct loader *l, const struct node *n, const char *what,
                const char *const *keys) {
    if (n->kind != NODE_MAP) {
        finding_error(l->fs, "schema", n, "%s must be a mapping, found %s", what,
                      node_kind_name(n));
        return false;
    }
    NODE_EACH(child, n) {
        bool is_known = false;
        struct suggestion s = suggest_for(child->key->text);
        for (int i = 0; keys[i] && !is_known; i++) {
            is_known = span_is(child->key->text, keys[i]);
            suggest_consider(&s, keys[i]);
        }
        if (!is_known) {
            finding_error(l->fs, "unknown-key", child->key, "%s has no \"%s\"%s", what,
                          child->key->text.ptr, suggest_text(&s));
        }
    }
    return true;
}

bool schema_list(struct loader *l, const struct node *n, const char *what) {
    if (n->kind != NODE_LIST) {
        finding_error(l->fs, "schema", n, "%s must be a list, found %s", what,
                      node_kind_name(n));
        return false;
    }
    return true;
}

const char *schema_word(struct loader *l, const struct node *n, const char *what) {
    if (n->kind != NODE_SCALAR || n->text.len == 0) {
        finding_error(l->fs, "schema", n, "%s must be a single value, found %s", what,
                      n->kind == NODE_SCALAR ? "nothing" : node_kind_name(n));
        return NULL;
    }
    size_t n_characters = 0;
    for (size_t i = 0; i < n->text.len; i++)
        n_characters += ((unsigned char)n->text.ptr[i] & 0xC0) != 0x80;
    if (n_characters > POLICY_MAX_CHARACTERS) {
        finding_error(l->fs, "limit", n, "%s has %zu characters: at most %d", what,
                      n_characters, (int)POLICY_MAX_CHARACTERS);
        return NULL;
    }
    return span_cstr(l->a, n->text);
}

const char *schema_text(struct loader *l, const struct node *map, const char *key,
                        bool is_required) {
    const struct node *n = node_get(map, key);
    if (!n) {
        if (is_required)
            finding_error(l->fs, "schema", map, "no \"%s\" here: it is required", key);
        return NULL;
    }
    return schema_word(l, n, key);
}

bool schema_number(struct loader *l, const struct node *n, int64_t min, int64_t max,
                   int64_t *out) {
    if (n->kind == NODE_SCALAR && span_to_i64(n->text, out) && *out >= min && *out <= max)
        return true;
    finding_error(l->fs, "schema", n, "must be a whole number in %lld..%lld",
                  (long long)min, (long long)max);
    return false;
}

int schema_choice(struct loader *l, const struct node *n, const char *what,
                  const char *const *choices) {
    struct suggestion s = suggest_for(n->kind == NODE_SCALAR ? n->text : SPAN(""));
    for (int i = 0; choices[i]; i++) {
        if (node_is(n, choices[i]))
            return i;
        suggest_consider(&s, choices[i]);
    }
    char list[200];
    struct builder b = builder_over(list, sizeof list - 1);
    for (int i = 0; choices[i]; i++) {
        build_text(&b, i ? ", " : "");
        build_text(&b, choices[i]);
    }
    list[b.len] = '\0';
    finding_error(l->fs, "schema", n, "%s must be one of %s%s", what, list,
                  suggest_text(&s));
    return -1;
}

const struct node *schema_first(const struct node *n) {
    return n && n->kind == NODE_LIST ? n->first : n;
}

const struct node *schema_next(const struct node *list, const struct node *item) {
    return list->kind == NODE_LIST ? item->next : NULL;
}

bool schema_room(struct loader *l, const struct node *at, int have, int n, int max,
                 const char *what) {
    if (have + n <= max)
        return true;
    finding_error(l->fs, "limit", at, "more than %d %s", max, what);
    return false;
}

void *schema_extend(struct loader *l, const void *items, int have, int n, size_t size) {
    void *all = arena_array(l->a, (size_t)(have + n) + 1, size);
    if (have > 0)
        memcpy(all, items, (size_t)have * size);
    return all;
}
