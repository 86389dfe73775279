/* turns.c: see turns.h. */
#include "services/deadlines/turns.h"

/* NULL: that desk has no limit. */
static struct room *rooms_find(const struct rooms *rooms, struct span desk) {
    for (size_t i = 0; i < rooms->n; i++)
        if (span_equal(rooms->items[i].desk, desk))
            return &rooms->items[i];
    return NULL;
}

int turns_at(const struct policy_turns *t, int64_t now_us) {
    int i = t->present;
    while (i + 1 < t->n && t->from_us[i + 1] <= now_us)
        i++;
    return i;
}

bool turns_hand_on(const struct policy_turns *t, int i) {
    return i + 1 < t->n && (t->skips >> i & 1);
}

int turns_fitting(const struct policy_turns *t, int i, const struct rooms *rooms) {
    struct room *from = rooms_find(rooms, t->desk[t->present]);
    struct room *to = rooms_find(rooms, t->desk[i]);
    while (turns_hand_on(t, i) && to && to->left <= 0)
        to = rooms_find(rooms, t->desk[++i]);
    if (from)
        from->left++;
    if (to)
        to->left--;
    return i;
}
