/*
 * harm.h: that goods hurt somebody, as the events of a return say it, goes to henpin.harm
 * with the instant since when it is known. What must be told because of it is
 * henpin-deadlines' to say: messages tell of harm, too.
 */
#ifndef SERVICES_RETURNS_HARM_H
#define SERVICES_RETURNS_HARM_H

#include "common/event/event.h"
#include "common/io/pg.h"
#include "common/policy/policy.h"

/* Of a batch; all zero: none. */
struct harm_notes {
    struct harm_note *items; /* the attempt's */
    size_t n, room;
};

/* The signals among the hazards of the event's lines, and with them the traits. */
void harm_note(struct arena *a, struct harm_notes *all, struct uuid case_id,
               const struct return_event *e, const struct policy *p);
/* Behind the rows of the cases. */
void harm_write(const struct harm_notes *all, struct pg_script *s);

#endif
