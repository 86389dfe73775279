/*
 * story_event.c: the words of a story -> an event as JSON -> struct -> Avro, framed as
 * single objects.
 *
 * A story is short because of two rules: what is not said has an ordinary default, and
 * what was said of an order or a return before still holds.
 */
#include "services/henpin/story.h"

#include "common/base/clock.h"
#include "common/event/shapes.h"
#include "common/io/schema_dir.h"
#include "services/henpin/feed.h"

#include <stdlib.h>

#define EVENT_MAX_BYTES ((size_t)16 * 1024)

struct story_writer {
    struct avro_schema *schemas[STORY_TOPIC_COUNT];
    json_t *said[STORY_TOPIC_COUNT]; /* id -> the last event as JSON */
    int n_events;
};

static const struct avro_shape *const shapes[STORY_TOPIC_COUNT] = {
    &order_event_shape, &return_event_shape, &inquiry_event_shape};
static const char *const files[STORY_TOPIC_COUNT] = {ORDER_EVENT_AVSC, RETURN_EVENT_AVSC,
                                                     INQUIRY_EVENT_AVSC};
static const char *const ids[STORY_TOPIC_COUNT] = {"order_id", "return_id", "inquiry_id"};

static const char *const defaults[STORY_TOPIC_COUNT] = {
    "{\"fulfilment\":\"SELLER\",\"ship_from_country\":\"CN\",\"buyer_country\":\"JP\","
    "\"lines\":[{\"line_id\":\"1\",\"sku\":\"sku-1\",\"quantity\":1,"
    "\"unit_price_minor\":5000,\"currency\":\"JPY\",\"product_class\":\"general\","
    "\"hazards\":[]}]}",
    ("{\"reason_code\":\"\",\"wanted\":\"REFUND\",\"claim_opened\":false,"
     "\"lines\":[{\"line_id\":\"1\",\"sku\":\"sku-1\",\"quantity\":1,\"hazards\":[]}]}"),
    "{\"message_id\":\"\",\"topic\":\"PRODUCT\"}",
};

/* What one message of a conversation says is not the next one's. */
static const char *const of_one_message[] = {"text", "language", "reply_author",
                                             "reply_language", "line_id"};

/* What a clause sets: "ships from CN" -> ship_from_country. */
static const struct clause {
    const char *words;
    const char *field;
    enum { AS_TEXT, AS_SYMBOL, AS_INSTANT, AS_NUMBER, AS_YES, AS_LIST } type;
    bool is_of_line;
    unsigned topics; /* the sum of 1 orders, 2 returns, 4 inquiries */
} clauses[] = {
    {"event", "event_id", AS_TEXT, false, 7},
    {"occurred", "occurred_at", AS_INSTANT, false, 7},
    {"ships from", "ship_from_country", AS_TEXT, false, 1},
    {"fulfilled by", "fulfilment", AS_SYMBOL, false, 1},
    {"buyer in", "buyer_country", AS_TEXT, false, 1},
    {"language", "buyer_language", AS_TEXT, false, 1},
    {"purchased", "purchased_at", AS_INSTANT, false, 1},
    {"promised for", "latest_delivery_at", AS_INSTANT, false, 1},
    {"price", "unit_price_minor", AS_NUMBER, true, 1},
    {"in hands of", "fulfilment", AS_SYMBOL, true, 1},
    {"reason", "reason_code", AS_TEXT, false, 2},
    {"wanted", "wanted", AS_SYMBOL, false, 2},
    {"in_policy", "in_policy", AS_YES, false, 2},
    {"claim", "claim_opened", AS_YES, false, 2},
    {"amount", "amount_minor", AS_NUMBER, false, 2},
    {"condition", "condition", AS_SYMBOL, true, 2},
    {"topic", "topic", AS_SYMBOL, false, 4},
    {"declared", "language", AS_TEXT, false, 4},
    {"author", "reply_author", AS_SYMBOL, false, 4},
    {"in", "reply_language", AS_TEXT, false, 4},
    {"says", "text", AS_TEXT, false, 4},
    {"about line", "line_id", AS_TEXT, false, 4},
    {"class", "product_class", AS_TEXT, true, 3},
    {"sku", "sku", AS_TEXT, true, 3},
    {"quantity", "quantity", AS_NUMBER, true, 3},
    {"hazards", "hazards", AS_LIST, true, 3},
};

