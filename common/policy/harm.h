/*
 * harm.h: what must be told when goods hurt somebody or may: pure.
 *
 * Who sells or repairs in Japan has two duties of knowledge: an accident of a product and
 * a malfunction of a medical device are told to the maker, importer or licence holder,
 * and, if grave, to an authority, each within so many days of the day on which they were
 * known. The packs say how many (events accident_known and malfunction_known). What is
 * known comes from events of the return and from messages of its buyer, at different
 * instants; each case has at most one set of tasks of either kind.
 *
 * At each instant the rules are asked with everything that was known by then. The plan is
 * that of the latest; a step that an earlier one asked for as well is due when the first
 * of them says: graver news never gives more time. Harm that was told is not taken back.
 */
#ifndef COMMON_POLICY_HARM_H
#define COMMON_POLICY_HARM_H

#include "common/policy/order_facts.h"
#include "common/policy/tasks.h"

enum harm_kind { HARM_ACCIDENT, HARM_MALFUNCTION, HARM_KINDS };
/* What their tasks are about: "accident", "malfunction" (struct tasks). */
extern const char *const harm_names[HARM_KINDS];

/* A signal of the packs (injury, fire ...) or a trait beside it (serious). */
struct harm_word {
    struct span word;
    struct span product_class; /* of the goods it was said of; empty: of all */
    int64_t known_us;
};

struct harm {
    struct span marketplace; /* code */
    struct order_facts order;
    const struct harm_word *words; /* by the instant */
    size_t n;
    const struct span *classes; /* of the case's goods; none: not known */
    size_t n_classes;
};

/* Makes the tasks those of the kind. `identity_us` as in tasks_plan(). NULL, or why the
 * rules could not be asked: a person must look; the tasks are as they were then. */
const char *harm_plan(const struct policy *p, const struct harm *h, enum harm_kind kind,
                      struct tasks *t, int64_t identity_us);

#endif
