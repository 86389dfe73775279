/*
 * lines.c: lines to JSON, by a builder whose room is known beforehand; lines_read.c is the
 * way back.
 *
 * The text is Postgres' own: the names as jsonb sorts them (shorter ones first), its
 * blanks. So the lines of an event and those that were read back are mostly equal byte by
 * byte, and need not be parsed to see that they say the same.
 */
#include "common/event/lines.h"

/* JSON escapes make a byte six at most; the words between are fewer than 200 bytes a
 * line. */
static size_t room_of(struct span s) {
    return 6 * s.len + 2;
}

static void build_name(struct builder *b, const char *name) {
    build_text(b, ", \"");
    build_text(b, name);
    build_text(b, "\": ");
}

static void build_field(struct builder *b, const char *name, struct span value) {
    if (!value.ptr)
        return;
    build_name(b, name);
    build_json(b, value);
}

static void build_number(struct builder *b, const char *name, int64_t value) {
    build_name(b, name);
    build_i64(b, value);
}

static void build_hazards(struct builder *b, const struct span_list *hazards) {
    build_name(b, "hazards");
    build_char(b, '[');
    for (size_t i = 0; i < hazards->count; i++) {
        if (i > 0)
            build_text(b, ", ");
        build_json(b, hazards->items[i]);
    }
    build_char(b, ']');
}

static size_t room_of_hazards(const struct span_list *hazards) {
    size_t room = 16;
    for (size_t i = 0; i < hazards->count; i++)
        room += room_of(hazards->items[i]) + 2;
    return room;
}

/* What lines of both kinds have, beside the numbers. */
static size_t room_of_line(struct span line_id, struct span sku, struct span class,
                           const struct span_list *hazards) {
    return 200 + room_of(line_id) + room_of(sku) + room_of(class) +
           room_of_hazards(hazards);
}

static void begin_line(struct builder *b, size_t i, struct span sku) {
    build_text(b, i > 0 ? ", {\"sku\": " : "{\"sku\": ");
    build_json(b, sku);
}

const char *const said_event_names[SAID_EVENT_COUNT] = {
    [SAID_BEFORE] = NULL, [SAID_RECEIVED] = "received", [SAID_INSPECTED] = "inspected"};

static void begin_said(struct builder *b, size_t i, const struct said_line *s) {
    if (s->event == SAID_BEFORE) {
        begin_line(b, i, s->line.sku);
        return;
    }
    build_text(b, i > 0 ? ", {\"at\": " : "{\"at\": ");
    build_i64(b, s->at_us);
    build_field(b, "sku", s->line.sku);
    build_field(b, "event", span_of(said_event_names[s->event]));
}

struct span lines_of_order(struct arena *a, const struct order_line *lines, size_t n) {
    size_t room = 2;
    for (size_t i = 0; i < n; i++)
        room += room_of_line(lines[i].line_id, lines[i].sku, lines[i].product_class,
                             &lines[i].hazards) +
                room_of(lines[i].title) + room_of(lines[i].currency);
    struct builder b = builder_in(a, room);
    build_char(&b, '[');
    for (size_t i = 0; i < n; i++) {
        begin_line(&b, i, lines[i].sku);
        build_field(&b, "title", lines[i].title);
        build_hazards(&b, &lines[i].hazards);
        build_field(&b, "line_id", lines[i].line_id);
        build_field(&b, "currency", lines[i].currency);
        build_number(&b, "quantity", lines[i].quantity);
        if (lines[i].fulfilment != FULFILMENT_ABSENT)
            build_field(&b, "fulfilment", span_of(fulfilment_names[lines[i].fulfilment]));
        build_field(&b, "product_class", lines[i].product_class);
        build_number(&b, "unit_price_minor", lines[i].unit_price_minor);
        build_char(&b, '}');
    }
    build_char(&b, ']');
    return builder_span(&b);
}

static size_t room_of_said(const struct said_line *s) {
    return room_of_line(s->line.line_id, s->line.sku, s->line.product_class,
                        &s->line.hazards) +
           room_of(s->disposition);
}

struct span lines_of_said(struct arena *a, const struct said_line *said, size_t n) {
    size_t room = 2;
    for (size_t i = 0; i < n; i++)
        room += room_of_said(&said[i]);
    struct builder b = builder_in(a, room);
    build_char(&b, '[');
    for (size_t i = 0; i < n; i++) {
        const struct return_line *line = &said[i].line;
        begin_said(&b, i, &said[i]);
        if (line->hazards.count > 0)
            build_hazards(&b, &line->hazards);
        build_field(&b, "line_id", line->line_id);
        build_number(&b, "quantity", line->quantity);
        if (line->condition != CONDITION_ABSENT)
            build_field(&b, "condition", span_of(condition_names[line->condition]));
        build_field(&b, "disposition", said[i].disposition);
        build_field(&b, "product_class", line->product_class);
        build_char(&b, '}');
    }
    build_char(&b, ']');
    return builder_span(&b);
}
