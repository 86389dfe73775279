/* story_seller.c: what the directory of sellers learns in the course of a story, by the
 * functions that people use (0007): known from the story's instant on, not from today. */
#include "services/henpin/story.h"

#include "common/base/absent.h"
#include "common/base/clock.h"

#define LONG_AGO_US (INT64_MIN + 1)
#define STATEMENT_TIMEOUT_US US_PER_MIN

/* ---- reading ---- */

/* "licence MD_SALES_HIGH until 2027-01-01 00:00 Z" */
static enum status read_fact(struct span words, struct story_fact *f, struct error *err) {
    f->until_us = INT64_MAX;
    f->word = story_word(&words);
    f->is_licence = span_is(f->word, "licence");
    if (f->is_licence)
        f->word = story_word(&words);
    struct span until = story_word(&words);
    if (f->word.len == 0 || (until.len > 0 && (!span_is(until, "until") ||
                                               !story_instant(words, &f->until_us))))
        return error_set(err, E_INPUT, "must read: [licence] WORD [until INSTANT], ...");
    return ST_OK;
}

static enum status read_facts(struct span rest, struct story_seller *out,
                              struct error *err) {
    enum status st = ST_OK;
    struct span words;
    while (st == ST_OK && span_cut(&rest, ',', &words)) {
        if (out->n_facts == STORY_FACTS_MAX)
            return error_set(err, E_INPUT, "at most %d facts on a line", STORY_FACTS_MAX);
        st = read_fact(words, &out->facts[out->n_facts++], err);
    }
    return st;
}

/* "ships from CN", "class computer", "opens 2026-12-01 00:00 +09:00" */
static bool read_clause(struct span words, struct story_seller *out) {
    struct span word = story_word(&words);
    if (span_is(word, "opens"))
        return story_instant(words, &out->opens_us);
    struct span *to = span_is(word, "class") ? &out->category : &out->ships_from;
    if (to == &out->ships_from &&
        (!span_is(word, "ships") || !span_is(story_word(&words), "from")))
        return false;
    *to = story_word(&words);
    return to->len > 0 && span_trim(words).len == 0;
}

static enum status read_store(struct span rest, struct story_seller *out,
                              struct error *err) {
    struct span words = {NULL, 0};
    bool is_good = span_is(story_word(&rest), "on") && span_cut(&rest, ',', &words);
    out->marketplace = span_trim(words);
    out->ships_from = SPAN("CN");
    out->category = SPAN("");
    out->opens_us = LONG_AGO_US;
    while (is_good && rest.ptr && span_cut(&rest, ',', &words))
        is_good = read_clause(words, out);
    return is_good ? ST_OK
                   : error_set(err, E_INPUT,
                               "must read: seller ID sells on MARKETPLACE, "
                               "ships from COUNTRY, class CLASS, opens INSTANT");
}

enum status story_seller_read(struct span words, struct story_seller *out,
                              struct error *err) {
    out->seller = story_word(&words);
    struct span verb = story_word(&words);
    out->what = span_is(verb, "loses") ? STORY_LOSES : STORY_HAS;
    if (span_is(verb, "has") || span_is(verb, "loses"))
        return read_facts(words, out, err);
    out->what = STORY_SELLS;
    if (span_is(verb, "sells"))
        return read_store(words, out, err);
    return error_set(err, E_INPUT,
                     "must read: seller ID has WORD, ..., seller ID loses WORD, ... or "
                     "seller ID sells on MARKETPLACE, ...");
}

/* ---- telling ---- */

/* As henpin seller does it, but for the clock. */
static const struct pg_statement take = {
    "story_take", "SELECT henpin.seller_taken(henpin.seller_take($1, $2, $3, $4, $5, $6,"
                  " array_remove(ARRAY[$7::text], ''), $8))"};
static const struct pg_statement end = {"story_end",
                                        "SELECT henpin.seller_end($1, $2, NULL, $3)"};

struct entry {
    const char *kind;
    struct span word, value, more;
    int64_t from_us, until_us;
};

static void tell(struct pg_script *s, struct span seller, int64_t known_us,
                 const struct entry *e) {
    struct pg_query *q = pg_script_query(s, &take);
    pg_param_text(q, span_of(e->kind));
    pg_param_text(q, seller);
    pg_param_text(q, e->word);
    pg_param_text(q, e->value);
    pg_param_instant(q, e->from_us);
    pg_param_instant(q, e->until_us);
    pg_param_text(q, e->more);
    pg_param_instant(q, known_us);
}

static void tell_fact(struct pg_script *s, const struct story_seller *seller,
                      const struct story_fact *f, int64_t known_us) {
    if (seller->what == STORY_LOSES) {
        struct pg_query *q = pg_script_query(s, &end);
        pg_param_text(q, seller->seller);
        pg_param_text(q, f->word);
        pg_param_instant(q, known_us);
        return;
    }
    const struct entry e = {f->is_licence ? "licence" : "fact",
                            f->word,
                            f->is_licence ? SPAN("No. 1") : SPAN(""),
                            SPAN(""),
                            LONG_AGO_US,
                            f->until_us};
    tell(s, seller->seller, known_us, &e);
}

enum status story_seller_tell(struct arena *a, struct pg *pg,
                              const struct story_seller *seller, int64_t clock_us,
                              struct error *err) {
    int64_t known_us = clock_us == EVENT_ABSENT ? LONG_AGO_US : clock_us;
    struct pg_script *s = pg_script_new(a);
    const struct entry itself = {"seller", SPAN(""),    SPAN(""),
                                 SPAN(""), LONG_AGO_US, INT64_MAX};
    const struct entry store = {"marketplace",    seller->marketplace, seller->ships_from,
                                seller->category, seller->opens_us,    INT64_MAX};
    tell(s, seller->seller, known_us, &itself);
    for (size_t i = 0; i < seller->n_facts; i++)
        tell_fact(s, seller, &seller->facts[i], known_us);
    if (seller->what == STORY_SELLS)
        tell(s, seller->seller, known_us, &store);
    return pg_run_wait(pg, s, STATEMENT_TIMEOUT_US, err);
}
