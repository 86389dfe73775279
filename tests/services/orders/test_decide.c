/* test_decide.c: what the orders worker tells the rules about an event, and that one which
 * says otherwise than the first is told once (what that is: test_otherwise.c). */
#include "services/orders/orders.h"
#include "tests/services/probes.h"

static const struct probe probes[] = {
    {"in-japan", "marketplace: amazon.co.jp"},
    {"seller-ships", "fulfilment: seller"},
    {"market-ships", "fulfilment: marketplace"},
    {"nobody-ships", "fulfilment: missing"},
    {"crosses", "cross_border: yes"},
    {"stays", "cross_border: no"},
    {"border-unsaid", "cross_border: missing"},
    {"speaks-ja", "lang: ja"},
    {"speaks-zh", "lang: zh"},
    {"from-cn", "ship_from: CN"},
    {"to-jp", "buyer_country: JP"},
    {"battery", "category: power_bank"},
    {"glove", "category: glove"},
    {"lithium", "hazards: LITHIUM_ION"},
    {"harmless", "hazards: {none: [LITHIUM_ION, SHARPS]}"},
};

/* ---- one event, decided ---- */

struct fixture {
    struct arena *arena;
    struct policy *policy;
    struct case_state state;
    struct order_facts record; /* what was known before */
    struct span known;         /* its lines, as JSON; ptr NULL: none yet */
    struct order_line lines[2];
    struct order_event event;
    struct case_decision d;
    struct span otherwise; /* the differences that are told; ptr NULL: none */
};

static int setup(void **state) {
    static struct fixture f;
    f = (struct fixture){0};
    f.arena = arena_new(1 << 20);
    f.policy = probes_load(probes, COUNT_OF(probes));
    f.state.opened_us = EVENT_ABSENT;
    f.lines[0] = f.lines[1] = (struct order_line){
        .quantity = 1, .product_class = SPAN("general"), .fulfilment = FULFILMENT_ABSENT};
    f.event = (struct order_event){
        .head = PROBE_HEAD,
        .kind = ORDER_PLACED,
        .fulfilment = FULFILMENT_SELLER,
        .ship_from_country = SPAN("CN"),
        .buyer_country = SPAN("JP"),
        .purchased_at_us = NOON_US,
        .latest_delivery_at_us = EVENT_ABSENT,
        .delivered_at_us = EVENT_ABSENT,
        .lines = f.lines,
        .n_lines = 2,
    };
    *state = &f;
    return 0;
}

static int teardown(void **state) {
    struct fixture *f = *state;
    policy_free(f->policy);
    arena_free(f->arena);
    return 0;
}

static const struct policy_decision *decide(struct fixture *f) {
    struct policy_facts facts;
    struct orders_before before = {
        .state = &f->state, .facts = &f->record, .lines = f->known};
    orders_state(f->policy, &f->event, marketplace_find(f->event.head.marketplace),
                 orders_whose(f->arena, &before, &f->event), &facts);
    f->otherwise = orders_decide(f->arena, &before, &f->event, f->policy, &facts, &f->d);
    return &f->d.policy;
}

/* The first event's facts, as the order's row keeps them. */
static void know(struct fixture *f) {
    f->record = PROBE_ORDER;
}

/* ---- what is stated ---- */

static void test_orders__each_kind_has_a_word_and_no_other_kind_has(void **state) {
    (void)state;
    for (int kind = 0; kind < ORDER_KIND_COUNT; kind++) {
        bool is_known = strcmp(order_kind_names[kind], "UNKNOWN") != 0;
        assert_int_equal(orders_word(kind) != NULL, is_known);
    }
    assert_null(orders_word(-1));
    assert_null(orders_word(ORDER_KIND_COUNT));
}

static void test_orders__the_order_is_stated_as_it_is(void **state) {
    struct fixture *f = *state;
    const struct policy_decision *d = decide(f);
    assert_seen(d, "seller-ships");
    assert_seen(d, "from-cn");
    assert_seen(d, "to-jp");
    assert_seen(d, "crosses");
    assert_seen(d, "harmless");
    assert_int_equal(f->d.n_triages, 0);
}

