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

/* When a notice to a desk goes out that falls on `at_us`: it waits for the desk to open,
 * but never beyond act-by; the last one goes out as it is. */
int64_t deadline_notice(const struct calendar *hours, int64_t at_us, int64_t act_by_us,
                        bool is_last);

/* Fills start, due, aim, act-by and warnings of a duty; NULL, or the cause why it cannot.
 */
const char *deadline_fill(const struct policy *p, const struct policy_facts *f,
                          const struct deadline_request *q, const struct duty_spec *spec,
                          struct policy_duty *out);

#endif
