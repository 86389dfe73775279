/* findings.c: tells findings to whoever loads. */
#include "common/policy/findings.h"

#include <stdarg.h>
#include <stdio.h>

enum { FINDING_TEXT_MAX = 1024, FINDING_LINE_MAX = 512, FINDINGS_TOLD_MAX = 1000 };

static void count(struct findings *fs, int severity) {
    if (severity == POLICY_ERROR)
        fs->n_errors++;
    else if (severity == POLICY_WARNING)
        fs->n_warnings++;
    else
        fs->n_notes++;
}

static void tell(struct findings *fs, int severity, const char *kind,
                 const struct source *source, int line, int column, const char *witness,
                 const char *format, va_list args) {
    count(fs, severity);
    int n_all = fs->n_errors + fs->n_warnings + fs->n_notes;
    if (!fs->report || !fs->report->tell || n_all > FINDINGS_TOLD_MAX)
        return; /* all are counted, but nobody reads more than that */
    char text[FINDING_TEXT_MAX], line_text[FINDING_LINE_MAX];
    vsnprintf(text, sizeof text, format, args);
    struct policy_finding f = {.kind = kind,
                               .file = source ? source->name : "",
                               .line = line,
                               .column = column,
                               .text = text,
                               .witness = witness};
    f.severity = severity == POLICY_ERROR     ? POLICY_ERROR
                 : severity == POLICY_WARNING ? POLICY_WARNING
                                              : POLICY_NOTE;
    if (source && line > 0) {
        struct span s = source_line(source, line);
        s.len = s.len < FINDING_LINE_MAX ? s.len : FINDING_LINE_MAX - 1;
        snprintf(line_text, sizeof line_text, "%.*s", SPAN_ARGS(s));
        f.source = line_text;
    }
    fs->report->tell(fs->report->context, &f);
}

#define TELL_NODE(severity, witness)                                                     \
    do {                                                                                 \
        va_list args;                                                                    \
        va_start(args, format);                                                          \
        tell(fs, severity, kind, at ? at->source : NULL, at ? at->line : 0,              \
             at ? at->column : 0, witness, format, args);                                \
        va_end(args);                                                                    \
    } while (0)

void finding_error(struct findings *fs, const char *kind, const struct node *at,
                   const char *format, ...) {
    TELL_NODE(POLICY_ERROR, NULL);
}

void finding_warning(struct findings *fs, const char *kind, const struct node *at,
                     const char *format, ...) {
    TELL_NODE(POLICY_WARNING, NULL);
}

void finding_tell(struct findings *fs, int severity, const char *kind,
                  const struct node *at, const char *witness, const char *format, ...) {
    TELL_NODE(severity, witness);
}

void finding_at(struct findings *fs, const char *kind, const struct source *source,
                int line, int column, const char *format, ...) {
    va_list args;
    va_start(args, format);
    tell(fs, POLICY_ERROR, kind, source, line, column, NULL, format, args);
    va_end(args);
}
