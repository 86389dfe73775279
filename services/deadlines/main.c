/*
 * henpin-deadlines: the clock. Tells warnings, last calls and breaches of duties that
 * nobody has answered and hands them from desk to desk, also when one loses its licence; resolves, raises again and raises
 * ahead the blockers of sellers, and tells what of theirs ends soon; keeps their
 * scorecards.
 *
 * It keeps nothing: what is to be told next stands in henpin.duty and
 * henpin.seller_watch, what was told in henpin.escalation_event. Any number of instances may run; one is enough, two survive
 * the loss of one.
 */
#include "common/base/backoff.h"
#include "common/base/clock.h"
#include "common/base/config.h"
#include "common/base/log.h"
#include "common/base/log_options.h"
#include "common/base/metrics.h"
#include "common/base/stop.h"
#include "common/base/version.h"
#include "common/flow/live_policy.h"
#include "common/io/pg_options.h"
#include "common/io/probes.h"
#include "services/deadlines/announce.h"
#include "services/deadlines/harm_round.h"
#include "services/deadlines/licence_round.h"
#include "services/deadlines/round.h"
#include "services/deadlines/scorecard.h"
#include "services/deadlines/seller_round.h"
#include "services/deadlines/task_round.h"
#include "services/deadlines/task_route.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>

static const char program[] = "henpin-deadlines";

static struct {
    struct pg_config pg;
    const char *listen, *policy_dir, *at;
    int64_t look_every_us, most;
    struct log_config log;
} config;

#define AT(member) offsetof(__typeof__(config), member)

static const struct option options[] = {
    {"listen", NULL, OPT_LISTEN, AT(listen), "127.0.0.1:0", 0, 0, 0, NULL, "HOST:PORT",
     "where /metrics, /live and /ready are served; port 0: a free one; empty: nowhere"},
    {"policy", "HENPIN_POLICY_DIR", OPT_STRING, AT(policy_dir), "deploy/policy", 0, 0,
     OPT_REQUIRED | OPT_SHIPPED, NULL, "DIR", "directory of the rule packs"},
    {"at", NULL, OPT_STRING, AT(at), "", 0, 0, 0, NULL, "INSTANT",
     "look as if it were then, until nothing is left to tell, and end; for stories"},
    {"look-every", NULL, OPT_DURATION, AT(look_every_us), "1s", 10000, 60000000, 0, NULL,
     NULL, "how often duties whose time has come are looked for"},
    {"most", NULL, OPT_I64, AT(most), "1000", 1, 10000, 0, NULL, "N",
     "most duties of each severity in one transaction"},
    {0},
};

/* Sellers in one transaction: each may have a hundred facts. */
#define SELLERS_MOST 200
#define SCORECARDS_EVERY_US (5 * US_PER_S)

struct clockwork {
    struct pg *pg;
    struct live_policy policy; /* its control connection is `pg`: both are used waiting */
    struct licence_watch licences;
    int64_t revision; /* that all sellers are looked at with; 0: none yet */
    bool is_done;     /* nothing is left to tell: the end of --at */
    struct http *http;
    unsigned failures;
    uint64_t random;
    int64_t wake_us;   /* not before (monotonic) */
    int64_t announced; /* up to which transaction: announce.h */
    int64_t score_us;  /* when scorecards are kept next (monotonic) */
};

static bool is_ready(const void *context, struct builder *why) {
    const struct clockwork *c = context;
    bool is_ready = pg_state(c->pg) == PG_IDLE && c->failures == 0;
    build_text(why, is_ready ? "ready" : "no connection to Postgres");
    return is_ready;
}

/* Before all else: where a desk got a duty otherwise than planned its hours are asked for,
 * and what is told must not depend on how lately the clock was started. */
static enum status load_policy(struct clockwork *c, struct error *err) {
    bool is_loaded = c->policy.live || live_policy_load(&c->policy, err) == ST_OK;
    return is_loaded ? ST_OK : ST_FATAL;
}

/* Another rule set may ask for other things: every seller is looked at once more, and
 * every step that somebody does by his licence. */
static enum status follow_policy(struct clockwork *c, struct error *err) {
    if (c->policy.wants_reload)
        live_policy_reload(&c->policy);
    live_policy_show(&c->policy);
    int64_t revision = policy_revision(c->policy.live)->id;
    if (revision == c->revision)
        return ST_OK;
    enum status st = live_policy_record(&c->policy, err);
    bool some_left = true, tasks_left = true;
    if (st == ST_OK)
        st = seller_round_renew(c->pg, c->policy.live, &some_left, err);
    if (st == ST_OK)
        st = task_route_renew(c->pg, c->policy.live, (size_t)config.most, &tasks_left,
                              err);
    if (st == ST_OK && !some_left && !tasks_left)
        c->revision = revision;
    return st;
}

