#include "common/flow/pins.h"

#include "common/flow/positions.h"

#include <stdlib.h>

_Static_assert((int)PINS_MAX == (int)POSITIONS_MAX, "all that are pinned are kept");

/* A decimal number without sign or blanks; -1: none. More than six
 * digits are a slip: no topic has a million partitions. */
static int32_t number_of(struct span s) {
    int32_t n = 0;
    if (s.len == 0 || s.len > 6)
        return -1;
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] < '0' || s.ptr[i] > '9')
            return -1;
        n = n * 10 + (s.ptr[i] - '0');
    }
    return n;
}

static enum status refuse(struct error *err, struct span piece, const char *why) {
    error_set(err, E_CONFIG, "option \"partitions\": \"%.*s\" %s", SPAN_ARGS(piece), why);
    return error_hint(err, "numbers and ranges with commas, such as 0-3,8");
}

/* One number, or two with a dash. */
static enum status add_piece(struct span piece, struct pins *out, struct error *err) {
    struct span rest = piece, first;
    (void)span_cut(&rest, '-', &first);
    int32_t from = number_of(first);
    int32_t to = rest.ptr ? number_of(rest) : from;
    if (from < 0 || to < 0)
        return refuse(err, piece, "is no partition");
    if (to < from)
        return refuse(err, piece, "runs backwards");
    for (int32_t p = from; p <= to; p++) {
        if (out->n == PINS_MAX)
            return refuse(err, piece, "makes more than 4096 partitions");
        out->items[out->n++] = p;
    }
    return ST_OK;
}

static int ascending(const void *a, const void *b) {
    int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
    return (x > y) - (x < y);
}

static enum status check(const struct worker_config *config, const struct pins *pins,
                         struct error *err) {
    for (size_t i = 1; i < pins->n; i++)
        if (pins->items[i] == pins->items[i - 1])
            return error_set(err, E_CONFIG,
                             "option \"partitions\": partition %d is named twice",
                             (int)pins->items[i]);
    if (config->instance_id && config->instance_id[0]) {
        error_set(err, E_CONFIG,
                  "options \"partitions\" and \"group-instance-id\" exclude each other");
        return error_hint(err, "a pinned worker is no member of its group");
    }
    if (config->source != 0)
        return error_set(err, E_CONFIG,
                         "option \"partitions\" needs \"source\" to be kafka");
    return ST_OK;
}

enum status pins_parse(const struct worker_config *config, struct pins *out,
                       struct error *err) {
    out->n = 0;
    struct span rest = span_of(config->partitions), piece;
    if (rest.len == 0)
        return ST_OK;
    while (span_cut(&rest, ',', &piece)) {
        enum status st = add_piece(piece, out, err);
        if (st != ST_OK)
            return st;
    }
    qsort(out->items, out->n, sizeof *out->items, ascending);
    return check(config, out, err);
}
