/* How a connection behaves when all is well and, above all, when it is not. */
#include "tests/common/io/pg_fixture.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

static const struct pg_statement one = {"one", "SELECT 1"};
static const struct pg_statement bad = {"bad", "SELECT 1 / $1::integer"};
static const struct pg_statement count_rows = {"count_rows",
                                               "SELECT count(*) FROM things"};
static const struct pg_statement my_pid = {"my_pid", "SELECT pg_backend_pid()"};
static const struct pg_statement sleeps = {"sleeps", "SELECT 1 FROM pg_sleep(30)"};

static void make_things(struct fixture *f) {
    exec_sql(
        f,
        "CREATE TEMP TABLE things (n integer CONSTRAINT things_key PRIMARY KEY, t text)");
}

static struct pg_copy *copy_things(struct pg_script *s, int from, int n,
                                   struct span text) {
    struct pg_copy *c =
        pg_script_copy(s, "COPY things (n, t) FROM STDIN (FORMAT binary)");
    for (int i = 0; i < n; i++) {
        pg_copy_row(c);
        pg_copy_i32(c, from + i);
        pg_copy_text(c, text);
    }
    return c;
}

static void test_run__two_scripts_share_a_transaction(void **state) {
    struct fixture *f = *state;
    make_things(f);
    struct pg_script *first = pg_script_new(f->arena), *second = pg_script_new(f->arena);
    pg_script_query(first, &pg_begin);
    struct pg_query *q = pg_script_query(first, &one);
    pg_run(f->pg, first, TIMEOUT_US);
    assert_int_equal(turn_to_end(f->pg), PG_IDLE);
    assert_int_equal(pg_i64(q, 0, 0), 1);
    copy_things(second, 0, 100, SPAN("a"));
    copy_things(second, 100, 100, SPAN("b"));
    pg_script_query(second, &pg_commit);
    pg_run(f->pg, second, TIMEOUT_US);
    assert_int_equal(turn_to_end(f->pg), PG_IDLE);
    assert_int_equal(ask_i64(f, &count_rows), 200);
}

static void test_rollback__leaves_nothing_of_the_transaction(void **state) {
    struct fixture *f = *state;
    make_things(f);
    struct pg_script *s = pg_script_new(f->arena);
    pg_script_query(s, &pg_begin);
    copy_things(s, 0, 10, SPAN("a"));
    run_ok(f, s);
    pg_rollback(f->pg);
    assert_int_equal(turn_to_end(f->pg), PG_IDLE);
    assert_int_equal(ask_i64(f, &count_rows), 0);
}

static void test_run__first_error_of_a_pipeline_is_told(void **state) {
    struct fixture *f = *state;
    static const struct pg_statement later = {"later", "SELECT 2"};
    struct pg_script *s = pg_script_new(f->arena);
    pg_script_query(s, &pg_begin);
    pg_param_i32(pg_script_query(s, &bad), 0);
    pg_script_query(s, &later); /* not prepared: the pipeline is aborted before */
    pg_run(f->pg, s, TIMEOUT_US);
    assert_int_equal(turn_to_end(f->pg), PG_FAILED);
    assert_int_equal(pg_error(f->pg)->code, E_PG_DATA);
    assert_string_equal(pg_failure(f->pg)->sqlstate, "22012");
    assert_false(pg_failure(f->pg)->is_connection_lost);
    pg_rollback(f->pg);
    assert_int_equal(turn_to_end(f->pg), PG_IDLE);
    assert_int_equal(ask_i64(f, &later), 2);
    s = pg_script_new(f->arena);
    pg_param_i32(pg_script_query(s, &bad), 1); /* was prepared, although it failed */
    run_ok(f, s);
}

