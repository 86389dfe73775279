/* flow_fixture.h: a migrated database, and a batch that a test fills by hand. For
 * tests/common/flow/test_*.c only. */
#ifndef TESTS_COMMON_FLOW_FLOW_FIXTURE_H
#define TESTS_COMMON_FLOW_FLOW_FIXTURE_H

#include "common/flow/batch.h"
#include "common/flow/worker.h"
#include "tests/common/io/pg_fixture.h"

#include <glob.h>
#include <string.h>

#define TOPIC "flow.returns"

/* One file as `henpin migrate` runs it: a transaction. */
static inline void migrate_file(struct fixture *f, const char *path) {
    static char text[1 << 20];
    size_t len = (size_t)snprintf(text, sizeof text, "BEGIN;");
    FILE *in = fopen(path, "r");
    assert_non_null(in);
    len += fread(text + len, 1, sizeof text - len - 400, in);
    fclose(in);
    snprintf(
        text + len, sizeof text - len,
        ";CREATE TABLE IF NOT EXISTS henpin.schema_migration (version int, name text,"
        " checksum text, applied_at timestamptz, applied_by text);"
        "RESET ROLE;COMMIT;");
    exec_sql(f, text);
}

/* The tables, once; empty for each test. */
static inline int flow_setup(void **state) {
    static bool is_migrated;
    glob_t files;
    pg_fixture_setup(state);
    struct fixture *f = *state;
    if (!is_migrated) {
        exec_sql(f, "DROP SCHEMA IF EXISTS henpin CASCADE");
        assert_int_equal(glob("schemas/sql/0*.sql", 0, NULL, &files), 0);
        for (size_t i = 0; i < files.gl_pathc; i++)
            migrate_file(f, files.gl_pathv[i]);
        globfree(&files);
        is_migrated = true;
    }
    exec_sql(f, "TRUNCATE henpin.ledger, henpin.parked, henpin.dead_letter");
    return 0;
}

#define flow_test(name)                                                                  \
    cmocka_unit_test_setup_teardown(name, flow_setup, pg_fixture_teardown)

/* The rows of a query of one column, as text joined by spaces; in the fixture's arena. */
static inline const char *rows_of(struct fixture *f, const char *sql) {
    struct pg_statement *statement = arena_alloc(f->arena, sizeof *statement);
    struct builder name = builder_in(f->arena, 64), all = builder_in(f->arena, 4000);
    static int n;
    build_format(&name, "rows_of_%d", n++);
    *statement = (struct pg_statement){span_cstr(f->arena, builder_span(&name)), sql};
    struct pg_script *s = pg_script_new(f->arena);
    struct pg_query *q = pg_script_query(s, statement);
    run_ok(f, s);
    for (size_t row = 0; row < pg_rows(q); row++) {
        struct span text = pg_text(q, row, 0);
        build_format(&all, "%s%.*s", row > 0 ? " " : "", SPAN_ARGS(text));
    }
    return span_cstr(f->arena, builder_span(&all));
}

#define assert_rows(f, sql, expected) assert_string_equal(rows_of(f, sql), expected)

#endif
