/*
 * schema_decode.c: `henpin schema decode`: records as henpin reads them, one JSON line
 * each.
 *
 * A line of standard input is a record: its value in hexadecimal, before it the headers
 * that matter, as NAME=HEX, separated by blanks. That is what comes out of a dead
 * letter's column, of kcat and of any script. A file named as an operand holds the bytes
 * of one value.
 */
#include "services/henpin/schema.h"

#include "services/henpin/feed.h"

#include "common/base/log.h"
#include "common/event/shapes.h"

#include <errno.h>
#include <string.h>

const struct option schema_decode_options[] = {
    {.name = "topic-schema",
     .type = OPT_STRING,
     .offset = offsetof(struct schema_config, topic_schema),
     .flags = OPT_REQUIRED,
     .fallback = RETURN_EVENT_AVSC,
     .argument = "FILE",
     .help = "the schema to read with, a file in the schema directory"},
    {.name = "show-text",
     .type = OPT_BOOL,
     .offset = offsetof(struct schema_config, shows_text),
     .fallback = "false",
     .help = "show what the buyer wrote, too: personal data"},
    {.name = NULL},
};

enum { HEADERS_MAX = 16, ROOM = 16 << 20 };

union any_event {
    struct order_event order;
    struct return_event returned;
    struct inquiry_event inquiry;
};

struct decoder {
    const struct schema_config *config;
    const struct avro_shape *shape;
    struct schemas *schemas;
    struct arena *arena;
    int64_t line;
    int64_t n_refused;
};

/* --- reading --- */

