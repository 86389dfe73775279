/* explain_words.c: see explain_words.h. */
#include "common/policy/explain_words.h"

#include "common/base/clock.h"
#include "common/policy/civil.h"
#include "common/policy/files.h"
#include "common/policy/yaml.h"

#include <stdio.h>
#include <stdlib.h>

struct word_text {
    const char *kind, *word, *text;
};

struct words {
    struct arena *a;
    const struct policy *p;
    enum words_language language;
    struct word_text *items; /* sorted by kind, then word */
    int n;
};

static const char *const phrases[PHRASE_COUNT][2] = {
#define X(id, en, ja) [id] = {en, ja},
    EXPLAIN_PHRASES(X)
#undef X
};

struct words *words_new(struct arena *a, const struct policy *p,
                        enum words_language language) {
    struct words *w = arena_zalloc(a, sizeof *w);
    w->a = a;
    w->p = p;
    w->language = language;
    return w;
}

enum words_language words_language(const struct words *w) {
    return w->language;
}

const struct policy *words_policy(const struct words *w) {
    return w->p;
}

/* ---- the file ---- */

static int compare(const void *a, const void *b) {
    const struct word_text *x = a, *y = b;
    int kinds = strcmp(x->kind, y->kind);
    return kinds ? kinds : strcmp(x->word, y->word);
}

static void take(struct words *w, struct findings *fs, const struct node *root) {
    int total = 0;
    NODE_EACH(kind, root) {
        total += kind->count;
    }
    w->items = arena_array(w->a, (size_t)total + 1, sizeof *w->items);
    NODE_EACH(kind, root) {
        NODE_EACH(n, kind) {
            if (kind->kind != NODE_MAP || n->kind != NODE_SCALAR) {
                finding_error(fs, "schema", n,
                              "a mapping of kinds to words to texts is "
                              "wanted");
                return;
            }
            w->items[w->n++] = (struct word_text){span_cstr(w->a, kind->key->text),
                                                  span_cstr(w->a, n->key->text),
                                                  span_cstr(w->a, n->text)};
        }
    }
    qsort(w->items, (size_t)w->n, sizeof *w->items, compare);
}

enum status words_read(struct words *w, const char *dir,
                       const struct policy_report *report, struct error *err) {
    if (w->language == WORDS_EN)
        return ST_OK;
    struct findings fs = {.report = report};
    struct arena *scratch = arena_new((size_t)32 << 20);
    struct builder path = builder_in(scratch, 4096);
    build_format(&path, "%s/words/ja.yaml%c", dir, 0);
    const struct source *source = file_read(scratch, path.ptr, "words/ja.yaml");
    const struct node *root = source ? yaml_read(scratch, source, &fs) : NULL;
    if (root && root->kind == NODE_MAP)
        take(w, &fs, root);
    else if (root)
        finding_error(&fs, "schema", root, "a mapping of kinds is wanted");
    arena_free(scratch);
    return fs.n_errors == 0
               ? ST_OK
               : error_set(err, E_POLICY, "\"%s/words/ja.yaml\" has %d errors", dir,
                           fs.n_errors);
}

/* ---- words ---- */

const char *words_find(const struct words *w, const char *kind, const char *word) {
    if (w->n == 0 || !word)
        return NULL;
    const struct word_text key = {kind, word, NULL};
    const struct word_text *found =
        bsearch(&key, w->items, (size_t)w->n, sizeof *w->items, compare);
    return found ? found->text : NULL;
}

/* What the packs themselves say in their `terms`. */
static const char *term_text(const struct words *w, const char *kind, const char *word) {
    static const struct {
        const char *kind;
        enum policy_term_kind term;
    } kinds[] = {{"code", TERM_CODE},
                 {"action", TERM_ACTION},
                 {"role", TERM_ROLE},
                 {"licence", TERM_LICENCE},
                 {"evidence", TERM_EVIDENCE},
                 {"place", TERM_PLACE},
                 {"waste", TERM_WASTE},
                 {"unlocks", TERM_UNLOCKS},
                 {"destination", TERM_DESTINATION}};
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        if (strcmp(kind, kinds[i].kind) == 0) {
            const struct policy_term *t = policy_term(w->p, kinds[i].term, word);
            return t ? t->ja : NULL;
        }
    }
    return NULL;
}

