/*
 * seller.h: the seller directory as `henpin seller` sees it. Private to seller*.c.
 *
 * All changes go through the SQL functions of schemas/sql/0007_seller_directory.sql,
 * which check times and sellers; words are checked here, against the rule packs: a fact
 * that no rule knows would be of no use to anybody, and nobody would notice.
 */
#ifndef SERVICES_HENPIN_SELLER_H
#define SERVICES_HENPIN_SELLER_H

#include "common/policy/policy.h"
#include "services/henpin/database.h"

struct seller_config {
    struct pg_config database;
    const char *policy_dir;
    const char *value, *number, *ships_from, *classes, *from, *until, *name, *country;
    bool is_end, is_new;         /* set */
    bool is_json, shows_history; /* show */
    bool is_dry_run;             /* import */
};

/* One entry, as seller_take() in the database takes it. */
enum seller_kind { SELLER_ITSELF, SELLER_FACT, SELLER_LICENCE, SELLER_MARKETPLACE };
extern const char *const seller_kinds[]; /* "seller", "fact" ...; NULL at the end */

struct seller_line {
    enum seller_kind kind;
    struct span seller_id, word; /* word: as the packs spell it; SELLER_ITSELF: empty */
    struct span value;           /* name, what it says, number, or country shipped from */
    int64_t from_us, until_us;   /* open ends as pg.h reads infinities */
    struct span more;            /* country, or classes parted by blanks */
};

#define SELLER_EVER (INT64_MIN + 1)

/* What the packs call the word: a fact, a licence, or a marketplace (by its code or
 * alias). E_CONFIG with a suggestion. */
MUST_USE enum status seller_word(const struct policy *p, struct span word,
                                 enum seller_kind *kind, const char **spelled,
                                 struct error *err);
/* The classes of goods of a marketplace's line. E_CONFIG names the one that is unknown. */
MUST_USE enum status seller_classes(const struct policy *p, struct span classes,
                                    struct error *err);

/* Adds the taking of lines to a transaction that began with seller_begin(), which says who
 * changes them and locks all their sellers in the order that all keep (0007); row i of the
 * answer is `told` of lines[i]. */
void seller_begin(struct pg_script *s, const struct seller_line *lines, size_t n);
const struct pg_query *seller_take(struct pg_script *s, const struct seller_line *lines,
                                   size_t n);
/* What a row of that answer says: "entered", "changed", "unchanged"; else why it was
 * refused, and false. */
bool seller_told(const struct pg_query *q, size_t row, struct span *told);

int seller_set(struct pg *pg, const struct policy *p, const struct seller_config *c,
               const struct option_list *operands);
int seller_show(struct pg *pg, const struct policy *p, const struct seller_config *c,
                const struct option_list *operands);
int seller_import(struct pg *pg, const struct policy *p, const struct seller_config *c,
                  const struct option_list *operands);

#endif