static void test_run__copy_error_names_the_constraint_but_no_value(void **state) {
    struct fixture *f = *state;
    make_things(f);
    struct pg_script *s = pg_script_new(f->arena);
    pg_script_query(s, &pg_begin);
    copy_things(s, 0, 20000, SPAN("secret of a buyer"));
    copy_things(s, 19999, 20000,
                SPAN("secret of a buyer")); /* its first row is there already */
    pg_script_query(s, &pg_commit);
    pg_run(f->pg, s, TIMEOUT_US);
    assert_int_equal(turn_to_end(f->pg), PG_FAILED);
    assert_int_equal(pg_error(f->pg)->code, E_PG_DATA);
    assert_string_equal(pg_failure(f->pg)->sqlstate, "23505");
    assert_string_equal(pg_failure(f->pg)->table, "things");
    assert_string_equal(pg_failure(f->pg)->constraint, "things_key");
    assert_null(strstr(pg_error(f->pg)->text, "19999"));
    assert_null(strstr(pg_error(f->pg)->text, "secret"));
    pg_rollback(f->pg);
    assert_int_equal(turn_to_end(f->pg), PG_IDLE);
    assert_int_equal(ask_i64(f, &count_rows), 0);
}

static void test_error__class_22_does_not_repeat_the_value(void **state) {
    struct fixture *f = *state;
    static const struct pg_statement cast = {"cast", "SELECT $1::text::integer"};
    struct pg_script *s = pg_script_new(f->arena);
    pg_param_text(pg_script_query(s, &cast), SPAN("secret of a buyer"));
    assert_int_equal(run(f, s), ST_REJECT);
    assert_int_equal(f->err.code, E_PG_DATA);
    assert_non_null(strstr(f->err.text, "invalid input syntax for type integer"));
    assert_null(strstr(f->err.text, "secret"));
}

static void test_error__nul_in_text_is_data(void **state) {
    struct fixture *f = *state;
    make_things(f);
    struct pg_script *s = pg_script_new(f->arena);
    copy_things(s, 0, 1, (struct span){"a\0b", 3});
    assert_int_equal(run(f, s), ST_REJECT);
    assert_string_equal(pg_failure(f->pg)->sqlstate, "22021");
}

static void test_error__sqlstate_decides_what_to_do(void **state) {
    struct fixture *f = *state;
    static const struct {
        const char *sqlstate;
        enum error_code code;
    } rows[] = {
        {"40001", E_PG_CONFLICT},  {"40P01", E_PG_CONFLICT}, {"55P03", E_PG_CONFLICT},
        {"53100", E_PG_RESOURCES}, {"57014", E_PG_DOWN},     {"58030", E_PG_DOWN},
        {"25006", E_PG_DOWN},      {"08006", E_PG_DOWN},     {"22003", E_PG_DATA},
        {"23514", E_PG_DATA},      {"54000", E_PG_DATA},     {"42501", E_PG_STATEMENT},
        {"XX000", E_PG_STATEMENT}, {"P0001", E_PG_STATEMENT}};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char sql[160];
        snprintf(sql, sizeof sql,
                 "DO $$BEGIN RAISE SQLSTATE '%s' USING MESSAGE = 'as asked'; END$$",
                 rows[i].sqlstate);
        assert_int_equal(pg_exec_wait(f->pg, sql, TIMEOUT_US, &f->err),
                         error_status(rows[i].code));
        assert_int_equal(f->err.code, rows[i].code);
        assert_string_equal(pg_failure(f->pg)->sqlstate, rows[i].sqlstate);
        assert_int_equal(pg_state(f->pg), PG_IDLE);
    }
}

static void test_commit__that_a_deferred_constraint_refuses_is_no_success(void **state) {
    struct fixture *f = *state;
    struct pg_script *s = pg_script_new(f->arena);
    exec_sql(
        f, "CREATE TEMP TABLE deferred (n integer UNIQUE DEFERRABLE INITIALLY DEFERRED)");
    static const struct pg_statement twice = {"twice",
                                              "INSERT INTO deferred VALUES (1), (1)"};
    pg_script_query(s, &pg_begin);
    pg_script_query(s, &twice);
    pg_script_query(s, &pg_commit);
    assert_int_equal(run(f, s), ST_REJECT);
    assert_string_equal(pg_failure(f->pg)->sqlstate, "23505");
    assert_int_equal(ask_i64(f, &one), 1);
}

