/*
 * config_value.c: one value: from text into the structure, within its range, or a
 * sentence that says what would have been right.
 */
#include "common/base/config_private.h"

#include "common/base/arena.h"

#include <stdlib.h>

struct unit {
    const char *suffix;
    int64_t size;
};

/* Largest last: the text of a limit uses the largest unit that divides it. */
static const struct unit durations[] = {{"us", 1},
                                        {"ms", 1000},
                                        {"s", 1000000},
                                        {"m", INT64_C(60000000)},
                                        {"h", INT64_C(3600000000)},
                                        {"d", INT64_C(86400000000)}};
static const struct unit sizes[] = {{"", 1},
                                    {"KiB", INT64_C(1) << 10},
                                    {"MiB", INT64_C(1) << 20},
                                    {"GiB", INT64_C(1) << 30},
                                    {"TiB", INT64_C(1) << 40}};
_Static_assert(COUNT_OF(durations) == 6 && COUNT_OF(sizes) == 5, "units_of counts them");

static const struct unit *units_of(enum option_type type, size_t *n) {
    *n = type == OPT_DURATION ? COUNT_OF(durations) : COUNT_OF(sizes);
    return type == OPT_DURATION ? durations : sizes;
}

static bool has_units(enum option_type type) {
    return type == OPT_DURATION || type == OPT_SIZE;
}

const char *config_type_name(enum option_type type) {
    switch (type) {
    case OPT_STRING:
        return "text";
    case OPT_LISTEN:
        return "address";
    case OPT_I64:
        return "integer";
    case OPT_BOOL:
        return "true or false";
    case OPT_DURATION:
        return "duration";
    case OPT_SIZE:
        return "size";
    case OPT_CHOICE:
        return "choice";
    case OPT_REPEAT:
        return "list";
    }
    BUG("option type %d", (int)type);
}

/* What --file gave and env files hold must outlive everyone; one arena keeps it
 * reachable. */
const char *config_keep(struct span text) {
    static struct arena *kept;
    if (!kept)
        kept = arena_new((size_t)1 << 30);
    return span_cstr(kept, text);
}

void config_list_add(struct option_list *list, const char *item) {
    list->items = xrealloc(list->items, (list->count + 1) * sizeof *list->items);
    list->items[list->count++] = item;
}

static void *target(const struct option_state *o) {
    return (char *)o->config + o->row->offset;
}

static void put_limit(struct builder *b, const struct option *row, int64_t value) {
    size_t n;
    const struct unit *units = units_of(row->type, &n);
    size_t best = 0;
    for (size_t i = 1; has_units(row->type) && value != 0 && i < n; i++)
        if (value % units[i].size == 0)
            best = i;
    build_i64(b, has_units(row->type) ? value / units[best].size : value);
    if (has_units(row->type) && value != 0)
        build_text(b, units[best].suffix);
}

void config_value_range(const struct option *row, char out[CONFIG_TEXT_SIZE]) {
    struct builder b = builder_over(out, CONFIG_TEXT_SIZE - 1);
    if (row->type == OPT_CHOICE) {
        struct span rest = span_of(row->choices), word;
        for (bool is_first = true; span_cut(&rest, '|', &word); is_first = false) {
            build_text(&b, is_first ? "" : ", ");
            build_span(&b, word);
        }
    } else if (row->min != 0 || row->max != 0) {
        if (row->max == INT64_MAX)
            build_text(&b, "at least ");
        put_limit(&b, row, row->min);
        if (row->max != INT64_MAX) {
            build_text(&b, "..");
            put_limit(&b, row, row->max);
        }
    }
    out[b.len] = '\0';
}

/* "must be ..., got "x"": the value is left out when it is a secret. */
static bool refuse(const struct option_state *o, const char *must, const char *what,
                   const char *text, char why[CONFIG_TEXT_SIZE]) {
    struct builder b = builder_over(why, CONFIG_TEXT_SIZE - 1);
    build_text(&b, must);
    build_text(&b, what);
    if (o->row->flags & OPT_MASKED)
        build_text(&b, " (the value is a secret and not shown)");
    else
        build_format(&b, ", got \"%.100s\"", text);
    why[b.len] = '\0';
    return false;
}

static bool check_range(const struct option_state *o, int64_t value, const char *text,
                        char why[CONFIG_TEXT_SIZE]) {
    const struct option *row = o->row;
    if ((row->min == 0 && row->max == 0) || (value >= row->min && value <= row->max))
        return true;
    char range[CONFIG_TEXT_SIZE];
    config_value_range(row, range);
    return refuse(o, row->max == INT64_MAX ? "must be " : "must be in range ", range,
                  text, why);
}