static void test_orders__an_unknown_fulfilment_is_missing(void **state) {
    struct fixture *f = *state;
    f->event.fulfilment = FULFILMENT_UNKNOWN;
    const struct policy_decision *d = decide(f);
    assert_seen(d, "nobody-ships");
    assert_unseen(d, "seller-ships");
    assert_unseen(d, "market-ships");
}

static void test_orders__goods_from_the_stores_own_country_stay(void **state) {
    struct fixture *f = *state;
    f->event.ship_from_country = SPAN("jp");
    assert_seen(decide(f), "stays");
    f->event.head.marketplace = SPAN("amazon.de");
    assert_seen(decide(f), "crosses");
}

static void test_orders__an_unsaid_origin_crosses_nothing(void **state) {
    struct fixture *f = *state;
    f->event.ship_from_country = (struct span){NULL, 0};
    assert_seen(decide(f), "border-unsaid");
}

static void test_orders__the_stores_language_stands_in_for_the_buyers(void **state) {
    struct fixture *f = *state;
    assert_seen(decide(f), "speaks-ja");
    f->event.buyer_language = SPAN("zh-Hant");
    assert_seen(decide(f), "speaks-zh");
}

static void test_orders__an_alias_of_the_marketplace_is_the_marketplace(void **state) {
    struct fixture *f = *state;
    f->event.head.marketplace = SPAN("A1VC38T7YXB528");
    assert_int_equal(decide(f)->outcome, POLICY_DECIDED);
    assert_seen(&f->d.policy, "crosses");
}

static void test_orders__the_line_with_hazards_speaks_for_the_order(void **state) {
    struct fixture *f = *state;
    static const struct span lithium[] = {{"LITHIUM_ION", 11}};
    f->lines[0].product_class = SPAN("glove");
    assert_seen(decide(f), "glove");
    f->lines[1].product_class = SPAN("power_bank");
    f->lines[1].hazards = (struct span_list){lithium, 1};
    const struct policy_decision *d = decide(f);
    assert_seen(d, "battery");
    assert_seen(d, "lithium");
    assert_unseen(d, "harmless");
}

/* ---- lines in several hands ---- */

static void test_orders__one_line_of_the_sellers_makes_the_order_his(void **state) {
    struct fixture *f = *state;
    f->event.fulfilment = FULFILMENT_MARKETPLACE;
    assert_unseen(decide(f), "seller-ships");
    f->lines[1].fulfilment = FULFILMENT_SELLER;
    assert_seen(decide(f), "seller-ships");
}

static void test_orders__only_the_sellers_goods_speak_for_a_mixed_order(void **state) {
    struct fixture *f = *state;
    static const struct span lithium[] = {{"LITHIUM_ION", 11}};
    f->lines[1].product_class = SPAN("power_bank");
    f->lines[1].hazards = (struct span_list){lithium, 1};
    f->lines[1].fulfilment = FULFILMENT_MARKETPLACE;
    const struct policy_decision *d = decide(f);
    assert_seen(d, "seller-ships");
    assert_unseen(d, "lithium");
    f->event.fulfilment = FULFILMENT_MARKETPLACE; /* nothing is the seller's now */
    d = decide(f);
    assert_unseen(d, "seller-ships");
    assert_seen(d, "lithium");
}

static void test_orders__an_event_without_lines_is_of_those_that_are_known(void **state) {
    struct fixture *f = *state;
    know(f);
    f->record.fulfilment = SPAN("MARKETPLACE");
    f->record.is_mixed = true;
    f->known = SPAN("[{\"line_id\": \"1\"}, {\"line_id\": \"2\", \"fulfilment\": "
                    "\"SELLER\"}]");
    f->event.fulfilment = FULFILMENT_MARKETPLACE;
    f->event.n_lines = 0;
    assert_seen(decide(f), "seller-ships");
}

static void test_orders__a_line_in_unknown_hands_is_not_guessed(void **state) {
    struct fixture *f = *state;
    f->event.fulfilment = FULFILMENT_MARKETPLACE;
    f->lines[0].fulfilment = FULFILMENT_UNKNOWN;
    assert_seen(decide(f), "nobody-ships");
}

/* ---- what goes to a person ---- */

static void test_orders__a_hazard_that_no_rule_knows_goes_to_a_person(void **state) {
    struct fixture *f = *state;
    static const struct span unheard[] = {{"RADIOACTIVE", 11}};
    f->lines[1].hazards = (struct span_list){unheard, 1};
    assert_int_equal(decide(f)->outcome, POLICY_NOT_EVALUATED);
    assert_string_equal(f->d.triages[0], "hazards is outside the domain");
}

