/* explain_text.c: an explanation as lines of text, in the language of the words: what was
 * read, the rules, the goods; duties and desks stand in explain_duty.c. */
#include "common/policy/explain_text.h"

#include "common/base/version.h"

#include <stdio.h>

enum { INPUT_COLUMNS = 18 };

/* ---- small parts ---- */

const char *telling_say(const struct telling *t, enum phrase phrase, const char *v0,
                        const char *v1, const char *v2) {
    return words_say(t->a, t->w, phrase, v0, v1, v2);
}

void telling_line(struct telling *t, int indent, const char *text) {
    build_format(t->b, "%*s%s\n", indent, "", text);
}

void telling_phrase(struct telling *t, int indent, enum phrase phrase, const char *v0,
                    const char *v1) {
    telling_line(t, indent, telling_say(t, phrase, v0, v1, NULL));
}

void telling_heading(struct telling *t, enum phrase phrase) {
    build_format(t->b, "\n%s\n", words_phrase(t->w, phrase));
}

const char *telling_instant(const struct telling *t, int64_t us,
                            const struct zone *zone) {
    return words_instant(t->a, t->w, us, zone ? zone : t->x->zone);
}

const char *telling_number(const struct telling *t, int64_t n) {
    struct builder b = builder_in(t->a, 32);
    build_i64(&b, n);
    build_char(&b, '\0');
    return b.ptr;
}

const char *telling_list(const struct telling *t, const char *kind,
                         const char *const *words, int n) {
    size_t room = 1;
    for (int i = 0; i < n; i++)
        room += strlen(words_text(t->w, kind, words[i])) + 4;
    struct builder b = builder_in(t->a, room);
    for (int i = 0; i < n; i++) {
        build_text(&b, i ? words_phrase(t->w, PH_COMMA) : "");
        build_text(&b, words_text(t->w, kind, words[i]));
    }
    build_char(&b, '\0');
    return n ? b.ptr : words_phrase(t->w, PH_NONE);
}

/* "marketplace is missing" in the reader's language: found by the text that the domain
 * made for it. */
static const char *cause_text(const struct telling *t, const char *cause) {
    const struct domain *d = &t->x->p->domain;
    for (int fact = 0; fact < POLICY_FACT_COUNT; fact++) {
        const char *name = words_text(t->w, "fact", fact_name(fact));
        if (cause == d->facts[fact].cause_missing)
            return telling_say(t, PH_FACT_MISSING, name, NULL, NULL);
        if (cause == d->facts[fact].cause_outside)
            return telling_say(t, PH_FACT_OUTSIDE, name, NULL, NULL);
    }
    for (int time = 0; time < POLICY_TIME_COUNT; time++) {
        if (cause == d->time_missing[time]) {
            return telling_say(t, PH_FACT_MISSING,
                               words_text(t->w, "time", time_name(time)), NULL, NULL);
        }
    }
    return words_text(t->w, "cause", cause);
}

/* ---- the head ---- */

static void tell_head(struct telling *t) {
    const struct explanation *x = t->x;
    const char *outcome =
        x->d.outcome == POLICY_DECIDED ? words_phrase(t->w, PH_DECIDED)
        : x->d.outcome == POLICY_NOT_OURS
            ? words_phrase(t->w, PH_NOT_OURS)
            : telling_say(t, PH_NOT_EVALUATED, cause_text(t, x->d.cause), NULL, NULL);
    char hash[13], zone_data[32];
    snprintf(hash, sizeof hash, "%.12s", x->p->revision.hash);
    explain_zone_data(zone_data);
    telling_phrase(t, 0, PH_OUTCOME, outcome, NULL);
    telling_phrase(t, 0, PH_POLICY, x->p->revision.label, hash);
    telling_phrase(t, 0, PH_ENGINE, zone_data, HENPIN_VERSION);
}

