#include "services/deadlines/round.h"

#include "common/base/clock.h"
#include "common/base/fault.h"
#include "common/io/pg_session.h"
#include "services/deadlines/standing.h"

#define ROUND_TIMEOUT_US (10 * US_PER_S)
#define ROUND_BYTES ((size_t)256 << 20)

/* One probe of the index for each severity. */
#define LOOK(lock)                                                                       \
    "SELECT d.* FROM unnest('{4,3,2,1,0}'::smallint[]) WITH ORDINALITY AS s(severity,"   \
    "  place)"                                                                           \
    " CROSS JOIN LATERAL (SELECT" STANDING_COLUMNS                                       \
    "  FROM henpin.duty x WHERE x.closed_at IS NULL"                                     \
    "  AND x.state IN ('open', 'breached') AND x.severity = s.severity"                  \
    "  AND x.fires_at <= $1 ORDER BY x.fires_at LIMIT $2" lock ") d"                     \
    " ORDER BY s.place, d.fires_at"
static const struct pg_statement look = {"deadlines_look",
                                         LOOK(" FOR UPDATE SKIP LOCKED")};
static const struct pg_statement look_unlocked = {"deadlines_look_unlocked", LOOK("")};

/* The least severe first, and of these the latest: who waits longest is nearest to an
 * answer. Those that their desk has taken are among them, once each (go_on). */
static const struct pg_statement look_at_full = {
    "deadlines_full",
    "SELECT d.* FROM unnest($1::text[], $2::bigint[]) AS f(desk, n)"
    " CROSS JOIN LATERAL (SELECT" STANDING_COLUMNS
    "  FROM henpin.duty x WHERE x.closed_at IS NULL"
    "  AND x.state IN ('open', 'breached') AND x.desk = f.desk AND x.hands_on"
    "  AND x.fires_at > $3"
    "  ORDER BY x.severity, x.start_at DESC LIMIT f.n FOR UPDATE SKIP LOCKED) d"};

struct looking {
    struct pg *pg;
    const struct policy *policy;
    struct arena *a;
    int64_t now_us;
    size_t most;
};

static enum status run(const struct looking *k, struct pg_script *s, struct error *err) {
    return pg_run_wait(k->pg, s, ROUND_TIMEOUT_US, err);
}

static struct pg_script *begin(const struct looking *k) {
    struct pg_script *s = pg_script_new(k->a);
    pg_begin_by_key(s, ROUND_TIMEOUT_US);
    return s;
}

static bool is_handed_over(const struct standing_duty *d, int64_t now_us) {
    return turns_at(&d->turns, now_us) != d->turns.present;
}

static enum status count_rooms(const struct looking *k, struct pg_script *s, size_t most,
                               bool of_all, struct rooms *out, struct error *err) {
    const struct pg_query *q = standing_ask_rooms(s, most, of_all);
    enum status st = run(k, s, err);
    *out = (struct rooms){0};
    if (st == ST_OK)
        *out = standing_rooms(k->a, q);
    return st;
}

/* How full the desks are is asked when something is handed over, which is seldom. */
static enum status ask_rooms(const struct looking *k, const struct standing_duty *duties,
                             size_t n, struct rooms *out, struct error *err) {
    size_t i = 0;
    while (i < n && !is_handed_over(&duties[i], k->now_us))
        i++;
    *out = (struct rooms){0};
    if (i == n)
        return ST_OK; /* nobody goes anywhere */
    return count_rooms(k, pg_script_new(k->a), 1, true, out, err);
}

static enum status write_all(const struct looking *k, const struct pg_query *q,
                             struct round *out, struct error *err) {
    size_t n = pg_rows(q);
    struct standing_duty *duties = arena_array(k->a, n + 1, sizeof *duties);
    struct rooms rooms;
    for (size_t row = 0; row < n; row++)
        duties[row] = standing_read(k->a, q, row);
    enum status st = ask_rooms(k, duties, n, &rooms, err);
    if (st != ST_OK)
        return st;
    CRASH_POINT("clock-looked");
    struct pg_script *s = pg_script_new(k->a);
    const struct standing_writes w = standing_open(s, n);
    for (size_t row = 0; row < n; row++) {
        struct standing_duty *d = &duties[row];
        int turn = d->turns.present;
        if (is_handed_over(d, k->now_us))
            turn = turns_fitting(&d->turns, turns_at(&d->turns, k->now_us), &rooms);
        standing_warn(d, k->policy, turn, k->now_us);
        out->n_told += standing_write(&w, q, row, d, turn, k->now_us);
        if (k->now_us - d->fires_us > out->behind_us)
            out->behind_us = k->now_us - d->fires_us;
    }
    out->n_looked = n;
    st = run(k, s, err);
    CRASH_POINT("clock-written");
    return st;
}

