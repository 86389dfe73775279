/* domain.c: facts, their words, and finding a word fast. */
#include "common/policy/domain.h"

#include "common/base/suggest.h"

#include <stdio.h>

static const char *const fact_names[POLICY_FACT_COUNT] = {
#define X(id, name, kind) name,
    POLICY_FACTS(X)
#undef X
};
static const enum fact_kind fact_kinds[POLICY_FACT_COUNT] = {
#define X(id, name, kind) KIND_##kind,
    POLICY_FACTS(X)
#undef X
};
static const char *const time_names[POLICY_TIME_COUNT] = {
#define X(id, name) name,
    POLICY_TIMES(X)
#undef X
};

const char *fact_name(int fact) {
    return fact_names[fact];
}

const char *time_name(int time) {
    return time_names[time];
}

enum fact_kind fact_kind(int fact) {
    return fact_kinds[fact];
}

int fact_find(struct span name) {
    for (int i = 0; i < POLICY_FACT_COUNT; i++)
        if (span_is(name, fact_names[i]))
            return i;
    return -1;
}

int time_find(struct span name) {
    for (int i = 0; i < POLICY_TIME_COUNT; i++)
        if (span_is(name, time_names[i]))
            return i;
    return -1;
}

/* Eight bytes at a time. Words that differ in the case of letters alone have the same: the
 * bit that tells it is set in every byte. */
static uint32_t word_hash(struct span word) {
    uint64_t h = word.len;
    for (size_t i = 0; i < word.len; i += sizeof h) {
        uint64_t piece = 0;
        memcpy(&piece, word.ptr + i,
               word.len - i < sizeof piece ? word.len - i : sizeof piece);
        h = (h ^ (piece | UINT64_C(0x2020202020202020))) * UINT64_C(0x9e3779b97f4a7c15);
        h ^= h >> 32;
    }
    return (uint32_t)h;
}

int attribute_find(const struct attribute *at, struct span word) {
    if (!at->lookup)
        return -1;
    for (uint32_t i = word_hash(word) & at->lookup_mask;; i = (i + 1) & at->lookup_mask) {
        const struct word_slot *slot = &at->lookup[i];
        if (slot->number < 0 || span_equal(slot->word, word) ||
            span_equal_nocase(slot->word, word))
            return slot->number;
    }
}

const struct word_group *attribute_group(const struct attribute *at, struct span name) {
    for (int i = 0; i < at->n_groups; i++)
        if (span_is(name, at->groups[i].name))
            return &at->groups[i];
    return NULL;
}

static void lookup_build(struct arena *a, struct attribute *at) {
    uint32_t size = 8;
    while (size < (uint32_t)at->n_words * 3)
        size *= 2;
    at->lookup = arena_array(a, size, sizeof *at->lookup);
    at->lookup_mask = size - 1;
    for (uint32_t i = 0; i < size; i++)
        at->lookup[i].number = -1;
    for (int n = 0; n < at->n_words; n++) {
        struct span word = span_of(at->words[n]);
        uint32_t i = word_hash(word) & at->lookup_mask;
        while (at->lookup[i].number >= 0)
            i = (i + 1) & at->lookup_mask;
        at->lookup[i] = (struct word_slot){word, n};
    }
}

static void read_words(struct arena *a, struct attribute *at, const struct node *list,
                       struct findings *fs) {
    int max = at->kind == KIND_SET ? DOMAIN_MAX_MEMBERS : DOMAIN_MAX_WORDS;
    if (!list || list->kind != NODE_LIST || list->count == 0) {
        finding_error(fs, "domain", list, "the values must be a list of words, found %s",
                      node_kind_name(list));
        return;
    }
    if (list->count > max) {
        finding_error(fs, "domain", list,
                      "%d values; at most %d fit: use \"other\" for the rest",
                      list->count, max);
        return;
    }
    at->words = arena_array(a, (size_t)list->count, sizeof *at->words);
    NODE_EACH(w, list) {
        if (w->kind != NODE_SCALAR || w->text.len == 0) {
            finding_error(fs, "domain", w, "a value must be a word");
            continue;
        }
        for (int i = 0; i < at->n_words; i++)
            if (span_equal_nocase(span_of(at->words[i]), w->text))
                finding_error(fs, "domain", w, "\"%s\" is listed twice", w->text.ptr);
        if (span_is(w->text, "missing") || span_is(w->text, "present")) {
            finding_error(fs, "domain", w, "\"%s\" is a test, it cannot be a value",
                          w->text.ptr);
        }
        if (span_is(w->text, "other"))
            at->other = at->n_words;
        at->words[at->n_words++] = span_cstr(a, w->text);
    }
}

/* "0..100000000" */
static void read_bounds(struct attribute *at, const struct node *n, struct findings *fs) {
    struct span low, high;
    if (!node_cut_range(n, &low, &high) || !span_to_i64(low, &at->min) ||
        !span_to_i64(high, &at->max) || at->min > at->max || at->min == INT64_MIN ||
        at->max == INT64_MAX)
        finding_error(fs, "domain", n, "bounds must read low..high, whole numbers");
}

