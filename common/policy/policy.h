/*
 * policy.h: what a worker asks the rules, and what it is told.
 *
 * A policy is one immutable revision: every file of a directory, parsed, checked,
 * analysed and compiled. A decision is a pure function of (facts, revision, zone data):
 * policy_decide() reads no clock, does no I/O, allocates nothing.
 *
 *     struct policy_facts f;
 *     policy_facts_init(p, &f);
 *     policy_state(p, &f, FACT_MARKETPLACE, SPAN("amazon.co.jp"));
 *     policy_state_instant(&f, TIME_EVENT, occurred_at_us);
 *     policy_decide(p, &f, &decision);
 *
 * The format is deploy/policy/README.md; the semantics of each word are there.
 */
#ifndef COMMON_POLICY_POLICY_H
#define COMMON_POLICY_POLICY_H

#include "common/base/arena.h"
#include "common/base/error.h"
#include "common/base/span.h"

#include <stdbool.h>
#include <stdint.h>

/* What workers can state: a pack's `domain` may use these names and no others. One row a
 * fact: identifier, name in the packs, kind (WORD one of a list, NUMBER, SET of words).
 */
#define POLICY_FACTS(X)                                                                  \
    X(FACT_EVENT, "event", WORD)             /* what happened: return_requested ... */   \
    X(FACT_MARKETPLACE, "marketplace", WORD) /* code */                                  \
    X(FACT_FULFILMENT, "fulfilment", WORD)   /* seller, marketplace */                   \
    X(FACT_CROSS_BORDER, "cross_border",                                                 \
      WORD)                              /* yes, no: ship-from outside the store */      \
    X(FACT_SHIP_FROM, "ship_from", WORD) /* ISO 3166-1 alpha-2 */                        \
    X(FACT_BUYER_COUNTRY, "buyer_country", WORD)                                         \
    X(FACT_LANG, "lang", WORD)           /* buyer's language */                          \
    X(FACT_CATEGORY, "category", WORD)   /* product class */                             \
    X(FACT_CONDITION, "condition", WORD) /* unopened, opened, used ... */                \
    X(FACT_REASON, "reason", WORD)       /* reason family */                             \
    X(FACT_WANTED, "wanted", WORD)       /* refund, exchange, repair */                  \
    X(FACT_IN_POLICY, "in_policy", WORD) /* yes, no */                                   \
    X(FACT_CLAIM, "claim", WORD)         /* yes, no */                                   \
    X(FACT_VALUE, "value", NUMBER)       /* minor units of the store's currency */       \
    X(FACT_HAS, "has", SET)              /* facts about the seller */                    \
    X(FACT_HAZARDS, "hazards", SET)      /* of the goods */                              \
    X(FACT_TRAITS, "traits", SET)        /* what else is known of the goods */           \
    X(FACT_WASTE, "waste", WORD)         /* which waste regime the goods fell under */   \
    X(FACT_SIGNALS, "signals", SET)      /* found in the buyer's text */                 \
    X(FACT_CURRENCY, "currency", WORD)   /* of `value`; ISO 4217 */                      \
    X(FACT_DELIVERED_DAYS, "delivered_days",                                             \
      NUMBER)                    /* local days from delivery to request; 0: that day */  \
    X(FACT_OFFER, "offer", SET)  /* what kind of offer was bought: custom_made ... */    \
    X(FACT_LABEL, "label", WORD) /* who paid the return label */                         \
    X(FACT_HISTORY, "history", SET) /* what the case has seen before */                  \
    X(FACT_METRIC, "metric", WORD)  /* which measure the marketplace reports */          \
    X(FACT_RATE, "rate", NUMBER)    /* its value: hundredths of a percent, or points */  \
    X(FACT_STATUS, "status", WORD)  /* the marketplace's own verdict on it */

