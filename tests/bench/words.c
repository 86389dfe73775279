/*
 * words.c: how long it takes to read what a buyer wrote.
 *
 *     words [TEXTS] [ROUNDS]            (default 1000000 1)
 *
 * The messages of tests/data/messages.tsv, alone and two or three together as in real
 * threads, are read over and over: folded and searched for the phrases of the packs, and
 * guessed at for their language. Prints name, nanoseconds of processor time a text (the
 * best round) and the mean length of a text in bytes, separated by tabs.
 */
#include "common/base/arena.h"
#include "common/policy/policy.h"
#include "common/text/fold.h"
#include "common/text/language.h"
#include "tests/common/text/messages.h"

#include <stdlib.h>
#include <time.h>

struct lot {
    struct span *texts;
    size_t n, bytes;
};

static struct lot make_lot(struct arena *a, const struct messages *m) {
    struct lot lot = {arena_array(a, m->n, sizeof(struct span)), m->n, 0};
    for (size_t i = 0; i < m->n; i++) {
        struct builder b = builder_in(a, 4096);
        for (size_t k = 0; k <= i % 3; k++) {
            build_span(&b, m->items[(i + k) % m->n].text);
            build_char(&b, '\n');
        }
        lot.texts[i] = builder_span(&b);
        lot.bytes += b.len;
    }
    return lot;
}

struct work {
    const struct policy *packs;
    struct arena *scratch;
    int64_t found; /* so that no work is left out */
};

static void fold(struct work *w, struct span text) {
    w->found += (int64_t)text_fold(w->scratch, text).len;
}

static void signals(struct work *w, struct span text) {
    const char *words[POLICY_MAX_SIGNALS];
    w->found += policy_signals(w->packs, w->scratch, text, words);
}

static void language(struct work *w, struct span text) {
    w->found += language_detect(text).confidence;
}

static double once(struct work *w, const struct lot *lot, size_t n,
                   void (*read)(struct work *, struct span)) {
    clock_t begin = clock();
    for (size_t i = 0; i < n; i++) {
        read(w, lot->texts[i % lot->n]);
        if (i % 64 == 63)
            arena_reset(w->scratch);
    }
    arena_reset(w->scratch);
    return (double)(clock() - begin) / CLOCKS_PER_SEC * 1e9 / (double)n;
}

int main(int argc, char **argv) {
    static const struct {
        const char *name;
        void (*read)(struct work *, struct span);
    } kinds[] = {{"fold", fold}, {"fold and signals", signals}, {"language", language}};
    size_t n = argc > 1 ? (size_t)strtoul(argv[1], NULL, 10) : 1000000;
    int rounds = argc > 2 ? (int)strtol(argv[2], NULL, 10) : 1;
    struct policy *packs;
    struct error err;
    if (policy_load("deploy/policy", NULL, &packs, &err) != ST_OK) {
        fprintf(stderr, "words: %s\n", err.text);
        return 1;
    }
    struct arena *a = arena_new(64 << 20);
    struct messages *m = messages_read();
    struct work w = {packs, arena_new(64 << 20), 0};
    const struct lot lot = make_lot(a, m);
    for (size_t k = 0; k < COUNT_OF(kinds); k++) {
        double best = 0;
        for (int round = 0; round < rounds; round++) {
            double ns = once(&w, &lot, n, kinds[k].read);
            best = round == 0 || ns < best ? ns : best;
        }
        printf("%s\t%.0f\t%zu\n", kinds[k].name, best, lot.bytes / lot.n);
    }
    messages_free(m);
    arena_free(w.scratch);
    arena_free(a);
    policy_free(packs);
    return w.found > 0 ? 0 : 1;
}
