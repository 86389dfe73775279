/* test_actions.c: which action is meant, and what is told when none is. */
#include "services/henpin/actions.h"
#include "tests/common/base/harness.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct action {
    struct action_head head;
    int answer; /* what only this command's table knows */
} actions[] = {
    {{"show", NULL, NULL, 0, 0, "what there is", "Shows."}, 1},
    {{"complete", NULL, "TASK [WORD]", 1, 2, "say that it is done", "Says."}, 2},
};

static const struct action_list list = {"henpin task", "[OPTION...] [TASK]",
                                        ACTIONS(actions)};

static const struct action *choose(char *name, char title[ACTION_TITLE_SIZE], int *code) {
    char program[] = "henpin task";
    char *argv[] = {program, name, NULL};
    const struct action *found = actions_choose(&list, name ? 2 : 1, argv, title, code);
    if (found)
        assert_ptr_equal(argv[1], title);
    return found;
}

static void test_actions__the_row_is_found_and_the_title_written(void **state) {
    (void)state;
    char name[] = "complete", title[ACTION_TITLE_SIZE] = "";
    int code = -1;
    const struct action *found = choose(name, title, &code);
    assert_non_null(found);
    assert_int_equal(found->answer, 2);
    assert_string_equal(title, "henpin task complete");
    assert_int_equal(code, -1);
}

static void
test_actions__only_who_asks_for_help_is_right_without_an_action(void **state) {
    (void)state;
    char help[] = "--help", part[] = "comp", empty[] = "";
    const struct {
        char *name;
        int code;
    } cases[] = {{help, 0}, {part, 2}, {empty, 2}, {NULL, 2}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char title[ACTION_TITLE_SIZE] = "untouched";
        int code = -1;
        assert_null(choose(cases[i].name, title, &code));
        assert_int_equal(code, cases[i].code);
        assert_string_equal(title, "untouched");
    }
}

static void test_actions__the_usage_stands_in_columns_as_wide_as_needed(void **state) {
    (void)state;
    char *out = NULL;
    size_t size = 0;
    FILE *f = open_memstream(&out, &size);
    actions_show(&list, f);
    fclose(f);
    assert_string_equal(out, "usage: henpin task ACTION [OPTION...] [TASK]\n"
                             "\n"
                             "  show      what there is\n"
                             "  complete  say that it is done\n"
                             "\n"
                             "`henpin task ACTION --help` tells its options.\n");
    free(out);
}

/* What was told on stderr, until it is taken. */
static FILE *told;
static int stderr_before;

static void hear(void) {
    told = tmpfile();
    assert_non_null(told);
    stderr_before = dup(STDERR_FILENO);
    dup2(fileno(told), STDERR_FILENO);
}

static void take(char out[200]) {
    dup2(stderr_before, STDERR_FILENO);
    close(stderr_before);
    rewind(told);
    out[fread(out, 1, 199, told)] = '\0';
    fclose(told);
}

static void test_actions__too_few_and_too_many_operands_are_told(void **state) {
    (void)state;
    static const char *const wrong[] = {
        [0] = "henpin task complete: an operand is missing\n"
              "usage: henpin task complete [OPTION...] TASK [WORD]\n",
        [1] = "",
        [2] = "",
        [3] = "henpin task complete: \"y\" is one operand too many\n"
              "usage: henpin task complete [OPTION...] TASK [WORD]\n"};
    char task[] = "henpin task complete", word[] = "x", last[] = "y", *env[] = {NULL};
    const struct option_table tables[] = {{0}};
    for (int n = 0; n <= 3; n++) {
        char program[] = "henpin", *argv[] = {program, task, word, word, last, NULL};
        char text[200];
        struct config_result parsed;
        int code = -1;
        argv[2 + n] = NULL;
        hear();
        bool is_run = actions_parse(&actions[1].head, tables, NULL, 2 + n, argv, env,
                                    &parsed, &code);
        take(text);
        assert_string_equal(text, wrong[n]);
        assert_int_equal(is_run, n == 1 || n == 2);
        if (is_run)
            assert_int_equal(parsed.operands.count, n);
        else
            assert_int_equal(code, 2);
        free(parsed.operands.items);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_actions__the_row_is_found_and_the_title_written),
        cmocka_unit_test(test_actions__only_who_asks_for_help_is_right_without_an_action),
        cmocka_unit_test(test_actions__too_few_and_too_many_operands_are_told),
        cmocka_unit_test(test_actions__the_usage_stands_in_columns_as_wide_as_needed),
    };
    return cmocka_run_group_tests_name("actions", tests, NULL, NULL);
}
