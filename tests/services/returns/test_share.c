/* test_share.c: what of a return event is the seller's, when its order's lines are in
 * several hands: lines 1 and 2 are the seller's, 3 is the marketplace's, 4 is unknown. */
#include "services/returns/returns.h"
#include "tests/services/probes.h"

static const char order_lines[] =
    "[{\"line_id\": \"1\", \"sku\": \"a\", \"unit_price_minor\": 1000},"
    " {\"line_id\": \"2\", \"sku\": \"b\", \"unit_price_minor\": 500},"
    " {\"line_id\": \"3\", \"sku\": \"c\", \"unit_price_minor\": 3000,"
    " \"fulfilment\": \"MARKETPLACE\"},"
    " {\"line_id\": \"4\", \"sku\": \"d\", \"fulfilment\": \"UNKNOWN\"}]";

struct fixture {
    struct arena *arena;
    struct whose whose;
    struct return_line lines[4];
    struct return_event event;
    struct said_line said[4];
    size_t n_said;
};

static int setup(void **state) {
    static struct fixture f;
    f = (struct fixture){.arena = arena_new(1 << 20)};
    const struct order_facts order = {.fulfilment = SPAN("SELLER")};
    f.whose = whose_of(&order, lines_classes(f.arena, span_of(order_lines)));
    f.event = (struct return_event){
        .kind = RETURN_REFUNDED, .amount_minor = EVENT_ABSENT, .lines = f.lines};
    *state = &f;
    return 0;
}

static int teardown(void **state) {
    struct fixture *f = *state;
    arena_free(f->arena);
    return 0;
}

static struct return_line line(const char *id) {
    return (struct return_line){
        .line_id = span_of(id), .quantity = 1, .condition = CONDITION_ABSENT};
}

/* The event names these lines: "13". */
static struct returns_share share_of(struct fixture *f, const char *ids) {
    static char names[4][2];
    f->event.n_lines = strlen(ids);
    for (size_t i = 0; ids[i]; i++) {
        names[i][0] = ids[i];
        f->lines[i] = line(names[i]);
    }
    return returns_share_of(f->arena, &f->event, &f->whose, f->said, f->n_said);
}

static void test_share__the_sellers_lines_are_worked_the_others_left_out(void **state) {
    struct fixture *f = *state;
    struct returns_share s = share_of(f, "132");
    assert_int_equal(s.fulfilment, FULFILMENT_SELLER);
    assert_int_equal(s.event->n_lines, 2);
    assert_true(span_is(s.event->lines[0].line_id, "1"));
    assert_true(span_is(s.event->lines[1].line_id, "2"));
    assert_null(s.noted);
    assert_false(s.is_unsure);
    assert_int_equal(f->event.n_lines, 3); /* what was decoded is not touched */
}

static void test_share__what_is_all_the_marketplaces_is_watched(void **state) {
    struct fixture *f = *state;
    f->event.amount_minor = 3000;
    struct returns_share s = share_of(f, "3");
    assert_int_equal(s.fulfilment, FULFILMENT_MARKETPLACE);
    assert_string_equal(s.noted, "return_refunded/marketplace");
    assert_true(s.event->amount_minor == EVENT_ABSENT);
    f->event.kind = RETURN_UNKNOWN;
    assert_null(share_of(f, "3").noted);
}

static void
test_share__unknown_hands_are_not_guessed_beside_the_marketplaces(void **state) {
    struct fixture *f = *state;
    struct returns_share s = share_of(f, "34");
    assert_int_equal(s.fulfilment, FULFILMENT_UNKNOWN);
    assert_int_equal(s.event->n_lines, 1);
    assert_true(share_of(f, "14").is_unsure); /* worked, and a person is told */
}

static void test_share__lines_that_are_not_told_are_the_cases_else_all(void **state) {
    struct fixture *f = *state;
    assert_int_equal(share_of(f, "").fulfilment, FULFILMENT_SELLER);
    assert_int_equal(share_of(f, "9").fulfilment,
                     FULFILMENT_SELLER); /* not the order's */
    f->said[0].line = line("");          /* an arrival of everything names none */
    f->said[1].line = line("3");
    f->n_said = 2;
    assert_int_equal(share_of(f, "").fulfilment, FULFILMENT_MARKETPLACE);
    f->said[2].line = line("1");
    f->n_said = 3;
    assert_int_equal(share_of(f, "").fulfilment, FULFILMENT_SELLER);
}

static void test_share__money_is_divided_by_the_lines_prices(void **state) {
    struct fixture *f = *state;
    f->event.amount_minor = 2000; /* half of what lines 1 and 3 cost */
    assert_int_equal(share_of(f, "13").event->amount_minor, 500);
    assert_int_equal(share_of(f, "12").event->amount_minor, 2000);
    f->event.amount_minor = 1; /* halves are rounded up: 1000 of 4000, 3500 of 4500 */
    assert_int_equal(share_of(f, "13").event->amount_minor, 0);
    f->event.amount_minor = 2;
    assert_int_equal(share_of(f, "13").event->amount_minor, 1);
}

static void test_share__money_that_cannot_be_divided_is_all_at_stake(void **state) {
    struct fixture *f = *state;
    f->event.amount_minor = INT64_MAX;
    assert_true(share_of(f, "13").event->amount_minor == INT64_MAX);
    f->event.amount_minor = 700;
    const struct order_facts order = {.fulfilment = SPAN("SELLER")};
    f->whose =
        whose_of(&order, lines_classes(f->arena,
                                       SPAN("[{\"line_id\": \"1\"}, {\"line_id\": \"3\", "
                                            "\"fulfilment\": \"MARKETPLACE\"}]")));
    assert_int_equal(share_of(f, "13").event->amount_minor, 700);
    f->whose = whose_of(
        &order,
        lines_classes(f->arena, SPAN("[{\"line_id\": \"1\"}, {\"line_id\": \"2\", "
                                     "\"unit_price_minor\": 500}, {\"line_id\": \"3\", "
                                     "\"unit_price_minor\": 3000,"
                                     " \"fulfilment\": \"MARKETPLACE\"}]")));
    assert_int_equal(share_of(f, "13").event->amount_minor, 700);
    assert_int_equal(share_of(f, "123").event->amount_minor, 700);
    assert_int_equal(share_of(f, "39").event->amount_minor, 700);
    assert_int_equal(share_of(f, "23").event->amount_minor, 100);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        CASE(test_share__the_sellers_lines_are_worked_the_others_left_out),
        CASE(test_share__what_is_all_the_marketplaces_is_watched),
        CASE(test_share__unknown_hands_are_not_guessed_beside_the_marketplaces),
        CASE(test_share__lines_that_are_not_told_are_the_cases_else_all),
        CASE(test_share__money_is_divided_by_the_lines_prices),
        CASE(test_share__money_that_cannot_be_divided_is_all_at_stake),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