/* A number and one of the units, without blank between them; 0 needs no unit. */
static bool parse_with_unit(enum option_type type, const char *text, int64_t *out) {
    size_t n_digits = strspn(text, "0123456789");
    int64_t number;
    if (!span_to_i64((struct span){text, n_digits}, &number))
        return false;
    size_t n;
    const struct unit *units = units_of(type, &n);
    for (size_t i = 0; i < n; i++)
        if (span_equal_nocase(span_of(text + n_digits), span_of(units[i].suffix)))
            return !__builtin_mul_overflow(number, units[i].size, out);
    *out = 0;
    return number == 0 && text[n_digits] == '\0';
}

static bool set_integer(const struct option_state *o, const char *text,
                        char why[CONFIG_TEXT_SIZE]) {
    int64_t value;
    if (o->row->type == OPT_DURATION) {
        if (!parse_with_unit(OPT_DURATION, text, &value))
            return refuse(o, "must be a duration ", "such as 250ms, 5s, 2m, 1h or 3d",
                          text, why);
    } else if (o->row->type == OPT_SIZE) {
        if (!parse_with_unit(OPT_SIZE, text, &value))
            return refuse(o, "must be a size ", "such as 512, 64KiB, 8MiB or 1GiB", text,
                          why);
    } else if (!span_to_i64(span_of(text), &value)) {
        return refuse(o, "must be a whole number", "", text, why);
    }
    if (!check_range(o, value, text, why))
        return false;
    *(int64_t *)target(o) = value;
    return true;
}

static bool set_bool(const struct option_state *o, const char *text,
                     char why[CONFIG_TEXT_SIZE]) {
    static const char *const words[] = {"false", "no",  "off", "0",
                                        "true",  "yes", "on",  "1"};
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        if (span_equal_nocase(span_of(text), span_of(words[i]))) {
            *(bool *)target(o) = i >= COUNT_OF(words) / 2;
            return true;
        }
    }
    return refuse(o, "must be ", "true or false (or yes, no, on, off, 1, 0)", text, why);
}

static bool set_choice(const struct option_state *o, const char *text,
                       char why[CONFIG_TEXT_SIZE]) {
    struct span rest = span_of(o->row->choices), word;
    for (int i = 0; span_cut(&rest, '|', &word); i++) {
        if (span_equal_nocase(word, span_of(text))) {
            *(int *)target(o) = i;
            return true;
        }
    }
    char words[CONFIG_TEXT_SIZE];
    config_value_range(o->row, words);
    return refuse(o, "must be one of ", words, text, why);
}

/* Whether the host exists and the port is free is known only when somebody listens. */
static bool set_listen(const struct option_state *o, const char *text,
                       char why[CONFIG_TEXT_SIZE]) {
    const char *colon = strrchr(text, ':');
    size_t len = colon ? (size_t)(colon - text) : 0;
    bool is_bracketed = len >= 2 && text[0] == '[' && text[len - 1] == ']';
    int64_t port = -1;
    if (*text && (!colon || (!is_bracketed && memchr(text, ':', len)) ||
                  colon[1 + strspn(colon + 1, "0123456789")] != '\0' ||
                  !span_to_i64(span_of(colon + 1), &port) || port > 65535))
        return refuse(o, "must be ",
                      "HOST:PORT, [HOST]:PORT or :PORT, a port up to 65535", text, why);
    *(const char **)target(o) = text;
    return true;
}

bool config_value_set(const struct option_state *o, const char *text,
                      char why[CONFIG_TEXT_SIZE]) {
    switch (o->row->type) {
    case OPT_STRING:
        *(const char **)target(o) = text;
        return true;
    case OPT_I64:
    case OPT_DURATION:
    case OPT_SIZE:
        return set_integer(o, text, why);
    case OPT_BOOL:
        return set_bool(o, text, why);
    case OPT_CHOICE:
        return set_choice(o, text, why);
    case OPT_LISTEN:
        return set_listen(o, text, why);
    case OPT_REPEAT:
        config_list_add(target(o), text);
        return true;
    }
    BUG("option \"%s\" of type %d", o->row->name, (int)o->row->type);
}

void config_value_clear_list(const struct option_state *o) {
    struct option_list *list = target(o);
    free(list->items);
    *list = (struct option_list){NULL, 0};
}

bool config_value_set_list(const struct option_state *o, const char *text,
                           char why[CONFIG_TEXT_SIZE]) {
    config_value_clear_list(o);
    struct span rest = span_of(text), item;
    while (span_cut(&rest, ',', &item)) {
        item = span_trim(item);
        if (item.len && !config_value_set(o, config_keep(item), why))
            return false;
    }
    return true;
}

bool config_value_is_missing(const struct option_state *o) {
    if (!(o->row->flags & OPT_REQUIRED))
        return false;
    if (o->row->type == OPT_STRING || o->row->type == OPT_LISTEN)
        return **(const char **)target(o) == '\0';
    if (o->row->type == OPT_REPEAT)
        return ((struct option_list *)target(o))->count == 0;
    /* The other types have a value as soon as there is a default. */
    return o->origin == ORIGIN_DEFAULT && !o->row->fallback;
}