/* Ids that stand in one list and not in the other. */
static const char *lacking(const struct telling *t, const char *const *these, int n,
                           const char *const *those, int m) {
    const char **out = arena_array(t->a, (size_t)n + 1, sizeof *out);
    int count = 0;
    for (int i = 0; i < n; i++) {
        bool is_there = false;
        for (int k = 0; k < m; k++)
            is_there = is_there || strcmp(these[i], those[k]) == 0;
        if (!is_there)
            out[count++] = these[i];
    }
    return telling_list(t, "", out, count);
}

static void tell_again(struct telling *t, const struct explain_origin *o) {
    const struct policy_decision *d = &t->x->d;
    const char *none = words_phrase(t->w, PH_NONE);
    const char *gone = lacking(t, o->rules, o->n_rules, d->rules, d->n_rules);
    const char *fresh = lacking(t, d->rules, d->n_rules, o->rules, o->n_rules);
    bool agrees = strcmp(gone, none) == 0 && strcmp(fresh, none) == 0;
    telling_phrase(t, 0, agrees ? PH_ORIGIN_AGREES : PH_ORIGIN_DIFFERS, gone, fresh);
}

static void tell_origin(struct telling *t) {
    const struct explain_origin *o = t->x->origin;
    if (!o)
        return;
    const char *cause = "";
    if (o->cause) {
        struct builder b = builder_in(t->a, strlen(o->cause) + 8);
        build_format(&b, " (%s)%c", words_text(t->w, "cause", o->cause), 0);
        cause = b.ptr;
    }
    build_text(t->b, "\n");
    telling_phrase(t, 0, PH_ORIGIN, o->what, NULL);
    telling_phrase(t, 0, PH_ORIGIN_EVENT, o->event_id, o->from);
    telling_line(t, 0,
                 telling_say(t, PH_ORIGIN_AT, telling_instant(t, o->recorded_us, NULL),
                             words_text(t->w, "outcome", o->outcome), cause));
    telling_phrase(t, 0, PH_ORIGIN_RULES, telling_list(t, "", o->rules, o->n_rules),
                   NULL);
    if (o->revision_hash) {
        char hash[13];
        snprintf(hash, sizeof hash, "%.12s", o->revision_hash);
        telling_phrase(t, 0, PH_ORIGIN_REVISION, o->revision_label, hash);
    } else {
        telling_phrase(t, 0, PH_ORIGIN_UNKNOWN_REVISION, NULL, NULL);
    }
    telling_phrase(t, 0, o->is_same_revision ? PH_ORIGIN_SAME : PH_ORIGIN_OTHER, NULL,
                   NULL);
    tell_again(t, o);
    if (o->n_unknown > 0)
        telling_heading(t, PH_ORIGIN_LOST);
    for (int i = 0; i < o->n_unknown; i++)
        telling_line(t, 2, words_text(t->w, "unknown", o->unknown[i]));
}

static void input(struct telling *t, const char *name, const char *value) {
    int pad = INPUT_COLUMNS - words_width(name);
    build_format(t->b, "  %s%*s %s\n", name, pad > 0 ? pad : 0, "", value);
}

static void tell_inputs(struct telling *t) {
    telling_heading(t, PH_READ);
    for (int fact = 0; fact < POLICY_FACT_COUNT; fact++) {
        if (t->x->trace.facts_read >> fact & 1) {
            input(t, words_text(t->w, "fact", fact_name(fact)),
                  fact_text(t->a, t->w, t->x->f, fact));
        }
    }
    for (int time = 0; time < POLICY_TIME_COUNT; time++) {
        if (t->x->f->time_us[time] != POLICY_NO_INSTANT) {
            input(t, words_text(t->w, "time", time_name(time)),
                  telling_instant(t, t->x->f->time_us[time], NULL));
        }
    }
}

static const char *fact_is(const struct telling *t, enum policy_fact fact,
                           const char *word) {
    const char *kind = fact_name((int)fact);
    return telling_say(t, PH_FACT_IS, words_text(t->w, "fact", kind),
                       words_text(t->w, kind, word), NULL);
}

