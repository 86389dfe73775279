#include "services/lag/judge.h"

#include "common/base/clock.h"

#include <math.h>

const char *const lag_state_words[] = {
    [LAG_UNKNOWN] = "",    [LAG_OK] = "OK",     [LAG_WARN] = "WARN",
    [LAG_STALL] = "STALL", [LAG_STOP] = "STOP", [LAG_REWIND] = "REWIND",
};

const char *const lag_trouble_words[] = {
    [LAG_NO_TROUBLE] = "",
    [LAG_GONE] = "records gone",
    [LAG_SHORT] = "recreated",
    [LAG_ANOTHER] = "recreated",
    [LAG_NOT_THERE] = "not in Kafka",
};

const struct lag_sample *lag_history_at(const struct lag_history *h, size_t i) {
    return &h->items[(h->first + i) % LAG_SAMPLES];
}

void lag_history_add(struct lag_history *h, struct lag_sample s) {
    if (h->n > 0 && s.high < lag_history_at(h, h->n - 1)->high)
        h->n = 0;
    if (h->n == LAG_SAMPLES) {
        h->first = (h->first + 1) % LAG_SAMPLES;
        h->n--;
    }
    h->items[(h->first + h->n++) % LAG_SAMPLES] = s;
}

static int64_t waiting(const struct lag_sample *s) {
    int64_t from = s->position > s->low ? s->position : s->low;
    return s->high > from ? s->high - from : 0;
}

/* What the samples of the window have in common. */
struct course {
    const struct lag_sample *first, *last;
    double seconds;  /* from the first to the last */
    bool is_covered; /* they reach back as far as the window */
    bool was_idle, moved, went_back, grew_only;
    int64_t highest; /* position */
};

static struct course course_of(const struct lag_history *h, const struct lag_moment *m) {
    struct course c = {.grew_only = true};
    size_t from = 0;
    for (size_t i = 0; i < h->n; i++)
        if (lag_history_at(h, i)->at_us <= m->now_us - m->window_us) {
            from = i;
            c.is_covered = true;
        }
    c.first = lag_history_at(h, from);
    c.last = lag_history_at(h, h->n - 1);
    c.seconds = (double)(c.last->at_us - c.first->at_us) / (double)US_PER_S;
    c.highest = c.first->position;
    for (size_t i = from; i < h->n; i++) {
        const struct lag_sample *s = lag_history_at(h, i),
                                *before = i > from ? lag_history_at(h, i - 1) : s;
        c.was_idle |= waiting(s) == 0;
        c.moved |= s->position != before->position;
        c.went_back |= s->position < before->position;
        c.grew_only &= waiting(s) >= waiting(before);
        c.highest = s->position > c.highest ? s->position : c.highest;
    }
    return c;
}

static enum lag_trouble trouble_of(const struct lag_sample *s,
                                   const struct lag_moment *m) {
    return s->position > s->high  ? LAG_SHORT
           : m->is_another        ? LAG_ANOTHER
           : s->position < s->low ? LAG_GONE
                                  : LAG_NO_TROUBLE;
}

static enum lag_state state_of(const struct course *c, const struct lag_sample *now,
                               enum lag_trouble trouble, const struct lag_moment *m) {
    if (trouble != LAG_NO_TROUBLE && m->is_ours)
        return LAG_STOP;
    if (waiting(now) == 0)
        return LAG_OK;
    if (c->went_back && now->position < c->highest)
        return LAG_REWIND;
    if (c->was_idle)
        return LAG_OK;
    if (!c->is_covered)
        return LAG_UNKNOWN;
    if (!c->moved)
        return m->members > 0 ? LAG_STALL : LAG_STOP;
    return c->grew_only ? LAG_WARN : LAG_OK;
}

/* When the end of the partition passed an offset, between the two samples that saw it
 * there: the offset's record was written then. */
static int64_t written_us(const struct lag_history *h, int64_t offset) {
    for (size_t i = 1; i < h->n; i++) {
        const struct lag_sample *before = lag_history_at(h, i - 1),
                                *after = lag_history_at(h, i);
        if (before->high > offset || after->high <= offset)
            continue;
        double share =
            (double)(offset - before->high + 1) / (double)(after->high - before->high);
        return before->at_us + (int64_t)(share * (double)(after->at_us - before->at_us));
    }
    return EVENT_ABSENT;
}