/* What one look found and told. */
struct looked {
    struct round duties, full;
    struct seller_round sellers;
    struct licence_round licences;
    struct harm_round harm;
    struct task_round tasks;
};

static void observe(const struct looked *l) {
    size_t n_told = l->duties.n_told + l->full.n_told;
    metrics_set(M_DEADLINES_BEHIND_US, l->duties.behind_us);
    metrics_set(M_LAST_COMMIT, clock_now_us());
    metrics_add(M_DEADLINES_TOLD, (int64_t)n_told);
    metrics_add(M_BATCHES_COMMITTED, 1);
    if (n_told > 0)
        log_info("deadlines.told", LOG_I64("count", n_told),
                 LOG_I64("behind_s", l->duties.behind_us / US_PER_S));
    if (l->tasks.n_told > 0)
        log_info("tasks.told", LOG_I64("tasks", l->tasks.n_looked),
                 LOG_I64("count", l->tasks.n_told));
    if (l->harm.n_looked > 0)
        log_info("harm.planned", LOG_I64("returns", l->harm.n_looked));
    if (l->sellers.n_told > 0)
        log_info("sellers.told", LOG_I64("sellers", l->sellers.n_looked),
                 LOG_I64("count", l->sellers.n_told));
    if (l->licences.n_handed + l->licences.n_told > 0)
        log_info("licences.told", LOG_I64("handed_over", l->licences.n_handed),
                 LOG_I64("endings", l->licences.n_told));
}

static enum status look_at_duties(struct clockwork *c, struct looked *l,
                                  struct error *err) {
    size_t most = (size_t)config.most;
    enum status st =
        round_run(c->pg, c->policy.live, clock_now_us(), most, &l->duties, err);
    return st == ST_OK && l->duties.n_looked == 0
               ? round_run_full(c->pg, c->policy.live, clock_now_us(), most, &l->full,
                                err)
               : st;
}

static enum status look_at_sellers(struct clockwork *c, struct looked *l,
                                   struct error *err) {
    enum status st = follow_policy(c, err);
    return st == ST_OK ? seller_round_run(c->pg, c->policy.live, clock_now_us(),
                                          SELLERS_MOST, &l->sellers, err)
                       : st;
}

static enum status look_at_licences(struct clockwork *c, struct looked *l,
                                    struct error *err) {
    return licence_round_run(c->pg, c->policy.live, clock_now_us(), (size_t)config.most,
                             &c->licences, &l->licences, err);
}

static enum status look_at_harm(struct clockwork *c, struct looked *l,
                                struct error *err) {
    return harm_round_run(c->pg, c->policy.live, clock_now_us(), (size_t)config.most,
                          &l->harm, err);
}

static enum status look_at_tasks(struct clockwork *c, struct looked *l,
                                 struct error *err) {
    return task_round_run(c->pg, c->policy.live, clock_now_us(), (size_t)config.most,
                          &l->tasks, err);
}

static enum status announce_them(struct clockwork *c, struct looked *l,
                                 struct error *err) {
    (void)l;
    return announce(c->pg, &c->announced, err);
}

/* Nobody waits for a scorecard: what has a clock comes first. */
static enum status keep_scorecards(struct clockwork *c, struct looked *l,
                                   struct error *err) {
    bool some_left = false;
    if (l->duties.n_looked + l->full.n_looked > 0 || clock_monotonic_us() < c->score_us)
        return ST_OK;
    enum status st = scorecard_keep(c->pg, &some_left, err);
    c->score_us = clock_monotonic_us() + (some_left ? 0 : SCORECARDS_EVERY_US);
    return st;
}

static enum status (*const looks[])(struct clockwork *, struct looked *,
                                    struct error *) = {
    look_at_duties, look_at_sellers, look_at_licences, look_at_harm,
    look_at_tasks,  announce_them,   keep_scorecards,
};

/* What Postgres refuses for what one row says is no outage: the looks behind it are not
 * kept waiting. The first that failed is what is reported. */
static enum status look_at_all(struct clockwork *c, struct looked *l, struct error *err) {
    enum status first = ST_OK;
    for (size_t i = 0; i < COUNT_OF(looks); i++) {
        const struct looked before = *l;
        struct error own = {0};
        enum status st = pg_state(c->pg) == PG_IDLE
                             ? ST_OK
                             : pg_connect_wait(c->pg, 10 * US_PER_S, &own);
        if (st == ST_OK)
            st = looks[i](c, l, &own);
        if (st == ST_OK)
            continue;
        *l = before;
        if (first == ST_OK || st == ST_FATAL) {
            *err = own;
            first = st;
        }
        if (st != ST_REJECT)
            break;
    }
    return first;
}

