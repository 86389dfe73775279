/*
 * directory.h: what the rules ask of a seller, apart from any event.
 *
 *     directory:
 *       ends_soon: [60 days, 14 days, 3 days]
 *       words:
 *         MD_SALES_HIGH: {fact: medical_sales_licence, ends_soon: [180 days, 30 days]}
 *
 * The seller directory holds facts (the words of `has` in the domain) and licences (those
 * of `terms`). To the rules a licence is the fact that `fact` names for it, else the fact
 * of its own name, if there is one. `ends_soon` says how long before the end of a fact or
 * licence a person is warned, when nothing follows it: for all words, or for one of them.
 *
 * Whether a blocker stands is asked here without an event: the event that met it is gone.
 * Only what the seller and the marketplace say counts: a blocker stands as long as some
 * rule that is live, is not in the shadow, gives it and admits the marketplace and the
 * facts stated. So whatever an event meets stands, by the same conditions, and no second
 * set of rules is needed. One that no fact can lift stands for good.
 */
#ifndef COMMON_POLICY_DIRECTORY_H
#define COMMON_POLICY_DIRECTORY_H

#include "common/base/suggest.h"
#include "common/policy/policy.h"

enum directory_kind { DIRECTORY_UNKNOWN, DIRECTORY_FACT, DIRECTORY_LICENCE };
/* What the packs call the word; its spelling there in `*spelled` (ASCII case is ignored
 * in facts). */
enum directory_kind directory_kind(const struct policy *p, struct span word,
                                   const char **spelled);
/* "did you mean" for a word that is DIRECTORY_UNKNOWN. */
void directory_suggest(const struct policy *p, struct suggestion *s);

/* States a licence that the seller holds as what it is to the rules. A fact is stated by
 * policy_state_member. */
void directory_state_licence(const struct policy *p, struct policy_facts *f,
                             struct span licence);

/* How long before its end a word is warned about: descending, microseconds. */
int directory_warnings(const struct policy *p, struct span word,
                       const int64_t **ends_soon_us);

/* Stated in `f`: FACT_MARKETPLACE, FACT_HAS and TIME_EVENT, the instant asked about. */
bool directory_blocks(const struct policy *p, const struct policy_facts *f,
                      struct span blocker);
/* What would lift it, for people: "return_address.jp", "branch.jp or overseas_shop.jp";
 * nothing when no fact can. */
void directory_build_wanted(const struct policy *p, const struct policy_facts *f,
                            struct span blocker, struct builder *b);
/* What lifted it: those of the facts stated that some rule wants; nothing when it is the
 * rules that changed. */
void directory_build_met(const struct policy *p, const struct policy_facts *f,
                         struct span blocker, struct builder *b);

/* The first instant after `us` at which a rule that gives a blocker begins or ends;
 * INT64_MAX: none. */
int64_t directory_next_rule(const struct policy *p, int64_t us);

#endif