static void tell_contradictions(struct telling *t) {
    for (int i = 0; i < t->x->n_contradictions; i++) {
        const struct policy_contradiction *c = t->x->contradictions[i];
        if (i == 0)
            telling_heading(t, PH_CONTRADICTIONS);
        telling_line(t, 2,
                     telling_say(t, PH_CONTRADICTION, fact_is(t, c->fact, c->word),
                                 fact_is(t, c->other_fact, c->other_word),
                                 words_text(t->w, "contradiction", c->title)));
    }
}

/* ---- rules ---- */

static const char *slots_text(const struct telling *t, unsigned slots) {
    static const enum phrase names[SLOT_COUNT] = {[SLOT_HANDLE] = PH_SLOT_HANDLE,
                                                  [SLOT_DUTY] = PH_SLOT_DUTY,
                                                  [SLOT_BLOCKER] = PH_SLOT_BLOCKER,
                                                  [SLOT_CHAIN] = PH_SLOT_CHAIN,
                                                  [SLOT_CODE] = PH_SLOT_CODE,
                                                  [SLOT_REMEDY] = PH_SLOT_REMEDY,
                                                  [SLOT_DESTINATION] =
                                                      PH_SLOT_DESTINATION,
                                                  [SLOT_STEPS] = PH_STEPS};
    const char *words[SLOT_COUNT];
    int n = 0;
    for (int slot = 0; slot < SLOT_COUNT; slot++)
        if (slots >> slot & 1)
            words[n++] = words_phrase(t->w, names[slot]);
    return telling_list(t, "", words, n);
}

static void tell_source(struct telling *t, const struct rule *r) {
    const char *place =
        telling_say(t, PH_LINE, r->file, telling_number(t, r->line), NULL);
    telling_line(t, 4,
                 telling_say(t, PH_SOURCE,
                             r->source ? r->source : words_phrase(t->w, PH_NOT_GIVEN),
                             confidence_text(t->w, r->confidence), place));
}

static void tell_hits(struct telling *t) {
    telling_heading(t, PH_HITS);
    for (int i = 0; i < t->x->n_hits; i++) {
        const struct explain_hit *h = &t->x->hits[i];
        const struct rule *r = h->rule;
        build_format(t->b, "  %s%s%s\n    %s\n", r->id, r->is_shadow ? " " : "",
                     r->is_shadow ? words_phrase(t->w, PH_SHADOW) : "",
                     rule_title(t->a, t->w, r));
        if (h->gave)
            telling_phrase(t, 4, PH_GIVES, slots_text(t, h->gave), NULL);
        if (h->lost) {
            telling_phrase(t, 4, h->winner ? PH_OUTRANKED : PH_OUTRANKED_HERE,
                           slots_text(t, h->lost), h->winner ? h->winner->id : NULL);
        }
        tell_source(t, r);
    }
    if (t->x->n_hits == 0)
        telling_line(t, 2, words_phrase(t->w, PH_NONE));
}

static void tell_near_validity(struct telling *t, const struct rule *r) {
    build_format(t->b, "  %s: %s\n", r->id,
                 telling_say(t, PH_NEAR_TIME, words_text(t->w, "time", time_name(r->by)),
                             telling_instant(t, t->x->f->time_us[r->by], NULL),
                             validity_text(t->a, t->w, r)));
}

/* All rules that failed on one fact, under a line that says what the event stated. */
static void tell_near_fact(struct telling *t, int fact) {
    const struct explanation *x = t->x;
    bool is_missing = x->f->value[fact] == FACT_MISSING, is_first = true;
    for (int i = 0; i < x->n_nears; i++) {
        const struct rule *r = x->nears[i].rule;
        if (x->nears[i].fact != fact)
            continue;
        if (is_first) {
            telling_phrase(t, 2, is_missing ? PH_NEAR_MISSING : PH_NEAR_FACT,
                           words_text(t->w, "fact", fact_name(fact)),
                           fact_text(t->a, t->w, x->f, fact));
        }
        is_first = false;
        build_format(t->b, "    %s%s%s: %s\n", r->id, r->is_shadow ? " " : "",
                     r->is_shadow ? words_phrase(t->w, PH_SHADOW) : "",
                     condition_text(t->a, t->w, r->conditions[fact]));
    }
}

