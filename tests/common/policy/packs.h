/* packs.h: rule sets written inside a test: a directory of files, loaded, with all
 * findings as text. */
#ifndef TESTS_COMMON_POLICY_PACKS_H
#define TESTS_COMMON_POLICY_PACKS_H

#include "common/base/clock.h"
#include "common/policy/load.h"
#include "tests/common/base/harness.h"

#include <dirent.h>
#include <string.h>
#include <sys/stat.h>

struct pack_fixture {
    char dir[64];
    char said[65536]; /* "file:line:column: kind: text\n" per finding; notes are left out
                       */
    size_t len;
    struct policy *p; /* NULL when it was refused */
    struct error err;
};

static inline void pack_tell(void *context, const struct policy_finding *f) {
    struct pack_fixture *x = context;
    if (f->severity == POLICY_NOTE || x->len + 2048 > sizeof x->said)
        return;
    x->len += (size_t)snprintf(x->said + x->len, sizeof x->said - x->len,
                               "%s:%d:%d: %s: %s\n%s", f->file, f->line, f->column,
                               f->kind, f->text, f->witness ? f->witness : "");
}

static inline void pack_dir(struct pack_fixture *x) {
    *x = (struct pack_fixture){.dir = "/tmp/henpin-policy-XXXXXX"};
    assert_non_null(mkdtemp(x->dir));
}

static inline void pack_write(struct pack_fixture *x, const char *name, const void *text,
                              size_t len) {
    char path[256];
    snprintf(path, sizeof path, "%s/%s", x->dir, name);
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(text, 1, len, f), len);
    fclose(f);
}

static inline void pack_load(struct pack_fixture *x) {
    struct policy_report report = {pack_tell, x};
    struct load_options o = {.report = &report};
    policy_free(x->p);
    x->p = NULL;
    x->len = 0;
    x->said[0] = '\0';
    if (policy_load_with(x->dir, &o, &x->p, &x->err) != ST_OK)
        x->p = NULL;
}

/* One file is a whole rule set. */
static inline void pack_load_text(struct pack_fixture *x, const char *text) {
    pack_dir(x);
    pack_write(x, "pack.yaml", text, strlen(text));
    pack_load(x);
}

static inline void pack_remove(struct pack_fixture *x) {
    DIR *d = opendir(x->dir);
    struct dirent *e;
    while (d && (e = readdir(d))) {
        char path[512];
        snprintf(path, sizeof path, "%s/%s", x->dir, e->d_name);
        if (e->d_name[0] != '.')
            unlink(path);
    }
    if (d)
        closedir(d);
    rmdir(x->dir);
    policy_free(x->p);
    x->p = NULL;
}

static inline void assert_loads(const struct pack_fixture *x) {
    if (!x->p)
        fail_msg("refused: %s\n%s", x->err.text, x->said);
}

static inline int64_t at(const char *instant) {
    int64_t us;
    if (!clock_parse(span_of(instant), &us))
        fail_msg("\"%s\" is no instant", instant);
    return us;
}

static inline void assert_instant(int64_t us, const char *expected) {
    char text[CLOCK_TEXT_SIZE], wanted[CLOCK_TEXT_SIZE];
    clock_text(us, text);
    clock_text(at(expected), wanted);
    assert_string_equal(text, wanted);
}

/* The ground that any rule set needs; tables follow. */
#define PACK_GROUND                                                                      \
    "domain:\n"                                                                          \
    "  event: [asked, answered, arrived, reopened]\n"                                    \
    "  marketplace: [east, west, north]\n"                                               \
    "  lang: {enum: [ja, en, other], optional: true}\n"                                  \
    "  condition: {enum: [good, bad], optional: true}\n"                                 \
    "  value: {int: 0..1000, optional: true}\n"                                          \
    "  has: {set: [a, b, c], optional: true}\n"                                          \
    "calendars:\n"                                                                       \
    "  always: {tz: UTC, open: always}\n"                                                \
    "  tokyo: {tz: Asia/Tokyo, open: {mon-fri: [09:00-12:00, 13:00-18:00]}, closed: "    \
    "[2026-11-23]}\n"                                                                    \
    "desks:\n"                                                                           \
    "  office: {langs: [ja], calendar: tokyo}\n"                                         \
    "  night: {langs: [any], calendar: always}\n"                                        \
    "triage: night\n"

#endif
