#include "common/base/series.h"

#include <stdio.h>

static const struct row {
    const char *name, *labels, *help;
} rows[] = {
#define X(id, name, labels, help) [id] = {name, labels, help},
    SERIES(X)
#undef X
};
_Static_assert(COUNT_OF(rows) == SERIES_COUNT, "each series has a row");

void series_head(struct builder *out, enum series s) {
    build_format(out, "# HELP %s %s\n# TYPE %s gauge\n", rows[s].name, rows[s].help,
                 rows[s].name);
}

static void put_label_value(struct builder *out, const char *text) {
    build_char(out, '"');
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            build_char(out, '\\');
        if (*text == '\n')
            build_text(out, "\\n");
        else
            build_char(out, *text);
    }
    build_char(out, '"');
}

void series_name(struct builder *out, enum series s, const char *const *values) {
    struct span rest = span_of(rows[s].labels), label;
    build_text(out, rows[s].name);
    for (char before = '{'; span_cut(&rest, ',', &label); before = ',') {
        build_char(out, before);
        build_span(out, label);
        build_char(out, '=');
        put_label_value(out, *values++);
    }
    build_text(out, "} ");
}

void series_seconds(struct builder *out, int64_t us) {
    char text[40];
    uint64_t size = us < 0 ? 0 - (uint64_t)us : (uint64_t)us;
    int n = snprintf(text, sizeof text, "%s%llu.%06llu", us < 0 ? "-" : "",
                     (unsigned long long)(size / 1000000),
                     (unsigned long long)(size % 1000000));
    while (n > 0 && text[n - 1] == '0')
        n--;
    if (n > 0 && text[n - 1] == '.')
        n--;
    build_bytes(out, text, (size_t)n);
}
