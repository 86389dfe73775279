/*
 * story_shuffle.c: the events of a story in another order of reading.
 *
 * Kafka keeps the order of one topic and key and promises nothing of two: a return may be
 * read before its order, a reply of one conversation before the message of another. So an
 * order of reading is any merge of these queues; each merge is as likely as any other.
 *
 *  1. What must be at its place parts the story: facts of sellers, what people do, a look
 *     of the clock. Events are merged between two of these.
 *  2. An event is read when it has happened, not before: the clock goes on when the next
 *     one is younger, and what is older is learnt late.
 *  3. An expectation is kept where the events before it are those that stand before it in
 *     the file, in whatever order: after the last one always. One of the story's clock
 *     depends on when each was read, and is not kept.
 */
#include "services/henpin/story.h"

#include "common/base/absent.h"
#include "common/base/backoff.h"

struct shuffle {
    const struct story *from;
    struct story *to;
    uint64_t random;
    int64_t clock_us;            /* of what is read */
    int64_t at[STORY_STEPS_MAX]; /* the clock at each step of `from` */
};

static bool is_part_of_run(const struct story_step *step) {
    return step->kind == STORY_EVENT || step->kind == STORY_CLOCK ||
           step->kind == STORY_EXPECT;
}

static bool is_one_queue(const struct story_event *a, const struct story_event *b) {
    return a->topic == b->topic && span_equal(a->key, b->key);
}

/* Steps of events, mixed, and then each queue in its own order again. */
static void mix(struct shuffle *s, size_t *order, size_t n) {
    for (size_t i = n; i > 1; i--) {
        size_t k = random_next(&s->random) % i, kept = order[i - 1];
        order[i - 1] = order[k];
        order[k] = kept;
    }
    const struct story_step *steps = s->from->steps;
    for (size_t i = 0; i < n; i++)
        for (size_t k = i + 1; k < n; k++)
            if (order[k] < order[i] &&
                is_one_queue(&steps[order[i]].event, &steps[order[k]].event)) {
                size_t kept = order[i];
                order[i] = order[k];
                order[k] = kept;
            }
}

static struct story_step *put(struct shuffle *s, const struct story_step *step) {
    struct story_step *to = &s->to->steps[s->to->n_steps++];
    *to = *step;
    return to;
}

/* The clock and what is expected, from step `i` on to the next event. */
static void put_between(struct shuffle *s, size_t i, size_t end) {
    for (; i < end && s->from->steps[i].kind != STORY_EVENT; i++) {
        const struct story_step *step = &s->from->steps[i];
        if (step->kind == STORY_EXPECT && step->expect.needs_clock)
            continue;
        if (step->kind == STORY_CLOCK)
            s->clock_us = step->clock_us;
        put(s, step);
        s->to->n_dropped -= step->kind == STORY_EXPECT;
    }
}

static void put_event(struct shuffle *s, size_t i) {
    if (s->at[i] > s->clock_us) {
        s->clock_us = s->at[i];
        put(s, &(struct story_step){.kind = STORY_CLOCK,
                                    .line = s->from->steps[i].line,
                                    .clock_us = s->clock_us});
    }
    put(s, &s->from->steps[i]);
}

/* The steps from `begin` to before `end`: events, the clock and what is expected. */
static void shuffle_run(struct shuffle *s, size_t begin, size_t end) {
    size_t order[STORY_STEPS_MAX], n = 0;
    for (size_t i = begin; i < end; i++)
        if (s->from->steps[i].kind == STORY_EVENT)
            order[n++] = i;
    mix(s, order, n);
    put_between(s, begin, end);
    size_t n_before = 0,
           last = 0; /* events up to the last one in the file that is told */
    for (size_t k = 0; k < n; k++) {
        put_event(s, order[k]);
        last = order[k] > last ? order[k] : last;
        n_before = 0;
        for (size_t i = begin; i <= last; i++)
            n_before += s->from->steps[i].kind == STORY_EVENT;
        if (n_before == k + 1)
            put_between(s, last + 1, end);
    }
}

struct story *story_shuffle(struct arena *a, const struct story *from, uint64_t seed) {
    struct shuffle s = {from, arena_zalloc(a, sizeof *s.to), seed, EVENT_ABSENT, {0}};
    s.to->file = from->file;
    s.to->title = from->title;
    for (const char *c = from->file; *c; c++) /* alone or among others: the same order */
        s.random = s.random * 31 + (unsigned char)*c;
    int64_t clock_us = EVENT_ABSENT;
    for (size_t i = 0; i < from->n_steps; i++) {
        clock_us =
            from->steps[i].kind == STORY_CLOCK ? from->steps[i].clock_us : clock_us;
        s.at[i] = clock_us;
        s.to->n_dropped += from->steps[i].kind == STORY_EXPECT;
    }
    for (size_t i = 0, end; i < from->n_steps; i = end) {
        for (end = i; end < from->n_steps && is_part_of_run(&from->steps[end]);)
            end++;
        if (end > i)
            shuffle_run(&s, i, end);
        else
            put(&s, &from->steps[end++]);
    }
    return s.to;
}
