/* feed_guess.c: whether the first line of a file is of the format that was asked for, so
 * that a wrong --format is told once, and not line by line. */
#include "services/henpin/feed.h"

static bool holds(struct span line, const char *word) {
    return memmem(line.ptr, line.len, word, strlen(word)) != NULL;
}

/* What a first line looks like; "" when it cannot be told. */
static const char *guess(struct span line) {
    bool is_object = line.len > 0 && line.ptr[0] == '{';
    if (is_object && holds(line, "\"NotificationType\""))
        return "order-change";
    if (is_object && holds(line, "\"record\""))
        return "events";
    if (!is_object && holds(line, "InvoiceNo") && holds(line, "StockCode"))
        return "retail";
    if (!is_object && holds(line, "Return request date\t"))
        return "amazon-returns";
    return "";
}

bool feed_first_line_fits(struct feed *f, struct span line) {
    const char *seen = guess(span_trim(line));
    bool wants_json =
        strcmp(f->format, "events") == 0 || strcmp(f->format, "order-change") == 0;
    bool is_json = span_trim(line).len == 0 || span_trim(line).ptr[0] == '{';
    if (strcmp(seen, f->format) == 0 || (!*seen && (is_json || !wants_json)))
        return true;
    (void)error_set(&f->misfit, E_CONFIG, "\"%s\" is no file of --format=%s", f->file,
                    f->format);
    if (*seen)
        error_hint(&f->misfit, "it looks like --format=%s", seen);
    else
        error_hint(&f->misfit,
                   "its first line is no JSON object; --help lists the formats");
    return false;
}
