/* feed_events.c: henpin's own events as JSON lines; --dry-run writes the same form. */
#include "services/henpin/feed.h"

#include "common/event/shapes.h"

#define UNKNOWN_MAX 32

/* Keys that no field has, told once each. */
struct unknowns {
    struct feed *feed;
    char paths[UNKNOWN_MAX][64];
    size_t n;
};

static void tell_unknown(void *context, const char *path) {
    struct unknowns *u = context;
    for (size_t i = 0; i < u->n; i++)
        if (strncmp(u->paths[i], path, sizeof u->paths[i] - 1) == 0)
            return;
    if (u->n == UNKNOWN_MAX)
        return;
    snprintf(u->paths[u->n++], sizeof u->paths[0], "%.63s", path);
    fprintf(u->feed->messages, "%s:%lld: \"%s\" is not known and not read\n",
            u->feed->file, (long long)u->feed->line, path);
}

static const struct avro_shape *const shapes[FEED_KIND_COUNT] = {
    &order_event_shape, &return_event_shape, &inquiry_event_shape};

union any_event {
    struct order_event order;
    struct return_event returned;
    struct inquiry_event inquiry;
};

/* One line; ST_REJECT when only this line is wrong. */
static enum status feed_one(struct feed *f, const json_t *object, struct unknowns *u,
                            struct error *err) {
    const char *name = json_string_value(json_object_get(object, "record"));
    for (int kind = 0; name && kind < FEED_KIND_COUNT; kind++) {
        if (strcmp(name, shapes[kind]->name) != 0)
            continue;
        union any_event event;
        enum status st =
            feed_json_read(shapes[kind], object, f->arena, &event, tell_unknown, u, err);
        return st == ST_OK ? feed_emit(f, (enum feed_kind)kind, &event, err) : st;
    }
    return error_set(err, E_INPUT,
                     "record: must be OrderEvent, ReturnEvent or InquiryEvent");
}

enum status feed_events(struct feed *f, struct error *err) {
    struct unknowns unknowns = {.feed = f};
    struct span line;
    while (feed_line(f, &line)) {
        if (span_trim(line).len == 0)
            continue;
        json_error_t why;
        json_t *object = json_loadb(line.ptr, line.len, JSON_REJECT_DUPLICATES, &why);
        if (!object) {
            feed_reject(f, f->line, NULL, "no JSON, at byte %d: %s", why.position,
                        why.text);
            continue;
        }
        enum status st = feed_one(f, object, &unknowns, err);
        json_decref(object);
        if (st == ST_REJECT)
            feed_reject(f, f->line, NULL, "%s", err->text);
        else if (st != ST_OK)
            return st;
    }
    return ST_OK;
}
