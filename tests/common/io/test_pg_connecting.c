/* test_pg_connecting.c: why a connection was refused, what to do about it, and that a
 * name server that does not answer holds nobody for long. */
#include "tests/common/io/pg_fixture.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <resolv.h>
#include <string.h>
#include <sys/socket.h>

#include "common/io/pg_private.h"

static enum status connect_to(const char *more, struct error *err, char sqlstate[6]) {
    char conninfo[600];
    snprintf(conninfo, sizeof conninfo, "%s %s", pg_fixture_conninfo(), more);
    struct pg *pg = pg_new(conninfo, "test_pg_connecting");
    *err = (struct error){0};
    enum status st = pg_connect_wait(pg, TIMEOUT_US, err);
    memcpy(sqlstate, pg_failure(pg)->sqlstate, 6);
    assert_true(strstr(pg_where(pg), "127.0.0.1:") != NULL);
    pg_free(pg);
    return st;
}

static void assert_says(const char *text, const char *part) {
    if (!strstr(text, part))
        fail_msg("\"%s\" does not say \"%s\"", text, part);
}

static void test_connecting__no_such_database_is_for_a_person(void **state) {
    (void)state;
    struct error err;
    char sqlstate[6];
    assert_int_equal(connect_to("dbname=nowhere_at_all", &err, sqlstate), ST_FATAL);
    assert_int_equal(err.code, E_PG_CONFIG);
    assert_string_equal(sqlstate, "3D000");
    assert_says(err.text, "\"nowhere_at_all\" does not exist");
    assert_null(strstr(err.text, "3D000"));
    assert_says(err.hint, "create the database");
}

static void test_connecting__no_such_user_is_for_a_person(void **state) {
    (void)state;
    struct error err;
    char sqlstate[6];
    assert_int_equal(connect_to("user=nobody_at_all", &err, sqlstate), ST_FATAL);
    assert_int_equal(err.code, E_PG_CONFIG);
    assert_memory_equal(sqlstate, "28", 2); /* 28P01 with passwords, 28000 without */
    assert_says(err.hint, "pg_hba.conf");
}

static void test_connecting__a_wrong_setting_is_for_a_person(void **state) {
    (void)state;
    struct error err;
    char sqlstate[6];
    assert_int_equal(
        connect_to("options='-c no_such.thing.at=all -c nonsense=1'", &err, sqlstate),
        ST_FATAL);
    assert_int_equal(err.code, E_PG_CONFIG);
}

static struct error refusal(const char *why, bool needs_password, const char *conninfo,
                            struct pg_failure *failure) {
    struct error err = {0};
    *failure = (struct pg_failure){0};
    pg_refused(why, needs_password, conninfo, failure, &err);
    return err;
}

static void test_connecting__what_may_be_over_soon_is_an_outage(void **state) {
    (void)state;
    static const struct {
        const char *why, *sqlstate;
        enum error_code code;
    } rows[] = {
        {"connection to server at \"h\", port 1 failed: FATAL:  57P03: starting up\n",
         "57P03", E_PG_DOWN},
        {"x failed: FATAL:  53300: sorry, too many clients already\n", "53300",
         E_PG_RESOURCES},
        {"x failed: FATAL:  08P01: server login has been failing\n", "08P01", E_PG_DOWN},
        {"x failed: FATAL:  XX000: whatever\n", "XX000", E_PG_DOWN},
        {"could not translate host name \"h\" to address: nobody\n", "", E_PG_DOWN},
        /* the last of several hosts has the last word; another language */
        {"a failed: Connection refused\nb failed: FATALE:  28P01: parola sbagliata\n",
         "28P01", E_PG_CONFIG},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct pg_failure failure;
        struct error err = refusal(rows[i].why, false, "host=h", &failure);
        assert_string_equal(failure.sqlstate, rows[i].sqlstate);
        if (err.code != rows[i].code)
            fail_msg("%s: %s", rows[i].why, error_token(err.code));
    }
}