/* A second connection that kills the first. */
static void kill_backend(int64_t pid) {
    struct fixture other = {.arena = arena_new(1 << 20)};
    other.pg = pg_new(pg_fixture_conninfo(), "test_pg_killer");
    expect_ok(pg_connect_wait(other.pg, TIMEOUT_US, &other.err), &other.err);
    char sql[80];
    snprintf(sql, sizeof sql, "SELECT pg_terminate_backend(%lld)", (long long)pid);
    exec_sql(&other, sql);
    arena_free(other.arena);
    pg_free(other.pg);
}

static void expect_lost_then_restart(struct fixture *f) {
    assert_int_equal(pg_state(f->pg), PG_FAILED);
    assert_int_equal(pg_error(f->pg)->code, E_PG_DOWN);
    assert_true(pg_failure(f->pg)->is_connection_lost);
    assert_int_equal(pg_fd(f->pg), -1);
    pg_rollback(f->pg); /* nothing to roll back: harmless */
    assert_int_equal(pg_state(f->pg), PG_FAILED);
    expect_ok(pg_connect_wait(f->pg, TIMEOUT_US, &f->err), &f->err);
    assert_int_equal(ask_i64(f, &one), 1); /* prepared again on the new connection */
}

static void test_kill__while_a_statement_runs_is_an_outage(void **state) {
    struct fixture *f = *state;
    assert_int_equal(ask_i64(f, &one), 1);
    int64_t pid = ask_i64(f, &my_pid);
    struct pg_script *s = pg_script_new(f->arena);
    pg_script_query(s, &pg_begin);
    pg_script_query(s, &sleeps);
    pg_run(f->pg, s, TIMEOUT_US);
    kill_backend(pid);
    turn_to_end(f->pg);
    assert_string_equal(pg_failure(f->pg)->sqlstate, "57P01");
    expect_lost_then_restart(f);
}

static void test_kill__while_copying_is_an_outage(void **state) {
    struct fixture *f = *state;
    make_things(f);
    int64_t pid = ask_i64(f, &my_pid);
    struct pg_script *s = pg_script_new(f->arena);
    copy_things(s, 0, 400000, SPAN("0123456789012345678901234567890123456789"));
    pg_run(f->pg, s, TIMEOUT_US);
    pg_turn(f->pg);
    assert_int_equal(pg_state(f->pg), PG_BUSY);
    kill_backend(pid);
    turn_to_end(f->pg);
    expect_lost_then_restart(f);
}

static void test_kill__while_idle_is_seen_at_the_next_turn(void **state) {
    struct fixture *f = *state;
    kill_backend(ask_i64(f, &my_pid));
    struct pollfd p = {.fd = pg_fd(f->pg), .events = pg_poll_events(f->pg)};
    for (int i = 0; i < 100 && pg_turn(f->pg) == PG_IDLE; i++)
        (void)poll(&p, 1, 100);
    expect_lost_then_restart(f);
}

static void test_timeout__closes_the_connection(void **state) {
    struct fixture *f = *state;
    struct pg_script *s = pg_script_new(f->arena);
    pg_script_query(s, &sleeps);
    int64_t began_us = clock_monotonic_us();
    pg_run(f->pg, s, 200 * US_PER_MS);
    assert_true(pg_deadline_us(f->pg) <= clock_monotonic_us() + 200 * US_PER_MS);
    turn_to_end(f->pg);
    assert_true(clock_monotonic_us() - began_us < 5 * US_PER_S);
    assert_non_null(strstr(pg_error(f->pg)->text, "200 ms"));
    expect_lost_then_restart(f);
}

static void test_rollback__abandons_a_copy_half_way(void **state) {
    struct fixture *f = *state;
    make_things(f);
    struct arena *a = arena_new((size_t)128 << 20);
    struct pg_script *s = pg_script_new(a);
    pg_script_query(s, &pg_begin);
    copy_things(s, 0, 400000, SPAN("0123456789012345678901234567890123456789"));
    pg_script_query(s, &pg_commit);
    pg_run(f->pg, s, TIMEOUT_US);
    for (int i = 0; i < 3 && pg_state(f->pg) == PG_BUSY; i++) {
        struct pollfd p = {.fd = pg_fd(f->pg), .events = pg_poll_events(f->pg)};
        (void)poll(&p, 1, 1000);
        pg_turn(f->pg);
    }
    assert_int_equal(pg_state(f->pg), PG_BUSY);
    pg_rollback(f->pg);
    arena_free(a); /* the script is ours again at once */
    assert_int_equal(turn_to_end(f->pg), PG_IDLE);
    assert_int_equal(ask_i64(f, &count_rows), 0);
}

