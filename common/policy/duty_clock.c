/* duty_clock.c: see duty_clock.h. */
#include "common/policy/duty_clock.h"

#include "common/policy/deadline.h"
#include "common/policy/duration.h"

struct fold {
    const struct clock_rule *r;
    struct duty_clock c;
    int64_t since_us;   /* of the running stretch */
    int64_t counted_us; /* in the stretches before it */
    int64_t held_since_us;
    bool was_held; /* in this instance: then due is what is left after the last pause */
    int64_t passed_us; /* its due instant, when a stretch ended beyond it */
};

struct clock_rule clock_rule_of(const struct duty_spec *spec) {
    bool resumes = spec->reopen && strcmp(spec->reopen, "resume") == 0;
    bool closes = spec->reopen && strcmp(spec->reopen, "closed") == 0;
    return (struct clock_rule){.due = &spec->due,
                               .may_pause = spec->is_own_clock,
                               .reopen = resumes  ? CLOCK_RESUMES
                                         : closes ? CLOCK_CLOSED
                                                  : CLOCK_RESTARTS,
                               .has_breach = spec->breach != NULL};
}

/* What the duty has in all, on its own clock. */
static int64_t total_of(const struct fold *f) {
    int64_t nominal = duration_nominal(f->r->due, f->c.start_us);
    return nominal == POLICY_NO_INSTANT
               ? POLICY_NO_INSTANT
               : duration_counted(f->r->due, f->c.start_us, nominal);
}

/* Without a pause the due instant is the rule's own words; after one, what was left of
 * them is counted on from the last resume. */
static int64_t due_of(const struct fold *f) {
    if (f->passed_us != POLICY_NO_INSTANT) {
        return f->passed_us; /* no later pause heals what was overdue */
    }
    if (!f->was_held) {
        return duration_after(f->r->due, f->c.start_us);
    }
    int64_t total = total_of(f);
    if (total == POLICY_NO_INSTANT) {
        return POLICY_NO_INSTANT;
    }
    int64_t left = total > f->counted_us ? total - f->counted_us : 0;
    return duration_finish(f->r->due, duration_advance(f->r->due, f->since_us, left));
}

static void begin(struct fold *f, int64_t at_us) {
    f->c = (struct duty_clock){.state = CLOCK_RUNNING,
                               .instance = f->c.instance + 1,
                               .start_us = at_us,
                               .stopped_us = POLICY_NO_INSTANT};
    f->since_us = at_us;
    f->counted_us = 0;
    f->was_held = false;
    f->passed_us = POLICY_NO_INSTANT;
}

/* Ends a stretch in which time was counted. */
static void hold(struct fold *f, int64_t at_us, enum clock_state state) {
    f->c.due_us = due_of(f);
    f->c.is_late = f->c.due_us != POLICY_NO_INSTANT && at_us > f->c.due_us;
    if (f->c.is_late) {
        f->passed_us = f->c.due_us;
    }
    f->counted_us += duration_counted(f->r->due, f->since_us, at_us);
    f->held_since_us = at_us;
    f->c.state = state;
}

static void go_on(struct fold *f, int64_t at_us) {
    f->c.held_us += at_us - f->held_since_us;
    f->since_us = at_us;
    f->was_held = true;
    f->c.state = CLOCK_RUNNING;
    f->c.stopped_us = POLICY_NO_INSTANT;
}

/* Trap B7: what is stopped while it is held adds the hold first. */
static void stop(struct fold *f, int64_t at_us) {
    if (f->c.state == CLOCK_HELD) {
        f->c.held_us += at_us - f->held_since_us;
        f->held_since_us = at_us;
        f->c.state = CLOCK_STOPPED;
    } else {
        hold(f, at_us, CLOCK_STOPPED);
    }
    f->c.stopped_us = at_us;
}

static void reopen(struct fold *f, int64_t at_us) {
    switch (f->r->reopen) {
    case CLOCK_RESTARTS:
        begin(f, at_us);
        break;
    case CLOCK_RESUMES:
        go_on(f, at_us);
        break;
    case CLOCK_CLOSED:
        break;
    }
}

