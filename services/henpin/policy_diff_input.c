/*
 * policy_diff_input.c: events for `henpin policy diff` from the tests of the packs, and
 * from files of JSON lines:
 *
 *     {"name": "case 1", "event": "return_requested", "time": "2026-11-20T12:00:00+09:00",
 *      "marketplace": "amazon.co.jp", "has": ["policy.disclosed"], "value": 1200}
 *
 * The keys are those of a test's `given`: facts, times, and `time` for event.time. "name"
 * is for people. The object may also stand under "given", as `henpin policy test --json`
 * and others nest it. A line that cannot be read is told and left out.
 */
#include "services/henpin/policy_diff.h"

#include "common/base/clock.h"
#include "common/policy/civil.h"
#include "common/policy/testcase.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- tests ---- */

struct from_tests {
    struct diff_input in;
    const struct policy *before, *after;
    int at;
    struct diff_event event;
};

static bool has_test(const struct policy *p, const char *name) {
    for (int i = 0; i < p->n_tests; i++)
        if (strcmp(p->tests[i].name, name) == 0)
            return true;
    return false;
}

static enum status next_test(struct diff_input *in, bool *has_event, struct error *err) {
    struct from_tests *x = (struct from_tests *)in;
    (void)err;
    for (; x->at < x->after->n_tests + x->before->n_tests; x->at++) {
        bool is_new = x->at < x->after->n_tests;
        const struct policy *p = is_new ? x->after : x->before;
        const struct testcase *t = &p->tests[is_new ? x->at : x->at - x->after->n_tests];
        if (!is_new && has_test(x->after, t->name))
            continue;
        diff_event_of(p, &t->facts, &x->event);
        snprintf(in->name, sizeof in->name, "%s", t->name);
        x->at++;
        *has_event = true;
        return ST_OK;
    }
    *has_event = false;
    return ST_OK;
}

static void state_test(const struct diff_input *in, const struct policy *p,
                       struct policy_facts *out) {
    diff_event_state(&((const struct from_tests *)in)->event, p, out);
}

static void close_tests(struct diff_input *in) {
    free(in);
}

struct diff_input *diff_input_tests(const struct policy *before,
                                    const struct policy *after) {
    struct from_tests *x = xcalloc(1, sizeof *x);
    x->in =
        (struct diff_input){.next = next_test, .state = state_test, .close = close_tests};
    x->before = before;
    x->after = after;
    return &x->in;
}

/* ---- files ---- */

struct from_files {
    struct diff_input in;
    const char *const *paths;
    size_t n_paths, at;
    FILE *file;
    char *line;
    size_t room;
    int64_t line_no;
    json_t *object;
    struct diff_event event;
};

static bool reject(struct from_files *x, const char *why, const char *key) {
    fprintf(stderr, "%s:%lld: %s%s%s\n", x->paths[x->at - 1], (long long)x->line_no, why,
            key ? ": " : "", key ? key : "");
    x->in.n_rejected++;
    return false;
}

static bool add(struct from_files *x, struct diff_item item) {
    return diff_event_add(&x->event, item) || reject(x, "more than 128 values", NULL);
}

static struct span span_of_json(const json_t *v) {
    return (struct span){json_string_value(v), json_string_length(v)};
}

static bool add_set(struct from_files *x, int fact, const json_t *v, const char *key) {
    size_t i;
    json_t *member;
    bool is_good = add(x, (struct diff_item){.kind = DIFF_EMPTY, .which = fact});
    if (json_is_string(v) && strcmp(json_string_value(v), "none") != 0)
        return add(x, (struct diff_item){
                          .kind = DIFF_MEMBER, .which = fact, .word = span_of_json(v)});
    if (!json_is_array(v) && !json_is_string(v))
        return reject(x, "a list of words is wanted", key);
    json_array_foreach(v, i, member) {
        if (!json_is_string(member))
            return reject(x, "a list of words is wanted", key);
        is_good = is_good && add(x, (struct diff_item){.kind = DIFF_MEMBER,
                                                       .which = fact,
                                                       .word = span_of_json(member)});
    }
    return is_good;
}

static bool add_number(struct from_files *x, int fact, const json_t *v, const char *key) {
    int64_t number = json_integer_value(v);
    if (!json_is_integer(v) &&
        !(json_is_string(v) && span_to_i64(span_of_json(v), &number)))
        return reject(x, "a whole number is wanted", key);
    return add(x,
               (struct diff_item){.kind = DIFF_NUMBER, .which = fact, .number = number});
}

