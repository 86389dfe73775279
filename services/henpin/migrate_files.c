/* migrate_files.c: the files of the directory, and whether they tell the same story as
 * the database. */
#include "services/henpin/migrate.h"

#include "common/base/clock.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define TIMEOUT_US (60 * US_PER_S)
#define FILE_MAX ((size_t)4 * 1024 * 1024)

/* NNNN_what.sql */
static bool is_migration(const char *name) {
    size_t len = strlen(name);
    if (len < 10 || name[4] != '_' || strcmp(name + len - 4, ".sql") != 0)
        return false;
    for (size_t i = 0; i < len; i++)
        if (i < 4
                ? !isdigit((unsigned char)name[i])
                : !islower((unsigned char)name[i]) && !isdigit((unsigned char)name[i]) &&
                      name[i] != '_' && name[i] != '.')
            return false;
    return true;
}

static int choose(const struct dirent *entry) {
    return is_migration(entry->d_name);
}

static enum status read_text(struct arena *a, const char *dir, const char *name,
                             struct span *out, struct error *err) {
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    FILE *f = fopen(path, "rb");
    if (!f)
        return error_set(err, E_FILE, "cannot read \"%s\": %s", path, strerror(errno));
    char *text = arena_alloc(a, FILE_MAX);
    size_t len = fread(text, 1, FILE_MAX, f);
    bool is_whole = feof(f) && !ferror(f);
    fclose(f);
    if (!is_whole)
        return error_set(err, E_FILE,
                         "cannot read \"%s\": longer than %zu bytes, or unreadable", path,
                         FILE_MAX);
    *out = span_dup(a, (struct span){text, len});
    return ST_OK;
}

static enum status take_file(struct arena *a, const char *dir, const char *name,
                             struct migrations *m, struct error *err) {
    struct migration *f = &m->items[m->n++];
    f->version = strtoll(name, NULL, 10);
    f->name = span_cstr(a, span_of(name));
    f->checksum = "";
    if (f->version != (int64_t)m->n)
        return error_set(err, E_FILE,
                         "cannot migrate from \"%s\": \"%s\" stands where %04zu belongs",
                         dir, name, m->n);
    return read_text(a, dir, name, &f->sql, err);
}

enum status migrations_read(struct arena *a, const char *dir, struct migrations *out,
                            struct error *err) {
    struct dirent **names;
    int n = scandir(dir, &names, choose, alphasort);
    if (n < 0) {
        (void)error_set(err, E_FILE, "cannot read the directory \"%s\": %s", dir,
                        strerror(errno));
        error_hint(err, "--dir says where the SQL files are");
        return error_status(err->code);
    }
    *out = (struct migrations){arena_array(a, (size_t)n, sizeof *out->items), 0};
    enum status st = ST_OK;
    if (n == 0)
        st = error_set(err, E_FILE, "there is no NNNN_what.sql in \"%s\"", dir);
    for (int i = 0; i < n; i++) {
        if (st == ST_OK)
            st = take_file(a, dir, names[i]->d_name, out, err);
        free(names[i]);
    }
    free(names);
    return st;
}

/* ---- the database ---- */

/* Postgres computes the checksums, so that no program needs a second implementation. */
static const struct pg_statement checksum = {"migrate_checksum",
                                             "SELECT encode(sha256($1::bytea), 'hex')"};
static const struct pg_statement has_table = {
    "migrate_has_table", "SELECT to_regclass('henpin.schema_migration') IS NOT NULL"};
static const struct pg_statement applied = {
    "migrate_applied",
    "SELECT version, name, checksum FROM henpin.schema_migration ORDER BY version"};

static enum status fill_checksums(struct arena *a, struct pg *pg, struct migrations *m,
                                  struct pg_query **has, struct error *err) {
    struct pg_script *s = pg_script_new(a);
    struct pg_query **q = arena_array(a, m->n, sizeof *q);
    for (size_t i = 0; i < m->n; i++) {
        q[i] = pg_script_query(s, &checksum);
        pg_param_text(q[i], m->items[i].sql);
    }
    *has = pg_script_query(s, &has_table);
    enum status st = pg_run_wait(pg, s, TIMEOUT_US, err);
    for (size_t i = 0; i < m->n && st == ST_OK; i++)
        m->items[i].checksum = span_cstr(a, pg_text(q[i], 0, 0));
    return st;
}

static enum status compare_row(const struct pg_query *q, size_t row,
                               const struct migrations *m, struct error *err) {
    int64_t version = pg_i64(q, row, 0);
    struct span name = pg_text(q, row, 1);
    if (version > (int64_t)m->n) {
        (void)error_set(err, E_PG_VERSION,
                        "the database is newer: it has %.*s, our last is %s",
                        SPAN_ARGS(name), m->items[m->n - 1].name);
        error_hint(err,
                   "use the program that the database was migrated with, or a later one");
        return error_status(err->code);
    }
    if (version != (int64_t)row + 1)
        return error_set(err, E_PG_VERSION,
                         "the database lacks migration %04zu, yet it has %.*s", row + 1,
                         SPAN_ARGS(name));
    const struct migration *file = &m->items[row];
    if (!span_is(name, file->name) || !span_is(pg_text(q, row, 2), file->checksum)) {
        (void)error_set(err, E_PG_VERSION, "\"%s\" is not what was applied as %.*s",
                        file->name, SPAN_ARGS(name));
        error_hint(err,
                   "a released file is never edited: restore it, and write a new one");
        return error_status(err->code);
    }
    return ST_OK;
}

enum status migrations_compare(struct arena *a, struct pg *pg, struct migrations *m,
                               size_t *n_applied, struct error *err) {
    struct pg_query *has;
    *n_applied = 0;
    enum status st = fill_checksums(a, pg, m, &has, err);
    if (st != ST_OK || !pg_bool(has, 0, 0))
        return st;
    struct pg_script *s = pg_script_new(a);
    const struct pg_query *q = pg_script_query(s, &applied);
    st = pg_run_wait(pg, s, TIMEOUT_US, err);
    if (st != ST_OK)
        return st;
    for (size_t row = 0; row < pg_rows(q) && st == ST_OK; row++)
        st = compare_row(q, row, m, err);
    *n_applied = pg_rows(q);
    return st;
}