static void take(struct fold *f, const struct clock_event *e) {
    switch (e->kind) {
    case CLOCK_START:
        if (f->c.state == CLOCK_WAITING ||
            (f->c.state == CLOCK_STOPPED && f->r->reopen == CLOCK_RESTARTS)) {
            begin(f, e->at_us);
        }
        break;
    case CLOCK_REOPEN:
        if (f->c.state == CLOCK_STOPPED) {
            reopen(f, e->at_us);
        }
        break;
    case CLOCK_RESUME:
        if (f->c.state == CLOCK_HELD) {
            go_on(f, e->at_us);
        }
        break;
    case CLOCK_PAUSE:
        if (f->c.state == CLOCK_RUNNING && f->r->may_pause) {
            hold(f, e->at_us, CLOCK_HELD);
        }
        break;
    case CLOCK_STOP:
        if (f->c.state == CLOCK_RUNNING || f->c.state == CLOCK_HELD) {
            stop(f, e->at_us);
        }
        break;
    }
}

static bool is_before(const struct clock_event *a, const struct clock_event *b) {
    return a->at_us != b->at_us ? a->at_us < b->at_us : a->kind < b->kind;
}

/* The next event by time, then kind, then place, after event `last` (-1: the first one);
 * -1 when there is none. */
static long next_event(const struct clock_event *events, size_t n, long last) {
    long best = -1;
    for (long i = 0; i < (long)n; i++) {
        bool is_later = last < 0 || is_before(&events[last], &events[i]) ||
                        (!is_before(&events[i], &events[last]) && i > last);
        if (is_later && (best < 0 || is_before(&events[i], &events[best]))) {
            best = i;
        }
    }
    return best;
}

static struct fold run(const struct clock_rule *r, const struct clock_event *events,
                       size_t n, int64_t now_us) {
    struct fold f = {.r = r,
                     .c = {.start_us = POLICY_NO_INSTANT,
                           .stopped_us = POLICY_NO_INSTANT,
                           .due_us = POLICY_NO_INSTANT},
                     .passed_us = POLICY_NO_INSTANT};
    for (long i = next_event(events, n, -1); i >= 0 && events[i].at_us <= now_us;
         i = next_event(events, n, i)) {
        take(&f, &events[i]);
    }
    return f;
}

struct duty_clock duty_clock_fold(const struct clock_rule *r,
                                  const struct clock_event *events, size_t n,
                                  int64_t now_us) {
    struct fold f = run(r, events, n, now_us);
    struct duty_clock *c = &f.c;
    if (c->state == CLOCK_WAITING) {
        return *c;
    }
    c->elapsed_us = f.counted_us;
    if (c->state == CLOCK_RUNNING) {
        c->elapsed_us += duration_counted(r->due, f.since_us, now_us);
        c->due_us = due_of(&f);
        c->is_late = c->due_us != POLICY_NO_INSTANT && now_us > c->due_us;
    } else if (c->state == CLOCK_HELD) {
        c->due_us = f.passed_us;
        c->held_us += now_us - f.held_since_us;
    }
    int64_t total = total_of(&f);
    c->left_us = total == POLICY_NO_INSTANT ? POLICY_NO_INSTANT : total - c->elapsed_us;
    return *c;
}

/* Stretches are walked again, and the one in which the count is reached is found. */
int64_t duty_clock_reaches(const struct clock_rule *r, const struct clock_event *events,
                           size_t n, int64_t now_us, int64_t counted_us) {
    struct fold end = run(r, events, n, now_us);
    struct fold f = run(r, events, 0, now_us);
    int64_t found = POLICY_NO_INSTANT;
    for (long i = next_event(events, n, -1); i >= 0 && events[i].at_us <= now_us;
         i = next_event(events, n, i)) {
        struct fold before = f;
        take(&f, &events[i]);
        bool ended = before.c.state == CLOCK_RUNNING && f.c.state != CLOCK_RUNNING;
        if (ended && before.c.instance == end.c.instance &&
            before.counted_us < counted_us && f.counted_us >= counted_us) {
            found =
                duration_advance(r->due, before.since_us, counted_us - before.counted_us);
        }
    }
    if (found == POLICY_NO_INSTANT && f.c.state == CLOCK_RUNNING) {
        found = duration_advance(r->due, f.since_us, counted_us - f.counted_us);
    }
    return found;
}

