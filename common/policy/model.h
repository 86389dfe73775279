/*
 * model.h: a rule set as typed structures, between the text and the index.
 *
 * The readers (domain.c, calendars.c, desk.c, duty.c, rule.c, table.c) fill it, check.c
 * and analyse.c look at it, index.c compiles it, decide.c only follows pointers into it.
 * Everything lives in the policy's arena; `at` nodes live in the loading arena and are
 * dead after policy_load.
 */
#ifndef COMMON_POLICY_MODEL_H
#define COMMON_POLICY_MODEL_H

#include "common/policy/calendar.h"
#include "common/policy/domain.h"

/* More than any rule set needs, and few enough that no file can make the load run out of
 * time or memory. */
enum {
    POLICY_MAX_BYTES = 16 << 20, /* of all files together */
    POLICY_MAX_TABLES = 500,
    POLICY_MAX_RULES = 20000,
    POLICY_MAX_CALENDARS = 200,
    POLICY_MAX_DESKS = 1000,
    POLICY_MAX_PLAYBOOKS = 500,
    POLICY_MAX_SITES = 100,
    POLICY_MAX_TERMS = 1000, /* of one kind */
    POLICY_MAX_CONTRADICTIONS = 100,
    POLICY_MAX_WAYS = 24, /* whose money is compared; bits of one number */
    POLICY_MAX_TESTS = 50000,
    POLICY_MAX_CHARACTERS = 200, /* of one text: it becomes part of rows and reasons */
};

/* Texts that may be missing. */
static inline bool text_equal(const char *a, const char *b) {
    return a == b || (a && b && strcmp(a, b) == 0);
}

/* ---- conditions ---- */

struct number_range {
    int64_t low, high; /* both included */
};

/* A set fact satisfies a clause when it holds all of `all` and none of `none`. */
struct set_clause {
    uint64_t all, none;
};

struct condition {
    int fact;
    bool allows_missing;
    struct word_set words;       /* KIND_WORD: admitted word numbers */
    struct number_range *ranges; /* KIND_NUMBER: or-ed */
    struct set_clause *clauses;  /* KIND_SET: or-ed */
    int n;                       /* ranges or clauses */
};

/* ---- durations ---- */

enum duration_kind {
    SPAN_ELAPSED,
    SPAN_CALENDAR_DAYS,
    SPAN_BUSINESS_DAYS,
    SPAN_BUSINESS_HOURS
};

struct duration {
    enum duration_kind kind;
    int64_t amount;                  /* microseconds; days for the two day kinds */
    const struct calendar *calendar; /* NULL for SPAN_ELAPSED */
    bool is_first_day_counted;       /* the start's own day is day 1 */
    bool is_to_end_of_day;           /* due when that local day ends */
    const struct calendar *roll; /* and if that day is closed here, the next open one */
    const char *text;
};

/* ---- desks ---- */

struct licence {
    const char *name;
    int64_t from_us, until_us; /* [from, until); INT64_MIN and INT64_MAX: open ends */
};

struct desk {
    const char *name;
    const char *title;
    const char *kind; /* inhouse, provider, partner */
    bool speaks_any;
    struct word_set langs; /* numbers of the fact `lang` */
    const struct calendar *calendar;
    int64_t capacity; /* -1: unlimited */
    struct licence *licences;
    int n_licences;
    const struct node *at;
};

struct chain_step {
    const struct desk *desk;
    int64_t wait_us;  /* how long it is offered before it goes on; 0: until act-by */
    int wait_percent; /* the same as a share of the time to the latest moment; 0: none */
    bool skip_closed, skip_full;
    const char *requires[4]; /* licences */
    int n_requires;
};

struct chain {
    struct chain_step steps[POLICY_MAX_CHAIN];
    int n;
    const struct node *at;
};

/* ---- terms ---- */

/* One kind of a licence (policy_term.kinds). */
struct term_kind {
    uint64_t trait; /* bit of the fact `traits` */
    const char *licence;
    const struct node *at; /* valid while loading only */
};

/* ---- outcomes ---- */