/* False: it cannot work at all; `err` says why. */
static bool look(struct clockwork *c, struct error *err) {
    struct looked l = {0};
    enum status st = ST_OK;
    if (pg_state(c->pg) != PG_IDLE)
        st = pg_connect_wait(c->pg, 10 * US_PER_S, err);
    if (st == ST_OK)
        st = load_policy(c, err);
    if (st == ST_OK)
        st = look_at_all(c, &l, err);
    if (st == ST_OK || st == ST_REJECT)
        observe(&l);
    if (st == ST_OK) {
        c->failures = 0;
        c->is_done = l.duties.n_looked + l.full.n_looked + l.sellers.n_looked +
                         l.licences.n_handed + l.harm.n_looked + l.tasks.n_looked ==
                     0;
        c->wake_us = clock_monotonic_us() + (c->is_done ? config.look_every_us : 0);
        return true;
    }
    metrics_count_error(err->code);
    if (st == ST_FATAL)
        return false;
    c->failures++;
    log_warn("deadlines.delayed", LOG_STR("where", pg_where(c->pg)),
             LOG_I64("attempt", c->failures), LOG_ERR(err));
    c->wake_us = clock_monotonic_us() +
                 US_PER_MS * backoff_ms(c->failures, 100, 10000, random_next(&c->random));
    return true;
}

static void wait_for(struct clockwork *c) {
    int64_t left_us = c->wake_us - clock_monotonic_us();
    struct pollfd fds[2] = {{stop_fd(), POLLIN, 0}};
    nfds_t n = 1;
    if (c->http)
        fds[n++] = (struct pollfd){http_fd(c->http), POLLIN, 0};
    if (poll(fds, n, left_us <= 0 ? 0 : (int)((left_us + 999) / 1000)) > 0 &&
        (fds[0].revents & POLLIN))
        stop_drain_fd();
    if (c->http)
        http_turn(c->http);
    if (stop_take_reload() && c->policy.live)
        live_policy_reload(&c->policy);
}

static int run(struct clockwork *c) {
    struct error err = {0};
    struct probes probes = {is_ready, NULL, c};
    if (config.listen[0] &&
        http_new(config.listen, probes_answer, &probes, &c->http, &err) != ST_OK) {
        log_error("worker.failed", LOG_ERR(&err));
        return error_exit_code(err.code);
    }
    log_info("worker.started", LOG_STR("version", HENPIN_VERSION),
             LOG_STR("postgres", pg_where(c->pg)),
             LOG_I64("http_port", c->http ? http_port(c->http) : -1));
    while (!stop_requested()) {
        if (clock_monotonic_us() >= c->wake_us && !look(c, &err)) {
            log_error("worker.failed", LOG_ERR(&err));
            return error_exit_code(err.code);
        }
        if (c->is_done && *config.at)
            break;
        wait_for(c);
    }
    log_info("worker.stopped",
             LOG_STR("why", stop_requested() ? "asked to" : "nothing is left"),
             LOG_I64("told", metrics_value(M_DEADLINES_TOLD)));
    return *config.at && !c->is_done ? 1 : 0; /* cut short is no look */
}

int main(int argc, char **argv, char **envp) {
    const struct option_table tables[] = {
        {pg_options, &config.pg}, {options, &config}, {log_options, &config.log}, {0}};
    const struct config_spec spec = {
        .program = program,
        .summary = "tells, once, what nobody has answered in time: warnings, hand-overs, "
                   "last calls and breaches; keeps the blockers of sellers up to date",
        .tables = tables,
    };
    struct config_result parsed;
    int code;
    if (!config_main(&spec, argc, argv, envp, &parsed, &code))
        return code;
    int64_t at_us;
    if (*config.at) {
        if (!clock_parse(span_of(config.at), &at_us)) {
            fprintf(stderr,
                    "%s: option \"at\" must be an instant such as"
                    " 2026-11-20T03:00:00Z; got \"%s\"\n",
                    program, config.at);
            return 2;
        }
        clock_simulate(at_us);
    }
    log_configure(&config.log, program);
    stop_install();
    struct clockwork c = {.pg = pg_new(config.pg.postgres, program),
                          .random = random_seed()};
    c.policy = (struct live_policy){.dir = config.policy_dir, .control = c.pg};
    code = run(&c);
    live_policy_release(&c.policy);
    pg_free(c.pg);
    if (c.http)
        http_free(c.http);
    return code;
}