/* Rules about other events are no news; those made for other marketplaces are one line.
 */
static void tell_nears(struct telling *t) {
    const struct explanation *x = t->x;
    const char **stores = arena_array(t->a, (size_t)x->n_nears + 1, sizeof *stores);
    int n_stores = 0, n_told = 0;
    for (int i = 0; i < x->n_nears; i++) {
        int fact = x->nears[i].fact;
        if (fact != FACT_EVENT && n_told++ == 0)
            telling_heading(t, PH_NEARS);
        if (fact == FACT_MARKETPLACE)
            stores[n_stores++] = x->nears[i].rule->id;
        else if (fact < 0)
            tell_near_validity(t, x->nears[i].rule);
    }
    for (int fact = 0; fact < POLICY_FACT_COUNT; fact++)
        if (fact != FACT_EVENT && fact != FACT_MARKETPLACE)
            tell_near_fact(t, fact);
    if (n_stores > 0)
        telling_phrase(t, 2, PH_NEAR_STORES, telling_list(t, "", stores, n_stores), NULL);
}

static const char *slot_text(const struct telling *t, enum slot slot) {
    static const char *const kinds[SLOT_COUNT] = {
        [SLOT_HANDLE] = "handle", [SLOT_CODE] = "code", [SLOT_REMEDY] = "remedy"};
    const struct policy_decision *d = &t->x->d;
    const char *word = slot == SLOT_HANDLE ? d->handler
                       : slot == SLOT_CODE ? d->disposition.code
                                           : d->disposition.remedy;
    return word ? words_text(t->w, kinds[slot], word) : words_phrase(t->w, PH_NONE);
}

static const char *check_text(const struct telling *t, const struct rule *r,
                              const struct explain_check *c) {
    static const char *const kinds[SLOT_COUNT] = {
        [SLOT_HANDLE] = "handle", [SLOT_CODE] = "code", [SLOT_REMEDY] = "remedy"};
    if (c->slot) {
        return telling_say(
            t, PH_CHECK_SLOT, slots_text(t, 1u << c->slot->slot),
            telling_list(t, kinds[c->slot->slot], c->slot->words, c->slot->n),
            slot_text(t, c->slot->slot));
    }
    if (c->is_validity) {
        return telling_say(t, PH_CHECK, words_phrase(t->w, PH_R_VALID),
                           validity_text(t->a, t->w, r),
                           telling_instant(t, t->x->f->time_us[r->by], NULL));
    }
    return telling_say(t, c->is_of_table ? PH_CHECK_OF_TABLE : PH_CHECK,
                       words_text(t->w, "fact", fact_name(c->fact)),
                       condition_text(t->a, t->w, c->condition),
                       fact_text(t->a, t->w, t->x->f, c->fact));
}

static void tell_why_not(struct telling *t, const struct rule *r) {
    struct explain_check checks[EXPLAIN_MAX_CHECKS];
    int n = explain_rule_checks(t->x, r, rule_table(t->x->p, r), checks), n_failed = 0;
    for (int i = 0; i < n; i++)
        n_failed += !checks[i].holds;
    build_format(t->b, "\n%s: ", telling_say(t, PH_WHY_NOT, r->id, NULL, NULL));
    telling_line(t, 0,
                 n_failed ? telling_say(t, PH_DOES_NOT_APPLY, telling_number(t, n_failed),
                                        telling_number(t, n), NULL)
                          : words_phrase(t->w, PH_APPLIES));
    telling_line(t, 4, rule_title(t->a, t->w, r));
    for (int i = 0; i < n; i++) {
        build_format(t->b, "  %s %s\n",
                     words_phrase(t->w, checks[i].holds ? PH_CHECK_OK : PH_CHECK_FAILS),
                     check_text(t, r, &checks[i]));
    }
    tell_source(t, r);
}

