/* Every type that a script can carry comes back from a real Postgres as it went in: as a
 * parameter, in an array, in a COPY. */
#include "tests/common/io/pg_fixture.h"

static const struct uuid some_uuid = {
    {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 255}};
static const int64_t some_instant = INT64_C(1795143600123456);
static const struct span none = {NULL, 0};

static void assert_span(struct span got, const char *wanted) {
    if (!span_is(got, wanted))
        fail_msg("got \"%.*s\", wanted \"%s\"", SPAN_ARGS(got), wanted);
}

static void test_param__comes_back_as_it_was(void **state) {
    struct fixture *f = *state;
    static const struct pg_statement echo = {
        "echo",
        "SELECT $1::text, $2::bytea, $3::smallint, $4::integer, $5::bigint, $6::boolean, "
        "$7::timestamptz, $8::uuid, $7::timestamptz::text, $9::bigint"};
    struct pg_script *s = pg_script_new(f->arena);
    struct pg_query *q = pg_script_query(s, &echo);
    pg_param_text(q, SPAN("返品"));
    pg_param_text(q, (struct span){"\0\1\377", 3});
    pg_param_i16(q, -7);
    pg_param_i32(q, INT32_MIN);
    pg_param_i64(q, INT64_MAX);
    pg_param_bool(q, true);
    pg_param_instant(q, some_instant);
    pg_param_uuid(q, some_uuid);
    pg_param_i64(q, EVENT_ABSENT);
    run_ok(f, s);
    assert_span(pg_text(q, 0, 0), "返品");
    assert_int_equal(pg_text(q, 0, 1).len, 3);
    assert_memory_equal(pg_text(q, 0, 1).ptr, "\0\1\377", 3);
    assert_int_equal(pg_i64(q, 0, 2), -7);
    assert_int_equal(pg_i64(q, 0, 3), INT32_MIN);
    assert_int_equal(pg_i64(q, 0, 4), INT64_MAX);
    assert_true(pg_bool(q, 0, 5));
    assert_int_equal(pg_instant(q, 0, 6), some_instant);
    assert_true(uuid_equal(pg_uuid(q, 0, 7), some_uuid));
    char text[CLOCK_TEXT_SIZE];
    clock_text(some_instant, text);
    assert_memory_equal(pg_text(q, 0, 8).ptr, text,
                        10); /* the date: UTC, and the right epoch */
    assert_true(pg_is_null(q, 0, 9));
}

static void test_param__absent_is_null_and_empty_is_not(void **state) {
    struct fixture *f = *state;
    static const struct pg_statement nulls = {
        "nulls", "SELECT $1::text, $2::bytea, $3::bigint, $4::timestamptz, $5::text, "
                 "$6::text"};
    struct pg_script *s = pg_script_new(f->arena);
    struct pg_query *q = pg_script_query(s, &nulls);
    pg_param_text(q, none);
    pg_param_text(q, none);
    pg_param_i64(q, EVENT_ABSENT);
    pg_param_instant(q, EVENT_ABSENT);
    pg_param_text(q, SPAN(""));
    pg_param_text(q, SPAN(""));
    run_ok(f, s);
    for (int i = 0; i < 4; i++)
        assert_true(pg_is_null(q, 0, i));
    assert_null(pg_text(q, 0, 0).ptr);
    assert_int_equal(pg_i64(q, 0, 2), EVENT_ABSENT);
    assert_int_equal(pg_instant(q, 0, 3), EVENT_ABSENT);
    assert_false(pg_is_null(q, 0, 4));
    assert_int_equal(pg_text(q, 0, 4).len, 0);
    assert_false(pg_is_null(q, 0, 5));
}

static void test_instant__infinities_and_the_epochs_survive(void **state) {
    struct fixture *f = *state;
    static const struct pg_statement far = {
        "far", "SELECT $1::timestamptz, $1::timestamptz = 'infinity', $2::timestamptz, "
               "$2::timestamptz = '-infinity', $3::timestamptz = '1970-01-01Z', "
               "$4::timestamptz = '2000-01-01Z'"};
    struct pg_script *s = pg_script_new(f->arena);
    struct pg_query *q = pg_script_query(s, &far);
    pg_param_instant(q, INT64_MAX);
    pg_param_instant(q, INT64_MIN + 1);
    pg_param_instant(q, 0);
    pg_param_instant(q, INT64_C(946684800000000));
    run_ok(f, s);
    assert_int_equal(pg_instant(q, 0, 0), INT64_MAX);
    assert_int_equal(pg_instant(q, 0, 2), INT64_MIN + 1);
    for (int i = 1; i < 6; i += i == 3 ? 1 : 2)
        assert_true(pg_bool(q, 0, i));
}

