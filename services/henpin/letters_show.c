/*
 * letters_show.c: `henpin dead-letters show`: why, where, headers; the value decoded as
 * far as it goes, the rest in hexadecimal.
 *
 * The value is read by the schema that wrote it (avro_walk), not by ours: what cannot be
 * applied is often what ours does not know. What a buyer wrote is personal data and stays
 * hidden, also in the hexadecimal part: when the schema has such a field, or no schema is
 * known, only the first bytes are shown, unless --show-text asks for more.
 */
#include "services/henpin/letters.h"
#include "services/henpin/table.h"

#include "common/base/clock.h"
#include "common/event/event.h"
#include "common/io/avro_walk.h"

enum { FIRST_BYTES = 64, HEX_COLUMNS = 16 };
#define BUYER_TEXT "text"

static const struct pg_statement select_letters = {
    "letters_show", "SELECT d.source_topic, d.source_partition, d.source_offset, "
                    "d.consumer_group, d.state, d.retries,"
                    "  d.code, d.reason, d.hint, d.record_at, d.recorded_at, "
                    "d.changed_at, d.changed_by, d.record_key,"
                    "  d.record_value, d.header_names, d.header_values"
                    " FROM henpin.dead_letter d" LETTERS_WHERE
                    " ORDER BY d.recorded_at DESC, d.consumer_group, d.source_topic, "
                    "d.source_partition, d.source_offset"
                    " LIMIT $11"};
enum {
    S_TOPIC,
    S_PARTITION,
    S_OFFSET,
    S_GROUP,
    S_STATE,
    S_RETRIES,
    S_CODE,
    S_REASON,
    S_HINT,
    S_RECORD_AT,
    S_RECORDED,
    S_CHANGED,
    S_CHANGED_BY,
    S_KEY,
    S_VALUE,
    S_NAMES,
    S_VALUES
};

struct show {
    const struct letters_config *config;
    struct arena *arena;
    struct schema_sources schemas;
};

/* ---- small things ---- */

static void print_label(const char *label) {
    printf("  %-10s", label);
}

static void print_instant(int64_t us) {
    char text[CLOCK_TEXT_SIZE] = "none";
    if (us != EVENT_ABSENT)
        clock_text(us, text);
    printf("%s", text);
}

/* Text as it is, without what a terminal would obey; anything else in hexadecimal. */
static void print_bytes(struct arena *a, struct span s) {
    bool is_plain = span_is_text(s);
    for (size_t i = 0; i < s.len; i++)
        is_plain = is_plain && (unsigned char)s.ptr[i] >= 0x20 && s.ptr[i] != 0x7f;
    struct builder b = builder_in(a, 2 * s.len + 8);
    if (!s.ptr)
        build_text(&b, "null");
    else if (is_plain)
        build_span(&b, s);
    else {
        build_text(&b, "hex ");
        build_hex(&b, s.ptr, s.len);
    }
    printf("%.*s\n", SPAN_ARGS(builder_span(&b)));
}

static void print_hex(struct span bytes, size_t from, size_t to) {
    for (size_t at = from; at < to; at += HEX_COLUMNS) {
        printf("    %06zx ", at);
        for (size_t i = at; i < at + HEX_COLUMNS; i++)
            if (i < to)
                printf(" %02x", (unsigned char)bytes.ptr[i]);
            else
                printf("   ");
        printf("  ");
        for (size_t i = at; i < to && i < at + HEX_COLUMNS; i++)
            putchar(bytes.ptr[i] >= 0x20 && bytes.ptr[i] < 0x7f ? bytes.ptr[i] : '.');
        putchar('\n');
    }
}

/* ---- the value ---- */

static void print_rest(const struct show *s, struct span value, size_t from,
                       bool may_hold_text) {
    size_t to = value.len;
    if (s->config->shows_hex)
        from = 0;
    if (may_hold_text && !s->config->shows_text && to > FIRST_BYTES)
        to = FIRST_BYTES;
    if (from < to) {
        print_label("bytes");
        printf("%zu to %zu of %zu\n", from, to, value.len);
        print_hex(value, from, to);
    }
    if (to < value.len)
        printf(
            "    the other bytes may hold what a buyer wrote: --show-text shows them\n");
}

static void print_indented(struct span text) {
    struct span line;
    while (span_cut(&text, '\n', &line))
        printf("    %.*s\n", SPAN_ARGS(line));
}

/* How many bytes of the value were understood. */
static size_t print_decoded(struct show *s, const struct avro_schema *writer,
                            struct span value, const struct frame *f) {
    struct builder b = builder_in(s->arena, 8 * value.len + 65536);
    struct error err = {0};
    size_t n_read = 0;
    enum status st = avro_walk(writer, f->body, s->config->shows_text ? NULL : BUYER_TEXT,
                               &b, &n_read, &err);
    print_label("decoded");
    printf("%s, as written\n", avro_schema_full_name(writer));
    print_indented(builder_span(&b));
    size_t at = (size_t)(f->body.ptr - value.ptr) + n_read;
    if (st == ST_OK)
        return value.len;
    print_label("stopped");
    printf("at byte %zu: %s\n", at, err.text);
    return at;
}