static void tell_age(const struct lag_history *h, const struct lag_sample *now,
                     const struct lag_moment *m, struct lag_verdict *v) {
    int64_t written = m->oldest_us;
    v->age_us = 0;
    if (v->lag == 0 || m->is_nothing)
        return;
    if (written == EVENT_ABSENT) {
        written = written_us(h, now->position > now->low ? now->position : now->low);
        v->is_estimated = written != EVENT_ABSENT;
    }
    if (written == EVENT_ABSENT)
        v->age_us = EVENT_ABSENT;
    else if (written < m->now_us)
        v->age_us = m->now_us - written;
}

static void tell_rates(const struct course *c, struct lag_verdict *v) {
    v->read_rate = v->write_rate = -1;
    if (c->seconds <= 0)
        return;
    v->write_rate = (double)(c->last->high - c->first->high) / c->seconds;
    if (!c->went_back)
        v->read_rate = (double)(c->last->position - c->first->position) / c->seconds;
}

/* The record at share f of what waits was written, as if evenly, at oldest + f * age; it
 * is read at now + f * lag / rate and may be deleted a retention after it was written.
 * Both are straight lines, so the ends decide. (Kafka deletes whole segments: later, never
 * earlier.) */
static void foresee_by_time(const struct lag_moment *m, struct lag_verdict *v) {
    if (m->retention_us < 0 || v->lag == 0 || v->age_us == EVENT_ABSENT ||
        v->age_us == 0 || v->read_rate < 0)
        return;
    double first = (double)(m->retention_us - v->age_us); /* spare time of the oldest */
    double catch_up =
        v->read_rate > 0 ? (double)v->lag / v->read_rate * (double)US_PER_S : INFINITY;
    double last = (double)m->retention_us - catch_up; /* of the newest */
    if (first > 0 && last >= 0)
        return;
    if (first <= 0 && last <= 0) {
        v->endangered = v->lag;
        v->loss_in_us = 0;
    } else if (first <= 0) {
        v->endangered = (int64_t)ceil(first / (first - last) * (double)v->lag);
        v->loss_in_us = 0;
    } else {
        double share = isinf(catch_up) ? 0 : first / (first - last);
        v->endangered = v->lag - (int64_t)floor(share * (double)v->lag);
        v->loss_in_us = (int64_t)(first + share * (double)v->age_us);
    }
}

/* The partition's beginning moves towards the position faster than that moves away:
 * retention by size, or by a time that we do not know. */
static void foresee_by_size(const struct course *c, struct lag_verdict *v) {
    const struct lag_sample *now = c->last;
    if (v->lag == 0 || v->read_rate < 0 || now->position < now->low ||
        now->low == c->first->low)
        return;
    double closing = (double)(now->low - c->first->low) / c->seconds - v->read_rate;
    if (closing <= 0)
        return;
    int64_t in_us =
        (int64_t)((double)(now->position - now->low) / closing * (double)US_PER_S);
    if (v->loss_in_us == EVENT_ABSENT || in_us < v->loss_in_us)
        v->loss_in_us = in_us;
}

struct lag_verdict lag_judge(const struct lag_history *h, const struct lag_moment *m) {
    const struct lag_sample *now = lag_history_at(h, h->n - 1);
    const struct course c = course_of(h, m);
    struct lag_verdict v = {
        .trouble = trouble_of(now, m), .lag = waiting(now), .loss_in_us = EVENT_ABSENT};
    v.lost = v.trouble == LAG_GONE ? now->low - now->position : 0;
    v.state = state_of(&c, now, v.trouble, m);
    tell_age(h, now, m, &v);
    tell_rates(&c, &v);
    foresee_by_time(m, &v);
    foresee_by_size(&c, &v);
    return v;
}

int64_t lag_catch_up_us(int64_t lag, double read_rate, double write_rate) {
    if (lag == 0)
        return 0;
    if (read_rate < 0 || write_rate < 0)
        return EVENT_ABSENT;
    double seconds = (double)lag / (read_rate - write_rate);
    if (read_rate <= write_rate || seconds > 1e10)
        return INT64_MAX;
    return (int64_t)(seconds * (double)US_PER_S);
}
