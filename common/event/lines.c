#include "common/event/lines.h"

#include <jansson.h>

/* JSON escapes make a byte six at most; the words between are fewer than 200 bytes a
 * line. */
static size_t room_of(struct span s) {
    return 6 * s.len + 2;
}

static void build_field(struct builder *b, const char *name, struct span value) {
    if (!value.ptr)
        return;
    build_char(b, ',');
    build_char(b, '"');
    build_text(b, name);
    build_text(b, "\":");
    build_json(b, value);
}

static void build_hazards(struct builder *b, const struct span_list *hazards) {
    build_text(b, ",\"hazards\":[");
    for (size_t i = 0; i < hazards->count; i++) {
        if (i > 0)
            build_char(b, ',');
        build_json(b, hazards->items[i]);
    }
    build_char(b, ']');
}

static size_t room_of_hazards(const struct span_list *hazards) {
    size_t room = 16;
    for (size_t i = 0; i < hazards->count; i++)
        room += room_of(hazards->items[i]) + 1;
    return room;
}

struct span lines_of_order(struct arena *a, const struct order_line *lines, size_t n) {
    size_t room = 2;
    for (size_t i = 0; i < n; i++)
        room += 200 + room_of(lines[i].line_id) + room_of(lines[i].sku) +
                room_of(lines[i].title) + room_of(lines[i].currency) +
                room_of(lines[i].product_class) + room_of_hazards(&lines[i].hazards);
    struct builder b = builder_in(a, room);
    build_char(&b, '[');
    for (size_t i = 0; i < n; i++) {
        build_text(&b, i > 0 ? ",{\"line_id\":" : "{\"line_id\":");
        build_json(&b, lines[i].line_id);
        build_field(&b, "sku", lines[i].sku);
        build_field(&b, "title", lines[i].title);
        build_text(&b, ",\"quantity\":");
        build_i64(&b, lines[i].quantity);
        build_text(&b, ",\"unit_price_minor\":");
        build_i64(&b, lines[i].unit_price_minor);
        build_field(&b, "currency", lines[i].currency);
        build_field(&b, "product_class", lines[i].product_class);
        build_hazards(&b, &lines[i].hazards);
        build_char(&b, '}');
    }
    build_char(&b, ']');
    return builder_span(&b);
}

struct span lines_of_return(struct arena *a, const struct return_line *lines, size_t n) {
    size_t room = 2;
    for (size_t i = 0; i < n; i++)
        room += 160 + room_of(lines[i].line_id) + room_of(lines[i].sku) +
                room_of(lines[i].product_class) + room_of_hazards(&lines[i].hazards);
    struct builder b = builder_in(a, room);
    build_char(&b, '[');
    for (size_t i = 0; i < n; i++) {
        build_text(&b, i > 0 ? ",{\"line_id\":" : "{\"line_id\":");
        build_json(&b, lines[i].line_id);
        build_field(&b, "sku", lines[i].sku);
        build_text(&b, ",\"quantity\":");
        build_i64(&b, lines[i].quantity);
        build_field(&b, "product_class", lines[i].product_class);
        if (lines[i].condition != CONDITION_ABSENT)
            build_field(&b, "condition", span_of(condition_names[lines[i].condition]));
        build_hazards(&b, &lines[i].hazards);
        build_char(&b, '}');
    }
    build_char(&b, ']');
    return builder_span(&b);
}

static bool field_is(const json_t *line, const char *name, struct span value) {
    const json_t *field = json_object_get(line, name);
    return json_is_string(field) &&
           span_equal((struct span){json_string_value(field), json_string_length(field)},
                      value);
}

struct span lines_class(struct arena *a, struct span json, struct span line_id,
                        struct span sku) {
    json_t *lines = json.ptr ? json_loadb(json.ptr, json.len, 0, NULL) : NULL;
    struct span class = {NULL, 0};
    const char *names[] = {"line_id", "sku"};
    const struct span wanted[] = {line_id, sku};
    for (size_t k = 0; k < 2 && !class.ptr; k++) {
        size_t i;
        json_t *line;
        json_array_foreach(lines, i, line) {
            const json_t *found = json_object_get(line, "product_class");
            if (field_is(line, names[k], wanted[k]) && json_is_string(found)) {
                class = span_dup(a, span_of(json_string_value(found)));
                break;
            }
        }
    }
    json_decref(lines);
    return class;
}