static void test_connecting__a_missing_password_is_for_a_person(void **state) {
    (void)state;
    struct pg_failure failure;
    struct error err = refusal("fe_sendauth: no password supplied\n", true, "", &failure);
    assert_int_equal(err.code, E_PG_CONFIG);
    assert_says(err.hint, "HENPIN_POSTGRES_FILE");
}

static void test_connecting__an_unset_address_is_said_so(void **state) {
    (void)state;
    struct pg_failure failure;
    struct error err = refusal("no such file\n", false, "", &failure);
    assert_says(err.hint, "neither --postgres nor HENPIN_POSTGRES is set");
    err = refusal("refused\n", false, "host=h", &failure);
    assert_says(err.hint, "does it run");
}

static void test_connecting__no_hint_is_cut(void **state) {
    (void)state;
    static const char *const whys[] = {"x: FATAL:  28000: a\n", "x: FATAL:  3D000: a\n",
                                       "x: FATAL:  42704: a\n", "x\n"};
    for (size_t i = 0; i < 2 * COUNT_OF(whys); i++) {
        struct pg_failure failure;
        struct error err = refusal(whys[i / 2], false, i % 2 ? "host=h" : "", &failure);
        assert_true(strlen(err.hint) > 0 && strlen(err.hint) < sizeof err.hint - 1);
    }
}

/* A name server that takes questions and never answers. */
static void test_connecting__a_silent_name_server_holds_us_for_seconds(void **state) {
    (void)state;
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    struct sockaddr_in here = {.sin_family = AF_INET,
                               .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof here;
    assert_int_equal(bind(fd, (struct sockaddr *)&here, len), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&here, &len), 0);
    assert_int_equal(res_init(), 0);
    struct __res_state kept = _res;
    _res.nsaddr_list[0] = here;
    _res.nscount = 1;
    _res.dnsrch[0] = NULL;
    _res.retrans = 5; /* glibc's defaults: 10 s in all */
    _res.retry = 2;
    struct error err = {0};
    struct pg *pg = pg_new("host=nowhere.example. connect_timeout=60", "test_pg");
    int64_t began_us = clock_monotonic_us();
    assert_int_equal(pg_connect_wait(pg, TIMEOUT_US, &err), ST_RETRY);
    int64_t took_us = clock_monotonic_us() - began_us;
    char question[512];
    bool was_asked = recv(fd, question, sizeof question, MSG_DONTWAIT) > 0;
    res_nclose(&_res); /* frees what this server's address took */
    _res = kept;
    close(fd);
    pg_free(pg);
    if (!was_asked) /* names are looked up in another way here */
        skip();
    assert_true(took_us < 8 * US_PER_S);
}

static void test_statement__that_lacks_a_parameter_is_ours_for_ever(void **state) {
    struct fixture *f = *state;
    static const struct pg_statement wants_two = {"wants_two",
                                                  "SELECT $1::bigint + $2::bigint"};
    struct pg_script *s = pg_script_new(f->arena);
    pg_param_i64(pg_script_query(s, &wants_two), 1);
    assert_int_equal(run(f, s), ST_FATAL);
    assert_string_equal(pg_failure(f->pg)->sqlstate, "08P01");
    assert_int_equal(f->err.code, E_PG_STATEMENT);
    assert_false(pg_failure(f->pg)->is_connection_lost);
}

int main(int argc, char **argv) {
    pg_fixture_serve(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_connecting__no_such_database_is_for_a_person),
        cmocka_unit_test(test_connecting__no_such_user_is_for_a_person),
        cmocka_unit_test(test_connecting__a_wrong_setting_is_for_a_person),
        cmocka_unit_test(test_connecting__what_may_be_over_soon_is_an_outage),
        cmocka_unit_test(test_connecting__a_missing_password_is_for_a_person),
        cmocka_unit_test(test_connecting__an_unset_address_is_said_so),
        cmocka_unit_test(test_connecting__no_hint_is_cut),
        cmocka_unit_test(test_connecting__a_silent_name_server_holds_us_for_seconds),
        test_with_pg(test_statement__that_lacks_a_parameter_is_ours_for_ever),
    };
    return cmocka_run_group_tests_name("pg_connecting", tests, NULL, NULL);
}
