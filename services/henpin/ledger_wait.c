/* ledger_wait.c: `henpin ledger wait`: for scripts that publish something and then look
 * at what became of it. */
#include "services/henpin/ledger.h"
#include "services/henpin/table.h"

#include "common/base/clock.h"

#include <stdio.h>
#include <unistd.h>

static const char program[] = "henpin ledger wait";
#define LOOK_EVERY_US (100 * US_PER_MS)

static const struct pg_statement recalls = {
    "ledger_recalls",
    "SELECT (SELECT count(*) FROM henpin.parked WHERE is_ready)"
    " + (SELECT count(*) FROM henpin.dead_letter WHERE state = 'retry')"};

enum status ledger_parse_pairs(struct arena *a, const struct option_list *names,
                               struct ledger_pair *out, struct error *err) {
    for (size_t i = 0; i < names->count; i++) {
        struct span topic = span_of(names->items[i]), group;
        if (!span_cut(&topic, ':', &group) || group.len == 0 || topic.len == 0)
            return error_set(err, E_CONFIG, "\"%s\" is no GROUP:TOPIC", names->items[i]);
        out[i] = (struct ledger_pair){span_cstr(a, group), span_cstr(a, topic)};
    }
    return ST_OK;
}

struct outstanding {
    int64_t lag, recalls;
    size_t n_unclaimed, n_stopped;
    size_t n_partitions;
};

static void add_up(const struct ledger_rows *rows, struct outstanding *o) {
    for (size_t i = 0; i < rows->n; i++) {
        const struct ledger_row *r = &rows->items[i];
        o->n_partitions++;
        o->lag += r->lag > 0 ? r->lag : 0;
        o->n_unclaimed += r->position < 0;
        o->n_stopped += r->state == LEDGER_GONE || r->state == LEDGER_RECREATED;
    }
}

/* Kafka's ends are read before the positions: what comes in between is none of this
 * wait's business. */
static enum status look(struct pg *pg, const struct ledger_config *config,
                        const struct option_list *names, struct outstanding *out,
                        struct error *err) {
    struct arena *a = arena_new((size_t)256 << 20);
    struct ledger_rows rows;
    struct ledger_pair *pairs = arena_array(a, names->count + 1, sizeof *pairs);
    enum status st = ledger_parse_pairs(a, names, pairs, err);
    if (st == ST_OK)
        st = ledger_load(pg, config, a, &rows, err);
    if (st == ST_OK)
        st = ledger_compare(config, a, pairs, names->count, &rows, err);
    if (st == ST_OK) {
        struct pg_script *s = pg_script_new(a);
        const struct pg_query *q = pg_script_query(s, &recalls);
        st = database_run(pg, s, err);
        *out = (struct outstanding){.recalls = st == ST_OK ? pg_i64(q, 0, 0) : 0};
        add_up(&rows, out);
    }
    arena_free(a);
    return st;
}

static bool is_done(const struct outstanding *o) {
    return o->n_partitions > 0 && o->lag == 0 && o->recalls == 0 && o->n_unclaimed == 0 &&
           o->n_stopped == 0;
}

int ledger_wait(struct pg *pg, const struct ledger_config *config,
                const struct option_list *names) {
    int64_t until = clock_monotonic_us() + config->timeout_us;
    struct outstanding o = {0};
    struct error err = {0};
    for (;;) {
        if (look(pg, config, names, &o, &err) != ST_OK)
            return database_failed(program, &err);
        if (is_done(&o))
            return 0;
        if (clock_monotonic_us() >= until)
            break;
        (void)usleep((useconds_t)LOOK_EVERY_US);
    }
    if (o.n_partitions == 0) {
        fprintf(stderr, "%s: no worker has claimed a partition yet: do they run?\n",
                program);
        return 1;
    }
    fprintf(stderr,
            "%s: not done in time: %s to apply, %s to recall, %s not claimed, %zu "
            "stopped (henpin ledger show)\n",
            program, table_things(o.lag, "record", "records"), table_count(o.recalls),
            table_things((int64_t)o.n_unclaimed, "partition", "partitions"), o.n_stopped);
    return 1;
}
