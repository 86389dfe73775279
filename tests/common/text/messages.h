/*
 * messages.h: the labelled set of tests/data/messages.tsv, for the tests of common/text and
 * of the packs' signals. Every message has a language and the signals that a person sees
 * in it. Messages of odd rows may be looked at while thresholds and phrases are made;
 * figures that are published are those of the even rows, or of all where said.
 */
#ifndef TESTS_COMMON_TEXT_MESSAGES_H
#define TESTS_COMMON_TEXT_MESSAGES_H

#include "common/base/arena.h"
#include "common/base/span.h"

#include <stdio.h>
#include <stdlib.h>

#define MESSAGES_FILE "tests/data/messages.tsv"
enum { MESSAGES_MAX = 2000 };

struct labelled {
    struct span language, signals, text; /* signals: "fire,smoke"; "-": none */
    bool is_held_out;
};

struct messages {
    char *bytes;
    struct labelled items[MESSAGES_MAX];
    size_t n;
};

static inline struct messages *messages_read(void) {
    struct messages *m = xcalloc(1, sizeof *m);
    FILE *f = fopen(MESSAGES_FILE, "rb");
    if (!f)
        BUG("%s cannot be read: tests run at the root of the repository", MESSAGES_FILE);
    m->bytes = xmalloc(1 << 20);
    struct span rest = {m->bytes, fread(m->bytes, 1, 1 << 20, f)}, line;
    fclose(f);
    while (span_cut(&rest, '\n', &line)) {
        struct labelled *one = &m->items[m->n];
        if (!span_cut(&line, '\t', &one->language) ||
            !span_cut(&line, '\t', &one->signals) || line.len == 0)
            continue;
        one->text = line;
        one->is_held_out = m->n++ % 2 == 1;
    }
    return m;
}

static inline void messages_free(struct messages *m) {
    free(m->bytes);
    free(m);
}

#endif