static void print_value(struct show *s, struct span value,
                        const struct record_header *headers, size_t n_headers) {
    struct frame f;
    struct error err = {0};
    const struct avro_schema *writer = NULL;
    struct avro_schema *owned = NULL;
    size_t understood = 0;
    enum status st = frame_detect(value, headers, n_headers, &f, &err);
    print_label("value");
    if (!value.ptr) {
        printf("null\n");
        return;
    }
    char what[80] = "no framing that is known";
    if (st == ST_OK)
        frame_describe(&f, what, sizeof what);
    printf("%zu bytes, %s\n", value.len, what);
    if (st == ST_OK)
        st = schema_sources_find(&s->schemas, &f, &writer, &owned, &err);
    if (st == ST_OK) {
        understood = print_decoded(s, writer, value, &f);
    } else {
        print_label("decoded");
        printf("nothing: %s\n", err.text);
    }
    print_rest(s, value, understood, !writer || avro_schema_mentions(writer, BUYER_TEXT));
    avro_schema_free(owned);
}

/* ---- the letter ---- */

static const struct record_header *print_headers(struct show *s, const struct pg_query *q,
                                                 size_t row, size_t *n) {
    struct span *names, *values;
    *n = pg_array_items(q, row, S_NAMES, s->arena, &names);
    size_t n_values = pg_array_items(q, row, S_VALUES, s->arena, &values);
    struct record_header *headers = arena_array(s->arena, *n + 1, sizeof *headers);
    print_label("headers");
    if (*n == 0)
        printf("none\n");
    for (size_t i = 0; i < *n; i++) {
        headers[i] =
            (struct record_header){names[i], i < n_values ? values[i] : (struct span){0}};
        printf("%s%.*s: ", i > 0 ? "            " : "", SPAN_ARGS(names[i]));
        print_bytes(s->arena, headers[i].value);
    }
    return headers;
}

static void print_letter(struct show *s, const struct pg_query *q, size_t row) {
    char name[320];
    letters_name(q, row, S_TOPIC, name, sizeof name);
    printf("%s  for group %.*s\n", name, SPAN_ARGS(pg_text(q, row, S_GROUP)));
    print_label("why");
    printf("%.*s: %.*s\n", SPAN_ARGS(pg_text(q, row, S_CODE)),
           SPAN_ARGS(pg_text(q, row, S_REASON)));
    if (pg_text(q, row, S_HINT).len > 0) {
        print_label("hint");
        printf("%.*s\n", SPAN_ARGS(pg_text(q, row, S_HINT)));
    }
    print_label("state");
    printf("%.*s, retried %lld times; recorded ", SPAN_ARGS(pg_text(q, row, S_STATE)),
           (long long)pg_i64(q, row, S_RETRIES));
    print_instant(pg_instant(q, row, S_RECORDED));
    printf(", changed ");
    print_instant(pg_instant(q, row, S_CHANGED));
    struct span by = pg_text(q, row, S_CHANGED_BY);
    printf("%s%.*s\n", by.len > 0 ? " by " : "", SPAN_ARGS(by));
    print_label("record");
    printf("written to Kafka ");
    print_instant(pg_instant(q, row, S_RECORD_AT));
    printf(", key ");
    print_bytes(s->arena, pg_text(q, row, S_KEY));
    size_t n_headers;
    const struct record_header *headers = print_headers(s, q, row, &n_headers);
    print_value(s, pg_text(q, row, S_VALUE), headers, n_headers);
}

/* ---- the action ---- */

static enum status show_all(struct show *s, struct pg *pg, const struct letters_filter *f,
                            struct error *err) {
    struct pg_script *script = pg_script_new(s->arena);
    struct pg_query *q = pg_script_query(script, &select_letters);
    letters_params(q, f, (enum letter_states)s->config->state, -1);
    pg_param_i64(q, s->config->limit);
    enum status st = database_run(pg, script, err);
    if (st != ST_OK)
        return st;
    for (size_t row = 0; row < pg_rows(q); row++) {
        if (row > 0)
            putchar('\n');
        print_letter(s, q, row);
    }
    if (pg_rows(q) == 0)
        return error_set(err, E_INPUT, "no dead letter matches");
    return ST_OK;
}

int letters_show(struct pg *pg, const struct letters_filter *f) {
    struct show s = {.config = f->config, .arena = arena_new((size_t)1 << 30)};
    struct error err = {0};
    enum status st = schema_sources_open(&f->config->schemas, &s.schemas, &err);
    if (st == ST_OK)
        st = show_all(&s, pg, f, &err);
    int code = st == ST_OK ? 0 : database_failed("henpin dead-letters show", &err);
    schema_sources_close(&s.schemas);
    arena_free(s.arena);
    return code;
}