static int hex_digit(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Accepts Postgres' "\x" in front. */
static bool from_hex(struct arena *a, struct span text, struct span *out) {
    if (span_starts_with(text, SPAN("\\x")))
        text = (struct span){text.ptr + 2, text.len - 2};
    char *bytes = arena_alloc(a, text.len / 2 + 1);
    for (size_t i = 0; i + 1 < text.len; i += 2) {
        int high = hex_digit(text.ptr[i]), low = hex_digit(text.ptr[i + 1]);
        if (high < 0 || low < 0)
            return false;
        bytes[i / 2] = (char)(high << 4 | low);
    }
    *out = (struct span){bytes, text.len / 2};
    return text.len % 2 == 0;
}

/* --- one record --- */

/* Buyer text is replaced by its length. */
static void hide_text(struct decoder *d, union any_event *event) {
    if (d->shape != &inquiry_event_shape || d->config->shows_text ||
        !event->inquiry.text.ptr)
        return;
    struct builder b = builder_in(d->arena, 64);
    build_format(&b, "(%zu bytes, see --show-text)", event->inquiry.text.len);
    event->inquiry.text = builder_span(&b);
}

static void print_refusal(struct decoder *d, const struct error *err) {
    char text[1024];
    struct builder b = builder_over(text, sizeof text);
    build_text(&b, "{\"error\":");
    build_json(&b, span_of(error_token(err->code)));
    build_format(&b, ",\"line\":%lld,\"text\":", (long long)d->line);
    build_json(&b, span_of(err->text));
    if (err->hint[0]) {
        build_text(&b, ",\"hint\":");
        build_json(&b, span_of(err->hint));
    }
    printf("%.*s}\n", SPAN_ARGS(builder_span(&b)));
    d->n_refused++;
}

static enum status decode_one(struct decoder *d, struct span value,
                              const struct record_header *headers, size_t n_headers,
                              struct error *err) {
    union any_event event;
    enum status st =
        schemas_decode(d->schemas, value, headers, n_headers, d->arena, &event, err);
    if (st == ST_REJECT) {
        print_refusal(d, err);
        return ST_OK;
    }
    if (st != ST_OK)
        return st;
    hide_text(d, &event);
    struct builder b = builder_in(d->arena, 6 * value.len + 8192);
    feed_json_write(d->shape, &event, &b);
    printf("%.*s\n", SPAN_ARGS(span_trim(builder_span(&b))));
    return ST_OK;
}

static enum status decode_line(struct decoder *d, struct span line, struct error *err) {
    struct record_header headers[HEADERS_MAX];
    size_t n = 0;
    struct span word, value = {NULL, 0};
    bool is_hex = true;
    while (is_hex && span_cut(&line, ' ', &word)) {
        const char *equals = word.len ? memchr(word.ptr, '=', word.len) : NULL;
        if (!equals) {
            is_hex = word.len == 0 || from_hex(d->arena, word, &value);
        } else if (n < HEADERS_MAX) {
            size_t len = (size_t)(equals - word.ptr);
            headers[n].name = (struct span){word.ptr, len};
            is_hex = from_hex(d->arena, (struct span){equals + 1, word.len - len - 1},
                              &headers[n++].value);
        }
    }
    if (!is_hex) {
        (void)error_set(err, E_INPUT, "not hexadecimal");
        print_refusal(d, err);
        return ST_OK;
    }
    return decode_one(d, value, headers, n, err);
}

/* --- all --- */

static enum status decode_lines(struct decoder *d, struct error *err) {
    char *line = NULL;
    size_t cap = 0;
    enum status st = ST_OK;
    for (ssize_t len; st == ST_OK && (len = getline(&line, &cap, stdin)) >= 0;) {
        struct span text = span_trim((struct span){line, (size_t)len});
        d->line++;
        if (text.len > 4 << 20) {
            (void)error_set(err, E_EVENT_SIZE, "a line of %zu bytes", text.len);
            print_refusal(d, err);
        } else if (text.len > 0) {
            st = decode_line(d, text, err);
        }
        arena_reset(d->arena);
    }
    free(line);
    return st;
}

static enum status decode_file(struct decoder *d, const char *path, struct error *err) {
    FILE *f = fopen(path, "rb");
    if (!f) {
        return error_set(err, E_FILE, "cannot open \"%.150s\": %s", path,
                         strerror(errno));
    }
    size_t cap = 2 << 20;
    char *bytes = arena_alloc(d->arena, cap);
    size_t len = fread(bytes, 1, cap, f);
    bool is_whole = feof(f) && !ferror(f);
    fclose(f);
    d->line++;
    if (!is_whole) {
        return error_set(err, E_FILE,
                         "cannot read \"%.150s\", or it is longer than %zu bytes", path,
                         cap);
    }
    enum status st = decode_one(d, (struct span){bytes, len}, NULL, 0, err);
    arena_reset(d->arena);
    return st;
}

static const struct avro_shape *shape_for(const char *file) {
    static const struct {
        const char *prefix;
        const struct avro_shape *shape;
    } shapes[] = {{"order_event", &order_event_shape},
                  {"return_event", &return_event_shape},
                  {"inquiry_event", &inquiry_event_shape}};
    for (size_t i = 0; i < COUNT_OF(shapes); i++)
        if (strncmp(file, shapes[i].prefix, strlen(shapes[i].prefix)) == 0)
            return shapes[i].shape;
    return NULL;
}

static enum status decode_all(struct decoder *d, const struct option_list *files,
                              struct error *err) {
    d->shape = shape_for(d->config->topic_schema);
    if (!d->shape) {
        return error_set(err, E_CONFIG,
                         "--topic-schema must be one of the three events' files");
    }
    enum status st = schemas_new(&d->config->schemas, d->config->topic_schema, d->shape,
                                 &d->schemas, err);
    if (st == ST_OK && files->count == 0)
        return decode_lines(d, err);
    for (size_t i = 0; st == ST_OK && i < files->count; i++)
        st = decode_file(d, files->items[i], err);
    return st;
}

int schema_decode(const struct schema_config *config, const struct option_list *files) {
    log_set_level(LOG_WARN);
    struct decoder d = {.config = config, .arena = arena_new(ROOM)};
    struct error err;
    enum status st = decode_all(&d, files, &err);
    if (st != ST_OK) {
        fprintf(stderr, "henpin schema decode: %s%s%s\n", err.text,
                err.hint[0] ? "; " : "", err.hint);
    }
    schemas_free(d.schemas);
    arena_free(d.arena);
    if (st != ST_OK)
        return error_exit_code(err.code);
    return d.n_refused > 0 ? 1 : 0;
}
