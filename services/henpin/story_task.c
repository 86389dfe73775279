/* story_task.c: what people do with disposal tasks in the course of a story, by the functions
 * that they call (0009_disposal.sql): done, failed or reopened at the story's instant. */
#include "services/henpin/story.h"

#include "common/base/clock.h"

#include <stdlib.h>

#define STATEMENT_TIMEOUT_US US_PER_MIN

static const struct {
    const char *word, *what; /* in a story, and of try_step() */
} verbs[] = {{"done", "done"}, {"failed", "fail"}, {"reopened", "reopen"}};

/* ---- reading ---- */

/* "line 2", "by Sato", "refused because ...", "manifest_number 00004079692" */
static enum status read_clause(struct span clause, struct story_task *out,
                               struct error *err) {
    struct span rest = clause, name = story_word(&rest), value = span_trim(rest);
    struct span *to = span_is(name, "line")      ? &out->line
                      : span_is(name, "by")      ? &out->who
                      : span_is(name, "refused") ? &out->refused
                                                 : NULL;
    if (value.len == 0)
        return error_set(err, E_INPUT, "each clause is a word and what it says");
    if (to) {
        *to = value;
        return ST_OK;
    }
    if (json_object_setn_new(out->said, name.ptr, name.len,
                             json_stringn(value.ptr, value.len)) != 0)
        return error_set(err, E_INPUT, "what is shown must be text");
    return ST_OK;
}

enum status story_task_read(struct span words, struct story_task *out,
                            struct error *err) {
    struct span head = {NULL, 0}, clause = {NULL, 0};
    *out = (struct story_task){.said = json_object(), .who = SPAN("the story")};
    bool is_good = span_cut(&words, ':', &head);
    out->action = story_word(&head);
    is_good = is_good && span_is(story_word(&head), "of");
    out->return_id = story_word(&head);
    is_good = is_good && out->return_id.len > 0 && span_trim(head).len == 0 &&
              words.ptr && span_cut(&words, ',', &clause);
    for (size_t i = 0; is_good && i < COUNT_OF(verbs); i++)
        if (span_is(span_trim(clause), verbs[i].word))
            out->what = verbs[i].what;
    if (!is_good || !out->what)
        return error_set(err, E_INPUT,
                         "must read: step ACTION of RETURN: done, failed or reopened, "
                         "FIELD VALUE, ...");
    enum status st = ST_OK;
    while (st == ST_OK && words.ptr && span_cut(&words, ',', &clause))
        st = read_clause(clause, out, err);
    return st;
}

/* ---- telling ---- */

static const struct pg_statement try_it = {
    "story_try_step",
    "SELECT t.n, s.is_taken, s.told FROM (SELECT t.task_id, count(*) OVER () AS n"
    "  FROM henpin.disposal_task t JOIN henpin.return_case r USING (case_id)"
    "  WHERE r.return_id = $2::text AND t.action = $3::text AND t.state <> 'CANCELLED'"
    "   AND ($4::text = '' OR t.line_id = $4)) t"
    " CROSS JOIN LATERAL henpin.try_step($1::text,"
    "  CASE WHEN t.n = 1 THEN t.task_id::text END, $5::text::jsonb, $6::text,"
    "  $7::timestamptz) s"};
enum { T_COUNT, T_IS_TAKEN, T_TOLD };

static enum status judge(const struct story_task *t, const struct pg_query *q,
                         struct builder *told) {
    bool is_one = pg_rows(q) > 0 && pg_i64(q, 0, T_COUNT) == 1;
    struct span said = is_one ? pg_text(q, 0, T_TOLD) : SPAN("");
    bool is_taken = is_one && pg_bool(q, 0, T_IS_TAKEN);
    if (!is_one)
        build_format(told, "%s step %.*s of %.*s stands%s",
                     pg_rows(q) == 0 ? "no" : "more than one", SPAN_ARGS(t->action),
                     SPAN_ARGS(t->return_id), pg_rows(q) == 0 ? "" : ": say which line");
    else if (is_taken && t->refused.len > 0)
        build_format(told, "expected a refusal: %.*s\nactual: %.*s",
                     SPAN_ARGS(t->refused), SPAN_ARGS(said));
    else if (!is_taken && (t->refused.len == 0 ||
                           !memmem(said.ptr, said.len, t->refused.ptr, t->refused.len)))
        build_format(told, "%s%.*s\nactual refusal: %.*s",
                     t->refused.len > 0 ? "expected a refusal: " : "expected: taken",
                     SPAN_ARGS(t->refused), SPAN_ARGS(said));
    return ST_OK;
}

enum status story_task_tell(struct arena *a, struct pg *pg, const struct story_task *t,
                            int64_t clock_us, struct builder *told, struct error *err) {
    struct pg_script *s = pg_script_new(a);
    struct pg_query *q = pg_script_query(s, &try_it);
    char *said = json_dumps(t->said, JSON_COMPACT);
    pg_param_text(q, span_of(t->what));
    pg_param_text(q, t->return_id);
    pg_param_text(q, t->action);
    pg_param_text(q, t->line.ptr ? t->line : SPAN(""));
    pg_param_text(q, span_of(said ? said : "null"));
    pg_param_text(q, t->who);
    pg_param_instant(q, clock_us);
    enum status st = pg_run_wait(pg, s, STATEMENT_TIMEOUT_US, err);
    free(said);
    return st == ST_OK ? judge(t, q, told) : st;
}
