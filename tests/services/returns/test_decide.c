/* test_decide.c: what the returns worker tells the rules about an event and its order,
 * and the goods of several lines taken together. */
#include "common/base/clock.h"
#include "services/returns/returns.h"
#include "tests/services/probes.h"

static const struct probe probes[] = {
    {"in-japan", "marketplace: amazon.co.jp"},
    {"seller-ships", "fulfilment: seller"},
    {"nobody-ships", "fulfilment: missing"},
    {"crosses", "cross_border: yes"},
    {"stays", "cross_border: no"},
    {"speaks-ja", "lang: ja"},
    {"speaks-zh", "lang: zh"},
    {"battery", "category: power_bank"},
    {"glove", "category: glove"},
    {"used", "condition: used"},
    {"damaged", "condition: damaged"},
    {"condition-unsaid", "condition: missing"},
    {"defect", "reason: defective"},
    {"reason-other", "reason: other"},
    {"reason-unsaid", "reason: missing"},
    {"refund", "wanted: refund"},
    {"wanted-unsaid", "wanted: missing"},
    {"in-policy", "in_policy: yes"},
    {"against-policy", "in_policy: no"},
    {"policy-unsaid", "in_policy: missing"},
    {"claim", "claim: yes"},
    {"no-claim", "claim: no"},
    {"dear", "value: 5000.."},
    {"value-unsaid", "value: missing"},
    {"lithium", "hazards: LITHIUM_ION"},
    {"sharps", "hazards: SHARPS"},
    {"harmless", "hazards: {none: [LITHIUM_ION, SHARPS]}"},
};

struct fixture {
    struct policy *policy;
    struct case_state state;
    struct order_facts order;
    struct return_line lines[2];
    struct return_event event;
    struct case_decision d;
};

static int setup(void **state) {
    static struct fixture f;
    f = (struct fixture){0};
    f.policy = probes_load(probes, COUNT_OF(probes));
    f.state.opened_us = EVENT_ABSENT;
    f.order = PROBE_ORDER;
    f.lines[0] = f.lines[1] = (struct return_line){
        .line_id = SPAN("1"),
        .quantity = 1,
        .product_class = SPAN("glove"),
        .condition = CONDITION_ABSENT,
    };
    f.event = (struct return_event){
        .head = PROBE_HEAD,
        .return_id = SPAN("R1"),
        .kind = RETURN_REQUESTED,
        .in_policy = TRI_ABSENT,
        .wanted = WANTED_UNKNOWN,
        .amount_minor = EVENT_ABSENT,
        .lines = f.lines,
        .n_lines = 2,
    };
    *state = &f;
    return 0;
}

static int teardown(void **state) {
    struct fixture *f = *state;
    policy_free(f->policy);
    return 0;
}

static const struct policy_decision *decide(struct fixture *f) {
    struct goods goods = returns_goods(&f->event);
    struct policy_facts facts;
    returns_state(f->policy, &f->event, marketplace_find(f->event.head.marketplace),
                  &f->order, &goods, &facts);
    returns_decide(&f->state, &f->event, NULL, f->policy, &facts, &f->d);
    return &f->d.policy;
}

static void hazard(struct return_line *line, struct span *words, const char *word) {
    words[0] = span_of(word);
    line->hazards = (struct span_list){words, 1};
}

/* ---- the order and the event ---- */

static void test_returns__each_kind_has_a_word_and_no_other_kind_has(void **state) {
    (void)state;
    for (int kind = 0; kind < RETURN_KIND_COUNT; kind++) {
        bool is_known = strcmp(return_kind_names[kind], "UNKNOWN") != 0;
        assert_int_equal(returns_word(kind) != NULL, is_known);
    }
    assert_null(returns_word(-1));
    assert_null(returns_word(RETURN_KIND_COUNT));
}

static void test_returns__the_order_decides_who_ships_and_from_where(void **state) {
    struct fixture *f = *state;
    const struct policy_decision *d = decide(f);
    assert_seen(d, "seller-ships");
    assert_seen(d, "crosses");
    assert_seen(d, "speaks-ja");
    f->order.ship_from_country = SPAN("JP");
    f->order.buyer_language = SPAN("zh-Hans");
    d = decide(f);
    assert_seen(d, "stays");
    assert_seen(d, "speaks-zh");
}

static void test_returns__an_unknown_fulfilment_is_missing(void **state) {
    struct fixture *f = *state;
    f->order.fulfilment = SPAN("UNKNOWN");
    assert_seen(decide(f), "nobody-ships");
}

