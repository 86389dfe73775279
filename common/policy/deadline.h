/*
 * deadline.h: due and act-by: the marketplace's clock and the desk's. Who has it when is
 * laid out in handover.h.
 *
 * `due` follows the duty's own clock. `act_by` is the last instant, at or before due minus
 * the reserve, until which a desk is open and holds the licences: of the first desk of
 * the chain that speaks the language and has such an instant after the start. A licence
 * that ends before due moves it forward, as closing does. The last step of a chain is
 * always open; when only that one remains, it is said so.
 */
#ifndef COMMON_POLICY_DEADLINE_H
#define COMMON_POLICY_DEADLINE_H

#include "common/policy/model.h"

struct deadline_request {
    const struct chain *chain; /* NULL: the triage desk alone */
    const struct desk *triage;
    int64_t lang; /* word number of `lang`, negative: any */
};

/* The choice for a duty that runs from start to due. */
struct policy_desk_choice deadline_owner(const struct deadline_request *q,
                                         int64_t start_us, int64_t due_us,
                                         int64_t reserve_us);
/* The act-by of one step of the chain; POLICY_NO_INSTANT when that desk cannot act in
 * time. */
int64_t deadline_step_act_by(const struct deadline_request *q,
                             const struct chain_step *step, int64_t start_us,
                             int64_t due_us, int64_t reserve_us);
/* Who takes something without a deadline, at an instant. */
struct policy_desk_choice deadline_route(const struct deadline_request *q, int64_t at_us);

/* A turn of a plan as notices see it: whose hours, from when, until when it can act. */
struct notice_turn {
    const struct calendar *hours;
    int64_t from_us, act_by_us;
};
/* The turns of a duty that is dated; gives how many. */
int deadline_notice_turns(const struct policy *p, const struct policy_duty *d,
                          struct notice_turn out[POLICY_MAX_CHAIN]);
/* When a notice goes out that falls on `at_us`: it waits for the desk whose turn it is
 * then to open; where that is after its turn or its act-by, for the next desk's turn and
 * hours. Where nobody opens in time it goes out as it is, and so does the last one. */
int64_t deadline_notice(const struct notice_turn *turns, int n_turns, int64_t at_us,
                        bool is_last);

/* Fills start, due, aim, act-by and warnings of a duty; NULL, or the cause why it cannot.
 */
const char *deadline_fill(const struct policy *p, const struct policy_facts *f,
                          const struct deadline_request *q, const struct duty_spec *spec,
                          struct policy_duty *out);

#endif
