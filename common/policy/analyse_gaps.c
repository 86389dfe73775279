/* analyse_gaps.c: inputs about which a table without `else` says nothing. */
#include "common/policy/analysis.h"

#include "common/policy/witness.h"

#include "common/base/clock.h"

#include <stdio.h>

enum { GAPS_TOLD_MAX = 3, GAP_TEXT = 600, SAMPLES = 64 };
/* The question of a whole table is worth more than that of one rule. */
#define TABLE_WORK (COVER_QUESTION_WORK * 20)

struct gap_search {
    struct analysis *x;
    const struct table *t;
    int n_told;
};

/* ---- in words ---- */

static void build_piece(struct builder *b, const struct attribute *at, uint64_t members,
                        const struct cover_piece *piece) {
    if (piece->low == FACT_MISSING) {
        build_text(b, "missing");
    } else if (at->kind == KIND_WORD) {
        build_text(b, at->words[piece->low]);
    } else if (at->kind == KIND_NUMBER) {
        build_i64(b, piece->low);
        if (piece->high != piece->low) {
            build_text(b, "..");
            build_i64(b, piece->high);
        }
    } else {
        const char *plus = "";
        build_text(b, members ? "" : "present");
        for (int i = 0; i < at->n_words; i++) {
            if (members >> i & 1) {
                build_format(b, "%s%s%s", plus, piece->low >> i & 1 ? "" : "no ",
                             at->words[i]);
                plus = " + ";
            }
        }
    }
}

/* "marketplace west or north, lang missing": what the gap's inputs have in common. */
static void describe(const struct policy *p, const struct cover_gap *gap,
                     char out[GAP_TEXT]) {
    enum { PIECES_SHOWN = 6 };
    struct builder b = builder_over(out, GAP_TEXT - 1);
    const char *comma = "";
    for (int i = 0; i < POLICY_FACT_COUNT + POLICY_TIME_COUNT; i++) {
        const struct cover_piece *piece = gap->pieces[i];
        if (!piece)
            continue;
        bool is_time = i >= POLICY_FACT_COUNT;
        build_format(&b, "%s%s ", comma,
                     is_time ? time_name(i - POLICY_FACT_COUNT) : fact_name(i));
        comma = ", ";
        if (is_time) {
            char text[CLOCK_TEXT_SIZE];
            clock_text(gap->example.time_us[i - POLICY_FACT_COUNT], text);
            build_format(&b, "such as %s", text);
            continue;
        }
        for (int n = 0; piece; piece = piece->next, n++) {
            if (n == PIECES_SHOWN) {
                build_text(&b, " ...");
                break;
            }
            build_text(&b, n ? " or " : "");
            build_piece(&b, &p->domain.facts[i], gap->members[i], piece);
        }
    }
    build_text(&b, *comma ? "" : "any");
    out[b.len] = '\0';
}

static bool tell_gap(void *context, const struct cover_gap *gap) {
    struct gap_search *s = context;
    char text[GAP_TEXT];
    if (s->n_told == GAPS_TOLD_MAX) {
        finding_tell(s->x->l->fs, POLICY_NOTE, "gap", s->t->at, NULL,
                     "the table \"%s\" has more gaps than these %d", s->t->name,
                     s->n_told);
        return false;
    }
    s->n_told++;
    describe(s->x->p, gap, text);
    finding_tell(
        s->x->l->fs, POLICY_ERROR, "gap", s->t->at,
        witness_show(s->x->l, &gap->example, "no rule for this input", NULL, NULL),
        "the table \"%s\" says nothing where the input is: %s; add a rule, or an "
        "\"else\" (\"else: none\" when silence is meant)",
        s->t->name, text);
    return true;
}

/* ---- searching ---- */

/* Rules that keep an input of this world from being a gap: the active ones, and those
 * that keep it from reaching the table this way. */
static int coverers(struct analysis *x, const struct table *t, const struct world *w,
                    const struct rule ***out) {
    int n = 0;
    *out =
        arena_array(x->l->scratch, (size_t)(t->n_rules + w->n_takers) + 1, sizeof **out);
    for (int i = 0; i < t->n_rules; i++)
        if (!t->rules[i].is_shadow && may_reach(x->p, &w->region, &t->rules[i]))
            (*out)[n++] = &t->rules[i];
    for (int i = 0; i < w->n_takers; i++)
        (*out)[n++] = w->takers[i];
    return n;
}

/* A table of many rules seldom is whole: some inputs tried first find that out. */
static bool sample_gap(struct analysis *x, const struct table *t, const struct world *w,
                       struct policy_facts *out) {
    uint64_t seed = 1;
    for (int i = 0; i < SAMPLES && t->n_rules > SAMPLES; i++) {
        bool is_met = !region_sample(&x->p->domain, &w->region, &seed, out);
        for (int k = 0; k < w->n_takers && !is_met; k++)
            is_met = rule_holds(&x->p->domain, w->takers[k], out);
        for (int k = 0; k < t->n_rules && !is_met; k++) {
            is_met =
                !t->rules[k].is_shadow && rule_holds(&x->p->domain, &t->rules[k], out);
        }
        if (!is_met)
            return true;
    }
    return false;
}

static void look_for_gap(struct gap_search *s, const struct world *w) {
    struct analysis *x = s->x;
    const struct rule **rules;
    struct policy_facts f;
    struct cover_question q = {.p = x->p,
                               .within = &w->region,
                               .work_max = TABLE_WORK,
                               .work_left = &x->work_left};
    q.n_rules = coverers(x, s->t, w, &rules);
    q.rules = rules;
    int n_told = s->n_told;
    if (cover_each(&q, tell_gap, s) != COVER_NOT_FINISHED || s->n_told > n_told)
        return;
    if (sample_gap(x, s->t, w, &f)) {
        s->n_told++;
        finding_tell(x->l->fs, POLICY_ERROR, "gap", s->t->at,
                     witness_show(x->l, &f, "no rule for this input", NULL, NULL),
                     "the table \"%s\" says nothing about some inputs: add a rule, or an "
                     "\"else\" (\"else: none\" when silence is meant)",
                     s->t->name);
        return;
    }
    finding_warning(
        x->l->fs, "not-finished", s->t->at,
        "whether \"%s\" has a gap was not found out in time: %d random inputs "
        "met a rule each, which proves nothing; give it an \"else\"",
        s->t->name, (int)SAMPLES);
}

void analyse_gaps(struct analysis *x) {
    for (int i = 0; i < x->p->n_tables; i++) {
        const struct table *t = &x->p->tables[i];
        const struct worlds *ws = worlds_of_table(x, t);
        struct gap_search s = {x, t, 0};
        if (t->has_else)
            continue;
        if (ws->is_rough) {
            finding_warning(x->l->fs, "not-finished", t->at,
                            "whether \"%s\" has a gap was not looked for: too many rules "
                            "give what it needs; give it an \"else\"",
                            t->name);
            continue;
        }
        for (int k = 0; k < ws->n && s.n_told < GAPS_TOLD_MAX; k++)
            look_for_gap(&s, &ws->items[k]);
    }
}
