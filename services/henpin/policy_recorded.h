/*
 * policy_recorded.h: decisions as Postgres holds them, and what they were taken on, as far
 * as the rows still say.
 *
 * A row of henpin.decision holds the outcome and the rules, not the facts. Those are put
 * together again from the rows of the order, the return and the seller directory, by the
 * same functions that the workers state them with. Rows show the latest word on each
 * thing; what that hides, and what is not stored at all, is said.
 */
#ifndef SERVICES_HENPIN_POLICY_RECORDED_H
#define SERVICES_HENPIN_POLICY_RECORDED_H

#include "common/base/uuid.h"
#include "common/io/pg.h"
#include "common/policy/policy.h"

enum { RECORDED_MAX_RULES = 64, RECORDED_MAX_FACTS = 64 };

/* Everything borrows from the arena of the query. */
struct recorded {
    int64_t occurred_us, recorded_us;
    struct span case_kind, event_id, event, outcome, cause;
    const char *rules[RECORDED_MAX_RULES];
    int n_rules;
    int64_t revision_id;
    struct span topic;
    int64_t partition, offset;
    /* what it was taken on */
    struct span marketplace, seller_id, order_id;
    struct span own_id; /* of the return or the inquiry; ptr NULL: an order */
    struct span fulfilment, ship_from_country, buyer_country, buyer_language;
    int64_t purchased_us;
    struct span lines;       /* JSON of the return, else of the order */
    struct span order_lines; /* JSON; classes that a return's lines do not name */
    bool is_mixed;           /* the order is in several hands, which order_lines tell */
    struct span line_id;     /* of an inquiry; ptr NULL: none was named */
    struct span reason_code, wanted, currency;
    struct span case_topic; /* of an inquiry */
    struct span signals;    /* in its words, joined by '+'; ptr NULL: none */
    int64_t amount_minor;   /* EVENT_ABSENT: not stated */
    int64_t requested_us, received_us, delivered_us, unanswered_us;
    bool is_latest; /* no later event of the case has written over its row */
    struct span seller_facts[RECORDED_MAX_FACTS];
    int n_seller_facts;
    /* not stored: chosen by recorded_settle */
    int hand; /* enum fulfilment: of the lines that an event of a mixed order was about;
                 FULFILMENT_ABSENT: of all that the row has */
    struct span in_policy; /* "yes", "no"; ptr NULL: not stated */
    bool is_claim_open;
    bool is_settled; /* the recorded rules come out with these three */
};

/* What to select, in the order in which recorded_read takes it, from henpin.decision (or
 * some of its rows) AS d, followed by the joins. */
extern const char recorded_columns[], recorded_joins[];
void recorded_read(const struct pg_query *q, size_t row, struct arena *a,
                   struct recorded *out);

/* False: of a kind whose facts are not in the tables (yet). */
bool recorded_can_be_stated(const struct recorded *d);
void recorded_state(const struct recorded *d, const struct policy *p,
                    struct policy_facts *out);
/* When `p` is the revision that took the decision: chooses what is not stored so that
 * the recorded rules come out again, if it can. */
void recorded_settle(struct recorded *d, const struct policy *p);

/* What to find: all of an order, of its returns and inquiries, or one event. */
struct recorded_search {
    struct span order_id;    /* ptr NULL: look for the event */
    struct span marketplace; /* of the order; ptr NULL: any */
    struct span event;       /* the connector's id, or "topic:partition:offset" */
};
/* At most `max`, the earliest first, everything in the arena. */
MUST_USE enum status recorded_find(struct pg *pg, const struct recorded_search *search,
                                   struct arena *a, size_t max, struct recorded **out,
                                   size_t *n, struct error *err);
#endif