static void test_rollback__abandons_a_pipeline_half_way(void **state) {
    struct fixture *f = *state;
    struct arena *a = arena_new(1 << 20);
    struct pg_script *s = pg_script_new(a);
    static const struct pg_statement nap = {"nap", "SELECT 1 FROM pg_sleep(0.2)"};
    pg_script_query(s, &pg_begin);
    pg_script_query(s, &nap);
    pg_script_query(s, &nap);
    pg_run(f->pg, s, TIMEOUT_US);
    pg_rollback(f->pg);
    arena_free(a);
    assert_int_equal(turn_to_end(f->pg), PG_IDLE);
    assert_int_equal(ask_i64(f, &nap), 1);
}

static void test_copy__hundred_megabytes_through_a_small_socket_buffer(void **state) {
    struct fixture *f = *state;
    exec_sql(f, "CREATE TEMP TABLE things (n integer, t text)");
    int size = 128 * 1024;
    assert_int_equal(setsockopt(pg_fd(f->pg), SOL_SOCKET, SO_SNDBUF, &size, sizeof size),
                     0);
    char text[1000];
    memset(text, 'x', sizeof text);
    struct pg_script *s = pg_script_new(f->arena);
    copy_things(s, 0, 100000, (struct span){text, sizeof text});
    struct pg_query *q = pg_script_query(s, &count_rows);
    /* Well below the 60 s after which a wait would look again by itself: a lost wake-up
     * fails. */
    expect_ok(pg_run_wait(f->pg, s, 50 * US_PER_S, &f->err), &f->err);
    assert_int_equal(pg_i64(q, 0, 0), 100000);
}

static void test_pipeline__large_answers_and_large_questions_do_not_lock(void **state) {
    struct fixture *f = *state;
    static const struct pg_statement echo = {"echo_text", "SELECT $1::text"};
    size_t len = 4000000;
    char *text = arena_alloc(f->arena, len);
    memset(text, 'x', len);
    struct pg_script *s = pg_script_new(f->arena);
    struct pg_query *q[10];
    for (int i = 0; i < 10; i++) {
        q[i] = pg_script_query(s, &echo);
        pg_param_text(q[i], (struct span){text, len});
    }
    run_ok(f, s);
    for (int i = 0; i < 10; i++)
        assert_int_equal(pg_text(q[i], 0, 0).len, len);
}

static void test_migration__stale_plan_asks_for_a_new_connection(void **state) {
    struct fixture *f = *state;
    static const struct pg_statement all = {"all_things", "SELECT * FROM things"};
    make_things(f);
    struct pg_script *s = pg_script_new(f->arena);
    pg_script_query(s, &all);
    run_ok(f, s);
    exec_sql(f, "ALTER TABLE things ADD COLUMN more integer");
    assert_int_equal(run(f, s), ST_RETRY);
    expect_lost_then_restart(f);
}

static void test_connect__nobody_there_is_an_outage(void **state) {
    (void)state;
    struct error err;
    struct pg *pg = pg_new("host=127.0.0.1 port=1", "test_pg");
    assert_int_equal(pg_connect_wait(pg, TIMEOUT_US, &err), ST_RETRY);
    assert_int_equal(err.code, E_PG_DOWN);
    assert_true(pg_failure(pg)->is_connection_lost);
    pg_free(pg);
}

