/*
 * sellers.h: what is known about sellers: facts and licences with validity, and their
 * blockers.
 *
 * A cache in front of henpin.seller_fact, seller_licence and blocker. The sum of
 * seller_directory_version moves with each change of the directory and with each blocker
 * that is resolved; it is read with each batch and empties the cache when it moved.
 * Bounded: beyond SELLERS_MAX sellers it
 * starts anew. Each lane has its own, so that no other batch can empty it between a load
 * and its decision; a lane forgets it when an attempt fails.
 */
#ifndef COMMON_FLOW_SELLERS_H
#define COMMON_FLOW_SELLERS_H

#include "common/io/pg.h"
#include "common/policy/policy.h"

struct sellers;

struct sellers *sellers_new(void);
void sellers_free(struct sellers *s);
void sellers_forget(struct sellers *s); /* everything: the next batch reads anew */

/* One load of a batch: name the sellers, add the queries to the script, read the answers.
 */
struct sellers_load;
struct sellers_load *sellers_begin(struct sellers *s, struct arena *a,
                                   size_t max_sellers);
void sellers_want(struct sellers_load *l, struct span seller_id);
void sellers_query(struct sellers_load *l, struct pg_script *script);
/* False: the directory changed since; sellers_query must be asked once more (in the next
 * round). */
bool sellers_read(struct sellers_load *l);

/* States FACT_HAS: the facts and the licences of the seller that are valid at `at_us`; to
 * the rules a licence is a fact, see directory.h. */
void sellers_state(const struct sellers *s, const struct policy *p,
                   struct policy_facts *f, struct span seller_id, int64_t at_us);
/* An event that happened at `at_us` meets a blocker: the instance that the batch must
 * raise, which stands from here on (the cache is forgotten if the batch fails). 0: it
 * stands already, or was resolved after that event. */
int sellers_raise(struct sellers *s, struct span seller_id, struct span marketplace,
                  const char *blocker, int64_t at_us);

#endif
