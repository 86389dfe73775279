#include "common/flow/bisect.h"

size_t bisect_limit(const struct bisection *s, size_t n) {
    if (!s->is_on)
        return n;
    return s->is_proved ? (s->good + s->bad) / 2 : s->bad; /* side by side: good again */
}

void bisect_failed(struct bisection *s, size_t limit, const struct error *why) {
    s->is_proved = s->is_on;
    if (!s->is_on)
        s->good = 0;
    if (limit <= s->good) /* it succeeded before: the tables have changed since */
        s->good = 0;
    s->is_on = true;
    s->is_good_since = false;
    s->bad = limit;
    s->why = *why;
}

void bisect_succeeded(struct bisection *s, size_t limit) {
    if (!s->is_proved) {
        bisect_end(s);
        return;
    }
    s->good = limit;
    s->is_good_since = true;
}

void bisect_end(struct bisection *s) {
    *s = (struct bisection){0};
}

enum bisect_verdict bisect_settle(struct bisection *s, struct batch *b,
                                  struct message **guilty) {
    if (!s->is_on || !s->is_proved)
        return BISECT_GO_ON;
    while (s->bad > 0 && b->messages[s->bad - 1].fate == FATE_REJECTED)
        s->bad--;
    if (s->bad == 0)
        return BISECT_NOBODY;
    if (s->bad <= s->good)
        s->good = 0;
    if (s->bad - s->good > 1 || (s->good > 0 && !s->is_good_since))
        return BISECT_GO_ON;
    *guilty = &b->messages[s->bad - 1];
    bisect_end(s);
    return BISECT_FOUND;
}