const char *words_text(const struct words *w, const char *kind, const char *word) {
    const char *text = words_find(w, kind, word);
    if (!text && word && w->language == WORDS_JA)
        text = term_text(w, kind, word);
    return text ? text : word ? word : "";
}

const char *words_phrase(const struct words *w, enum phrase phrase) {
    return phrases[phrase][w->language];
}

const char *words_say(struct arena *a, const struct words *w, enum phrase phrase,
                      const char *v0, const char *v1, const char *v2) {
    const char *values[] = {v0 ? v0 : "", v1 ? v1 : "", v2 ? v2 : ""};
    const char *t = words_phrase(w, phrase);
    struct builder b = builder_in(
        a,
        strlen(t) + 3 * (strlen(values[0]) + strlen(values[1]) + strlen(values[2])) + 1);
    for (; *t; t++) {
        if (t[0] == '{' && t[1] >= '0' && t[1] <= '2' && t[2] == '}') {
            build_text(&b, values[t[1] - '0']);
            t += 2;
        } else {
            build_char(&b, *t);
        }
    }
    build_char(&b, '\0');
    return b.ptr;
}

/* ---- instants and durations ---- */

static void build_day(struct builder *b, const struct words *w, int32_t day) {
    static const char *const en[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
    static const char *const ja[] = {"月", "火", "水", "木", "金", "土", "日"};
    struct civil c = civil_of(day);
    int weekday = civil_weekday(day);
    if (w->language == WORDS_JA)
        build_format(b, "%d年%d月%d日(%s)", c.year, c.month, c.day, ja[weekday]);
    else
        build_format(b, "%s %04d-%02d-%02d", en[weekday], c.year, c.month, c.day);
}

static int64_t wall_of(int64_t us, const struct zone *zone) {
    return zone ? zone_wall_us(zone, us) : us;
}

const char *words_day(struct arena *a, const struct words *w, int64_t us,
                      const struct zone *zone) {
    struct builder b = builder_in(a, 64);
    build_day(&b, w, civil_day_of_us(wall_of(us, zone)));
    build_char(&b, '\0');
    return b.ptr;
}

static void build_moment(struct builder *b, const struct words *w, int64_t us,
                         const struct zone *zone) {
    int64_t wall = wall_of(us, zone);
    int32_t day = civil_day_of_us(wall);
    int64_t second = (wall - day * US_PER_DAY) / US_PER_S;
    build_day(b, w, day);
    build_format(b, " %02d:%02d", (int)(second / 3600), (int)(second / 60 % 60));
    if (second % 60)
        build_format(b, ":%02d", (int)(second % 60));
}

const char *words_moment(struct arena *a, const struct words *w, int64_t us,
                         const struct zone *zone) {
    struct builder b = builder_in(a, 96);
    build_moment(&b, w, us, zone);
    build_char(&b, '\0');
    return b.ptr;
}

const char *words_instant(struct arena *a, const struct words *w, int64_t us,
                          const struct zone *zone) {
    if (us == POLICY_NO_INSTANT)
        return words_phrase(w, PH_OPEN_END);
    char utc[CLOCK_TEXT_SIZE];
    struct builder b = builder_in(a, 256);
    clock_text(us, utc);
    if (w->language == WORDS_JA) {
        build_moment(&b, w, us, zone);
        build_format(&b, "（%s）", zone ? words_text(w, "zone", zone->name) : "UTC");
    } else if (zone) {
        build_moment(&b, w, us, zone);
        build_format(&b, " %s (%s)", zone->name, utc);
    } else {
        build_text(&b, utc);
    }
    build_char(&b, '\0');
    return b.ptr;
}

const char *words_elapsed(struct arena *a, const struct words *w, int64_t us) {
    static const struct {
        int64_t us;
        enum phrase phrase;
    } units[] = {{US_PER_DAY, PH_DAYS},
                 {US_PER_HOUR, PH_HOURS},
                 {US_PER_MIN, PH_MINUTES},
                 {US_PER_S, PH_SECONDS}};
    struct builder b = builder_in(a, 128);
    uint64_t rest = us < 0 ? -(uint64_t)us : (uint64_t)us;
    build_text(&b, us < 0 ? "-" : "");
    size_t before = b.len;
    for (size_t i = 0; i < COUNT_OF(units); i++) {
        /* Up to two days people say hours. */
        bool is_short = i == 0 && rest <= 2 * (uint64_t)US_PER_DAY;
        uint64_t n = is_short ? 0 : rest / (uint64_t)units[i].us;
        if (n == 0)
            continue;
        char number[32];
        snprintf(number, sizeof number, "%llu", (unsigned long long)n);
        build_text(&b, b.len > before && w->language == WORDS_EN ? " " : "");
        build_text(&b, words_say(a, w, units[i].phrase, number, NULL, NULL));
        rest -= n * (uint64_t)units[i].us;
    }
    if (b.len == before)
        build_text(&b, words_say(a, w, PH_MINUTES, "0", NULL, NULL));
    build_char(&b, '\0');
    return b.ptr;
}

static const char *calendar_text(const struct words *w, const struct calendar *c) {
    const char *text = words_find(w, "calendar", c->name);
    return text ? text : words_text(w, "zone", c->zone->name);
}

const char *words_duration(struct arena *a, const struct words *w,
                           const struct duration *d) {
    static const enum phrase kinds[] = {[SPAN_CALENDAR_DAYS] = PH_CALENDAR_DAYS,
                                        [SPAN_BUSINESS_DAYS] = PH_BUSINESS_DAYS,
                                        [SPAN_BUSINESS_HOURS] = PH_BUSINESS_HOURS};
    if (w->language == WORDS_EN)
        return d->text;
    if (d->kind == SPAN_ELAPSED)
        return words_elapsed(a, w, d->amount);
    char number[32];
    int64_t n = d->kind == SPAN_BUSINESS_HOURS ? d->amount / US_PER_HOUR : d->amount;
    snprintf(number, sizeof number, "%lld", (long long)n);
    struct builder b = builder_in(a, 1024);
    build_text(
        &b, words_say(a, w, kinds[d->kind], number, calendar_text(w, d->calendar), NULL));
    if (d->is_first_day_counted) {
        build_text(&b, words_phrase(w, PH_COMMA));
        build_text(&b, words_phrase(w, PH_WITH_FIRST_DAY));
    }
    if (d->is_to_end_of_day) {
        build_text(&b, words_phrase(w, PH_COMMA));
        build_text(&b, words_phrase(w, PH_WITH_END_OF_DAY));
    }
    if (d->roll) {
        build_text(&b, words_phrase(w, PH_COMMA));
        build_text(&b,
                   words_say(a, w, PH_WITH_ROLL, calendar_text(w, d->roll), NULL, NULL));
    }
    build_char(&b, '\0');
    return b.ptr;
}

/* ---- columns ---- */

int words_width(const char *text) {
    int width = 0;
    for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
        if ((*c & 0xC0) == 0x80)
            continue; /* inside a character */
        /* Three bytes from U+1100 on: Hangul, CJK, kana, full-width forms; but not the
         * punctuation and symbols of U+2000 to U+2E7F, nor four bytes' emoji (two). */
        bool is_three = *c >= 0xE1 && *c < 0xF0;
        bool is_symbol = *c == 0xE2 && c[1] < 0xBA;
        width += (is_three && !is_symbol) || *c >= 0xF0 ? 2 : 1;
    }
    return width;
}