static void writer_release(struct story_writer *w) {
    for (int t = 0; t < STORY_TOPIC_COUNT; t++)
        json_decref(w->said[t]);
}

void story_writer_forget(struct story_writer *w) {
    writer_release(w);
    for (int t = 0; t < STORY_TOPIC_COUNT; t++)
        w->said[t] = json_object();
    w->n_events = 0;
}

void story_writer_free(struct story_writer *w) {
    if (!w)
        return;
    writer_release(w);
    for (int t = 0; t < STORY_TOPIC_COUNT; t++)
        avro_schema_free(w->schemas[t]);
    free(w);
}

enum status story_writer_new(const char *schema_dir, struct story_writer **out,
                             struct error *err) {
    struct story_writer *w = xcalloc(1, sizeof *w);
    enum status st = ST_OK;
    for (int t = 0; st == ST_OK && t < STORY_TOPIC_COUNT; t++) {
        char path[1024];
        snprintf(path, sizeof path, "%s/%s", schema_dir, files[t]);
        st = schema_file_parse(path, &w->schemas[t], err);
    }
    if (st != ST_OK) {
        story_writer_free(w);
        return st;
    }
    story_writer_forget(w);
    *out = w;
    return ST_OK;
}

/* ---- clauses ---- */

static json_t *text_of(struct span s) {
    return json_stringn(s.ptr, s.len);
}

static json_t *symbol_of(struct arena *a, struct span s) {
    char *word = span_cstr(a, s);
    for (char *c = word; *c; c++)
        *c = *c >= 'a' && *c <= 'z' ? (char)(*c - 'a' + 'A') : *c == ' ' ? '_' : *c;
    return json_string(word);
}

static json_t *instant_of(int64_t us) {
    return json_integer(us);
}

static json_t *value_of(struct arena *a, const struct clause *c, struct span text,
                        struct error *err) {
    int64_t number;
    json_t *list;
    struct span rest = text;
    if (span_is(text, "none") && c->type != AS_LIST)
        return json_null();
    switch (c->type) {
    case AS_TEXT:
        return text_of(text);
    case AS_SYMBOL:
        return symbol_of(a, text);
    case AS_INSTANT:
        if (story_instant(text, &number))
            return instant_of(number);
        break;
    case AS_NUMBER:
        if (span_to_i64(text, &number))
            return json_integer(number);
        break;
    case AS_YES:
        if (span_is(text, "yes") || span_is(text, "no"))
            return json_boolean(span_is(text, "yes"));
        break;
    case AS_LIST:
        list = json_array();
        for (struct span w = story_word(&rest); w.len > 0; w = story_word(&rest))
            if (!span_is(w, "none"))
                json_array_append_new(list, text_of(w));
        return list;
    }
    (void)error_set(err, E_INPUT, "\"%.60s\" is no value for \"%s\"", span_cstr(a, text),
                    c->words);
    return NULL;
}

/* What a line is when nothing is said of it. */
static json_t *ordinary_line(enum story_topic topic) {
    json_t *event = json_loads(defaults[topic], 0, NULL);
    json_t *line = json_incref(json_array_get(json_object_get(event, "lines"), 0));
    json_decref(event);
    return line;
}

/* "line 2": what follows is said of it; a new one begins as the first one is. */
static json_t *line_of(json_t *event, enum story_topic topic, struct span id) {
    json_t *lines = json_object_get(event, "lines"), *line;
    size_t i;
    json_array_foreach(lines, i, line) {
        if (span_is(id, json_string_value(json_object_get(line, "line_id"))))
            return line;
    }
    line = json_array_size(lines) > 0 ? json_deep_copy(json_array_get(lines, 0))
                                      : ordinary_line(topic);
    json_object_set_new(line, "line_id", text_of(id));
    json_array_append_new(lines, line);
    return line;
}