static void test_returns__what_the_event_does_not_say_is_missing(void **state) {
    struct fixture *f = *state;
    f->event.n_lines = 0;
    const struct policy_decision *d = decide(f);
    static const char *const unsaid[] = {"condition-unsaid", "wanted-unsaid",
                                         "policy-unsaid", "value-unsaid"};
    for (size_t i = 0; i < COUNT_OF(unsaid); i++)
        assert_seen(d, unsaid[i]);
    assert_seen(d, "reason-unsaid");
    assert_seen(d, "no-claim");
    assert_seen(d, "harmless");
}

static void test_returns__what_the_event_says_is_stated(void **state) {
    struct fixture *f = *state;
    f->event.reason_code = SPAN("CR-DEFECTIVE");
    f->event.wanted = WANTED_REFUND;
    f->event.in_policy = TRI_FALSE;
    f->event.claim_opened = true;
    f->event.amount_minor = 5000;
    const struct policy_decision *d = decide(f);
    static const char *const said[] = {"defect", "refund", "against-policy", "claim",
                                       "dear"};
    for (size_t i = 0; i < COUNT_OF(said); i++)
        assert_seen(d, said[i]);
    f->event.in_policy = TRI_TRUE;
    f->event.amount_minor = 4999;
    d = decide(f);
    assert_seen(d, "in-policy");
    assert_unseen(d, "dear");
}

static void test_returns__a_reason_that_nobody_listed_is_another_one(void **state) {
    struct fixture *f = *state;
    f->event.reason_code = SPAN("no such code");
    assert_seen(decide(f), "reason-other");
}

/* ---- the goods ---- */

static void test_returns__the_goods_are_as_bad_as_their_worst_line(void **state) {
    struct fixture *f = *state;
    static const int from_best[] = {
        CONDITION_ABSENT, CONDITION_UNKNOWN,   CONDITION_UNOPENED, CONDITION_OPENED,
        CONDITION_USED,   CONDITION_DEFECTIVE, CONDITION_DAMAGED};
    for (size_t a = 0; a < COUNT_OF(from_best); a++) {
        for (size_t b = 0; b < COUNT_OF(from_best); b++) {
            f->lines[0].condition = from_best[a];
            f->lines[1].condition = from_best[b];
            assert_int_equal(returns_goods(&f->event).condition,
                             from_best[a > b ? a : b]);
        }
    }
    f->lines[0].condition = CONDITION_DAMAGED;
    f->lines[1].condition = CONDITION_USED;
    const struct policy_decision *d = decide(f);
    assert_seen(d, "damaged");
    assert_unseen(d, "used");
}

static void test_returns__an_unknown_condition_is_missing(void **state) {
    struct fixture *f = *state;
    f->lines[0].condition = f->lines[1].condition = CONDITION_UNKNOWN;
    assert_seen(decide(f), "condition-unsaid");
}

static void test_returns__the_line_with_hazards_speaks_for_the_goods(void **state) {
    struct fixture *f = *state;
    struct span words[1];
    f->lines[1].product_class = SPAN("power_bank");
    assert_seen(decide(f), "glove");
    hazard(&f->lines[1], words, "LITHIUM_ION");
    const struct policy_decision *d = decide(f);
    assert_seen(d, "battery");
    assert_seen(d, "lithium");
}

static void test_returns__hazards_of_all_lines_come_together_once(void **state) {
    struct fixture *f = *state;
    static const struct span both[] = {{"SHARPS", 6}, {"LITHIUM_ION", 11}};
    f->lines[0].hazards = (struct span_list){both, 1};
    f->lines[1].hazards = (struct span_list){both, 2};
    assert_int_equal(returns_goods(&f->event).n_hazards, 2);
    const struct policy_decision *d = decide(f);
    assert_seen(d, "lithium");
    assert_seen(d, "sharps");
}

static void test_returns__a_hazard_that_no_rule_knows_goes_to_a_person(void **state) {
    struct fixture *f = *state;
    struct span words[1];
    hazard(&f->lines[0], words, "RADIOACTIVE");
    assert_int_equal(decide(f)->outcome, POLICY_NOT_EVALUATED);
    assert_string_equal(f->d.triages[0], "hazards is outside the domain");
}

static void test_returns__more_hazards_than_fit_go_to_a_person(void **state) {
    struct fixture *f = *state;
    struct span many[17];
    char texts[COUNT_OF(many)][24];
    for (size_t i = 0; i < COUNT_OF(many); i++) {
        snprintf(texts[i], sizeof texts[i], "HAZARD_%zu", i);
        many[i] = span_of(texts[i]);
    }
    f->lines[0].hazards = (struct span_list){many, 16};
    assert_false(returns_goods(&f->event).has_more_hazards);
    f->lines[1].hazards = (struct span_list){many, COUNT_OF(many)};
    struct goods g = returns_goods(&f->event);
    assert_true(g.has_more_hazards);
    assert_int_equal(g.n_hazards, 16);
    assert_int_equal(decide(f)->outcome, POLICY_NOT_EVALUATED);
}

