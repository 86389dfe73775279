#include "common/io/pg_session.h"
#include "tests/common/io/pg_fixture.h"

static const struct pg_statement shown = {
    "shown",
    "SELECT (current_setting('enable_seqscan') = 'off')::int"
    " + (current_setting('plan_cache_mode') = 'force_generic_plan')::int"
    " + (current_setting('idle_in_transaction_session_timeout') = '300ms')::int"};

static void test_pg_session__holds_for_all_that_follows(void **state) {
    struct fixture *f = *state;
    struct pg_script *s = pg_script_new(f->arena);
    pg_session_by_key(s, 300000);
    run_ok(f, s);
    assert_int_equal(ask_i64(f, &shown), 3);
}

static void test_pg_begin__holds_for_its_transaction_alone(void **state) {
    struct fixture *f = *state;
    struct pg_script *s = pg_script_new(f->arena);
    pg_begin_by_key(s, 300000);
    struct pg_query *inside = pg_script_query(s, &shown);
    (void)pg_script_query(s, &pg_commit);
    run_ok(f, s);
    assert_int_equal(pg_i64(inside, 0, 0), 3);
    assert_int_equal(ask_i64(f, &shown), 0);
}

static void test_pg_begin__a_transaction_that_lies_idle_is_ended(void **state) {
    struct fixture *f = *state;
    struct pg_script *s = pg_script_new(f->arena);
    pg_begin_by_key(s, 100000);
    run_ok(f, s);
    (void)poll(NULL, 0, 1000); /* stopped, as it were */
    s = pg_script_new(f->arena);
    (void)pg_script_query(s, &pg_commit);
    assert_int_equal(run(f, s), ST_RETRY);
    assert_true(pg_failure(f->pg)->is_connection_lost);
}

int main(int argc, char **argv) {
    pg_fixture_serve(argc, argv);
    const struct CMUnitTest tests[] = {
        test_with_pg(test_pg_session__holds_for_all_that_follows),
        test_with_pg(test_pg_begin__holds_for_its_transaction_alone),
        test_with_pg(test_pg_begin__a_transaction_that_lies_idle_is_ended),
    };
    return cmocka_run_group_tests_name("pg_session", tests, NULL, NULL);
}
