/* letters_discard.c: `henpin dead-letters discard`: a person says that records are not
 * needed. */
#include "services/henpin/letters.h"
#include "services/henpin/table.h"

static const char program[] = "henpin dead-letters discard";

/* A letter that its worker settles at this moment is waited for, and then left as it is.
 */
static const struct pg_statement discard = {
    "letters_discard",
    "UPDATE henpin.dead_letter d SET state = 'discarded', changed_at = now(), changed_by "
    "= $12"
    " FROM (SELECT d.consumer_group, d.source_topic, d.source_partition, d.source_offset"
    "  FROM henpin.dead_letter d" LETTERS_WHERE
    "  ORDER BY d.consumer_group, d.source_topic, d.source_partition, d.source_offset "
    "LIMIT $11"
    "  FOR UPDATE) t"
    " WHERE d.consumer_group = t.consumer_group AND d.source_topic = t.source_topic"
    "  AND d.source_partition = t.source_partition AND d.source_offset = "
    "t.source_offset"};

static int do_discard(struct pg *pg, const struct letters_filter *f) {
    struct arena *a = arena_new(16u << 20);
    struct error err = {0};
    char by[600];
    snprintf(by, sizeof by, "%s: %s", database_user(), f->config->reason);
    struct pg_script *s = pg_script_new(a);
    struct pg_query *q = pg_script_query(s, &discard);
    letters_params(q, f, LETTERS_UNSETTLED, -1);
    pg_param_i64(q, f->config->limit);
    pg_param_text(q, span_of(by));
    enum status st = database_run(pg, s, &err);
    if (st == ST_OK)
        printf("%s discarded\n",
               table_things(pg_affected(q), "dead letter", "dead letters"));
    arena_free(a);
    return st == ST_OK ? 0 : database_failed(program, &err);
}

int letters_discard(struct pg *pg, const struct letters_filter *f) {
    struct error err = {0};
    size_t n;
    if (!span_is_text(span_of(f->config->reason)) || strlen(f->config->reason) > 500) {
        (void)error_set(&err, E_CONFIG,
                        "option \"reason\" must be text of at most 500 bytes");
        return database_failed(program, &err);
    }
    if (letters_is_everything(f)) {
        (void)error_set(&err, E_CONFIG,
                        "say which letters: by name, or by a filter such as --code");
        return database_failed(program, &err);
    }
    if (f->config->is_yes)
        return do_discard(pg, f);
    if (letters_print(pg, f, LETTERS_UNSETTLED, -1, &n, &err) != ST_OK)
        return database_failed(program, &err);
    if (n == 0)
        printf("no unsettled dead letter matches\n");
    else
        printf("\n%s would be discarded: add --yes\n",
               table_things((int64_t)n, "letter", "letters"));
    return n == 0 ? 0 : 1;
}
