/* cover.c: the search of cover.h. */
#include "common/policy/cover_private.h"

#include <stdlib.h>

enum {
    ARENA_MAX = 512 << 20, /* bytes that one question may take */
    PROVED_MAX_WORDS = 16 << 20,
    PROVED_FIRST = 256, /* a power of two */
};

/* What was proved covered: open addressing, at most half full. */
struct proved {
    uint64_t hash;
    int axis;
    uint64_t *row;
};

struct walk {
    struct cover_search s;
    struct proved *proved;
    uint32_t n_proved, proved_mask;
    const struct atom *taken[COVER_AXES];
    uint64_t *rows[COVER_AXES + 1]; /* rules that still match, after so many axes */
    struct policy_facts base;       /* some input of the region */
    bool (*visit)(void *context, const struct cover_gap *gap);
    void *context;
    bool has_gap;
};

/* ---- remembering ---- */

static uint64_t hash_of(const struct walk *k, int axis, const uint64_t *row) {
    uint64_t h = (uint64_t)axis * UINT64_C(0x9e3779b97f4a7c15) + 1;
    for (int w = 0; w < k->s.n_words; w++) {
        h = (h ^ row[w]) * UINT64_C(0xff51afd7ed558ccd);
        h ^= h >> 32;
    }
    return h;
}

static struct proved *find_proved(const struct walk *k, int axis, const uint64_t *row) {
    uint64_t h = hash_of(k, axis, row);
    size_t bytes = (size_t)k->s.n_words * sizeof *row;
    uint32_t i = (uint32_t)h & k->proved_mask;
    while (k->proved[i].row && (k->proved[i].hash != h || k->proved[i].axis != axis ||
                                memcmp(k->proved[i].row, row, bytes) != 0))
        i = (i + 1) & k->proved_mask;
    return &k->proved[i];
}

static void grow(struct walk *k) {
    struct proved *old = k->proved;
    uint32_t n_old = k->proved_mask + 1;
    k->proved_mask = n_old * 2 - 1;
    k->proved = xcalloc((size_t)n_old * 2, sizeof *k->proved);
    for (uint32_t i = 0; i < n_old; i++) {
        if (old[i].row) {
            uint32_t at = (uint32_t)old[i].hash & k->proved_mask;
            while (k->proved[at].row)
                at = (at + 1) & k->proved_mask;
            k->proved[at] = old[i];
        }
    }
    free(old);
}

static void note_proved(struct walk *k, int axis, const uint64_t *row) {
    size_t n_words = (size_t)k->s.n_words;
    if ((k->n_proved + 1) * n_words > PROVED_MAX_WORDS)
        return; /* forgetting costs time, never truth */
    if ((k->n_proved + 1) * 2 > k->proved_mask)
        grow(k);
    struct proved *at = find_proved(k, axis, row);
    uint64_t *copy = arena_alloc(k->s.a, n_words * sizeof *copy);
    memcpy(copy, row, n_words * sizeof *copy);
    *at = (struct proved){hash_of(k, axis, row), axis, copy};
    k->n_proved++;
}

/* ---- walking ---- */

/* The gap is what the axes taken so far say; those behind are free. */
static bool tell_gap(struct walk *k, int n_taken) {
    struct cover_gap gap = {.example = k->base};
    for (int i = 0; i < n_taken; i++) {
        const struct axis *x = &k->s.axes[i];
        const struct atom *atom = k->taken[i];
        gap.pieces[x->is_time ? POLICY_FACT_COUNT + x->source : x->source] = atom->pieces;
        if (x->is_time) {
            gap.example.time_us[x->source] = atom->value;
        } else {
            gap.example.value[x->source] = atom->value;
            gap.members[x->source] = x->members;
        }
    }
    k->has_gap = true;
    return k->visit(k->context, &gap);
}

enum row_state { ROW_EMPTY, ROW_OPEN, ROW_WHOLE };

/* Whole: one rule that still matches is constrained by nothing behind. */
static enum row_state state_of(const struct walk *k, int axis, const uint64_t *row) {
    uint64_t any = 0, whole = 0;
    const uint64_t *free_after = axis > 0 ? k->s.axes[axis - 1].free_after : NULL;
    for (int w = 0; w < k->s.n_words; w++) {
        any |= row[w];
        whole |= free_after ? row[w] & free_after[w] : 0;
    }
    return whole || (any && axis == k->s.n_axes) ? ROW_WHOLE : any ? ROW_OPEN : ROW_EMPTY;
}

