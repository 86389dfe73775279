/*
 * lines.c: lines to JSON by our own builder, whose room is known beforehand, and back by
 * jansson, whose values are copied into the arena before its document goes.
 *
 * The text is Postgres' own: the names as jsonb sorts them (shorter ones first), its
 * blanks. So the lines of an event and those that were read back are mostly equal byte by
 * byte, and need not be parsed to see that they say the same.
 */
#include "common/event/lines.h"

#include <jansson.h>
#include <stdlib.h>

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

static const char *const said_event_names[] = {
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

/* ---- back ---- */

static struct span text_of(struct arena *a, const json_t *line, const char *name) {
    const json_t *field = json_object_get(line, name);
    return json_is_string(field) ? span_dup(a, (struct span){json_string_value(field),
                                                             json_string_length(field)})
                                 : (struct span){NULL, 0};
}

static struct span_list hazards_of(struct arena *a, const json_t *line) {
    const json_t *list = json_object_get(line, "hazards"), *word;
    struct span *items = arena_array(a, json_array_size(list) + 1, sizeof *items);
    size_t i, n = 0;
    json_array_foreach(list, i, word) {
        if (json_is_string(word))
            items[n++] = span_dup(
                a, (struct span){json_string_value(word), json_string_length(word)});
    }
    return (struct span_list){items, n};
}

static int32_t number_of(const json_t *line, const char *name) {
    return (int32_t)json_integer_value(json_object_get(line, name));
}

static int name_in(const char *const *names, size_t n, struct span word, int otherwise) {
    for (size_t i = 0; i < n; i++)
        if (word.ptr && names[i] && span_is(word, names[i]))
            return (int)i;
    return otherwise;
}

static int fulfilment_of(const json_t *line) {
    const json_t *word = json_object_get(line, "fulfilment");
    struct span text = {json_string_value(word), json_string_length(word)};
    return name_in(fulfilment_names, FULFILMENT_COUNT, text, FULFILMENT_ABSENT);
}

size_t lines_read(struct arena *a, struct span json, struct order_line **lines) {
    json_t *list = json.ptr ? json_loadb(json.ptr, json.len, 0, NULL) : NULL, *line;
    size_t i;
    *lines = arena_array(a, json_array_size(list), sizeof **lines);
    json_array_foreach(list, i, line) {
        (*lines)[i] = (struct order_line){
            .line_id = text_of(a, line, "line_id"),
            .quantity = number_of(line, "quantity"),
            .product_class = text_of(a, line, "product_class"),
            .hazards = hazards_of(a, line),
            .fulfilment = fulfilment_of(line),
        };
    }
    size_t n = json_array_size(list);
    json_decref(list);
    return n;
}

static struct said_line said_of(struct arena *a, const json_t *line) {
    const json_t *at = json_object_get(line, "at");
    return (struct said_line){
        .line =
            {
                .line_id = text_of(a, line, "line_id"),
                .sku = text_of(a, line, "sku"),
                .quantity = number_of(line, "quantity"),
                .product_class = text_of(a, line, "product_class"),
                .condition = name_in(condition_names, CONDITION_COUNT,
                                     text_of(a, line, "condition"), CONDITION_ABSENT),
                .hazards = hazards_of(a, line),
            },
        .event = name_in(said_event_names, COUNT_OF(said_event_names),
                         text_of(a, line, "event"), SAID_BEFORE),
        .at_us = at ? json_integer_value(at) : EVENT_ABSENT,
        .disposition = text_of(a, line, "disposition"),
    };
}

size_t lines_said(struct arena *a, struct span json, struct said_line **said) {
    json_t *list = json.ptr ? json_loadb(json.ptr, json.len, 0, NULL) : NULL, *line;
    size_t i, n = json_array_size(list);
    *said = arena_array(a, n + 1, sizeof **said);
    json_array_foreach(list, i, line) {
        (*said)[i] = said_of(a, line);
    }
    json_decref(list);
    return n;
}

/* ---- classes ---- */

struct classed {
    struct span name, class, other; /* its sku, when the name is its id */
    struct span_list hazards;
    int32_t quantity;
    int fulfilment; /* enum fulfilment */
    int64_t price_minor;
};

/* Two tables, sorted by name: an order may have thousands of lines, and so may a return
 * of it. */
struct line_classes {
    struct classed *by_id, *by_sku;
    size_t n_ids, n_skus;
};

static int by_name(const void *a, const void *b) {
    return span_compare(((const struct classed *)a)->name,
                        ((const struct classed *)b)->name);
}

struct line_classes *lines_classes(struct arena *a, struct span json) {
    struct line_classes *c = arena_zalloc(a, sizeof *c);
    json_t *lines = json.ptr ? json_loadb(json.ptr, json.len, 0, NULL) : NULL;
    size_t i, n = json_array_size(lines);
    json_t *line;
    c->by_id = arena_array(a, n, sizeof *c->by_id);
    c->by_sku = arena_array(a, n, sizeof *c->by_sku);
    json_array_foreach(lines, i, line) {
        struct span class = text_of(a, line, "product_class");
        struct span id = text_of(a, line, "line_id"), sku = text_of(a, line, "sku");
        struct classed row = {
            .class = class,
            .other = sku,
            .hazards = hazards_of(a, line),
            .quantity = number_of(line, "quantity"),
            .fulfilment = fulfilment_of(line),
            .price_minor = json_integer_value(json_object_get(line, "unit_price_minor")),
        };
        row.name = id;
        if (id.ptr)
            c->by_id[c->n_ids++] = row;
        row.name = sku;
        if (sku.ptr)
            c->by_sku[c->n_skus++] = row;
    }
    json_decref(lines);
    qsort(c->by_id, c->n_ids, sizeof *c->by_id, by_name);
    qsort(c->by_sku, c->n_skus, sizeof *c->by_sku, by_name);
    return c;
}

static const struct classed *find(const struct classed *table, size_t n,
                                  struct span name) {
    const struct classed key = {.name = name};
    return n > 0 && name.ptr ? bsearch(&key, table, n, sizeof key, by_name) : NULL;
}

static const struct classed *find_line(const struct line_classes *c, struct span line_id,
                                       struct span sku) {
    const struct classed *found = find(c->by_id, c->n_ids, line_id);
    return found ? found : find(c->by_sku, c->n_skus, sku);
}

struct span lines_class_of(const struct line_classes *c, struct span line_id,
                           struct span sku) {
    const struct classed *found = find_line(c, line_id, sku);
    return found ? found->class : (struct span) { NULL, 0 };
}

struct span_list lines_hazards_of(const struct line_classes *c, struct span line_id,
                                  struct span sku) {
    const struct classed *found = find_line(c, line_id, sku);
    return found ? found->hazards : (struct span_list){NULL, 0};
}

static bool is_of_one_hand(const struct line_classes *c, const struct classed *row) {
    const struct classed *at = row, *end = c->by_sku + c->n_skus;
    bool is_one = true;
    while (at > c->by_sku && span_equal(at[-1].name, row->name))
        at--;
    for (; at < end && span_equal(at->name, row->name); at++)
        is_one = is_one && at->fulfilment == row->fulfilment;
    return is_one;
}

bool lines_fulfilment_of(const struct line_classes *c, struct span line_id,
                         struct span sku, int *fulfilment) {
    const struct classed *by_id = find(c->by_id, c->n_ids, line_id);
    const struct classed *found = by_id ? by_id : find(c->by_sku, c->n_skus, sku);
    if (!found || (!by_id && !is_of_one_hand(c, found)))
        return false;
    *fulfilment = found->fulfilment;
    return true;
}

int64_t lines_price_of(const struct line_classes *c, struct span line_id,
                       struct span sku) {
    const struct classed *found = find_line(c, line_id, sku);
    return found ? found->price_minor : 0;
}

bool lines_fulfilment_at(const struct line_classes *c, size_t i, int *fulfilment) {
    if (i >= c->n_ids)
        return false;
    *fulfilment = c->by_id[i].fulfilment;
    return true;
}

enum line_match lines_match(const struct line_classes *c, struct span line_id,
                            struct span sku, int32_t *quantity) {
    const struct classed *found = find_line(c, line_id, sku);
    *quantity = found ? found->quantity : 0;
    if (c->n_ids + c->n_skus == 0)
        return LINE_NOT_KNOWN;
    if (!found)
        return LINE_NOT_ORDERED;
    return sku.len > 0 && found->other.len > 0 && !span_equal(sku, found->other)
               ? LINE_OTHER_GOODS
               : LINE_ORDERED;
}
