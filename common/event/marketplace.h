/*
 * marketplace.h: the register of marketplaces: code, aliases, language, currency, zones.
 * One row a marketplace; marketplace.c names the sources. Everything borrowed here lives as
 * long as the process.
 */
#ifndef COMMON_EVENT_MARKETPLACE_H
#define COMMON_EVENT_MARKETPLACE_H

#include "common/base/span.h"

struct marketplace {
    const char *code;      /* "amazon.co.jp": the word in every row */
    const char *amazon_id; /* "A1VC38T7YXB528", NULL outside Amazon */
    const char *aliases;   /* words separated by blanks: "amazon.jp JP" */
    const char *country;   /* ISO 3166-1 alpha-2 */
    const char *language;  /* support language, BCP 47 */
    const char *currency;  /* ISO 4217 */
    const char *zone;      /* IANA zone for statutory day counting */
};

/* By code, Amazon marketplace id or alias, ASCII case ignored; NULL when unknown. */
const struct marketplace *marketplace_find(struct span name);
/* The whole register; `*n` rows. */
const struct marketplace *marketplace_all(size_t *n);

#endif
