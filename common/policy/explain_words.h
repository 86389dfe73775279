/*
 * explain_words.h: the language of an explanation: our own phrases, and what the packs'
 * words are called in it.
 *
 * Phrases are rows of explain_phrases.h, with {0} {1} ... where values go, because their
 * order differs between languages. What the packs' words mean in Japanese is data beside
 * the rules, DIR/words/ja.yaml: a mapping of kinds to words to texts,
 *
 *     event: {return_requested: 返品リクエスト受付}
 *     holiday: {Labor Thanksgiving Day: 勤労感謝の日}
 *
 * and, for the words of steps, `terms:` of the packs. Kinds are the facts (event,
 * marketplace, lang ...), and fact, time, handle, duty, blocker, remedy, code,
 * destination, action, role, licence, evidence, place, waste, lot, unlocks, breach, cost, desk, calendar,
 * holiday, cause; rule and why, by the rule's id; table, by its name; contradiction, by
 * its title; way, money and source (of a figure), of money.h. A word that has no
 * text stands as the packs write it.
 */
#ifndef COMMON_POLICY_EXPLAIN_WORDS_H
#define COMMON_POLICY_EXPLAIN_WORDS_H

#include "common/policy/explain_phrases.h"
#include "common/policy/model.h"

enum words_language { WORDS_EN, WORDS_JA };

enum phrase {
#define X(id, en, ja) id,
    EXPLAIN_PHRASES(X)
#undef X
        PHRASE_COUNT
};

struct words;

/* Lives in the arena; `p` is borrowed. English needs no file. */
struct words *words_new(struct arena *a, const struct policy *p,
                        enum words_language language);
/* Reads DIR/words/ja.yaml, which need not be there; E_POLICY after telling findings.
 * Nothing is read for English. */
MUST_USE enum status words_read(struct words *w, const char *dir,
                                const struct policy_report *report, struct error *err);
enum words_language words_language(const struct words *w);
const struct policy *words_policy(const struct words *w);

/* What a word is called; the word itself when nobody says. `word` may be NULL: "". */
const char *words_text(const struct words *w, const char *kind, const char *word);
/* NULL when nobody says, in English too. */
const char *words_find(const struct words *w, const char *kind, const char *word);

/* A phrase with its values put in; those that it does not use may be NULL. In `a`. */
const char *words_say(struct arena *a, const struct words *w, enum phrase phrase,
                      const char *v0, const char *v1, const char *v2);
/* The phrase as it is. */
const char *words_phrase(const struct words *w, enum phrase phrase);

/* "Wed 2026-11-25 12:00 Asia/Tokyo (2026-11-25T03:00:00Z)"; in Japanese
 * "2026年11月25日(水) 12:00(日本時間)". `zone` NULL: UTC. POLICY_NO_INSTANT: "open". */
const char *words_instant(struct arena *a, const struct words *w, int64_t us,
                          const struct zone *zone);
/* The same without zone and UTC, for a line of a list: "Wed 2026-11-25 12:00". */
const char *words_moment(struct arena *a, const struct words *w, int64_t us,
                         const struct zone *zone);
/* "Wed 2026-11-25": the local day. */
const char *words_day(struct arena *a, const struct words *w, int64_t us,
                      const struct zone *zone);
/* "2 d 12 h", "2日12時間"; a negative one keeps its sign. */
const char *words_elapsed(struct arena *a, const struct words *w, int64_t us);
/* "5 calendar-days in always_jp" as the packs write it; "5暦日(...)". */
const char *words_duration(struct arena *a, const struct words *w,
                           const struct duration *d);

/* Columns that a text takes on a terminal: characters of East Asia take two. */
int words_width(const char *text);

#endif