/* Times that rules may run from or be selected by. */
#define POLICY_TIMES(X)                                                                  \
    X(TIME_EVENT, "event.time")                                                          \
    X(TIME_ORDERED, "ordered_at")                                                        \
    X(TIME_REQUESTED, "requested_at")                                                    \
    X(TIME_DELIVERED, "delivered_at")                                                    \
    X(TIME_RECEIVED, "received_at")                                                      \
    X(TIME_OLDEST_UNANSWERED, "oldest_unanswered")                                       \
    X(TIME_REFUNDED, "refunded_at")

enum policy_fact {
#define X(id, name, kind) id,
    POLICY_FACTS(X)
#undef X
        POLICY_FACT_COUNT
};
enum policy_time {
#define X(id, name) id,
    POLICY_TIMES(X)
#undef X
        POLICY_TIME_COUNT
};

enum {
    POLICY_MAX_RULES_HIT = 32,
    POLICY_MAX_DUTIES = 8,
    POLICY_MAX_BLOCKERS = 8,
    POLICY_MAX_STEPS = 32,
    POLICY_MAX_WASTE = 6,
    POLICY_MAX_CHAIN = 8,
    POLICY_MAX_WARNINGS = 4,
    POLICY_MAX_STOPS = 12,
    POLICY_MAX_PAUSES = 8,
    POLICY_MAX_PARTNERS = 500,
    POLICY_MAX_SIGNALS = 60, /* as many as a set has members */
    POLICY_TOLD_CONTRADICTIONS = 4,
};
#define POLICY_NO_INSTANT INT64_MIN

struct policy;
struct duration;
struct policy_term;

/* One thing found while loading: several may come at once. */
struct policy_finding {
    enum { POLICY_NOTE, POLICY_WARNING, POLICY_ERROR } severity;
    const char *kind; /* "overlap", "gap", "syntax" ... */
    const char *file;
    int line, column;    /* from 1 */
    const char *text;    /* what is wrong, and what to do */
    const char *source;  /* the offending line, NULL when there is none */
    const char *witness; /* a test stub that shows it, NULL when there is none */
};
struct policy_report {
    void (*tell)(void *context, const struct policy_finding *finding);
    void *context;
};

/* Loads every *.yaml of `dir` as one rule set. Tells every finding; E_POLICY when any is
 * an error (the text counts them). `report` may be NULL. */
MUST_USE enum status policy_load(const char *dir, const struct policy_report *report,
                                 struct policy **out, struct error *err);
void policy_free(struct policy *p);

struct policy_revision {
    int64_t id;        /* first 63 bits of the hash: the key of henpin.policy_revision */
    char hash[65];     /* SHA-256 of the canonical form, hexadecimal */
    const char *label; /* what the pack calls itself */
    struct span canonical; /* the canonical text, for the table policy_revision */
};
const struct policy_revision *policy_revision(const struct policy *p);

struct policy_facts {
    int64_t value[POLICY_FACT_COUNT]; /* encoded; see policy_state */
    int64_t time_us[POLICY_TIME_COUNT];
    uint32_t
        outside; /* bit i: fact i was stated with a word that the domain does not list */
};
void policy_facts_init(const struct policy *p, struct policy_facts *f); /* all missing */
/* States a word, ASCII case ignored. A word outside the domain reads as `other` where the
 * domain has it, and else is noted in `outside` and makes the decision
 * POLICY_NOT_EVALUATED if any table looks at that fact. Facts that the domain does not
 * have are ignored. A span with ptr NULL leaves the fact missing. */
void policy_state(const struct policy *p, struct policy_facts *f, enum policy_fact fact,
                  struct span word);
void policy_state_number(struct policy_facts *f, enum policy_fact fact, int64_t value);
/* Adds one member to a set fact. A member that the domain does not list is outside of it, as a word is: a hazard that
 * no rule knows must not look like no hazard. Only what a seller has (FACT_HAS) may hold more than the rules ask for.
 * An empty set is stated by policy_state_none. */
void policy_state_member(const struct policy *p, struct policy_facts *f,
                         enum policy_fact fact, struct span member);
