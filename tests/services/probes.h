/* probes.h: a rule set whose rules only tell what they see: one rule a fact. What a
 * service states about an event is read from the rules that hit. */
#ifndef TESTS_SERVICES_PROBES_H
#define TESTS_SERVICES_PROBES_H

#include "common/event/event.h"
#include "common/policy/case.h"
#include "common/policy/policy.h"
#include "tests/common/base/harness.h"

#define PROBE_DOMAIN                                                                     \
    "domain:\n"                                                                          \
    "  event: [order_placed, order_shipped, order_cancelled, return_requested,\n"        \
    "    return_authorized, return_received, return_reopened]\n"                         \
    "  marketplace: [amazon.co.jp, amazon.de]\n"                                         \
    "  fulfilment: {enum: [seller, marketplace], optional: true}\n"                      \
    "  cross_border: {enum: [yes, no], optional: true}\n"                                \
    "  ship_from: {enum: [CN, JP, other], optional: true}\n"                             \
    "  buyer_country: {enum: [JP, DE, other], optional: true}\n"                         \
    "  lang: {enum: [ja, de, zh, other], optional: true}\n"                              \
    "  category: {enum: [general, power_bank, glove], optional: true}\n"                 \
    "  condition: {enum: [unopened, used, defective, damaged], optional: true}\n"        \
    "  reason: {enum: [defective, remorse, other], optional: true}\n"                    \
    "  wanted: {enum: [refund, exchange], optional: true}\n"                             \
    "  in_policy: {enum: [yes, no], optional: true}\n"                                   \
    "  claim: {enum: [yes, no], optional: true}\n"                                       \
    "  value: {int: 0..1000000, optional: true}\n"                                       \
    "  hazards: {set: [LITHIUM_ION, SHARPS], optional: true}\n"                          \
    "calendars:\n"                                                                       \
    "  always: {tz: UTC, open: always}\n"                                                \
    "desks:\n"                                                                           \
    "  night: {langs: [any], calendar: always}\n"                                        \
    "triage: night\n"                                                                    \
    "tables:\n"                                                                          \
    "- table: probes\n"                                                                  \
    "  title: what is stated\n"                                                          \
    "  hit: collect\n"                                                                   \
    "  gives: {blocker: set}\n"                                                          \
    "  else: none\n"                                                                     \
    "  rules:\n"

/* A rule `id` that hits when a fact is as `when` says. */
struct probe {
    const char *id, *when;
};

static inline void probes_tell(void *context, const struct policy_finding *finding) {
    (void)context;
    if (finding->severity == POLICY_ERROR)
        print_message("%d: %s\n%s\n", finding->line, finding->text,
                      finding->source ? finding->source : "");
}

/* Free it with policy_free. */
static inline struct policy *probes_load(const struct probe *probes, size_t n) {
    char dir[] = "/tmp/henpin-probes-XXXXXX", path[64];
    struct policy_report report = {probes_tell, NULL};
    struct policy *p = NULL;
    struct error err = {0};
    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/pack.yaml", dir);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(PROBE_DOMAIN, f);
    for (size_t i = 0; i < n; i++)
        fprintf(f,
                "  - {id: %s, title: t, source: s, when: {%s}, then: {blocker: seen}}\n",
                probes[i].id, probes[i].when);
    fclose(f);
    enum status st = policy_load(dir, &report, &p, &err);
    unlink(path);
    rmdir(dir);
    if (st != ST_OK)
        fail_msg("%s", err.text);
    return p;
}

static inline bool probe_hits(const struct policy_decision *d, const char *id) {
    for (int i = 0; i < d->n_rules; i++)
        if (strcmp(d->rules[i], id) == 0)
            return true;
    return false;
}

static inline void UNUSED assert_seen(const struct policy_decision *d, const char *id) {
    if (d->outcome == POLICY_NOT_EVALUATED)
        fail_msg("%s is not seen: %s", id, d->cause);
    if (!probe_hits(d, id))
        fail_msg("%s is not seen", id);
}

static inline void UNUSED assert_unseen(const struct policy_decision *d, const char *id) {
    if (probe_hits(d, id))
        fail_msg("%s is seen", id);
}

/* The head of the event that fixtures begin with. */
#define PROBE_HEAD                                                                       \
    {                                                                                    \
        .event_id = SPAN("e1"), .occurred_at_us = NOON_US,                               \
        .marketplace = SPAN("amazon.co.jp"), .seller_id = SPAN("S1"),                    \
        .order_id = SPAN("250-1")                                                        \
    }
/* An order as it is known before, of a seller who ships from China to Japan. */
#define PROBE_ORDER                                                                      \
    (struct order_facts) {                                                               \
        .is_known = true, .fulfilment = SPAN("SELLER"), .ship_from_country = SPAN("CN"), \
        .buyer_country = SPAN("JP"), .purchased_us = NOON_US                             \
    }

#define NOON_US (INT64_C(1795143600) * 1000000) /* 2026-11-20 12:00 in Tokyo */

#endif
