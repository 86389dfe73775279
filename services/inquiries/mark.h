/*
 * mark.h: what the history of a conversation keeps of an event, and how it reads again.
 * The format stands in inquiries.h.
 */
#ifndef SERVICES_INQUIRIES_MARK_H
#define SERVICES_INQUIRIES_MARK_H

#include "services/inquiries/inquiries.h"

/* A mark taken apart. Borrows from it. */
struct mark {
    struct span word, language; /* language: ptr NULL when none was stated */
    bool is_guess;
    int confidence;      /* CONFIDENCE_ABSENT: not a guess of ours */
    struct span signals; /* joined by '+'; ptr NULL: none */
};

struct mark mark_of(struct span noted);
/* Of an event that is not in the history yet. Its word is `word`, which may be NULL. */
struct mark mark_of_event(const struct inquiry *q, const char *word);
/* The event's word in the packs, whatever its language; NULL for a kind that we do not
 * know. */
const char *mark_word(const struct inquiry_event *e);

#endif
