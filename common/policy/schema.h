/*
 * schema.h: the small questions that every reader asks of a node: are these keys known,
 * is this a word, a list of words, a number. Each tells a finding when the answer is no.
 */
#ifndef COMMON_POLICY_SCHEMA_H
#define COMMON_POLICY_SCHEMA_H

#include "common/policy/model.h"

/* Whether `n` is a mapping; tells each of its keys that is not in `keys` (ended by NULL).
 */
bool schema_map(struct loader *l, const struct node *n, const char *what,
                const char *const *keys);
bool schema_list(struct loader *l, const struct node *n, const char *what);
/* The text under `key`, in the policy's arena; NULL when absent (told when
 * `is_required`). */
const char *schema_text(struct loader *l, const struct node *map, const char *key,
                        bool is_required);
/* The scalar itself as text of at most POLICY_MAX_CHARACTERS; NULL after telling. */
const char *schema_word(struct loader *l, const struct node *n, const char *what);
MUST_USE bool schema_number(struct loader *l, const struct node *n, int64_t min,
                            int64_t max, int64_t *out);
/* Position of the scalar in `choices` (ended by NULL); -1 after telling. */
int schema_choice(struct loader *l, const struct node *n, const char *what,
                  const char *const *choices);

/* Whether `n` more fit; tells when they do not. */
bool schema_room(struct loader *l, const struct node *at, int have, int n, int max,
                 const char *what);
/* A copy of the `have` items that earlier files gave, with room for `n` more, in the
 * policy's arena; the caller asked schema_room() before. */
void *schema_extend(struct loader *l, const void *items, int have, int n, size_t size);

/* Walks a scalar or a list of them: `NODE_WORDS(w, n)`. */
const struct node *schema_first(const struct node *n);
const struct node *schema_next(const struct node *list, const struct node *item);
#define NODE_WORDS(w, n)                                                                 \
    for (const struct node *w = schema_first(n); w; w = schema_next(n, w))

#endif