static bool add_fact(struct from_files *x, int fact, const json_t *v, const char *key) {
    if (json_is_null(v))
        return true;
    if (fact_kind(fact) == KIND_SET)
        return add_set(x, fact, v, key);
    if (fact_kind(fact) == KIND_NUMBER)
        return add_number(x, fact, v, key);
    struct span word = json_is_true(v)    ? SPAN("yes")
                       : json_is_false(v) ? SPAN("no")
                                          : span_of_json(v);
    if (!word.ptr)
        return reject(x, "a word is wanted", key);
    return add(x, (struct diff_item){.kind = DIFF_WORD, .which = fact, .word = word});
}

static bool add_time(struct from_files *x, int time, const json_t *v, const char *key) {
    struct diff_item item = {.kind = DIFF_TIME, .which = time};
    if (json_is_null(v))
        return true;
    if (!json_is_string(v) || !civil_parse_instant(span_of_json(v), &item.number))
        return reject(x, "an instant such as 2026-11-20T12:00+09:00 is wanted", key);
    return add(x, item);
}

static bool add_key(struct from_files *x, const char *key, const json_t *v) {
    int fact = fact_find(span_of(key));
    int time = strcmp(key, "time") == 0 ? TIME_EVENT : time_find(span_of(key));
    if (fact >= 0)
        return add_fact(x, fact, v, key);
    if (time >= 0)
        return add_time(x, time, v, key);
    if (strcmp(key, "name") == 0 || strcmp(key, "test") == 0) {
        if (json_is_string(v))
            snprintf(x->in.name, sizeof x->in.name, "%s", json_string_value(v));
        return true;
    }
    return reject(x, "no worker states this", key);
}

static bool read_line(struct from_files *x, size_t len) {
    json_error_t why;
    json_t *v;
    const char *key;
    json_decref(x->object);
    x->event.n = 0;
    x->object = json_loadb(x->line, len, JSON_REJECT_DUPLICATES, &why);
    if (!json_is_object(x->object))
        return reject(x, x->object ? "a JSON object is wanted" : why.text, NULL);
    snprintf(x->in.name, sizeof x->in.name, "%.100s:%lld", x->paths[x->at - 1],
             (long long)x->line_no);
    json_t *given = json_object_get(x->object, "given");
    json_object_foreach(x->object, key, v) {
        bool is_about = given && (v == given || strcmp(key, "expect") == 0 ||
                                  strcmp(key, "now") == 0);
        if (!is_about && !add_key(x, key, v))
            return false;
    }
    json_object_foreach(given, key, v) {
        if (!add_key(x, key, v))
            return false;
    }
    return x->event.n > 0 || reject(x, "the event states nothing", NULL);
}

static bool open_next(struct from_files *x, struct error *err, enum status *st) {
    if (x->file && x->file != stdin)
        fclose(x->file);
    x->file = NULL;
    if (x->at == x->n_paths)
        return false;
    const char *path = x->paths[x->at++];
    x->line_no = 0;
    x->file = strcmp(path, "-") == 0 ? stdin : fopen(path, "r");
    if (!x->file)
        *st = error_set(err, E_FILE, "could not read \"%s\": %s", path, strerror(errno));
    return x->file != NULL;
}

static enum status next_line(struct diff_input *in, bool *has_event, struct error *err) {
    struct from_files *x = (struct from_files *)in;
    enum status st = ST_OK;
    *has_event = false;
    while (x->file || open_next(x, err, &st)) {
        ssize_t len = getline(&x->line, &x->room, x->file);
        if (len < 0) {
            if (!open_next(x, err, &st))
                return st;
            continue;
        }
        x->line_no++;
        struct span text = span_trim((struct span){x->line, (size_t)len});
        if (text.len == 0 || !read_line(x, (size_t)len))
            continue;
        *has_event = true;
        return ST_OK;
    }
    return st;
}

static void state_line(const struct diff_input *in, const struct policy *p,
                       struct policy_facts *out) {
    diff_event_state(&((const struct from_files *)in)->event, p, out);
}

static void close_files(struct diff_input *in) {
    struct from_files *x = (struct from_files *)in;
    if (x->file && x->file != stdin)
        fclose(x->file);
    json_decref(x->object);
    free(x->line);
    free(x);
}

struct diff_input *diff_input_files(const char *const *paths, size_t n) {
    struct from_files *x = xcalloc(1, sizeof *x);
    x->in =
        (struct diff_input){.next = next_line, .state = state_line, .close = close_files};
    x->paths = paths;
    x->n_paths = n;
    return &x->in;
}