static void test_array__each_type_comes_back_with_its_nulls(void **state) {
    struct fixture *f = *state;
    static const struct pg_statement unnest = {
        "unnest_all", "SELECT * FROM unnest($1::text[], $2::bytea[], $3::smallint[], "
                      "$4::integer[], $5::bigint[], "
                      "$6::boolean[], $7::timestamptz[], $8::uuid[], $9::jsonb[])"};
    struct pg_script *s = pg_script_new(f->arena);
    struct pg_query *q = pg_script_query(s, &unnest);
    enum pg_type types[9] = {PG_TEXT, PG_BYTEA,       PG_INT2, PG_INT4, PG_INT8,
                             PG_BOOL, PG_TIMESTAMPTZ, PG_UUID, PG_JSONB};
    struct pg_array *p[9];
    enum { ROWS = 3000 };
    for (int i = 0; i < 9; i++)
        p[i] = pg_param_array(q, types[i], ROWS);
    char text[200];
    for (int row = 0; row < ROWS; row++) {
        if (row % 10 == 3) {
            for (int i = 0; i < 9; i++)
                pg_array_null(p[i]);
            continue;
        }
        int len = snprintf(text, sizeof text, "%d %*s", row, row % 150, "x");
        pg_array_text(p[0], (struct span){text, (size_t)len});
        pg_array_text(p[1], (struct span){text, (size_t)len});
        pg_array_i64(p[2], row);
        pg_array_i64(p[3], -row);
        pg_array_i64(p[4], row * INT64_C(1000000007));
        pg_array_i64(p[5], row & 1);
        pg_array_i64(p[6], some_instant + row);
        pg_array_uuid(p[7], some_uuid);
        pg_array_text(p[8], SPAN("[1]"));
    }
    run_ok(f, s);
    assert_int_equal(pg_rows(q), ROWS);
    for (size_t row = 0; row < ROWS; row++) {
        bool is_null = row % 10 == 3;
        for (int i = 0; i < 9; i++)
            assert_int_equal(pg_is_null(q, row, i), is_null);
        if (is_null)
            continue;
        snprintf(text, sizeof text, "%d %*s", (int)row, (int)row % 150, "x");
        assert_span(pg_text(q, row, 0), text);
        assert_span(pg_text(q, row, 1), text);
        assert_int_equal(pg_i64(q, row, 2), row);
        assert_int_equal(pg_i64(q, row, 3), -(int64_t)row);
        assert_int_equal(pg_i64(q, row, 4), row * INT64_C(1000000007));
        assert_int_equal(pg_bool(q, row, 5), row & 1);
        assert_int_equal(pg_instant(q, row, 6), some_instant + (int64_t)row);
        assert_true(uuid_equal(pg_uuid(q, row, 7), some_uuid));
        assert_span(pg_text(q, row, 8), "[1]");
    }
}

static void test_array__empty_is_not_null(void **state) {
    struct fixture *f = *state;
    static const struct pg_statement empty = {
        "empty_array", "SELECT $1::uuid[] = '{}', $2::text[], $1::uuid[]"};
    struct pg_script *s = pg_script_new(f->arena);
    struct pg_query *q = pg_script_query(s, &empty);
    pg_param_array(q, PG_UUID, 5);
    pg_param_array(q, PG_TEXT, 0);
    run_ok(f, s);
    struct span *items;
    assert_true(pg_bool(q, 0, 0));
    assert_false(pg_is_null(q, 0, 1));
    assert_int_equal(pg_array_items(q, 0, 1, f->arena, &items), 0);
    assert_int_equal(pg_array_items(q, 0, 2, f->arena, &items), 0);
}