enum slot {
    SLOT_HANDLE,
    SLOT_DUTY,
    SLOT_BLOCKER,
    SLOT_CHAIN,
    SLOT_CODE,
    SLOT_REMEDY,
    SLOT_DESTINATION,
    SLOT_STEPS,
    SLOT_COUNT
};
enum merge { MERGE_ONE, MERGE_SET, MERGE_LIST, MERGE_BY_NAME };
enum hit_policy { HIT_UNIQUE, HIT_PRIORITY, HIT_COLLECT };

struct warning {
    int percent;       /* of the time from start to due; 0: `before_us` counts */
    int64_t before_us; /* before due */
};

struct duty_spec {
    const char *name;
    struct duration due;
    int start_time;        /* enum policy_time, or -1 */
    const char *waits_for; /* event word, when start_time is -1 */
    const char *stops[POLICY_MAX_STOPS];
    int n_stops;
    int64_t stop_id; /* of what they say, so that it stays with it */
    int64_t reserve_us;
    bool has_aim;
    struct duration aim;
    struct warning warnings[POLICY_MAX_WARNINGS];
    int n_warnings;
    const char *breach, *cost;
    int severity;
    bool is_own_clock;
    bool says_reopen;
    enum policy_reopen reopen; /* restarts where nothing is said */
    struct span pauses[POLICY_MAX_PAUSES];
    int n_pauses;
};

struct blocker_spec {
    const char *name;
    int severity;
};

/* Steps under a name, written once and played by rules and by other playbooks. */
struct playbook {
    const char *name, *title, *source, *confidence;
    struct policy_step *steps; /* without their instants */
    int n_steps;
    const struct node *at; /* valid while loading only */
    enum { PLAYBOOK_UNREAD, PLAYBOOK_BEING_READ, PLAYBOOK_READ } state;
    bool is_played;
};

struct outcome {
    unsigned gives; /* bit per enum slot */
    const char *handle, *code, *remedy, *destination;
    struct duty_spec *duties;
    int n_duties;
    struct blocker_spec *blockers;
    int n_blockers;
    struct chain *chain;
    struct policy_step *steps;
    int n_steps;
};

/* ---- rules and tables ---- */

struct rule {
    const char *id, *title, *source, *confidence, *why;
    int number; /* over all tables: table order, then id order */
    int priority;
    bool is_shadow;
    bool applies_to_open;
    struct condition *conditions[POLICY_FACT_COUNT]; /* NULL: any */
    int by;                    /* enum policy_time of the validity */
    int64_t from_us, until_us; /* INT64_MIN, INT64_MAX: open */
    struct outcome then;
    const struct node *at;
    const char *file;
    int line;
};

/* `needs` of a table: slots that earlier tables must have given one of these words. */
struct slot_need {
    enum slot slot; /* SLOT_HANDLE, SLOT_CODE or SLOT_REMEDY */
    const char *words[8];
    int n;
};

struct table {
    const char *name, *title;
    enum hit_policy hit;
    unsigned gives; /* bit per slot */
    enum merge merges[SLOT_COUNT];
    struct condition *guard[POLICY_FACT_COUNT]; /* `needs` on facts */
    struct slot_need needs[4];
    int n_needs;
    struct rule *rules; /* in id order */
    int n_rules;
    bool has_else;
    struct rule otherwise; /* `else`, as a rule without conditions; not numbered */
    bool is_shadow;        /* nothing in it is ever emitted: it stops no decision */
    uint32_t facts;        /* that the guard looks at: bit per fact */
    uint32_t rule_facts;   /* that rules look at */
    uint32_t active_facts; /* that rules outside the shadow look at */
    struct rule_index *index;
    int order; /* position among all files' tables */
    const struct node *at;
};

/* Tables in the order of evaluation. */
struct table_list {
    const struct table **items;
    int n;
};

/* ---- who does the steps ---- */

/* Where goods come back. */
struct word_list {
    const char **words;
    int n;
    bool is_any;
};

struct site {
    const char *name, *title;
    const char *area;
    struct word_list langs; /* in which work is ordered there; none: in any */
    struct condition *when[POLICY_FACT_COUNT]; /* which marketplaces' goods */
};

struct partner_licence {
    struct licence licence;
    struct word_list areas, waste;
};