/* COVER_GAP: there were gaps and all of them were visited. COVER_NOT_FINISHED: stop. */
static enum cover_answer walk(struct walk *k, int axis) {
    const uint64_t *row = k->rows[axis];
    k->s.work_left -= k->s.n_words + 8;
    switch (state_of(k, axis, row)) {
    case ROW_WHOLE:
        return COVER_WHOLE;
    case ROW_EMPTY:
        return tell_gap(k, axis) ? COVER_GAP : COVER_NOT_FINISHED;
    case ROW_OPEN:
        break;
    }
    if (find_proved(k, axis, row)->row)
        return COVER_WHOLE;
    const struct axis *x = &k->s.axes[axis];
    enum cover_answer all = COVER_WHOLE;
    for (int i = 0; i < x->n_atoms; i++) {
        if (k->s.work_left < 0)
            return COVER_NOT_FINISHED;
        k->taken[axis] = &x->atoms[i];
        for (int w = 0; w < k->s.n_words; w++)
            k->rows[axis + 1][w] = row[w] & x->atoms[i].row[w];
        enum cover_answer answer = walk(k, axis + 1);
        if (answer == COVER_NOT_FINISHED)
            return answer;
        all = answer == COVER_GAP ? COVER_GAP : all;
    }
    if (all == COVER_WHOLE)
        note_proved(k, axis, row);
    return all;
}

/* Rules whose row is full on every axis behind: one of them alone covers what is left. */
static void find_free_rules(struct cover_search *s) {
    uint64_t *row = arena_array(s->a, (size_t)s->n_words, sizeof *row);
    memset(row, 0xff, (size_t)s->n_words * sizeof *row);
    for (int i = s->n_axes - 1; i >= 0; i--) {
        struct axis *x = &s->axes[i];
        x->free_after = arena_array(s->a, (size_t)s->n_words, sizeof *row);
        memcpy(x->free_after, row, (size_t)s->n_words * sizeof *row);
        for (int k = 0; k < x->n_atoms; k++)
            for (int w = 0; w < s->n_words; w++)
                row[w] &= x->atoms[k].row[w];
    }
}

/* A rule that admits all of the region alone; cheap, and often the answer. */
static bool one_covers(const struct cover_search *s) {
    for (int w = 0; w < s->n_words; w++) {
        int left = s->q->n_rules - w * 64;
        uint64_t all = left >= 64 ? UINT64_MAX : (UINT64_C(1) << left) - 1;
        for (int i = 0; i < s->n_axes && all; i++)
            for (int k = 0; k < s->axes[i].n_atoms; k++)
                all &= s->axes[i].atoms[k].row[w];
        if (all)
            return true;
    }
    return false;
}

/* A set of so many members that its combinations cannot be walked through. Rules that do
 * not look at such sets may cover the region by themselves, and often do: the last rules
 * of a table ask for little. */
static bool others_cover(const struct walk *k) {
    const struct cover_question *q = k->s.q;
    const struct rule **rules =
        arena_array(k->s.a, (size_t)q->n_rules + 1, sizeof *rules);
    struct cover_question narrow = *q;
    struct policy_facts example;
    narrow.rules = rules;
    narrow.n_rules = 0;
    for (int r = 0; r < q->n_rules; r++)
        if (!cover_looks_at_big_set(&k->s, q->rules[r]))
            rules[narrow.n_rules++] = q->rules[r];
    return narrow.n_rules < q->n_rules && cover_find(&narrow, &example) == COVER_WHOLE;
}

static enum cover_answer search(struct walk *k) {
    struct cover_search *s = &k->s;
    if (!region_find(&s->q->p->domain, s->q->within, &k->base))
        return COVER_WHOLE; /* nothing is there to be covered */
    s->n_words = s->q->n_rules > 0 ? (s->q->n_rules + 63) / 64 : 1;
    cover_cut_axes(s);
    if (s->is_too_big && others_cover(k))
        return COVER_WHOLE;
    if (s->is_too_big || s->work_left < 0)
        return COVER_NOT_FINISHED;
    if (one_covers(s))
        return COVER_WHOLE;
    find_free_rules(s);
    for (int i = 0; i <= s->n_axes; i++)
        k->rows[i] = arena_zalloc(s->a, (size_t)s->n_words * sizeof(uint64_t));
    for (int r = 0; r < s->q->n_rules; r++)
        k->rows[0][r >> 6] |= UINT64_C(1) << (r & 63);
    k->proved_mask = PROVED_FIRST - 1;
    k->proved = xcalloc(PROVED_FIRST, sizeof *k->proved);
    enum cover_answer answer = walk(k, 0);
    free(k->proved);
    return answer;
}

enum cover_answer cover_each(const struct cover_question *q,
                             bool (*visit)(void *context, const struct cover_gap *gap),
                             void *context) {
    int64_t room = *q->work_left < q->work_max ? *q->work_left : q->work_max;
    if (room <= 0)
        return COVER_NOT_FINISHED;
    struct walk k = {.visit = visit, .context = context};
    k.s = (struct cover_search){.a = arena_new(ARENA_MAX), .q = q, .work_left = room};
    enum cover_answer answer = search(&k);
    *q->work_left -= room - k.s.work_left;
    arena_free(k.s.a);
    return k.has_gap ? COVER_GAP : answer;
}

static bool take_first(void *context, const struct cover_gap *gap) {
    *(struct policy_facts *)context = gap->example;
    return false;
}

enum cover_answer cover_find(const struct cover_question *q, struct policy_facts *out) {
    return cover_each(q, take_first, out);
}