/* ---- the rest ---- */

static const char *title_of(const struct telling *t, const char *rule_id,
                            const char *title) {
    for (int i = 0; i < t->x->n_hits; i++)
        if (t->x->hits[i].rule->id == rule_id)
            return rule_title(t->a, t->w, t->x->hits[i].rule);
    return title ? title : "";
}

static void tell_blockers(struct telling *t) {
    for (int i = 0; i < t->x->d.n_blockers; i++) {
        const struct policy_blocker *b = &t->x->d.blockers[i];
        if (i == 0)
            telling_heading(t, PH_BLOCKERS);
        build_format(t->b, "  %s%s%s\n    %s\n",
                     telling_say(t, PH_BLOCKER, words_text(t->w, "blocker", b->name),
                                 severity_text(t->w, b->severity), b->rule_id),
                     b->is_shadow ? " " : "",
                     b->is_shadow ? words_phrase(t->w, PH_SHADOW) : "",
                     title_of(t, b->rule_id, b->title));
    }
}

static void tell_step(struct telling *t, int i, const struct policy_step *s) {
    const char *comma = words_phrase(t->w, PH_COMMA);
    build_format(t->b, "  %2d %s", i + 1, step_text(t->a, t->w, s));
    if (s->due_us != POLICY_NO_INSTANT) {
        build_format(
            t->b, "%s%s", comma,
            telling_say(t, PH_STEP_BY, telling_instant(t, s->due_us, NULL), NULL, NULL));
    } else if (s->due_after_us > 0) {
        build_format(t->b, "%s%s", comma,
                     telling_say(t, PH_STEP_WITHIN,
                                 words_elapsed(t->a, t->w, s->due_after_us), NULL, NULL));
    }
    build_char(t->b, '\n');
}

static void tell_disposition(struct telling *t) {
    const struct policy_disposition *d = &t->x->d.disposition;
    const char *shadow = d->is_shadow ? words_phrase(t->w, PH_SHADOW) : "";
    if (d->remedy) {
        build_format(t->b, "\n%s%s\n",
                     telling_say(t, PH_REMEDY, words_text(t->w, "remedy", d->remedy),
                                 d->remedy_rule_id, NULL),
                     shadow);
    }
    if (d->destination) {
        build_format(t->b, "\n%s%s\n",
                     telling_say(t, PH_DESTINATION,
                                 words_text(t->w, "destination", d->destination),
                                 d->destination_rule_id, NULL),
                     shadow);
    }
    if (!d->code)
        return;
    build_format(
        t->b, "\n%s%s\n    %s\n",
        telling_say(t, PH_GOODS, words_text(t->w, "code", d->code), d->rule_id, NULL),
        shadow, title_of(t, d->rule_id, d->title));
    for (int i = 0; i < d->n_steps; i++)
        tell_step(t, i, &d->steps[i]);
}

void explain_text(const struct explanation *x, const struct words *w,
                  const struct rule *r, struct builder *out) {
    struct telling t = {x, w, x->a, out};
    tell_head(&t);
    tell_origin(&t);
    tell_inputs(&t);
    tell_contradictions(&t);
    if (r)
        tell_why_not(&t, r);
    tell_hits(&t);
    tell_nears(&t);
    if (x->d.outcome == POLICY_DECIDED) {
        telling_heading(&t, x->d.n_duties ? PH_DUTIES : PH_NO_DUTY);
        for (int i = 0; i < x->d.n_duties; i++)
            tell_duty(&t, &x->duties[i]);
        tell_blockers(&t);
        tell_disposition(&t);
        tell_money(&t);
    }
    telling_heading(&t, PH_ROUTE);
    for (int i = 0; i < x->route.n; i++)
        tell_desk(&t, 2, &x->route.items[i], false);
}