/* ---- cases ---- */

static void test_returns__an_unknown_kind_decides_nothing(void **state) {
    struct fixture *f = *state;
    f->event.kind = RETURN_UNKNOWN;
    (void)decide(f);
    assert_string_equal(f->d.triages[0],
                        "the kind of event is not known to this version");
    assert_int_equal(f->d.n_starts, 0);
}

static void test_returns__a_second_copy_is_a_duplicate(void **state) {
    struct fixture *f = *state;
    static const struct span words[] = {{"return_requested", 16}};
    const int64_t at_us = NOON_US, id = identity_hash64(SPAN("e1"));
    f->state.history = (struct case_history){words, &at_us, &id, 1};
    (void)decide(f);
    assert_true(f->d.is_duplicate);
}

/* ---- what is offered, and where the goods go ---- */

#define NOWHERE "no_return_shipping"

/* An event, what the rules say of it, and what must stand afterwards. */
struct chapter {
    int kind, hour;
    const char *remedy, *destination;
    const char *then_remedy, *then_destination;
    bool is_told;
};

static void assert_word(struct span word, const char *expected) {
    if (expected)
        assert_true(span_is(word, expected));
    else
        assert_null(word.ptr);
}

static int64_t chapter_us(const struct chapter *x) {
    return NOON_US + x->hour * US_PER_HOUR;
}

static struct returns_offer read_event(const struct returns_offer *before,
                                       struct case_state *c, const struct chapter *x,
                                       struct case_decision *d) {
    struct return_event e = {.kind = x->kind, .head = {.occurred_at_us = chapter_us(x)}};
    *d = (struct case_decision){.policy = {.outcome = POLICY_DECIDED}};
    d->policy.disposition.remedy = x->remedy;
    d->policy.disposition.destination = x->destination;
    return returns_offer_after(before, c, &e, d);
}

static struct returns_offer read_chapter(const struct returns_offer *before,
                                         struct case_state *c, const struct chapter *x) {
    struct case_decision d;
    struct returns_offer after = read_event(before, c, x, &d);
    assert_word(after.remedy.word, x->then_remedy);
    assert_word(after.destination.word, x->then_destination);
    assert_int_equal(d.n_triages > 0, x->is_told);
    return after;
}

static void read_story(const struct chapter *chapters, size_t n) {
    struct span words[8], told;
    int64_t at_us[COUNT_OF(words)], ids[COUNT_OF(words)] = {0};
    struct case_state c = {.opened_us = NOON_US, .triaged = &told};
    struct returns_offer offer = {0};
    for (size_t i = 0; i < n; i++) {
        offer = read_chapter(&offer, &c, &chapters[i]);
        words[i] = span_of(returns_word(chapters[i].kind));
        at_us[i] = chapter_us(&chapters[i]);
        c.history = (struct case_history){words, at_us, ids, i + 1};
        if (chapters[i].is_told) {
            told = SPAN("the goods may be on their way to where they should not go");
            c.n_triaged = 1;
        }
    }
}

#define STORY(...)                                                                       \
    read_story((const struct chapter[]){__VA_ARGS__},                                    \
               COUNT_OF(((const struct chapter[]){__VA_ARGS__})))

static void test_returns__the_latest_word_on_the_offer_counts(void **state) {
    (void)state;
    STORY({RETURN_REQUESTED, 0, "refund", "label", "refund", "label", false},
          {RETURN_CLOSED, 1, NULL, NULL, "refund", "label", false},
          {RETURN_REOPENED, 3, "repair", "own", "repair", "own", false},
          {RETURN_REOPENED, 2, "exchange", "branch", "repair", "own", false});
}

static void test_returns__a_first_word_counts_however_late_it_is_read(void **state) {
    (void)state;
    STORY({RETURN_CLOSED, 5, NULL, NULL, NULL, NULL, false},
          {RETURN_REQUESTED, 0, "refund", "own", "refund", "own", false});
}