static enum status look_at_due(const struct looking *k, struct round *out,
                               struct error *err) {
    struct pg_script *s = begin(k);
    struct pg_query *q =
        pg_script_query(s, MECHANISM("clock-lock") ? &look : &look_unlocked);
    pg_param_instant(q, k->now_us);
    pg_param_i64(q, (int64_t)k->most);
    enum status st = run(k, s, err);
    return st == ST_OK && pg_rows(q) > 0 ? write_all(k, q, out, err) : st;
}

/* ---- desks that have more than they can take ---- */

static struct pg_query *ask_full(const struct looking *k, struct pg_script *s,
                                 const struct rooms *rooms) {
    struct pg_query *q = pg_script_query(s, &look_at_full);
    struct pg_array *desks = pg_param_array(q, PG_TEXT, rooms->n);
    struct pg_array *counts = pg_param_array(q, PG_INT8, rooms->n);
    pg_param_instant(q, k->now_us);
    for (size_t i = 0; i < rooms->n; i++) {
        if (rooms->items[i].left < 0) {
            pg_array_text(desks, rooms->items[i].desk);
            pg_array_i64(counts, -rooms->items[i].left);
        }
    }
    return q;
}

static bool is_any_full(const struct rooms *rooms) {
    for (size_t i = 0; i < rooms->n; i++)
        if (rooms->items[i].left < 0)
            return true;
    return false;
}

static enum status hand_on(const struct looking *k, const struct pg_query *q,
                           const struct rooms *rooms, struct round *out,
                           struct error *err) {
    size_t n = pg_rows(q);
    struct pg_script *s = pg_script_new(k->a);
    CRASH_POINT("desks-counted");
    if (n == 0)
        return ST_OK;
    const struct standing_writes w = standing_open(s, n);
    for (size_t row = 0; row < n; row++) {
        struct standing_duty d = standing_read(k->a, q, row);
        int turn = d.turns.present;
        if (!d.is_kept && turns_hand_on(&d.turns, turn))
            turn = turns_fitting(&d.turns, turn + 1, rooms);
        standing_warn(&d, k->policy, turn, k->now_us);
        out->n_told += standing_write(&w, q, row, &d, turn, k->now_us);
    }
    out->n_looked = n;
    enum status st = run(k, s, err);
    CRASH_POINT("desks-written");
    return st;
}

/* One more than each can take is looked for first: mostly there is none. */
static enum status look_at_desks(const struct looking *k, struct round *out,
                                 struct error *err) {
    struct rooms rooms;
    enum status st = count_rooms(k, begin(k), 1, false, &rooms, err);
    if (st != ST_OK || !is_any_full(&rooms))
        return st;
    struct pg_script *s = pg_script_new(k->a);
    st = count_rooms(k, s, k->most, true, &rooms, err);
    s = pg_script_new(k->a);
    const struct pg_query *q = ask_full(k, s, &rooms);
    st = st == ST_OK ? run(k, s, err) : st;
    return st == ST_OK ? hand_on(k, q, &rooms, out, err) : st;
}

/* ---- both ---- */

static enum status in_arena(enum status (*what)(const struct looking *, struct round *,
                                                struct error *),
                            struct pg *pg, const struct policy *p, int64_t now_us,
                            size_t most, struct round *out, struct error *err) {
    struct looking k = {pg, p, arena_new(ROUND_BYTES), now_us, most};
    *out = (struct round){0};
    enum status st = what(&k, out, err);
    struct pg_script *s = pg_script_new(k.a);
    (void)pg_script_query(s, &pg_commit);
    st = st == ST_OK ? run(&k, s, err) : st;
    if (st != ST_OK)
        pg_close(pg);
    else if (out->n_looked > 0)
        CRASH_POINT("clock-committed");
    arena_free(k.a);
    return st;
}

enum status round_run(struct pg *pg, const struct policy *p, int64_t now_us, size_t most,
                      struct round *out, struct error *err) {
    return in_arena(look_at_due, pg, p, now_us, most, out, err);
}

enum status round_run_full(struct pg *pg, const struct policy *p, int64_t now_us,
                           size_t most, struct round *out, struct error *err) {
    return in_arena(look_at_desks, pg, p, now_us, most, out, err);
}
