/* feed_fixture.h: feeds a text through one format, dry, and keeps what came out and what
 * was said. */
#ifndef TESTS_SERVICES_HENPIN_FEED_FIXTURE_H
#define TESTS_SERVICES_HENPIN_FEED_FIXTURE_H

#include "services/henpin/feed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

struct fed {
    enum status st;
    struct error err;
    struct feed_counts counts;
    char *out;      /* JSON lines */
    char *messages; /* rejections */
};

static inline struct feed_config fed_config(void) {
    return (struct feed_config){
        .orders_topic = "o",
        .returns_topic = "r",
        .inquiries_topic = "i",
        .seller = "",
        .marketplace = "",
        .ship_from = "",
        .zone_dir = "",
        .max_rejects = 1000,
        .is_dry_run = true,
        .schemas = {.registry = {.url = ""}, .schema_dir = "schemas/avro"},
    };
}

static inline struct fed feed_text(feed_format *format, const struct feed_config *config,
                                   const char *text) {
    struct fed r = {.st = ST_OK};
    size_t out_len, messages_len;
    FILE *out = open_memstream(&r.out, &out_len);
    struct feed f = {.config = config,
                     .arena = arena_new((size_t)8 << 20),
                     .messages = open_memstream(&r.messages, &messages_len),
                     .file = "f"};
    f.input = fmemopen((void *)text, strlen(text), "r");
    assert_int_equal(feed_sink_new(config, out, &f.sink, &r.err), ST_OK);
    r.st = format(&f, &r.err);
    struct error late;
    assert_int_equal(feed_sink_flush(f.sink, &late), ST_OK);
    feed_sink_free(f.sink);
    fclose(f.input);
    fclose(out);
    fclose(f.messages);
    free(f.buffer);
    arena_free(f.arena);
    r.counts = f.counts;
    return r;
}

static inline void fed_free(struct fed *r) {
    free(r->out);
    free(r->messages);
}

static inline void assert_says(const char *text, const char *part) {
    if (!strstr(text, part))
        fail_msg("\"%s\" is not in \"%s\"", part, text);
}

#endif
