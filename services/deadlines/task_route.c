#include "services/deadlines/task_route.h"

#include "common/base/absent.h"
#include "common/base/clock.h"

#define RENEW_TIMEOUT_US (10 * US_PER_S)

static const struct pg_statement ask_rooms = {
    "tasks_rooms", "SELECT partner, count(*) FROM henpin.disposal_task"
                   " WHERE state = 'READY' AND partner IS NOT NULL GROUP BY 1"};

struct pg_query *task_rooms_ask(struct pg_script *s) {
    return pg_script_query(s, &ask_rooms);
}

static int number_of(const struct policy *p, struct span partner) {
    for (int i = 0; i < policy_partner_count(p); i++)
        if (span_is(partner, policy_partner_name(p, i)))
            return i;
    return -1;
}

struct task_rooms task_rooms_read(struct arena *a, const struct policy *p,
                                  const struct pg_query *q) {
    size_t n = (size_t)policy_partner_count(p) + 1;
    struct task_rooms rooms = {arena_zalloc(a, n * sizeof *rooms.n_open)};
    for (size_t row = 0; row < pg_rows(q); row++) {
        int i = number_of(p, pg_text(q, row, 0));
        if (i >= 0)
            rooms.n_open[i] = pg_i64(q, row, 1);
    }
    return rooms;
}

const struct task_route task_route_none = {.licence_from_us = EVENT_ABSENT,
                                           .licence_until_us = EVENT_ABSENT};

struct task_route task_route_find(const struct policy *p, struct arena *a,
                                  struct span action,
                                  const struct policy_partner_ask *ask,
                                  struct span present, struct task_rooms *rooms) {
    struct task_route route = task_route_none;
    if (!policy_partner_is_needed(p, ask))
        return route;
    struct policy_verdict *verdicts =
        arena_array(a, POLICY_MAX_PARTNERS, sizeof *verdicts);
    int own = number_of(p, present);
    if (own >= 0)
        rooms->n_open[own]--; /* this one */
    int n = policy_partners_judge(p, ask, rooms->n_open, a, verdicts);
    int taken = policy_partner_taken(verdicts, n);
    route.considered = policy_partners_json(verdicts, n, taken, a);
    for (int i = 0; i < n; i++)
        if (verdicts[i].is_bound && verdicts[i].why_not)
            route.lost = span_of(verdicts[i].why_not);
    if (taken < 0) {
        route.blocked = policy_partners_text(p, action, ask, verdicts, n, a);
        return route;
    }
    route.partner = span_of(verdicts[taken].partner);
    if (verdicts[taken].licence_from_us != INT64_MIN)
        route.licence_from_us = verdicts[taken].licence_from_us;
    if (verdicts[taken].licence_until_us != INT64_MAX)
        route.licence_until_us = verdicts[taken].licence_until_us;
    rooms->n_open[number_of(p, route.partner)]++;
    return route;
}

static const struct pg_statement renew = {
    "tasks_renew",
    "WITH free AS (SELECT task_id FROM henpin.disposal_task WHERE state = 'READY'"
    "   AND licence_required IS NOT NULL AND routed_revision IS DISTINCT FROM $1"
    "   AND look_at IS DISTINCT FROM '-infinity' LIMIT $2 FOR UPDATE SKIP LOCKED),"
    " renewed AS (UPDATE henpin.disposal_task d SET look_at = '-infinity' FROM free"
    "   WHERE d.task_id = free.task_id)"
    " SELECT (SELECT count(*) FROM free) < (SELECT count(*) FROM (SELECT FROM"
    "  henpin.disposal_task WHERE state = 'READY' AND licence_required IS NOT NULL"
    "  AND routed_revision IS DISTINCT FROM $1 AND look_at IS DISTINCT FROM '-infinity'"
    "  LIMIT $2 + 1) x)"};

enum status task_route_renew(struct pg *pg, const struct policy *p, size_t most,
                             bool *some_left, struct error *err) {
    struct arena *a = arena_new(1U << 20);
    struct pg_script *s = pg_script_new(a);
    struct pg_query *q = pg_script_query(s, &renew);
    pg_param_i64(q, policy_revision(p)->id);
    pg_param_i64(q, (int64_t)most);
    enum status st = pg_run_wait(pg, s, RENEW_TIMEOUT_US, err);
    if (st == ST_OK)
        *some_left = pg_bool(q, 0, 0);
    else
        pg_close(pg);
    arena_free(a);
    return st;
}