struct partner {
    const char *name, *title;
    struct word_list services; /* roles */
    struct word_list areas;
    struct word_list langs;
    const struct calendar *calendar;
    int64_t capacity; /* open steps at a time; -1: unlimited */
    struct partner_licence *licences;
    int n_licences;
};

/* ---- what cannot both be true ---- */

struct contradiction_pair {
    struct policy_contradiction told;
    uint64_t word, other; /* one bit each */
};

struct contradiction {
    const char *title, *source;
    int fact, other;        /* the same one: at most one of `words` is true */
    uint64_t words, others; /* bit per word of the fact */
    struct contradiction_pair *pairs;
    int n_pairs;
};

/* ---- the money of each way; see money.h ---- */

struct money_way {
    const char *name, *title;
    const char **codes; /* of the dispositions that go this way */
    int n_codes;
    unsigned parts; /* bit per enum money_part */
    struct condition *when[POLICY_FACT_COUNT];
};

struct money_figure {
    int part;      /* enum money_part */
    uint64_t ways; /* bit per way */
    struct condition *when[POLICY_FACT_COUNT];
    bool is_share;        /* low and high are per cent of the event's value */
    int64_t low, high;    /* else minor units; both included, never negative */
    const char *currency; /* NULL: a share, or nothing at all */
    const char *amount, *source, *confidence; /* as written */
    const char *file;
    int line;
};

struct money_ground {
    struct money_way *ways;
    int n_ways;
    struct money_figure *figures;
    int n_figures;
};

/* ---- the seller directory ---- */

struct directory_ends {
    int64_t us[POLICY_MAX_WARNINGS]; /* before the end, the longest first */
    int n;
};

struct directory_word {
    const char *word;
    int fact; /* of a licence: the word of `has` that it stands for; -1: none */
    struct directory_ends ends_soon;
};

struct directory_spec {
    bool is_read;
    struct directory_ends ends_soon; /* of words that say nothing else */
    struct directory_word *words;
    int n_words;
};

struct testcase;      /* testcase.h */
struct coverage_spec; /* coverage.h */
struct signal_lists;  /* signals.c */
struct phrases;       /* common/text/phrases.h */

struct policy {
    struct arena *a;
    struct policy_revision revision;
    const char *ruleset;
    struct domain domain;
    struct zone **zones;
    int n_zones;
    struct holidays **holidays;
    int n_holidays;
    struct calendar **calendars;
    int n_calendars;
    struct desk *desks;
    int n_desks;
    const struct desk *triage;
    struct policy_term *terms[POLICY_TERM_KINDS];
    int n_terms[POLICY_TERM_KINDS];
    struct playbook *playbooks;
    int n_playbooks;
    struct site *sites;
    int n_sites;
    struct partner *partners;
    int n_partners;
    struct directory_spec directory;
    struct contradiction *contradictions;
    int n_contradictions;
    struct money_ground money;
    struct table *tables; /* in the order of evaluation */
    int n_tables;
    /* By the number of the event's word: those whose `needs` do not rule it out. Most
     * tables are about one event, so a decision need not ask them all. */
    struct table_list *tables_of_event;
    uint32_t listed, required, numbers; /* facts of the domain: bit per fact */
    int n_rules;
    const struct rule **rules; /* by number */
    struct testcase *tests;
    int n_tests;
    struct signal_lists *signals;   /* NULL: no file has phrases */
    struct word_set goods_signals;  /* those that are about the goods */
    struct phrases *phrases;        /* the same, compiled */
    struct coverage_spec *coverage; /* NULL: no file says what must be covered */
};

/* What all readers share while loading. */
struct loader {
    size_t n_bytes; /* of the files read so far */
    int n_rules;    /* of all tables read so far */
    struct policy *p;
    struct arena *a;       /* the policy's */
    struct arena *scratch; /* nodes and file texts */
    struct findings *fs;
    const struct zone *zone;   /* for bare dates in the file being read */
    const struct table *table; /* being read, NULL: none */
    const struct rule *rule;   /* whose `then` is being read, NULL: none */
    bool is_compiled;          /* decisions can be made */
    const char *dir;
};

#endif
