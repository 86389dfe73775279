/*
 * explain_rule.h: a rule as rows of label and text: what it asks, what it gives, who says
 * so. `henpin policy show` prints them, `diff` compares them, explanations quote them.
 */
#ifndef COMMON_POLICY_EXPLAIN_RULE_H
#define COMMON_POLICY_EXPLAIN_RULE_H

#include "common/policy/explain_words.h"

enum { EXPLAIN_TEXT_MAX = 8192 }; /* of one condition, one step */

/* What was built, as a C string: cut when the builder was full. */
static inline const char *text_finished(struct builder *b) {
    if (b->len == b->cap)
        do {
            b->len--;
        } while (b->len > 0 && ((unsigned char)b->ptr[b->len] & 0xC0) == 0x80);
    b->ptr[b->len] = '\0';
    return b->ptr;
}
/* Appends a word, with a separator when there is one before. */
static inline void text_join(struct builder *b, const char *separator, const char *word) {
    build_text(b, b->len ? separator : "");
    build_text(b, word);
}

enum rule_row_part { ROW_ABOUT, ROW_WHEN, ROW_THEN, ROW_SOURCE };

struct rule_row {
    enum rule_row_part part;
    const char *key;   /* the same in every language: "when.marketplace",
                          "then.answer_return.due" */
    const char *label; /* "marketplace", "answer_return: due" */
    const char *text;
};
struct rule_rows {
    struct rule_row *items;
    int n;
};

/* In the order in which people read them; in the arena. The title is a row, the id is
 * not. */
struct rule_rows rule_rows(struct arena *a, const struct words *w, const struct rule *r,
                           const struct table *t);

/* One condition as text: "amazon.co.jp, amazon.es", "not ...", "0..1000", "without
 * branch.jp". */
const char *condition_text(struct arena *a, const struct words *w,
                           const struct condition *c);
/* What a fact was stated as; "missing", "outside the domain". */
const char *fact_text(struct arena *a, const struct words *w,
                      const struct policy_facts *f, int fact);
/* "from 2025-08-11 until ..., by event.time"; NULL when it holds always. */
const char *validity_text(struct arena *a, const struct words *w, const struct rule *r);
/* A step without its deadline: what, where, by whom, with which papers. */
const char *step_text(struct arena *a, const struct words *w,
                      const struct policy_step *s);
/* The title in the language asked for; where the packs have none, what the rule gives. */
const char *rule_title(struct arena *a, const struct words *w, const struct rule *r);
/* Where nobody gives one: its name. */
const char *table_title(const struct words *w, const struct table *t);
/* The table that a rule of this policy stands in. */
const struct table *rule_table(const struct policy *p, const struct rule *r);
const char *severity_text(const struct words *w, int severity);
const char *confidence_text(const struct words *w, const char *confidence);

#endif
