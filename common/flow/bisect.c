#include "common/flow/bisect.h"

size_t bisect_limit(const struct bisection *s, size_t n) {
    if (!s->is_on)
        return n;
    return s->is_proved ? (s->good + s->bad) / 2 : s->bad;
}

void bisect_failed(struct bisection *s, size_t limit, const struct error *why) {
    s->is_proved = s->is_on;
    if (!s->is_on)
        s->good = 0;
    s->is_on = true;
    s->bad = limit;
    s->why = *why;
}

void bisect_succeeded(struct bisection *s, size_t limit) {
    if (s->is_proved)
        s->good = limit;
    else
        bisect_end(s);
}

void bisect_end(struct bisection *s) {
    *s = (struct bisection){0};
}

enum bisect_verdict bisect_settle(struct bisection *s, struct batch *b,
                                  struct message **guilty) {
    if (!s->is_on || !s->is_proved)
        return BISECT_GO_ON;
    while (s->good < s->bad && b->messages[s->bad - 1].fate == FATE_REJECTED)
        s->bad--;
    if (s->bad == s->good)
        return BISECT_NOBODY;
    if (s->bad - s->good > 1)
        return BISECT_GO_ON;
    *guilty = &b->messages[s->bad - 1];
    s->is_on = s->is_proved = false;
    s->good = s->bad = 0;
    return BISECT_FOUND;
}