void policy_state_none(struct policy_facts *f, enum policy_fact fact);
/* Takes back what was stated. */
void policy_state_missing(struct policy_facts *f, enum policy_fact fact);
/* Whether rules may say at this event what becomes of goods: not whether they do. */
bool policy_disposes(const struct policy *p, const char *event);
/* Whether the domain lists the word for the fact, ASCII case ignored. */
bool policy_lists(const struct policy *p, enum policy_fact fact, struct span word);
/* Whether the packs put the word into that group of the fact (`groups:`). */
bool policy_groups(const struct policy *p, enum policy_fact fact, struct span group,
                   struct span word);
/* Two words that cannot both be true of one thing, by the packs. */
struct policy_contradiction {
    const char *text;           /* "condition unopened and hazards swollen_battery ..." */
    const char *title, *source; /* why not, and who says so */
    enum policy_fact fact, other_fact;
    const char *word, *other_word;
};
/* Those among what is stated, at most POLICY_TOLD_CONTRADICTIONS, in the packs' order; how
 * many. No decision looks at them: a person is to be told. Facts of several things put
 * together may contradict each other where none of the things does. */
int policy_contradictions(
    const struct policy *p, const struct policy_facts *f,
    const struct policy_contradiction *out[POLICY_TOLD_CONTRADICTIONS]);

static inline void policy_state_instant(struct policy_facts *f, enum policy_time t,
                                        int64_t us) {
    f->time_us[t] = us;
}

/* The signals that a buyer's words give, by the phrases of the packs: words of the domain,
 * in its order; how many. Any bytes will do; of a long text the beginning is read. Scratch
 * memory, at most 200 KiB, comes from `scratch`. */
int policy_signals(const struct policy *p, struct arena *scratch, struct span text,
                   const char *out[POLICY_MAX_SIGNALS]);
/* Whether this signal is about the goods: then it reaches the returns of the order. */
bool policy_signal_is_of_goods(const struct policy *p, struct span word);

/* All text in a decision borrows from the policy and is NUL-terminated. */
struct policy_desk_choice {
    const char
        *desk; /* who must act; never NULL, the last step of a chain is always open */
    int64_t act_by_us; /* last open instant of that desk before due - reserve */
    bool is_catch_all; /* only the last step remained: "no open desk" is part of the
                          decision */
};

/* A desk's time with a duty: it ends when the next turn begins. See handover.h. */
struct policy_turn {
    const char *desk;
    int64_t from_us;   /* when it gets it */
    int64_t act_by_us; /* the last open instant of that desk before due - reserve */
    const char *const *licences; /* that it must hold for it: `n_licences` */
    int n_licences;
    bool skips_full; /* passed over when the desk has as much as it can take */
};

/* What a second event that calls for a duty does when the first clock has ended. */
enum policy_reopen {
    REOPEN_RESTARTS, /* the duty begins anew */
    REOPEN_RESUMES,  /* nothing; but a reopened case goes on with what was left */
    REOPEN_CLOSED,   /* nothing: what has ended stays so */
    REOPEN_COUNT
};
/* restart, resume, closed, NULL */
extern const char *const policy_reopen_names[REOPEN_COUNT + 1];

/* The plan of a duty that stands, as its row has it; n is 0 where one desk has it to the
 * end. Borrows the names. */
struct policy_turns {
    int n, present; /* whose turn it is: index of the desk that has it */
    struct span desk[POLICY_MAX_CHAIN];
    int64_t from_us[POLICY_MAX_CHAIN], act_by_us[POLICY_MAX_CHAIN];
    unsigned skips; /* bit i: turn i is passed over while its desk is full */
};

