/* rule.c: reads one rule, and finds it again. */
#include "common/policy/rule.h"

#include "common/base/suggest.h"
#include "common/policy/condition.h"
#include "common/policy/desk.h"
#include "common/policy/outcome.h"
#include "common/policy/schema.h"

static const char *const confidences[] = {"seed", "confirmed", "recalled-not-confirmed",
                                          "own", NULL};

static void read_effective(struct loader *l, const struct node *n, struct rule *r) {
    static const char *const keys[] = {"from", "until", "by", NULL};
    if (!schema_map(l, n, "effective", keys))
        return;
    const struct node *from = node_get(n, "from"), *until = node_get(n, "until"),
                      *by = node_get(n, "by");
    if ((from && !instant_read(l, from, &r->from_us)) ||
        (until && !instant_read(l, until, &r->until_us)))
        return;
    if (r->from_us >= r->until_us)
        finding_error(l->fs, "date", n, "this ends before it begins");
    if (!by)
        return;
    r->by = time_find(by->text);
    if (r->by < 0) {
        struct suggestion s = suggest_for(by->text);
        for (int i = 0; i < POLICY_TIME_COUNT; i++)
            suggest_consider(&s, time_name(i));
        finding_error(l->fs, "unknown-time", by, "no worker states a time \"%.*s\"%s",
                      SPAN_ARGS(by->text), suggest_text(&s));
        r->by = TIME_EVENT;
    }
}

static void read_mode(struct loader *l, const struct node *n, struct rule *r) {
    static const char *const modes[] = {"active", "shadow", NULL};
    r->is_shadow = n && schema_choice(l, n, "mode", modes) == 1;
}

static void read_texts(struct loader *l, const struct node *n, struct rule *r) {
    r->id = schema_text(l, n, "id", true);
    r->title = schema_text(l, n, "title", false);
    r->source = schema_text(l, n, "source", false);
    r->why = schema_text(l, n, "why", false);
    const struct node *confidence = node_get(n, "confidence"),
                      *applies = node_get(n, "applies_to");
    int c = confidence ? schema_choice(l, confidence, "confidence", confidences) : -1;
    r->confidence = c < 0 ? NULL : confidences[c];
    if (c == 2 && !r->is_shadow) {
        finding_error(
            l->fs, "confidence", confidence,
            "what is not confirmed may only run in the shadow: add \"mode: shadow\"");
    }
    if (!r->id) {
        r->id = "";
    } else if (!r->title || !r->source) {
        finding_warning(
            l->fs, "untitled", n,
            "the rule \"%s\" has no %s: whoever promises it must be able to read it",
            r->id, r->title ? "source" : "title");
    }
    r->title = r->title ? r->title : r->id;
    if (applies && !node_is(applies, "new") && !node_is(applies, "open"))
        finding_error(l->fs, "schema", applies, "\"applies_to\" is new or open");
    r->applies_to_open = node_is(applies, "open");
}

void rule_read(struct loader *l, const struct node *n, const struct table *t,
               struct rule *r) {
    static const char *const keys[] = {"id",   "title",    "source",     "confidence",
                                       "when", "then",     "mode",       "effective",
                                       "why",  "priority", "applies_to", NULL};
    *r = (struct rule){
        .id = "", .by = TIME_EVENT, .from_us = INT64_MIN, .until_us = INT64_MAX, .at = n};
    r->line = n->line;
    r->file =
        span_cstr(l->a, span_of(n->source->name)); /* nodes do not outlive the load */
    if (!schema_map(l, n, "a rule", keys))
        return;
    read_mode(l, node_get(n, "mode"), r);
    read_texts(l, n, r);
    const struct node *when = node_get(n, "when"), *then = node_get(n, "then"),
                      *effective = node_get(n, "effective"),
                      *priority = node_get(n, "priority");
    if (when)
        conditions_read(l, when, r->conditions);
    if (effective)
        read_effective(l, effective, r);
    if (then) {
        l->rule = r; /* its inputs are known: what is found in `then` can be shown */
        outcome_read(l, then, t->gives, &r->then);
        l->rule = NULL;
    } else {
        finding_error(l->fs, "schema", n, "no \"then\": the rule \"%s\" gives nothing",
                      r->id);
    }
    int64_t p = 0;
    if (priority && t->hit != HIT_PRIORITY) {
        finding_error(l->fs, "schema", priority,
                      "only tables with \"hit: priority\" have priorities");
    } else if (priority && schema_number(l, priority, 0, 1000000, &p)) {
        r->priority = (int)p;
    } else if (!priority && t->hit == HIT_PRIORITY) {
        finding_error(l->fs, "schema", n, "the rule \"%s\" needs a \"priority\"", r->id);
    }
}

const struct rule *rule_find(const struct policy *p, struct span id) {
    for (int i = 0; i < p->n_rules; i++)
        if (span_is(id, p->rules[i]->id))
            return p->rules[i];
    return NULL;
}