/* "line 2", "only line 2", "no lines": which lines the event names. False: it is another
 * clause. */
static bool read_lines(enum story_topic topic, struct span text, json_t *event,
                       json_t **line) {
    json_t *lines = json_object_get(event, "lines");
    struct span rest = text, word = story_word(&rest);
    if (lines && span_is(text, "no lines")) {
        json_array_clear(lines);
        *line = NULL;
        return true;
    }
    bool is_only = span_is(word, "only");
    if (is_only)
        word = story_word(&rest);
    if (!lines || !span_is(word, "line"))
        return false;
    *line = json_incref(line_of(event, topic, span_trim(rest)));
    if (is_only) {
        json_array_clear(lines);
        json_array_append(lines, *line);
    }
    json_decref(*line);
    return true;
}

static enum status read_clause(struct arena *a, enum story_topic topic, struct span text,
                               json_t *event, json_t **line, struct error *err) {
    if (read_lines(topic, text, event, line))
        return ST_OK;
    for (size_t i = 0; i < COUNT_OF(clauses); i++) {
        const struct clause *c = &clauses[i];
        size_t n = strlen(c->words);
        if (!(c->topics & (1u << topic)) || !span_starts_with(text, span_of(c->words)) ||
            text.len <= n || text.ptr[n] != ' ')
            continue;
        json_t *value =
            value_of(a, c, span_trim((struct span){text.ptr + n, text.len - n}), err);
        if (!value)
            return ST_REJECT;
        if (c->is_of_line && !*line) {
            json_decref(value);
            return error_set(err, E_INPUT, "\"%s\" is said of a line, and there is none",
                             c->words);
        }
        json_object_set_new(c->is_of_line ? *line : event, c->field, value);
        return ST_OK;
    }
    struct builder known = builder_in(a, 400);
    for (size_t i = 0; i < COUNT_OF(clauses); i++)
        if (clauses[i].topics & (1u << topic))
            build_format(&known, ", %s", clauses[i].words);
    return error_set(err, E_INPUT, "\"%.40s\" is not known here; line%s",
                     span_cstr(a, text), span_cstr(a, builder_span(&known)));
}

/* ---- the head: order ID | return ID of ID, on MARKETPLACE, by SELLER ---- */

static enum status read_head(struct story_writer *w, struct arena *a,
                             enum story_topic topic, struct span words, json_t **out,
                             struct error *err) {
    struct span id = story_word(&words);
    const char *key = span_cstr(a, id);
    json_t *before = json_object_get(w->said[topic], key);
    json_t *event =
        before ? json_deep_copy(before) : json_loads(defaults[topic], 0, NULL);
    json_object_set_new(event, ids[topic], text_of(id));
    for (size_t i = 0; i < COUNT_OF(of_one_message); i++)
        json_object_del(event, of_one_message[i]);
    for (struct span word = story_word(&words); word.len > 0; word = story_word(&words)) {
        const char *field = span_is(word, "of")   ? "order_id"
                            : span_is(word, "on") ? "marketplace"
                            : span_is(word, "by") ? "seller_id"
                                                  : NULL;
        struct span value = story_word(&words);
        if (!field || value.len == 0) {
            json_decref(event);
            return error_set(err, E_INPUT,
                             "\"%.40s\": before the colon stand only ID, of ORDER, on "
                             "MARKETPLACE and by SELLER",
                             span_cstr(a, word));
        }
        json_object_set_new(event, field, text_of(value));
    }
    *out = event;
    return ST_OK;
}

/* A return or an inquiry is where its order is, by whom it is, unless said otherwise. */
static void take_from_order(struct story_writer *w, json_t *event) {
    const char *order = json_string_value(json_object_get(event, "order_id"));
    json_t *said = order ? json_object_get(w->said[STORY_ORDERS], order) : NULL;
    static const char *const fields[] = {"marketplace", "seller_id"};
    for (size_t i = 0; said && i < COUNT_OF(fields); i++)
        if (!json_object_get(event, fields[i]))
            json_object_set(event, fields[i], json_object_get(said, fields[i]));
}

