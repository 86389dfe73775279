/* test_table.c: rows for people, as wide as their terminal. */
#include "services/henpin/table.h"

#include "common/event/event.h"
#include "tests/common/base/harness.h"

struct fixture {
    struct arena *arena;
    char *said;
    size_t len;
    FILE *out;
};

static int set_up(void **state) {
    struct fixture *f = xcalloc(1, sizeof *f);
    f->arena = arena_new(1u << 20);
    f->out = open_memstream(&f->said, &f->len);
    *state = f;
    return 0;
}

static int tear_down(void **state) {
    struct fixture *f = *state;
    fclose(f->out);
    free(f->said);
    arena_free(f->arena);
    free(f);
    return 0;
}

static const char *print(struct fixture *f, const struct table *t, int width) {
    fclose(f->out);
    free(f->said);
    f->out = open_memstream(&f->said, &f->len);
    table_print(t, f->out, width);
    fflush(f->out);
    return f->said;
}

static void test_table__columns_are_as_wide_as_their_widest_cell(void **state) {
    struct fixture *f = *state;
    static const struct table_column columns[] = {{.title = "A"},
                                                  {.title = "NUMBER", .is_right = true}};
    struct table *t = table_new(f->arena, columns, 2);
    table_cell_text(t, "longer");
    table_cell_i64(t, 7);
    table_cell_text(t, "x");
    table_cell_i64(t, -12345678);
    assert_string_equal(print(f, t, 80), "A          NUMBER\n"
                                         "longer          7\n"
                                         "x       -12345678\n");
}

static void test_table__leaves_out_what_says_the_least(void **state) {
    struct fixture *f = *state;
    static const struct table_column columns[] = {{.title = "KEEP"},
                                                  {.title = "FIRST", .dropped = 2},
                                                  {.title = "SECOND", .dropped = 1}};
    struct table *t = table_new(f->arena, columns, 3);
    for (int i = 0; i < 3; i++)
        table_cell_text(t, "abcdefgh");
    assert_string_equal(print(f, t, 28),
                        "KEEP      FIRST     SECOND\nabcdefgh  abcdefgh  abcdefgh\n");
    assert_string_equal(print(f, t, 27), "KEEP      SECOND\nabcdefgh  abcdefgh\n");
    assert_string_equal(print(f, t, 10), "KEEP\nabcdefgh\n");
}

static void test_table__wraps_prose_in_place_or_below(void **state) {
    struct fixture *f = *state;
    static const struct table_column columns[] = {{.title = "ID"},
                                                  {.title = "WHY", .is_prose = true}};
    struct table *t = table_new(f->arena, columns, 2);
    table_cell_text(t, "1");
    table_cell_text(t, "the quick brown fox jumps over the lazy dog");
    assert_string_equal(print(f, t, 42), "ID  WHY\n"
                                         "1   the quick brown fox jumps over the\n"
                                         "    lazy dog\n");
    assert_string_equal(print(f, t, 30), "ID\n1\n"
                                         "    the quick brown fox jumps\n"
                                         "    over the lazy dog\n");
}

static void test_table__a_cell_cannot_move_the_cursor(void **state) {
    struct fixture *f = *state;
    static const struct table_column columns[] = {{.title = "T"}};
    struct table *t = table_new(f->arena, columns, 1);
    table_cell(t, SPAN("a\033[2Jb\nc\x7f"));
    table_cell(t, SPAN("\xc2\x9bm"));       /* the C1 form of ESC [ */
    table_cell(t, SPAN("\xe2\x80\xaetxt")); /* right-to-left override */
    table_cell(t, SPAN("\xff\xfe"));        /* not UTF-8 */
    assert_string_equal(print(f, t, 80), "T\na?[2Jb?c?\n?m\n?txt\n??\n");
}

static void test_table__wide_characters_take_two_columns(void **state) {
    struct fixture *f = *state;
    static const struct table_column columns[] = {{.title = "T"}, {.title = "U"}};
    struct table *t = table_new(f->arena, columns, 2);
    table_cell_text(t, "返品");
    table_cell_text(t, "x");
    table_cell_text(t, "abcd");
    table_cell_text(t, "y");
    assert_string_equal(print(f, t, 80), "T     U\n返品  x\nabcd  y\n");
}

static void test_table__instants_say_their_zone(void **state) {
    struct fixture *f = *state;
    static const struct table_column columns[] = {{.title = "AT"}, {.title = "UNTIL"}};
    struct table *t = table_new(f->arena, columns, 2);
    table_cell_instant(t, INT64_C(1795143600000000));
    table_cell_instant(t, EVENT_ABSENT);
    table_cell_instant(t, INT64_MIN + 1);
    table_cell_instant(t, INT64_MAX);
    assert_string_equal(print(f, t, 80), "AT                    UNTIL\n"
                                         "2026-11-20 03:00 UTC\n"
                                         "-infinity             infinity\n");
}

static void test_table__counts_are_grouped(void **state) {
    (void)state;
    assert_string_equal(table_count(0), "0");
    assert_string_equal(table_count(999), "999");
    assert_string_equal(table_count(1000), "1,000");
    assert_string_equal(table_count(-1234567), "-1,234,567");
    assert_string_equal(table_count(INT64_MAX), "9,223,372,036,854,775,807");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
static void test_table__an_empty_cell_leaves_no_blanks_at_the_end(void **state) {
    struct fixture *f = *state;
    static const struct table_column columns[] = {
        {.title = "A"}, {.title = "BB", .is_right = true}, {.title = "CCC"}};
    struct table *t = table_new(f->arena, columns, 3);
    static const char *const cells[] = {"x", "", "z", "x", "7", "", "x", "", ""};
    for (size_t i = 0; i < COUNT_OF(cells); i++)
        table_cell_text(t, cells[i]);
    assert_string_equal(print(f, t, 80), "A  BB  CCC\n"
                                         "x      z\n"
                                         "x   7\n"
                                         "x\n");
}

static void test_table__counts_say_one_or_many(void **state) {
    (void)state;
    assert_string_equal(table_things(1, "return", "returns"), "1 return");
    assert_string_equal(table_things(0, "return", "returns"), "0 returns");
    assert_string_equal(table_things(1234567, "return", "returns"), "1,234,567 returns");
    assert_string_equal(table_things(-1000, "return", "returns"), "-1,000 returns");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        CASE(test_table__columns_are_as_wide_as_their_widest_cell),
        CASE(test_table__leaves_out_what_says_the_least),
        CASE(test_table__wraps_prose_in_place_or_below),
        CASE(test_table__a_cell_cannot_move_the_cursor),
        CASE(test_table__wide_characters_take_two_columns),
        CASE(test_table__instants_say_their_zone),
        cmocka_unit_test(test_table__counts_are_grouped),
        CASE(test_table__an_empty_cell_leaves_no_blanks_at_the_end),
        cmocka_unit_test(test_table__counts_say_one_or_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
