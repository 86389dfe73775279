#include "common/policy/redate.h"

#include "common/policy/deadline.h"

static const struct rule *find_rule(const struct policy *p, struct span id) {
    for (int i = 0; i < p->n_rules; i++)
        if (span_is(id, p->rules[i]->id))
            return p->rules[i];
    return NULL;
}

const struct duty_spec *redate_terms(const struct policy *p, struct span rule_id,
                                     struct span duty_name, bool *applies_to_open) {
    const struct rule *r = find_rule(p, rule_id);
    *applies_to_open = r && r->applies_to_open;
    for (int i = 0; r && !r->is_shadow && i < r->then.n_duties; i++)
        if (span_is(duty_name, r->then.duties[i].name))
            return &r->then.duties[i];
    return NULL;
}

static const struct desk *find_desk(const struct policy *p, struct span name) {
    for (int i = 0; i < p->n_desks; i++)
        if (span_is(name, p->desks[i].name))
            return &p->desks[i];
    return p->triage;
}

bool redate_duty(const struct policy *p, const struct duty_spec *terms, struct span desk,
                 int64_t start_us, struct policy_duty *out) {
    const struct desk *owner = find_desk(p, desk);
    *out = (struct policy_duty){0};
    if (!deadline_dates(terms, start_us, out))
        return false;
    int64_t latest = out->due_us - terms->reserve_us;
    int64_t act_by = calendar_last_open(owner->calendar, latest);
    if (act_by == POLICY_NO_INSTANT || act_by <= start_us)
        act_by = latest;
    out->owner = (struct policy_desk_choice){owner->name, act_by, false};
    out->turns[0] = (struct policy_turn){
        .desk = owner->name, .from_us = start_us, .act_by_us = act_by};
    out->n_turns = 1;
    deadline_warnings(p, terms, out);
    return true;
}
