#include "services/deadlines/task_route.h"

#include "common/base/absent.h"

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

struct task_route task_route_find(const struct policy *p, struct arena *a,
                                  struct span action,
                                  const struct policy_partner_ask *ask,
                                  struct task_rooms *rooms) {
    struct task_route route = {.licence_until_us = EVENT_ABSENT};
    if (!policy_partner_is_needed(p, ask))
        return route;
    struct policy_verdict *verdicts =
        arena_array(a, POLICY_MAX_PARTNERS, sizeof *verdicts);
    int n = policy_partners_judge(p, ask, rooms->n_open, a, verdicts);
    int taken = policy_partner_taken(verdicts, n);
    if (taken < 0) {
        route.blocked = policy_partners_text(p, action, ask, verdicts, n, a);
        return route;
    }
    route.partner = span_of(verdicts[taken].partner);
    if (verdicts[taken].licence_until_us != INT64_MAX)
        route.licence_until_us = verdicts[taken].licence_until_us;
    rooms->n_open[number_of(p, route.partner)]++;
    return route;
}
