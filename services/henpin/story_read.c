/* story_read.c: the lines of a story file. */
#include "services/henpin/story.h"

#include "common/base/absent.h"
#include "common/base/clock.h"

#include <errno.h>

#define FILE_MAX_BYTES ((size_t)256 * 1024)

struct span story_word(struct span *rest) {
    struct span s = span_trim(*rest);
    size_t n = 0;
    while (n < s.len && s.ptr[n] != ' ' && s.ptr[n] != '\t')
        n++;
    *rest = (struct span){s.ptr + n, s.len - n};
    return (struct span){s.ptr, n};
}

bool story_instant(struct span text, int64_t *us) {
    char buffer[64];
    struct builder b = builder_over(buffer, sizeof buffer);
    struct span rest = text;
    build_span(&b, story_word(&rest));
    for (int i = 0; i < 2 && rest.len > 0; i++) { /* time, zone */
        build_text(&b, i == 0 ? " " : "");
        build_span(&b, story_word(&rest));
    }
    return span_trim(rest).len == 0 && !b.is_cut && clock_parse(builder_span(&b), us);
}

struct reader {
    struct arena *arena;
    struct story_writer *writer;
    struct story *story;
    int64_t clock_us; /* EVENT_ABSENT until the first `at` */
    const struct story_event *last;
};

static enum status read_clock(struct reader *r, struct span rest, struct story_step *step,
                              struct error *err) {
    step->kind = STORY_CLOCK;
    if (!story_instant(rest, &step->clock_us))
        return error_set(err, E_INPUT,
                         "must be an instant such as 2026-11-20 12:00 +09:00");
    if (r->clock_us != EVENT_ABSENT && step->clock_us < r->clock_us)
        return error_set(err, E_INPUT,
                         "the clock never goes back; an event that is "
                         "learnt late says `occurred`");
    r->clock_us = step->clock_us;
    return ST_OK;
}

/* "the clock looks" */
static enum status read_look(const struct reader *r, struct span rest,
                             struct story_step *step, struct error *err) {
    step->kind = STORY_LOOK;
    bool is_good = span_is(story_word(&rest), "clock") &&
                   span_is(story_word(&rest), "looks") && span_trim(rest).len == 0;
    if (!is_good || r->clock_us == EVENT_ABSENT)
        return error_set(err, E_INPUT, "must read: the clock looks; after an `at`");
    return ST_OK;
}

static enum status read_event(struct reader *r, enum story_topic topic, struct span rest,
                              struct story_step *step, struct error *err) {
    step->kind = STORY_EVENT;
    if (r->clock_us == EVENT_ABSENT)
        return error_set(err, E_INPUT,
                         "say first when it is: at 2026-11-20 12:00 +09:00");
    enum status st = story_event_read(r->writer, r->arena, topic, rest, r->clock_us,
                                      &step->event, err);
    r->last = &step->event;
    return st;
}

static enum status read_again(const struct reader *r, struct story_step *step,
                              struct error *err) {
    step->kind = STORY_EVENT;
    if (!r->last)
        return error_set(err, E_INPUT, "there is no event before this one");
    step->event = *r->last;
    return ST_OK;
}

static enum status read_task(const struct reader *r, struct span rest,
                             struct story_step *step, struct error *err) {
    step->kind = STORY_TASK;
    step->clock_us = r->clock_us;
    if (r->clock_us == EVENT_ABSENT)
        return error_set(err, E_INPUT,
                         "say first when it is: at 2026-11-20 12:00 +09:00");
    return story_task_read(rest, &step->task, err);
}

static enum status read_line(struct reader *r, struct span line, int number,
                             struct error *err) {
    struct span rest = line, word = story_word(&rest);
    if (span_is(word, "story:")) {
        r->story->title = span_cstr(r->arena, span_trim(rest));
        return ST_OK;
    }
    if (r->story->n_steps == STORY_STEPS_MAX)
        return error_set(err, E_INPUT, "a story has at most %d lines", STORY_STEPS_MAX);
    struct story_step *step = &r->story->steps[r->story->n_steps++];
    *step = (struct story_step){.line = number};
    if (span_is(word, "at"))
        return read_clock(r, rest, step, err);
    if (span_is(word, "seller")) {
        step->kind = STORY_SELLER;
        return story_seller_read(rest, &step->seller, err);
    }
    if (span_is(word, "the"))
        return read_look(r, rest, step, err);
    if (span_is(word, "order"))
        return read_event(r, STORY_ORDERS, rest, step, err);
    if (span_is(word, "return"))
        return read_event(r, STORY_RETURNS, rest, step, err);
    if (span_is(word, "inquiry"))
        return read_event(r, STORY_INQUIRIES, rest, step, err);
    if (span_is(word, "again"))
        return read_again(r, step, err);
    if (span_is(word, "step"))
        return read_task(r, rest, step, err);
    step->kind = STORY_EXPECT;
    if (span_is(word, "expect"))
        return story_expect_read(r->arena, rest, &step->expect, err);
    return error_set(err, E_INPUT,
                     "a line begins with story:, seller, at, order, return, inquiry, "
                     "again, step, the clock looks or expect, not with \"%.30s\"",
                     span_cstr(r->arena, word));
}

static enum status read_file(struct arena *a, const char *file, struct span *out,
                             struct error *err) {
    FILE *f = fopen(file, "re");
    if (!f)
        return error_set(err, E_FILE, "cannot read \"%s\": %s", file, strerror(errno));
    char *bytes = arena_alloc(a, FILE_MAX_BYTES);
    size_t n = fread(bytes, 1, FILE_MAX_BYTES, f);
    bool is_whole = !ferror(f) && n < FILE_MAX_BYTES;
    (void)fclose(f);
    *out = (struct span){bytes, n};
    return is_whole ? ST_OK : error_set(err, E_FILE, "cannot read all of \"%s\"", file);
}

/* A story that expects nothing could not fail. */
static enum status check_whole(const struct story *s, struct error *err) {
    size_t n = 0;
    for (size_t i = 0; i < s->n_steps; i++)
        n += s->steps[i].kind == STORY_EXPECT;
    if (!s->title)
        return error_set(err, E_INPUT, "%s: has no line `story: TITLE`", s->file);
    return n > 0 ? ST_OK : error_set(err, E_INPUT, "%s: expects nothing", s->file);
}

enum status story_read(struct arena *a, struct story_writer *w, const char *file,
                       struct story **out, struct error *err) {
    struct span text, line;
    enum status st = read_file(a, file, &text, err);
    if (st != ST_OK)
        return st;
    struct reader r = {a, w, arena_zalloc(a, sizeof *r.story), EVENT_ABSENT, NULL};
    r.story->file = file;
    story_writer_forget(w);
    for (int number = 1; span_cut(&text, '\n', &line); number++) {
        line = span_trim(line);
        if (line.len == 0 || line.ptr[0] == '#')
            continue;
        st = read_line(&r, line, number, err);
        if (st != ST_OK) {
            error_prefix(err, "%s:%d", file, number);
            return st;
        }
    }
    *out = r.story;
    return check_whole(r.story, err);
}
