#include "common/policy/canonical.h"

#include "common/base/compiler.h"

#include <jansson.h>
#include <stdlib.h>

struct canonical {
    json_t *json;
};

struct canonical *canonical_read(struct span text) {
    struct canonical *c = xcalloc(1, sizeof *c);
    c->json = json_loadb(text.ptr, text.len, 0, NULL);
    return c;
}

void canonical_free(struct canonical *c) {
    if (!c)
        return;
    json_decref(c->json);
    free(c);
}

static bool has_text(const json_t *object, const char *key, struct span text) {
    const char *found = json_string_value(json_object_get(object, key));
    return found && span_is(text, found);
}

/* A rule gives one duty, or a list of them. */
static const json_t *duty_of_rule(const json_t *rule, struct span name) {
    const json_t *duty = json_object_get(json_object_get(rule, "then"), "duty"), *each;
    size_t i;
    if (json_is_object(duty))
        return has_text(duty, "name", name) ? duty : NULL;
    json_array_foreach(duty, i, each) {
        if (has_text(each, "name", name))
            return each;
    }
    return NULL;
}

static const json_t *find_duty(const struct canonical *c, struct span rule_id,
                               struct span name) {
    const json_t *pack, *table, *rule;
    size_t i, k, n;
    json_array_foreach(json_object_get(c->json, "packs"), i, pack) {
        json_array_foreach(json_object_get(pack, "tables"), k, table) {
            json_array_foreach(json_object_get(table, "rules"), n, rule) {
                if (has_text(rule, "id", rule_id))
                    return duty_of_rule(rule, name);
            }
        }
    }
    return NULL;
}

/* Both have it in the same words, or neither has it. */
static bool is_same(const json_t *a, const json_t *b, const char *key) {
    json_t *one = json_object_get(a, key), *other = json_object_get(b, key);
    return one == other || json_equal(one, other);
}

enum canonical_terms canonical_compare(const struct canonical *a,
                                       const struct canonical *b, struct span rule_id,
                                       struct span duty) {
    const json_t *one = find_duty(a, rule_id, duty), *other = find_duty(b, rule_id, duty);
    if (!json_object_get(one, "due") || !is_same(one, other, "due") ||
        !is_same(one, other, "start"))
        return TERMS_OTHER;
    return is_same(one, other, "reserve") && is_same(one, other, "aim") &&
                   is_same(one, other, "warn")
               ? TERMS_SAME
               : TERMS_SAME_DUE;
}