static void test_connect__a_silent_server_runs_out_of_time(void **state) {
    (void)state;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in here = {.sin_family = AF_INET,
                               .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof here;
    assert_int_equal(bind(fd, (struct sockaddr *)&here, len), 0);
    assert_int_equal(listen(fd, 4), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&here, &len), 0);
    char conninfo[80];
    snprintf(conninfo, sizeof conninfo, "host=127.0.0.1 port=%d connect_timeout=1",
             ntohs(here.sin_port));
    struct error err;
    struct pg *pg = pg_new(conninfo, "test_pg");
    int64_t began_us = clock_monotonic_us();
    assert_int_equal(pg_connect_wait(pg, TIMEOUT_US, &err), ST_RETRY);
    assert_true(clock_monotonic_us() - began_us < 8 * US_PER_S);
    pg_free(pg);
    close(fd);
}

static void test_connect__bad_conninfo_is_fatal_and_not_repeated(void **state) {
    (void)state;
    struct error err;
    struct pg *pg = pg_new("hunter2 secret", "test_pg");
    assert_int_equal(pg_connect_wait(pg, TIMEOUT_US, &err), ST_FATAL);
    assert_null(strstr(err.text, "hunter2"));
    pg_free(pg);
}

static void test_connect__our_settings_yield_to_the_users(void **state) {
    struct fixture *f = *state;
    static const struct pg_statement settings = {
        "settings",
        "SELECT current_setting('search_path'), current_setting('TimeZone'), "
        "current_setting('application_name'), current_setting('client_encoding')"};
    struct pg_script *s = pg_script_new(f->arena);
    struct pg_query *q = pg_script_query(s, &settings);
    run_ok(f, s);
    assert_true(span_is(pg_text(q, 0, 0), "henpin,pg_catalog"));
    assert_true(span_is(pg_text(q, 0, 1), "UTC"));
    assert_true(span_is(pg_text(q, 0, 2), "test_pg"));
    assert_true(span_is(pg_text(q, 0, 3), "UTF8"));
    char conninfo[512];
    snprintf(conninfo, sizeof conninfo,
             "%s options='-c search_path=public' application_name=mine",
             pg_fixture_conninfo());
    struct fixture other = {.arena = f->arena, .pg = pg_new(conninfo, "test_pg")};
    expect_ok(pg_connect_wait(other.pg, TIMEOUT_US, &other.err), &other.err);
    s = pg_script_new(f->arena);
    q = pg_script_query(s, &settings);
    run_ok(&other, s);
    assert_true(span_is(pg_text(q, 0, 0), "public"));
    assert_true(span_is(pg_text(q, 0, 1), "UTC"));
    assert_true(span_is(pg_text(q, 0, 2), "mine"));
    pg_free(other.pg);
}

int main(int argc, char **argv) {
    pg_fixture_serve(argc, argv);
    const struct CMUnitTest tests[] = {
        test_with_pg(test_run__two_scripts_share_a_transaction),
        test_with_pg(test_rollback__leaves_nothing_of_the_transaction),
        test_with_pg(test_run__first_error_of_a_pipeline_is_told),
        test_with_pg(test_run__copy_error_names_the_constraint_but_no_value),
        test_with_pg(test_error__class_22_does_not_repeat_the_value),
        test_with_pg(test_error__nul_in_text_is_data),
        test_with_pg(test_error__sqlstate_decides_what_to_do),
        test_with_pg(test_commit__that_a_deferred_constraint_refuses_is_no_success),
        test_with_pg(test_kill__while_a_statement_runs_is_an_outage),
        test_with_pg(test_kill__while_copying_is_an_outage),
        test_with_pg(test_kill__while_idle_is_seen_at_the_next_turn),
        test_with_pg(test_timeout__closes_the_connection),
        test_with_pg(test_rollback__abandons_a_copy_half_way),
        test_with_pg(test_rollback__abandons_a_pipeline_half_way),
        test_with_pg(test_copy__hundred_megabytes_through_a_small_socket_buffer),
        test_with_pg(test_pipeline__large_answers_and_large_questions_do_not_lock),
        test_with_pg(test_migration__stale_plan_asks_for_a_new_connection),
        cmocka_unit_test(test_connect__nobody_there_is_an_outage),
        cmocka_unit_test(test_connect__a_silent_server_runs_out_of_time),
        cmocka_unit_test(test_connect__bad_conninfo_is_fatal_and_not_repeated),
        test_with_pg(test_connect__our_settings_yield_to_the_users),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