static void
test_returns__a_destination_that_moves_is_told_once_the_buyer_knows(void **state) {
    (void)state;
    static const int told[] = {RETURN_AUTHORIZED, RETURN_LABEL_ISSUED, RETURN_IN_TRANSIT};
    for (size_t i = 0; i < COUNT_OF(told); i++)
        STORY({RETURN_REQUESTED, 0, "refund", "label", "refund", "label", false},
              {told[i], 1, NULL, NULL, "refund", "label", false},
              {RETURN_REOPENED, 2, NULL, "own", "refund", "own", true},
              {RETURN_REOPENED, 3, NULL, "label", "refund", "label", false});
}

static void test_returns__nowhere_stays_and_no_later_word_lifts_it(void **state) {
    (void)state;
    STORY({RETURN_REQUESTED, 0, NULL, NOWHERE, NULL, NOWHERE, false},
          {RETURN_REOPENED, 1, "refund", "own", "refund", NOWHERE, false});
    STORY({RETURN_REOPENED, 1, NULL, "own", NULL, "own", false},
          {RETURN_REQUESTED, 0, NULL, NOWHERE, NULL, NOWHERE, false});
}

static void
test_returns__a_parcel_that_should_not_be_is_told_in_either_order(void **state) {
    (void)state;
    STORY({RETURN_REQUESTED, 0, NULL, NOWHERE, NULL, NOWHERE, false},
          {RETURN_AUTHORIZED, 1, NULL, NULL, NULL, NOWHERE, false},
          {RETURN_LABEL_ISSUED, 2, NULL, NULL, NULL, NOWHERE, true},
          {RETURN_IN_TRANSIT, 3, NULL, NULL, NULL, NOWHERE, false});
    STORY({RETURN_IN_TRANSIT, 3, NULL, NULL, NULL, NULL, false},
          {RETURN_REQUESTED, 0, NULL, NOWHERE, NULL, NOWHERE, true});
    STORY({RETURN_REQUESTED, 0, NULL, "own", NULL, "own", false},
          {RETURN_IN_TRANSIT, 1, NULL, NOWHERE, NULL, NOWHERE, true});
}

static void test_returns__goods_that_are_here_are_sent_nowhere_else(void **state) {
    (void)state;
    STORY({RETURN_REQUESTED, 0, "refund", "own", "refund", "own", false},
          {RETURN_LABEL_ISSUED, 1, NULL, NULL, "refund", "own", false},
          {RETURN_INSPECTED, 2, "partial", NOWHERE, "partial", "own", false},
          {RETURN_REOPENED, 3, NULL, "label", "partial", "own", false});
}

/* Read in this order of chapters; what each says is in `then_...` of the last. */
static struct returns_offer read_in_order(const struct chapter *chapters,
                                          const int *order, int n) {
    struct span words[8];
    int64_t at_us[COUNT_OF(words)], ids[COUNT_OF(words)] = {0};
    struct case_state c = {.opened_us = NOON_US};
    struct returns_offer offer = {0};
    for (int i = 0; i < n; i++) {
        const struct chapter *x = &chapters[order[i]];
        struct case_decision d;
        offer = read_event(&offer, &c, x, &d);
        words[i] = span_of(returns_word(x->kind));
        at_us[i] = chapter_us(x);
        c.history = (struct case_history){words, at_us, ids, (size_t)i + 1};
    }
    return offer;
}

/* Every order of `n` chapters, by exchanging the i-th with each behind it. */
static void read_in_any_order(const struct chapter *chapters, int *order, int i, int n,
                              const char *remedy, const char *destination) {
    if (i == n) {
        struct returns_offer offer = read_in_order(chapters, order, n);
        assert_word(offer.remedy.word, remedy);
        assert_word(offer.destination.word, destination);
    }
    for (int k = i; k < n; k++) {
        int kept = order[i];
        order[i] = order[k];
        order[k] = kept;
        read_in_any_order(chapters, order, i + 1, n, remedy, destination);
        order[k] = order[i];
        order[i] = kept;
    }
}

#define ANY_ORDER(remedy, destination, ...)                                              \
    do {                                                                                 \
        const struct chapter all[] = {__VA_ARGS__};                                      \
        int order[] = {0, 1, 2, 3, 4};                                                   \
        read_in_any_order(all, order, 0, (int)COUNT_OF(all), remedy, destination);       \
    } while (0)