struct policy_duty {
    const char *name; /* answer_return */
    const char *rule_id;
    const char *title;               /* the rule's, for the reason sentence */
    int64_t start_us;                /* POLICY_NO_INSTANT: waiting for an event to come */
    const char *waits_for;           /* name of that event, NULL otherwise */
    int64_t due_us;                  /* POLICY_NO_INSTANT while waiting */
    int64_t aim_us;                  /* softer target, POLICY_NO_INSTANT when none */
    struct policy_desk_choice owner; /* of the first turn */
    struct policy_turn turns[POLICY_MAX_CHAIN];
    int n_turns; /* 0 while waiting */
    int64_t warn_us[POLICY_MAX_WARNINGS];
    int n_warnings;
    const char *stop[POLICY_MAX_STOPS]; /* events that fulfil it */
    int n_stops;
    int64_t stop_id;          /* of these together: policy_each_stops() */
    const struct span *pause; /* events that hold its clock */
    int n_pauses;
    enum policy_reopen reopen;
    const char
        *breach; /* kind of escalation on breach: account_risk, compliance; may be NULL */
    const char *breach_cost; /* what it costs, in the pack's words; may be NULL */
    int severity;            /* 0 note .. 4 grave */
    bool is_shadow;          /* evaluated and recorded, not emitted */
    bool follows_messages;   /* starts at the oldest unanswered message: see thread.h */
};

struct policy_blocker {
    const char *name; /* return_address.jp */
    const char *rule_id;
    const char *title;
    int severity;
    bool is_shadow;
};

struct policy_step {
    const char *action;  /* isolate, hand_over ... */
    const char *to;      /* role or partner, may be NULL */
    const char *licence; /* required, may be NULL */
    const struct policy_term
        *by_kind;         /* of a licence that has kinds: `licence` is the one
                                          of the goods, in a decision; else NULL */
    const char *evidence; /* required, may be NULL */
    const char *place;    /* where it is done, may be NULL */
    const char *unlocks;  /* what may happen once it is done, may be NULL */
    const char *overdue;  /* kind of escalation when it is late, may be NULL */
    const char *cost; /* what is lost when it is late, in the pack's words; may be NULL */
    const char *unit; /* of the amount that its completion must state; may be NULL */
    const char *lot;  /* which part of the goods it is about; NULL: all of them */
    const char *const *waste; /* kinds of waste it handles: `n_waste` words */
    int n_waste;
    int keep_years; /* how long the evidence is kept; 0: nobody says */
    int after;      /* index of the step before, -1: none */
    int64_t due_us; /* from the event; POLICY_NO_INSTANT: none, or it runs from the step
                       before */
    int64_t due_after_us; /* elapsed time after the step before, 0 when due_us is given or
                             none; as counted from the event */
    const struct duration *due;     /* for policy_step_due; NULL: none */
    const struct policy_step *late; /* what else is to be done when it is late, counted
                                       from the instant at which it was due; NULL: nothing */
};

/* When the step is due if what it runs from (the event, or the step before) happened at
 * `from_us`: business days and holidays counted from there. POLICY_NO_INSTANT: never. */
int64_t policy_step_due(const struct policy_step *s, int64_t from_us);

/* The step of a rule, without its instants, by what it does and with which lot (empty:
 * with all). NULL: these rules have none such; an older revision had it. */
const struct policy_step *policy_step_find(const struct policy *p, struct span rule_id,
                                           struct span action, struct span lot);

/* What the words of steps and destinations mean, for people: `terms:` in the packs. */
enum policy_term_kind {
    TERM_CODE,
    TERM_ACTION,
    TERM_ROLE,
    TERM_LICENCE,
    TERM_EVIDENCE,
    TERM_PLACE,
    TERM_WASTE,
    TERM_UNLOCKS,
    TERM_DESTINATION,
    POLICY_TERM_KINDS
};
struct policy_term {
    const char *word;   /* IW_TRANSPORT */
    const char *title;  /* in English */
    const char *ja;     /* in Japanese; NULL: not given */
    const char *source; /* NULL: not given */
    int valid_years;    /* of a licence, before it must be renewed; 0: not given */
    const char *desk;   /* of a role: where its bearer is told; NULL: at triage */
    bool is_seller;     /* the role is the seller's, by the directory of sellers */
    bool ends_evidence; /* of an action: afterwards the goods prove nothing any more */
    /* Of a licence that is given for each kind of goods by itself, such as the nine
     * categories of medical devices: which one it is, by a trait. Nobody holds the word
     * itself: it stands where the kind is not known. */
    const struct term_kind *kinds;
    int n_kinds;
};
/* NULL when the packs do not explain the word. */
const struct policy_term *policy_term(const struct policy *p, enum policy_term_kind kind,
                                      const char *word);