int duty_clock_warnings(const struct duty_spec *spec, const struct clock_event *events,
                        size_t n, int64_t now_us, const struct calendar *hours,
                        int64_t act_by_us, int64_t out[POLICY_MAX_WARNINGS]) {
    struct clock_rule r = clock_rule_of(spec);
    struct fold f = run(&r, events, n, now_us);
    struct duty_clock c = duty_clock_fold(&r, events, n, now_us);
    int n_told = 0;
    if (c.due_us == POLICY_NO_INSTANT) {
        return 0;
    }
    /* All of its time, up to the due instant as it is told. */
    int64_t whole = c.state == CLOCK_RUNNING && f.passed_us == POLICY_NO_INSTANT
                        ? f.counted_us + duration_counted(r.due, f.since_us, c.due_us)
                        : total_of(&f);
    for (int i = 0; i < spec->n_warnings; i++) {
        const struct warning *w = &spec->warnings[i];
        int64_t share = whole / 100 * w->percent + whole % 100 * w->percent / 100;
        int64_t at = w->percent > 0 ? duty_clock_reaches(&r, events, n, now_us, share)
                                    : c.due_us - w->before_us;
        if (at != POLICY_NO_INSTANT && at > c.start_us) {
            out[n_told++] =
                deadline_notice(hours, at, act_by_us, i + 1 == spec->n_warnings);
        }
    }
    return n_told;
}

enum duty_state duty_clock_state(const struct clock_rule *r, const struct duty_clock *c) {
    switch (c->state) {
    case CLOCK_WAITING:
        return DUTY_WAITING;
    case CLOCK_RUNNING:
    case CLOCK_HELD:
        return DUTY_OPEN;
    case CLOCK_STOPPED:
        break;
    }
    return c->is_late && r->has_breach ? DUTY_BREACHED : DUTY_MET;
}

/* ---- from the history of a case ---- */

static bool ends_with(struct span s, struct span end) {
    return s.len >= end.len && memcmp(s.ptr + s.len - end.len, end.ptr, end.len) == 0;
}

static enum clock_event_kind kind_of(const struct duty_spec *spec, struct span word) {
    for (int i = 0; i < spec->n_stops; i++) {
        if (span_is(word, spec->stops[i])) {
            return CLOCK_STOP;
        }
    }
    for (int i = 0; i < spec->n_pauses; i++) {
        if (span_equal(word, spec->pauses[i])) {
            return CLOCK_PAUSE;
        }
    }
    return ends_with(word, SPAN("_reopened")) ? CLOCK_REOPEN : CLOCK_RESUME;
}

size_t duty_clock_of_history(const struct duty_spec *spec, int64_t start_us,
                             const struct case_history *history, struct clock_event *out,
                             size_t room) {
    size_t n = 0;
    if (start_us == POLICY_NO_INSTANT && spec->waits_for) {
        for (size_t i = 0; i < history->n; i++) {
            if (span_is(history->events[i], spec->waits_for) &&
                (start_us == POLICY_NO_INSTANT || history->at_us[i] < start_us)) {
                start_us = history->at_us[i];
            }
        }
    }
    if (start_us != POLICY_NO_INSTANT && n < room) {
        out[n++] = (struct clock_event){start_us, CLOCK_START};
    }
    for (size_t i = 0; i < history->n && n < room; i++) {
        if (start_us != POLICY_NO_INSTANT && history->at_us[i] >= start_us) {
            out[n++] = (struct clock_event){history->at_us[i],
                                            kind_of(spec, history->events[i])};
        }
    }
    return n;
}