static void read_attribute_map(struct arena *a, struct attribute *at,
                               const struct node *n, struct findings *fs) {
    static const char *const key_of_kind[] = {"enum", "int", "set"};
    bool has_values = false;
    NODE_EACH(part, n) {
        if (span_is(part->key->text, "optional")) {
            at->is_optional = node_is(part, "true");
            if (!at->is_optional && !node_is(part, "false"))
                finding_error(fs, "domain", part, "\"optional\" is true or false");
        } else if (span_is(part->key->text, key_of_kind[at->kind])) {
            has_values = true;
            if (at->kind == KIND_NUMBER)
                read_bounds(at, part, fs);
            else
                read_words(a, at, part, fs);
        } else {
            finding_error(
                fs, "domain", part->key,
                "\"%s\" is not known here; this fact takes \"%s\" and \"optional\"",
                part->key->text.ptr, key_of_kind[at->kind]);
        }
    }
    if (!has_values) {
        finding_error(fs, "domain", n, "no \"%s\": list what the fact may be",
                      key_of_kind[at->kind]);
    }
}

void domain_read(struct arena *a, struct domain *d, const struct node *node,
                 struct findings *fs) {
    if (node->kind != NODE_MAP) {
        finding_error(fs, "domain", node, "\"domain\" must be a mapping of facts");
        return;
    }
    NODE_EACH(n, node) {
        int fact = fact_find(n->key->text);
        if (fact < 0) {
            struct suggestion s = suggest_for(n->key->text);
            for (int i = 0; i < POLICY_FACT_COUNT; i++)
                suggest_consider(&s, fact_names[i]);
            finding_error(fs, "unknown-fact", n->key, "no worker states a fact \"%s\"%s",
                          n->key->text.ptr, suggest_text(&s));
            continue;
        }
        struct attribute *at = &d->facts[fact];
        if (at->is_listed) {
            finding_error(fs, "domain", n->key,
                          "the fact \"%s\" is listed in another file too",
                          fact_names[fact]);
            continue;
        }
        *at =
            (struct attribute){.is_listed = true, .kind = fact_kinds[fact], .other = -1};
        if (n->kind == NODE_MAP) {
            read_attribute_map(a, at, n, fs);
        } else if (at->kind == KIND_WORD) {
            read_words(a, at, n, fs);
        } else {
            finding_error(fs, "domain", n, "write {%s} for this fact",
                          at->kind == KIND_SET ? "set: [...]" : "int: low..high");
        }
        lookup_build(a, at);
    }
}

static void read_group(struct attribute *at, struct word_group *g,
                       const struct node *list, struct findings *fs) {
    if (list->kind != NODE_LIST || list->count == 0)
        finding_error(fs, "domain", list, "a group is a list of values");
    NODE_EACH(w, list) {
        int i = w->kind == NODE_SCALAR ? attribute_find(at, w->text) : -1;
        const struct word_group *inner =
            w->kind == NODE_SCALAR ? attribute_group(at, w->text) : NULL;
        if (i >= 0) {
            word_set_add(&g->words, i);
        } else if (inner && inner != g) {
            for (int k = 0; k < 4; k++)
                g->words.bits[k] |= inner->words.bits[k];
        } else {
            finding_error(fs, "unknown-value", w,
                          "\"%.*s\" is neither a value of this fact nor a group above",
                          SPAN_ARGS(w->text));
        }
    }
}

void domain_read_groups(struct arena *a, struct domain *d, const struct node *node,
                        struct findings *fs) {
    if (node->kind != NODE_MAP) {
        finding_error(fs, "domain", node, "\"groups\" must be a mapping of facts");
        return;
    }
    NODE_EACH(n, node) {
        int fact = fact_find(n->key->text);
        struct attribute *at = fact < 0 ? NULL : &d->facts[fact];
        if (!at || !at->is_listed || at->kind != KIND_WORD || n->kind != NODE_MAP) {
            finding_error(fs, "domain", n->key,
                          "groups are for facts of the domain that have words");
            continue;
        }
        struct word_group *groups =
            arena_array(a, (size_t)(at->n_groups + n->count), sizeof *groups);
        if (at->n_groups > 0)
            memcpy(groups, at->groups, (size_t)at->n_groups * sizeof *groups);
        at->groups = groups;
        NODE_EACH(g, n) {
            if (attribute_find(at, g->key->text) >= 0 ||
                attribute_group(at, g->key->text)) {
                finding_error(fs, "domain", g->key,
                              "\"%s\" is a value or a group already", g->key->text.ptr);
                continue;
            }
            struct word_group *one = &at->groups[at->n_groups++];
            *one = (struct word_group){.name = span_cstr(a, g->key->text)};
            read_group(at, one, g, fs);
        }
    }
}

static const char *sentence(struct arena *a, const char *name, const char *what) {
    char text[96];
    snprintf(text, sizeof text, "%s %s", name, what);
    return span_cstr(a, span_of(text));
}

void domain_finish(struct arena *a, struct domain *d) {
    for (int i = 0; i < POLICY_FACT_COUNT; i++) {
        d->facts[i].kind = fact_kinds[i];
        d->facts[i].cause_missing = sentence(a, fact_names[i], "is missing");
        d->facts[i].cause_outside = sentence(a, fact_names[i], "is outside the domain");
    }
    for (int i = 0; i < POLICY_TIME_COUNT; i++)
        d->time_missing[i] = sentence(a, time_names[i], "is missing");
}
