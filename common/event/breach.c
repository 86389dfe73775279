/* breach.c: see breach.h. */
#include "common/event/breach.h"

#include "common/base/clock.h"

void build_stake(struct builder *b, const char *before, struct span breach,
                 struct span cost) {
    if (breach.len == 0 && cost.len == 0)
        return;
    build_text(b, before);
    build_span(b, cost.len > 0 ? cost : breach);
    if (cost.len > 0 && breach.len > 0) {
        build_text(b, " (");
        build_span(b, breach);
        build_char(b, ')');
    }
}

void build_breach(struct builder *b, struct span duty, int64_t due_us, struct span breach,
                  struct span cost) {
    build_span(b, duty);
    build_instant(b, " was due ", due_us);
    build_text(b, " and was not done in time");
    build_stake(b, "; at stake: ", breach, cost);
}
