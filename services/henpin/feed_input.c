/* feed_input.c: lines in, rejections and progress out. */
#include "services/henpin/feed.h"
#include "services/henpin/table.h"

#include "common/base/clock.h"
#include "common/base/stop.h"

#include <stdarg.h>

#define LINE_MAX_BYTES ((size_t)8 << 20)
#define SHOW_EVERY_US (500 * US_PER_MS)

static double seconds_since(int64_t start_us) {
    double s = (double)(clock_monotonic_us() - start_us) / 1e6;
    return s > 0.001 ? s : 0.001;
}

static void show_progress(struct feed *f) {
    int64_t now_us = clock_monotonic_us();
    if (!f->is_terminal || now_us - f->shown_us < SHOW_EVERY_US)
        return;
    f->shown_us = now_us;
    fprintf(f->messages, "\r%s, %.0f a second",
            table_things(f->counts.lines, "line", "lines"),
            (double)f->counts.lines / seconds_since(f->started_us));
    if (f->bytes_total > 0)
        fprintf(f->messages, ", %.0f %%",
                100.0 * (double)f->bytes_read / (double)f->bytes_total);
    fprintf(f->messages, ", %lld rejected \033[K", (long long)f->counts.rejected);
    fflush(f->messages);
}

/* Ends the progress line before something else is written. */
static void clear_progress(struct feed *f) {
    if (f->is_terminal && f->shown_us > 0)
        fprintf(f->messages, "\r\033[K");
}

bool feed_line(struct feed *f, struct span *out) {
    arena_reset(f->arena);
    if (f->is_over || stop_requested())
        return false;
    ssize_t n = getline(&f->buffer, &f->buffer_cap, f->input);
    if (n < 0)
        return false;
    f->line++;
    f->counts.lines++;
    f->bytes_read += n;
    size_t len = (size_t)n;
    while (len > 0 && (f->buffer[len - 1] == '\n' || f->buffer[len - 1] == '\r'))
        len--;
    if (len > LINE_MAX_BYTES) {
        feed_reject(f, f->line, NULL, "is longer than 8 MiB");
        return feed_line(f, out);
    }
    *out = (struct span){f->buffer, len};
    if (f->line == 1 && f->format && !feed_first_line_fits(f, *out)) {
        f->is_over = true;
        return false;
    }
    if (f->counts.lines % 256 == 0)
        show_progress(f);
    return true;
}

void feed_reject(struct feed *f, int64_t line, const char *column, const char *format,
                 ...) {
    va_list args;
    f->counts.rejected++;
    clear_progress(f);
    fprintf(f->messages, "%s:%lld: ", f->file, (long long)line);
    if (column)
        fprintf(f->messages, "%s: ", column);
    va_start(args, format);
    vfprintf(f->messages, format, args);
    va_end(args);
    fputc('\n', f->messages);
    f->is_over = f->counts.rejected > f->config->max_rejects;
}

void feed_skip(struct feed *f, const char *why, int64_t n) {
    struct feed_skip *s = f->counts.skips;
    if (n == 0)
        return;
    while (s->why && strcmp(s->why, why) != 0)
        if (++s == f->counts.skips + COUNT_OF(f->counts.skips))
            BUG("too many reasons to skip");
    s->why = why;
    s->n += n;
}

enum status feed_emit(struct feed *f, enum feed_kind kind, const void *event,
                      struct error *err) {
    enum status st = feed_sink_send(f->sink, kind, event, &f->counts.sent[kind], err);
    if (st == ST_OK)
        f->counts.events[kind]++;
    return st;
}

void feed_summary(struct feed *f) {
    static const char *const names[FEED_KIND_COUNT] = {"orders", "returns", "inquiries"};
    const struct feed_counts *c = &f->counts;
    clear_progress(f);
    int64_t n_lost = 0;
    fprintf(f->messages, "%s in %.1f s, %s;", table_things(c->lines, "line", "lines"),
            seconds_since(f->started_us),
            f->config->is_dry_run ? "would be sent" : "sent");
    for (size_t k = 0; k < FEED_KIND_COUNT; k++) {
        fprintf(f->messages, " %s %lld;", names[k], (long long)c->sent[k]);
        n_lost += c->events[k] - c->sent[k];
    }
    fprintf(f->messages, " rejected %lld\n", (long long)c->rejected);
    if (n_lost > 0)
        fprintf(f->messages, "%s not delivered\n",
                table_things(n_lost, "event was", "events were"));
    for (size_t i = 0; i < COUNT_OF(c->skips) && c->skips[i].why; i++)
        fprintf(f->messages, "%s (%s)\n",
                table_things(c->skips[i].n, "line is no event", "lines are no events"),
                c->skips[i].why);
}