static void test_orders__an_unknown_marketplace_goes_to_a_person(void **state) {
    struct fixture *f = *state;
    f->event.head.marketplace = SPAN("shop.example");
    (void)decide(f);
    assert_string_equal(f->d.triages[0], "marketplace is outside the domain");
    assert_int_equal(f->d.n_starts, 0);
}

static void test_orders__an_unknown_kind_decides_nothing(void **state) {
    struct fixture *f = *state;
    f->event.kind = ORDER_UNKNOWN;
    (void)decide(f);
    assert_string_equal(f->d.triages[0],
                        "the kind of event is not known to this version");
    assert_int_equal(f->d.policy.n_blockers, 0);
}

static void test_orders__an_event_that_says_otherwise_is_told_once(void **state) {
    struct fixture *f = *state;
    know(f);
    f->event.kind = ORDER_SHIPPED;
    (void)decide(f);
    assert_int_equal(f->d.n_triages, 0);
    assert_null(f->otherwise.ptr);
    f->event.ship_from_country = SPAN("JP");
    (void)decide(f);
    assert_int_equal(f->d.n_triages, 1);
    assert_string_equal(f->d.triages[0],
                        "the order changed: its cases may stand on what it said before");
    assert_non_null(f->otherwise.ptr);
    struct span told = span_of(f->d.triages[0]);
    f->state.triaged = &told;
    f->state.n_triaged = 1;
    f->event.fulfilment = FULFILMENT_MARKETPLACE;
    (void)decide(f);
    assert_int_equal(f->d.n_triages, 0);
    assert_null(f->otherwise.ptr);
}

static void test_orders__a_second_copy_contradicts_nothing(void **state) {
    struct fixture *f = *state;
    static const struct span words[] = {{"order_placed", 12}};
    const int64_t at_us = NOON_US, id = identity_hash64(SPAN("e1"));
    know(f);
    f->state.history = (struct case_history){words, &at_us, &id, 1};
    f->event.ship_from_country = SPAN("JP");
    (void)decide(f);
    assert_true(f->d.is_duplicate);
    assert_int_equal(f->d.n_triages, 0);
    assert_null(f->otherwise.ptr);
}

static void test_orders__the_same_input_gives_the_same_decision(void **state) {
    struct fixture *f = *state;
    (void)decide(f);
    struct case_decision first = f->d;
    (void)decide(f);
    assert_int_equal(first.policy.n_rules, f->d.policy.n_rules);
    assert_memory_equal(first.policy.rules, f->d.policy.rules,
                        (size_t)first.policy.n_rules * sizeof first.policy.rules[0]);
    assert_int_equal(first.policy.outcome, f->d.policy.outcome);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        CASE(test_orders__each_kind_has_a_word_and_no_other_kind_has),
        CASE(test_orders__the_order_is_stated_as_it_is),
        CASE(test_orders__an_unknown_fulfilment_is_missing),
        CASE(test_orders__goods_from_the_stores_own_country_stay),
        CASE(test_orders__an_unsaid_origin_crosses_nothing),
        CASE(test_orders__the_stores_language_stands_in_for_the_buyers),
        CASE(test_orders__an_alias_of_the_marketplace_is_the_marketplace),
        CASE(test_orders__the_line_with_hazards_speaks_for_the_order),
        CASE(test_orders__one_line_of_the_sellers_makes_the_order_his),
        CASE(test_orders__only_the_sellers_goods_speak_for_a_mixed_order),
        CASE(test_orders__an_event_without_lines_is_of_those_that_are_known),
        CASE(test_orders__a_line_in_unknown_hands_is_not_guessed),
        CASE(test_orders__a_hazard_that_no_rule_knows_goes_to_a_person),
        CASE(test_orders__an_unknown_marketplace_goes_to_a_person),
        CASE(test_orders__an_unknown_kind_decides_nothing),
        CASE(test_orders__an_event_that_says_otherwise_is_told_once),
        CASE(test_orders__a_second_copy_contradicts_nothing),
        CASE(test_orders__the_same_input_gives_the_same_decision),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