/* Where the bearer of a role is told; the desk for triage when the packs name none, or
 * `role` is no role of theirs. */
const char *policy_role_desk(const struct policy *p, struct span role);

/* Whether goods that are kept as evidence may not be treated so: afterwards they are gone,
 * or not as they came. */
bool policy_ends_evidence(const struct policy *p, struct span action);

struct policy_disposition {
    const char *code; /* restock, hazmat ...; NULL: no table spoke */
    const char *rule_id;
    const char *title;
    const char *remedy; /* refund, exchange ...; may be NULL */
    const char *remedy_rule_id;
    const char *destination; /* where the buyer sends it: own_address, prepaid_label ...,
                                no_return_shipping; may be NULL */
    const char *destination_rule_id;
    struct policy_step steps[POLICY_MAX_STEPS];
    int n_steps;
    bool is_shadow;
};

struct policy_decision {
    enum {
        POLICY_DECIDED,
        POLICY_NOT_OURS,      /* the scope table says that somebody else answers */
        POLICY_NOT_EVALUATED, /* a fact is missing or outside the domain: triage */
    } outcome;
    const char
        *cause; /* POLICY_NOT_EVALUATED: "marketplace is outside the domain"; else NULL */
    const char
        *handler; /* what the scope table gave: seller, none; NULL when not reached */
    struct policy_duty duties[POLICY_MAX_DUTIES];
    int n_duties;
    struct policy_blocker blockers[POLICY_MAX_BLOCKERS];
    int n_blockers;
    struct policy_disposition disposition;
    struct policy_desk_choice
        route; /* where an escalation without a duty goes, at the event's time */
    const char *rules[POLICY_MAX_RULES_HIT]; /* ids of all rules that hit, table order,
                                                then id order */
    int n_rules;
    uint64_t
        near_misses[4]; /* bit set over rule numbers: failed on exactly one condition */
};

/* A desk as people know it. Borrows from the policy; `languages` are codes joined by a
 * comma, "any" for all, in `a`. */
struct policy_desk {
    const char *name, *title, *kind; /* inhouse, provider, partner; title may be NULL */
    const char *zone;                /* of its calendar */
    const char *languages;
    const char *licences; /* "medical_device until 2029-03-30T15:00:00Z", or without an
                             end; joined by ',' */
    int64_t capacity;     /* open duties at a time; -1: no limit */
};
int policy_desk_count(const struct policy *p);
struct policy_desk policy_desk(const struct policy *p, int i, struct arena *a);

/* The events that meet duties: each list of the rules, some more than once, with the id by
 * which a duty's row refers to it (the same in every rule set). Borrows from the policy. */
typedef void policy_take_stops(void *context, int64_t stop_id, const char *const *words,
                               int n);
void policy_each_stops(const struct policy *p, policy_take_stops *take, void *context);

/* Total: gives an outcome for every input. Repeatable: same facts, same decision. */
void policy_decide(const struct policy *p, const struct policy_facts *f,
                   struct policy_decision *out);

/* Where something that no rule foresaw goes: the desk for triage, open at `at_us`. */
struct policy_desk_choice policy_triage(const struct policy *p, int64_t at_us);

/* When a notice goes out that falls on `at_us`, of a duty whose turn it is to `turn` of its
 * plan: in the hours of whoever has it then, as a decision dates its warnings. */
int64_t policy_notice_us(const struct policy *p, const struct policy_turns *t, int turn,
                         int64_t at_us);

/* How long a desk is open between two instants, in microseconds; POLICY_NO_INSTANT when
 * the rule set has no such desk, when `to_us` is before `from_us`, and beyond the years of
 * its calendar. */
int64_t policy_desk_open_us(const struct policy *p, struct span desk, int64_t from_us,
                            int64_t to_us);

#endif