static void test_copy__every_type_comes_back(void **state) {
    struct fixture *f = *state;
    exec_sql(f, "CREATE TEMP TABLE kinds (t text, b bytea, j jsonb, s smallint, i "
                "integer, l bigint, "
                "o boolean, z timestamptz, u uuid, ta text[], ua uuid[], la bigint[], za "
                "timestamptz[])");
    struct pg_script *s = pg_script_new(f->arena);
    struct pg_copy *c =
        pg_script_copy(s, "COPY kinds (t, b, j, s, i, l, o, z, u, ta, ua, la, za)"
                          " FROM STDIN (FORMAT binary)");
    enum { ROWS = 4000 };
    for (int row = 0; row < ROWS; row++) {
        pg_copy_row(c);
        if (row % 7 == 0) {
            for (int i = 0; i < 5; i++)
                pg_copy_null(c);
            pg_copy_i64(c, EVENT_ABSENT);
            pg_copy_null(c);
            pg_copy_instant(c, EVENT_ABSENT);
            for (int i = 0; i < 5; i++)
                pg_copy_null(c);
            continue;
        }
        pg_copy_text(c, SPAN("text"));
        pg_copy_text(c, (struct span){"\0\377", 2});
        pg_copy_jsonb(c, SPAN("{\"k\": [1, 2]}"));
        pg_copy_i16(c, (int16_t)-row);
        pg_copy_i32(c, row);
        pg_copy_i64(c, -row);
        pg_copy_bool(c, row % 2);
        pg_copy_instant(c, some_instant + row);
        pg_copy_uuid(c, some_uuid);
        pg_copy_array(c, PG_TEXT, 3);
        pg_copy_text(c, SPAN("one"));
        pg_copy_null(c);
        pg_copy_text(c, SPAN(""));
        pg_copy_array_end(c);
        pg_copy_array(c, PG_UUID, 1);
        pg_copy_uuid(c, some_uuid);
        pg_copy_array_end(c);
        pg_copy_array(c, PG_INT8, 0);
        pg_copy_array_end(c);
        pg_copy_array(c, PG_TIMESTAMPTZ, 2);
        pg_copy_instant(c, some_instant);
        pg_copy_instant(c, INT64_MAX);
        pg_copy_array_end(c);
    }
    assert_int_equal(pg_copy_rows(c), ROWS);
    static const struct pg_statement all = {"all_kinds", "SELECT * FROM kinds"};
    struct pg_query *q = pg_script_query(s, &all);
    run_ok(f, s);
    assert_int_equal(pg_rows(q), ROWS);
    for (size_t row = 0; row < ROWS; row++) {
        for (int i = 0; i < 13; i++)
            assert_int_equal(pg_is_null(q, row, i), row % 7 == 0);
        if (row % 7 == 0)
            continue;
        assert_span(pg_text(q, row, 0), "text");
        assert_memory_equal(pg_text(q, row, 1).ptr, "\0\377", 2);
        assert_span(pg_text(q, row, 2), "{\"k\": [1, 2]}");
        assert_int_equal(pg_i64(q, row, 3), (int16_t)-row);
        assert_int_equal(pg_i64(q, row, 4), row);
        assert_int_equal(pg_i64(q, row, 5), -(int64_t)row);
        assert_int_equal(pg_bool(q, row, 6), row % 2);
        assert_int_equal(pg_instant(q, row, 7), some_instant + (int64_t)row);
        assert_true(uuid_equal(pg_uuid(q, row, 8), some_uuid));
        struct span *items;
        assert_int_equal(pg_array_items(q, row, 9, f->arena, &items), 3);
        assert_span(items[0], "one");
        assert_null(items[1].ptr);
        assert_non_null(items[2].ptr);
        assert_int_equal(items[2].len, 0);
        assert_int_equal(pg_array_items(q, row, 10, f->arena, &items), 1);
        assert_true(uuid_equal(pg_item_uuid(items[0]), some_uuid));
        assert_int_equal(pg_array_items(q, row, 11, f->arena, &items), 0);
        assert_int_equal(pg_array_items(q, row, 12, f->arena, &items), 2);
        assert_int_equal(pg_item_instant(items[0]), some_instant);
        assert_int_equal(pg_item_instant(items[1]), INT64_MAX);
    }
}

static void test_copy__values_larger_than_a_chunk_arrive_whole(void **state) {
    struct fixture *f = *state;
    exec_sql(f, "CREATE TEMP TABLE large (n integer, t text[])");
    size_t len = 3000000;
    char *text = arena_alloc(f->arena, len);
    memset(text, 'x', len);
    struct pg_script *s = pg_script_new(f->arena);
    struct pg_copy *c = pg_script_copy(s, "COPY large (n, t) FROM STDIN (FORMAT binary)");
    for (int i = 0; i < 3; i++) {
        pg_copy_row(c);
        pg_copy_i32(c, i);
        pg_copy_array(c, PG_TEXT, 2);
        pg_copy_text(c, (struct span){text, len - (size_t)i});
        pg_copy_text(c, SPAN("end"));
        pg_copy_array_end(c);
    }
    static const struct pg_statement sum = {
        "large_sum", "SELECT sum(length(t[1]) + length(t[2]) + n)::bigint FROM large"};
    struct pg_query *q = pg_script_query(s, &sum);
    run_ok(f, s);
    assert_int_equal(pg_i64(q, 0, 0), 3 * (len + 3));
}

static void test_script__is_empty_until_something_is_added(void **state) {
    struct fixture *f = *state;
    struct pg_script *s = pg_script_new(f->arena);
    assert_true(pg_script_is_empty(s));
    run_ok(f, s);
    pg_script_query(s, &pg_begin);
    assert_false(pg_script_is_empty(s));
}

int main(int argc, char **argv) {
    pg_fixture_serve(argc, argv);
    const struct CMUnitTest tests[] = {
        test_with_pg(test_param__comes_back_as_it_was),
        test_with_pg(test_param__absent_is_null_and_empty_is_not),
        test_with_pg(test_instant__infinities_and_the_epochs_survive),
        test_with_pg(test_array__each_type_comes_back_with_its_nulls),
        test_with_pg(test_array__empty_is_not_null),
        test_with_pg(test_copy__every_type_comes_back),
        test_with_pg(test_copy__values_larger_than_a_chunk_arrive_whole),
        test_with_pg(test_script__is_empty_until_something_is_added),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
