/*
 * decide.c: a return event and what is known -> what is to be done. No I/O: the rules
 * stand in deploy/policy, the folding in common/policy/case.c; here the event is put into
 * the packs' words.
 */
#include "services/returns/returns.h"

#include "common/event/reason.h"

const char *returns_word(int kind) {
    static const char *const words[RETURN_KIND_COUNT] = {
        [RETURN_REQUESTED] = "return_requested",
        [RETURN_AUTHORIZED] = "return_authorized",
        [RETURN_DECLINED] = "return_declined",
        [RETURN_LABEL_ISSUED] = "return_label_issued",
        [RETURN_IN_TRANSIT] = "return_in_transit",
        [RETURN_RECEIVED] = "return_received",
        [RETURN_INSPECTED] = "return_inspected",
        [RETURN_REFUNDED] = "return_refunded",
        [RETURN_REPLACED] = "return_replaced",
        [RETURN_REPAIRED] = "return_repaired",
        [RETURN_CLOSED] = "return_closed",
        [RETURN_REOPENED] = "return_reopened",
    };
    return kind >= 0 && kind < RETURN_KIND_COUNT ? words[kind] : NULL;
}

struct goods returns_goods(const struct return_event *e) {
    struct goods g = {0};
    for (size_t i = 0; i < e->n_lines; i++)
        goods_add(&g, e->lines[i].product_class, e->lines[i].condition,
                  &e->lines[i].hazards);
    return g;
}

static struct span yes_no(bool value) {
    return value ? SPAN("yes") : SPAN("no");
}

void returns_state(const struct policy *p, const struct return_event *e,
                   const struct marketplace *m, const struct order_facts *o,
                   const struct goods *g, struct policy_facts *out) {
    policy_facts_init(p, out);
    policy_state(p, out, FACT_MARKETPLACE, m ? span_of(m->code) : e->head.marketplace);
    order_facts_state(p, o, m, out);
    goods_state(p, g, out);
    policy_state(p, out, FACT_REASON, span_of(reason_family(e->reason_code)));
    if (e->wanted != WANTED_UNKNOWN)
        policy_state(p, out, FACT_WANTED, span_of(wanted_names[e->wanted]));
    if (e->in_policy != TRI_ABSENT)
        policy_state(p, out, FACT_IN_POLICY, yes_no(e->in_policy == TRI_TRUE));
    policy_state(p, out, FACT_CLAIM, yes_no(e->claim_opened));
    if (e->amount_minor != EVENT_ABSENT)
        policy_state_number(out, FACT_VALUE, e->amount_minor);
    policy_state(p, out, FACT_CURRENCY, e->currency);
}

/* ---- what is offered, and where the goods go ---- */

/* Whether one of these kinds has been read, `e` included. */
static bool has_one_of(const struct case_state *c, const struct return_event *e,
                       const int *kinds, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (e->kind == kinds[i] ||
            case_happened(c, returns_word(kinds[i])) != EVENT_ABSENT)
            return true;
    return false;
}

static bool is_nowhere(struct span destination) {
    return span_is(destination, "no_return_shipping");
}

/* The later word; of one instant the greater, so that reading order is none. */
static struct returns_word_said later_of(struct returns_word_said a,
                                         struct returns_word_said b) {
    if (!a.word.ptr || !b.word.ptr)
        return a.word.ptr ? a : b;
    if (is_nowhere(a.word) != is_nowhere(b.word))
        return is_nowhere(a.word) ? a : b;
    if (a.at_us != b.at_us)
        return a.at_us > b.at_us ? a : b;
    return span_compare(a.word, b.word) > 0 ? a : b;
}

/* Whether the goods were here when `e` happened, as far as events are read. */
static bool are_here(const struct case_state *c, const struct return_event *e) {
    static const int here[] = {RETURN_RECEIVED, RETURN_INSPECTED};
    for (size_t i = 0; i < COUNT_OF(here); i++) {
        int64_t since = case_happened(c, returns_word(here[i]));
        if (e->kind == here[i] ||
            (since != EVENT_ABSENT && since <= e->head.occurred_at_us))
            return true;
    }
    return false;
}

static bool goes_wrong(struct span before, struct span after, const struct case_state *c,
                       const struct return_event *e) {
    static const int told[] = {RETURN_AUTHORIZED, RETURN_LABEL_ISSUED, RETURN_IN_TRANSIT};
    static const int sent[] = {RETURN_LABEL_ISSUED, RETURN_IN_TRANSIT};
    bool has_moved = before.ptr && !span_equal(before, after);
    return (has_moved && has_one_of(c, e, told, COUNT_OF(told))) ||
           (is_nowhere(after) && has_one_of(c, e, sent, COUNT_OF(sent)));
}

struct returns_offer returns_offer_after(const struct returns_offer *before,
                                         const struct case_state *c,
                                         const struct return_event *e,
                                         struct case_decision *d) {
    const struct policy_disposition *said = &d->policy.disposition;
    struct returns_offer after = *before;
    if (d->is_duplicate || d->policy.outcome != POLICY_DECIDED ||
        !returns_word(e->kind) || said->is_shadow)
        return after;
    int64_t at_us = e->head.occurred_at_us;
    after.remedy = later_of(before->remedy,
                            (struct returns_word_said){span_of(said->remedy), at_us});
    if (!are_here(c, e))
        after.destination =
            later_of(before->destination,
                     (struct returns_word_said){span_of(said->destination), at_us});
    if (goes_wrong(before->destination.word, after.destination.word, c, e))
        case_tell(c, "the goods may be on their way to where they should not go", d);
    return after;
}

void returns_decide(const struct case_state *c, const struct return_event *e,
                    const struct returns_share *share, const struct policy *p,
                    struct policy_facts *facts, struct case_decision *out) {
    const struct case_event event = {
        .word = returns_word(e->kind),
        .event_id = e->head.event_id,
        .occurred_us = e->head.occurred_at_us,
        .noted = share ? share->noted : NULL,
        .is_watched = share && share->noted,
    };
    case_decide(c, &event, p, facts, NULL, out);
    if (share && share->is_unsure && !out->is_duplicate)
        case_tell(c, "who fulfils a line of the return is not known", out);
}
