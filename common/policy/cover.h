/*
 * cover.h: is every input of a region met by one of some rules? If not, which is not?
 *
 * Each fact is cut into atoms: its values, or the intervals between all bounds in use,
 * plus "missing" where it may be; atoms that no rule tells apart are one. Validity is one
 * more axis for each time. The search walks the axes in turn, keeping the set of rules
 * that still match as a row of bits, and remembers which (axis, row) pairs it has proved
 * covered: rule sets are far smaller than their product spaces. It is exact when it
 * finishes. What it may cost is counted in words touched, not in seconds, so that the
 * same rules always get the same answer.
 */
#ifndef COMMON_POLICY_COVER_H
#define COMMON_POLICY_COVER_H

#include "common/policy/region.h"

enum cover_answer { COVER_WHOLE, COVER_GAP, COVER_NOT_FINISHED };

/* Work units that one question, and one load, may use: a nanosecond to three each. */
#define COVER_QUESTION_WORK (INT64_C(20) * 1000 * 1000)
#define COVER_LOAD_WORK (INT64_C(300) * 1000 * 1000)

struct cover_question {
    const struct policy *p;
    const struct region *within;
    const struct rule *const *rules; /* any of them covers */
    int n_rules;
    int64_t work_max;   /* of this question */
    int64_t *work_left; /* of the load; counted down */
};

/* Several values of one fact that no rule tells apart. */
struct cover_piece {
    int64_t low, high; /* a number's or a time's interval; else the same value twice */
    const struct cover_piece *next;
};

/* A set of inputs that no rule meets: what an axis says, or anything where it says
 * nothing. Axes 0 .. POLICY_FACT_COUNT-1 are the facts, then come the times. Sets only
 * tell apart the members in `members`. Valid during the visit. */
struct cover_gap {
    const struct cover_piece *pieces[POLICY_FACT_COUNT + POLICY_TIME_COUNT];
    uint64_t members[POLICY_FACT_COUNT];
    struct policy_facts example;
};

/* On COVER_GAP `out` holds one input of the region that none of the rules meets. */
enum cover_answer cover_find(const struct cover_question *q, struct policy_facts *out);

/* Visits gaps that do not meet each other and together are all there are, until `visit`
 * returns false. COVER_WHOLE: there was none. */
enum cover_answer cover_each(const struct cover_question *q,
                             bool (*visit)(void *context, const struct cover_gap *gap),
                             void *context);

#endif