static void test_returns__the_offer_is_the_same_in_any_order_of_reading(void **state) {
    (void)state;
    ANY_ORDER(
        "repair", "branch", {.kind = RETURN_REQUESTED, .hour = 1, .remedy = "refund"},
        {.kind = RETURN_AUTHORIZED, .hour = 2, .remedy = "repair", .destination = "own"},
        {.kind = RETURN_REOPENED, .hour = 3},
        {.kind = RETURN_REOPENED, .hour = 4, .destination = "branch"},
        {.kind = RETURN_CLOSED, .hour = 5});
    ANY_ORDER(
        "exchange", NOWHERE,
        {.kind = RETURN_REQUESTED, .hour = 1, .remedy = "refund", .destination = "own"},
        {.kind = RETURN_AUTHORIZED, .hour = 2, .destination = NOWHERE},
        {.kind = RETURN_LABEL_ISSUED, .hour = 3, .destination = "label"},
        {.kind = RETURN_CLOSED, .hour = 4, .remedy = "exchange"},
        {.kind = RETURN_REOPENED, .hour = 5, .destination = "own"});
    /* Of one instant. */
    ANY_ORDER(
        "repair", "own",
        {.kind = RETURN_AUTHORIZED, .hour = 1, .remedy = "refund", .destination = "own"},
        {.kind = RETURN_REQUESTED,
         .hour = 1,
         .remedy = "repair",
         .destination = "branch"},
        {.kind = RETURN_REOPENED, .hour = 1, .remedy = "exchange"});
    /* What was said before the goods were here counts, whenever it is read. */
    ANY_ORDER(
        "refund", "branch", {.kind = RETURN_REQUESTED, .hour = 1, .destination = "own"},
        {.kind = RETURN_AUTHORIZED, .hour = 2, .destination = "branch"},
        {.kind = RETURN_RECEIVED, .hour = 3, .remedy = "refund", .destination = "label"},
        {.kind = RETURN_CLOSED, .hour = 4});
}

static void test_returns__what_is_said_of_goods_that_are_here_is_late(void **state) {
    (void)state;
    STORY({RETURN_RECEIVED, 3, NULL, NULL, NULL, NULL, false},
          {RETURN_REQUESTED, 1, NULL, "own", NULL, "own", false},
          {RETURN_REOPENED, 4, NULL, NOWHERE, NULL, "own", false});
}

static void test_returns__only_what_was_decided_for_good_is_offered(void **state) {
    (void)state;
    const struct returns_offer before = {{SPAN("refund"), NOON_US},
                                         {SPAN("own"), NOON_US}};
    const struct return_event e = {.kind = RETURN_REQUESTED};
    const struct case_state c = {.opened_us = EVENT_ABSENT};
    struct case_decision cases[3] = {0};
    cases[0].is_duplicate = true;
    cases[1].policy.outcome = POLICY_NOT_EVALUATED;
    cases[2].policy.disposition.is_shadow = true;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        cases[i].policy.disposition.remedy = "repair";
        cases[i].policy.disposition.destination = "label";
        struct returns_offer after = returns_offer_after(&before, &c, &e, &cases[i]);
        assert_word(after.remedy.word, "refund");
        assert_word(after.destination.word, "own");
        assert_int_equal(cases[i].n_triages, 0);
    }
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        CASE(test_returns__each_kind_has_a_word_and_no_other_kind_has),
        CASE(test_returns__the_order_decides_who_ships_and_from_where),
        CASE(test_returns__an_unknown_fulfilment_is_missing),
        CASE(test_returns__what_the_event_does_not_say_is_missing),
        CASE(test_returns__what_the_event_says_is_stated),
        CASE(test_returns__a_reason_that_nobody_listed_is_another_one),
        CASE(test_returns__the_goods_are_as_bad_as_their_worst_line),
        CASE(test_returns__an_unknown_condition_is_missing),
        CASE(test_returns__the_line_with_hazards_speaks_for_the_goods),
        CASE(test_returns__hazards_of_all_lines_come_together_once),
        CASE(test_returns__a_hazard_that_no_rule_knows_goes_to_a_person),
        CASE(test_returns__more_hazards_than_fit_go_to_a_person),
        CASE(test_returns__an_unknown_kind_decides_nothing),
        CASE(test_returns__a_second_copy_is_a_duplicate),
        CASE(test_returns__the_latest_word_on_the_offer_counts),
        CASE(test_returns__a_first_word_counts_however_late_it_is_read),
        CASE(test_returns__a_destination_that_moves_is_told_once_the_buyer_knows),
        CASE(test_returns__nowhere_stays_and_no_later_word_lifts_it),
        CASE(test_returns__a_parcel_that_should_not_be_is_told_in_either_order),
        CASE(test_returns__goods_that_are_here_are_sent_nowhere_else),
        CASE(test_returns__the_offer_is_the_same_in_any_order_of_reading),
        CASE(test_returns__what_is_said_of_goods_that_are_here_is_late),
        CASE(test_returns__only_what_was_decided_for_good_is_offered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
