/* test_log.c: the lines as a reader of standard error sees them. */
#include "common/base/log.h"

#include "common/base/clock.h"
#include "tests/common/base/harness.h"

#include <errno.h>

static char said[65536];

/* What `write` put on standard error. */
static const char *lines_of(void (*write)(void)) {
    assert_int_equal(run_in_child(write, said, sizeof said), 0);
    return said;
}

static void set_up_line(enum log_format format) {
    clock_simulate(INT64_C(1795143600250000));
    log_set_format(format);
    log_set_service("returns");
}

static const struct error failure = {E_PG_DOWN, "could not connect to \"db\"",
                                     "is it running?"};

static void write_every_kind(void) {
    log_info("batch.applied", LOG_I64("count", -3),
             LOG_STR("topic", "marketplace.returns"), LOG_SPAN("key", SPAN("a b")),
             LOG_ERR(&failure));
}

static void write_json(void) {
    set_up_line(LOG_FORMAT_JSON);
    write_every_kind();
}

static void write_logfmt(void) {
    set_up_line(LOG_FORMAT_LOGFMT);
    write_every_kind();
}

static void test_log__json_line(void **state) {
    (void)state;
    assert_string_equal(
        lines_of(write_json),
        "{\"ts\":\"2026-11-20T03:00:00.250Z\",\"level\":\"info\",\"service\":\"returns\","
        "\"event\":\"batch.applied\",\"count\":-3,"
        "\"topic\":\"marketplace.returns\",\"key\":\"a "
        "b\","
        "\"code\":\"pg.down\",\"error\":\"could not connect to \\\"db\\\"\","
        "\"hint\":\"is it running?\"}\n");
}

static void test_log__logfmt_line(void **state) {
    (void)state;
    assert_string_equal(
        lines_of(write_logfmt),
        "ts=2026-11-20T03:00:00.250Z level=info service=returns event=batch.applied "
        "count=-3 "
        "topic=marketplace.returns key=\"a b\" "
        "code=pg.down "
        "error=\"could not connect to \\\"db\\\"\" hint=\"is it running?\"\n");
}

static void write_auto(void) {
    log_info("process.started", LOG_I64("n", 1));
}

static void test_log__a_file_gets_json_by_itself(void **state) {
    (void)state;
    assert_int_equal(lines_of(write_auto)[0], '{');
}

static void write_hostile(void) {
    set_up_line(LOG_FORMAT_LOGFMT);
    log_info("value.met", LOG_STR("a", "x\nlevel=error"), LOG_STR("b", "\x1b[2J"),
             LOG_STR("c", ""), LOG_STR("d", NULL), LOG_STR("e", "\xff"),
             LOG_STR("f", "a=b"), LOG_STR("g", "\xC2\x9B"));
}

static void test_log__a_value_cannot_forge_a_line_or_move_the_cursor(void **state) {
    (void)state;
    const char *line = lines_of(write_hostile);
    /* An absent one, `d`, is left out. */
    assert_contains(line, " a=\"x\\nlevel=error\" b=\"\\u001b[2J\" c=\"\" "
                          "e=\"\xEF\xBF\xBD\" f=\"a=b\" g=\"\\u009b\"\n");
    assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
}

static void write_long(void) {
    char value[3000];
    memset(value, 'x', sizeof value);
    memcpy(value + 510, "\xE8\xBF\x94", 3); /* stands across the cut */
    set_up_line(LOG_FORMAT_JSON);
    log_info("value.met", LOG_SPAN("v", ((struct span){value, sizeof value})));
}

static void test_log__a_long_value_is_cut_and_says_its_length(void **state) {
    (void)state;
    const char *line = lines_of(write_long);
    assert_contains(line, "xxxx... (3000 bytes)\"}\n");
    assert_lacks(line, "\xEF\xBF\xBD");
    assert_true(strlen(line) < 700);
}

static void write_too_much(void) {
    char value[500];
    memset(value, '\x01', sizeof value); /* six bytes each when escaped */
    struct span v = {value, sizeof value};
    set_up_line(LOG_FORMAT_JSON);
    log_info("value.met", LOG_SPAN("a", v), LOG_SPAN("b", v), LOG_SPAN("c", v),
             LOG_SPAN("d", v), LOG_I64("last", 7));
}

static void
test_log__fields_beyond_the_line_are_left_out_whole_and_counted(void **state) {
    (void)state;
    const char *line = lines_of(write_too_much);
    assert_contains(line, "\"b\":\"\\u0001");
    assert_lacks(line, "\"c\":");
    assert_contains(line, "\\u0001\",\"last\":7,\"fields_dropped\":2}\n");
}

static void write_levels(void) {
    log_debug("debug.one", LOG_I64("n", 1));
    log_info("info.one", LOG_I64("n", 1));
    log_set_level(LOG_WARN);
    log_info("info.two", LOG_I64("n", 1));
    log_warn("warn.two", LOG_I64("n", 1));
    log_toggle_debug();
    log_debug("debug.three", LOG_I64("n", 1));
    log_toggle_debug();
    log_info("info.four", LOG_I64("n", 1));
    log_error("error.four", LOG_I64("n", 1));
    log_set_level(LOG_DEBUG);
    log_debug("debug.five", LOG_I64("n", 1));
    log_toggle_debug();
    log_debug("debug.six", LOG_I64("n", 1));
    log_info("info.six", LOG_I64("n", 1));
}

static void test_log__levels_and_the_debug_toggle(void **state) {
    (void)state;
    const char *text = lines_of(write_levels);
    const char *const shown[] = {"info.one",   "warn.two",   "debug.three",
                                 "error.four", "debug.five", "info.six"};
    const char *const hidden[] = {"debug.one", "info.two", "info.four", "debug.six"};
    for (size_t i = 0; i < COUNT_OF(shown); i++)
        assert_contains(text, shown[i]);
    for (size_t i = 0; i < COUNT_OF(hidden); i++)
        assert_lacks(text, hidden[i]);
}

static void write_with_errno(void) {
    errno = ENOENT;
    log_info("process.started", LOG_I64("n", 1));
    close(STDERR_FILENO);
    log_info("process.started", LOG_I64("n", 2));
    if (errno != ENOENT)
        _exit(1);
}

static void test_log__errno_survives_even_a_closed_descriptor(void **state) {
    (void)state;
    lines_of(write_with_errno);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_log__json_line),
        cmocka_unit_test(test_log__logfmt_line),
        cmocka_unit_test(test_log__a_file_gets_json_by_itself),
        cmocka_unit_test(test_log__a_value_cannot_forge_a_line_or_move_the_cursor),
        cmocka_unit_test(test_log__a_long_value_is_cut_and_says_its_length),
        cmocka_unit_test(test_log__fields_beyond_the_line_are_left_out_whole_and_counted),
        cmocka_unit_test(test_log__levels_and_the_debug_toggle),
        cmocka_unit_test(test_log__errno_survives_even_a_closed_descriptor),
    };
    return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