static void set_times(struct story_writer *w, enum story_topic topic, json_t *event,
                      int64_t clock_us) {
    char id[32];
    snprintf(id, sizeof id, "story-%d", ++w->n_events);
    json_object_set_new(event, "event_id", json_string(id));
    json_object_set_new(event, "occurred_at", instant_of(clock_us));
    json_object_set_new(event, "observed_at", instant_of(clock_us));
    if (topic == STORY_ORDERS && !json_object_get(event, "purchased_at"))
        json_object_set_new(event, "purchased_at", instant_of(clock_us));
}

/* ---- encoding ---- */

union any_event {
    struct order_event order;
    struct return_event returned;
    struct inquiry_event inquiry;
};

static void no_unknown(void *context, const char *path) {
    (void)context, (void)path; /* the keys are those of the tables above */
}

static enum status encode(const struct story_writer *w, struct arena *a,
                          enum story_topic topic, const json_t *json,
                          struct story_event *out, struct error *err) {
    union any_event event;
    enum status st =
        feed_json_read(shapes[topic], json, a, &event, no_unknown, NULL, err);
    if (st != ST_OK)
        return st;
    struct builder b = builder_in(a, EVENT_MAX_BYTES);
    uint64_t print = avro_schema_fingerprint(w->schemas[topic]);
    build_bytes(&b, "\xc3\x01", 2);
    for (int i = 0; i < 8; i++)
        build_char(&b, (char)(print >> (8 * i)));
    st = avro_encode(w->schemas[topic], shapes[topic], &event, &b, err);
    if (st == ST_OK && b.is_cut)
        st = error_set(err, E_INPUT, "the event is larger than 16 KiB");
    const struct event_head *head = (const struct event_head *)&event;
    *out = (struct story_event){topic, span_dup(a, head->order_id), builder_span(&b)};
    return st;
}

/* The next clause off the front of `*rest`; what somebody says may hold commas, and ends
 * with the line. */
static bool cut_clause(struct span *rest, struct span *out) {
    struct span all = span_trim(*rest);
    if (!span_starts_with(all, SPAN("says ")))
        return span_cut(rest, ',', out);
    *rest = (struct span){NULL, 0};
    *out = all;
    return true;
}

enum status story_event_read(struct story_writer *w, struct arena *a,
                             enum story_topic topic, struct span words, int64_t clock_us,
                             struct story_event *out, struct error *err) {
    struct span head, clause, rest = words;
    if (!span_cut(&rest, ':', &head) || !rest.ptr)
        return error_set(err, E_INPUT, "a colon and what happened are missing");
    json_t *event = NULL;
    enum status st = read_head(w, a, topic, head, &event, err);
    if (st != ST_OK)
        return st;
    take_from_order(w, event);
    set_times(w, topic, event, clock_us);
    json_t *line = json_array_get(json_object_get(event, "lines"), 0);
    for (bool is_kind = true; st == ST_OK && cut_clause(&rest, &clause); is_kind = false)
        if (is_kind)
            json_object_set_new(event, "kind", symbol_of(a, span_trim(clause)));
        else
            st = read_clause(a, topic, span_trim(clause), event, &line, err);
    if (st == ST_OK && topic == STORY_ORDERS) {
        json_t *at = json_object_get(event, "occurred_at");
        const char *kind = json_string_value(json_object_get(event, "kind"));
        if (kind && strcmp(kind, "DELIVERED") == 0)
            json_object_set(event, "delivered_at", at);
    }
    if (st == ST_OK)
        st = encode(w, a, topic, event, out, err);
    const char *id = json_string_value(json_object_get(event, ids[topic]));
    if (st == ST_OK)
        json_object_set(w->said[topic], id, event);
    json_decref(event);
    return st;
}
