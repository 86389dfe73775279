/* duty_clock.c: see duty_clock.h. */
#include "common/policy/duty_clock.h"

#include "common/policy/duration.h"

struct fold {
    const struct duration *due;
    struct duty_clock c;
    int64_t since_us;   /* of the running stretch */
    int64_t counted_us; /* in the stretches before it */
    int64_t held_since_us;
    bool was_held;     /* then due is what is left after the last pause */
    int64_t passed_us; /* its due instant, when a stretch ended beyond it */
};

/* What the duty has in all, on its own clock. */
static int64_t total_of(const struct fold *f) {
    int64_t nominal = duration_nominal(f->due, f->c.start_us);
    return nominal == POLICY_NO_INSTANT
               ? POLICY_NO_INSTANT
               : duration_counted(f->due, f->c.start_us, nominal);
}

/* Without a pause the due instant is the rule's own words; after one, what was left of
 * them is counted on from the last resume. */
static int64_t due_of(const struct fold *f) {
    if (f->passed_us != POLICY_NO_INSTANT)
        return f->passed_us; /* no later pause heals what was overdue */
    if (!f->was_held)
        return duration_after(f->due, f->c.start_us);
    int64_t total = total_of(f);
    if (total == POLICY_NO_INSTANT)
        return POLICY_NO_INSTANT;
    int64_t left = total > f->counted_us ? total - f->counted_us : 0;
    return duration_finish(f->due, duration_advance(f->due, f->since_us, left));
}

static void begin(struct fold *f, int64_t at_us) {
    f->c = (struct duty_clock){
        .state = CLOCK_RUNNING, .start_us = at_us, .stopped_us = POLICY_NO_INSTANT};
    f->since_us = at_us;
    f->counted_us = 0;
    f->was_held = false;
    f->passed_us = POLICY_NO_INSTANT;
}

/* Ends a stretch in which time was counted. */
static void hold(struct fold *f, int64_t at_us, enum clock_state state) {
    f->c.due_us = due_of(f);
    f->c.is_late = f->c.due_us != POLICY_NO_INSTANT && at_us > f->c.due_us;
    if (f->c.is_late)
        f->passed_us = f->c.due_us;
    f->counted_us += duration_counted(f->due, f->since_us, at_us);
    f->held_since_us = at_us;
    f->c.state = state;
}

static void go_on(struct fold *f, int64_t at_us) {
    f->c.held_us += at_us - f->held_since_us;
    f->since_us = at_us;
    f->was_held = true;
    f->c.state = CLOCK_RUNNING;
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

static void take(struct fold *f, const struct clock_event *e) {
    switch (e->kind) {
    case CLOCK_START:
        if (f->c.state == CLOCK_WAITING)
            begin(f, e->at_us);
        break;
    case CLOCK_RESUME:
        if (f->c.state == CLOCK_HELD)
            go_on(f, e->at_us);
        break;
    case CLOCK_PAUSE:
        if (f->c.state == CLOCK_RUNNING)
            hold(f, e->at_us, CLOCK_HELD);
        break;
    case CLOCK_STOP:
        if (f->c.state == CLOCK_RUNNING || f->c.state == CLOCK_HELD)
            stop(f, e->at_us);
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
        if (is_later && (best < 0 || is_before(&events[i], &events[best])))
            best = i;
    }
    return best;
}

static struct fold run(const struct duration *due, const struct clock_event *events,
                       size_t n, int64_t now_us) {
    struct fold f = {.due = due,
                     .c = {.start_us = POLICY_NO_INSTANT,
                           .stopped_us = POLICY_NO_INSTANT,
                           .due_us = POLICY_NO_INSTANT},
                     .passed_us = POLICY_NO_INSTANT};
    for (long i = next_event(events, n, -1); i >= 0 && events[i].at_us <= now_us;
         i = next_event(events, n, i))
        take(&f, &events[i]);
    return f;
}

struct duty_clock duty_clock_fold(const struct duration *due,
                                  const struct clock_event *events, size_t n,
                                  int64_t now_us) {
    struct fold f = run(due, events, n, now_us);
    struct duty_clock *c = &f.c;
    if (c->state == CLOCK_WAITING)
        return *c;
    c->elapsed_us = f.counted_us;
    if (c->state == CLOCK_RUNNING) {
        c->elapsed_us += duration_counted(due, f.since_us, now_us);
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
int64_t duty_clock_reaches(const struct duration *due, const struct clock_event *events,
                           size_t n, int64_t now_us, int64_t counted_us) {
    struct fold f = run(due, events, 0, now_us);
    int64_t found = POLICY_NO_INSTANT;
    for (long i = next_event(events, n, -1); i >= 0 && events[i].at_us <= now_us;
         i = next_event(events, n, i)) {
        struct fold before = f;
        take(&f, &events[i]);
        bool ended = before.c.state == CLOCK_RUNNING && f.c.state != CLOCK_RUNNING;
        if (ended && before.counted_us < counted_us && f.counted_us >= counted_us) {
            found =
                duration_advance(due, before.since_us, counted_us - before.counted_us);
        }
    }
    if (found == POLICY_NO_INSTANT && f.c.state == CLOCK_RUNNING)
        found = duration_advance(due, f.since_us, counted_us - f.counted_us);
    return found;
}

int duty_clock_warnings(const struct duty_spec *spec, const struct clock_event *events,
                        size_t n, int64_t now_us, const struct notice_turn *turns,
                        int n_turns, int64_t out[POLICY_MAX_WARNINGS]) {
    const struct duration *due = &spec->due;
    struct fold f = run(due, events, n, now_us);
    struct duty_clock c = duty_clock_fold(due, events, n, now_us);
    int n_told = 0;
    if (c.due_us == POLICY_NO_INSTANT)
        return 0;
    /* All of its time, up to the due instant as it is told. */
    int64_t whole = c.state == CLOCK_RUNNING && f.passed_us == POLICY_NO_INSTANT
                        ? f.counted_us + duration_counted(due, f.since_us, c.due_us)
                        : total_of(&f);
    for (int i = 0; i < spec->n_warnings; i++) {
        const struct warning *w = &spec->warnings[i];
        int64_t share = whole / 100 * w->percent + whole % 100 * w->percent / 100;
        int64_t at = w->percent > 0 ? duty_clock_reaches(due, events, n, now_us, share)
                                    : c.due_us - w->before_us;
        if (at != POLICY_NO_INSTANT && at > c.start_us) {
            at = deadline_notice(turns, n_turns, at, i + 1 == spec->n_warnings);
            int k = n_told++;
            for (; k > 0 && out[k - 1] > at; k--)
                out[k] = out[k - 1];
            out[k] = at;
        }
    }
    return n_told;
}
