/*
 * judge.h: what the history of one partition says of it. Pure: history in, verdict out.
 *
 * A sample is what was seen at one moment: the position of the group (committed to
 * Postgres, or to Kafka for other groups), read first, and the ends of the partition, read
 * afterwards, so that the lag is never too small for it. Instants are microseconds.
 *
 * The states are Burrow's, over the samples of the last `window_us` (and the one before
 * them, so that they reach back that far), in this order:
 *
 *   STOP    something is wrong with the topic (see enum trouble) and the group is henpin's:
 *           its worker waits for a person
 *   OK      nothing waits
 *   REWIND  the position went back in the window and is not yet where it had been
 *   OK      nothing waited at some moment of the window
 *   unknown the history does not reach back that far
 *   STOP    the position did not move and nobody is in the group, as far as it is known
 *   STALL   the position did not move although somebody is there
 *   WARN    it moves, but what waits never became less
 *   OK      otherwise
 *
 * So a rebalance, a deploy or a restart that is shorter than the window says nothing, nor
 * does the first record after hours in an idle topic. Burrow tells STOP and STALL apart by
 * commits without progress; the ledger has none of these, so the members do.
 */
#ifndef SERVICES_LAG_JUDGE_H
#define SERVICES_LAG_JUDGE_H

#include "common/base/absent.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum lag_state { LAG_UNKNOWN, LAG_OK, LAG_WARN, LAG_STALL, LAG_STOP, LAG_REWIND };
extern const char *const lag_state_words[]; /* "" for unknown */

enum lag_trouble {
    LAG_NO_TROUBLE,
    LAG_GONE,  /* the partition begins behind the position: records were deleted unread */
    LAG_SHORT, /* it ends before the position: created anew, or cut */
    LAG_ANOTHER,   /* the last record applied is not the one that stands there */
    LAG_NOT_THERE, /* Kafka has no such partition */
};
extern const char *const lag_trouble_words[]; /* "" for none */

struct lag_sample {
    int64_t at_us;
    int64_t position, low, high; /* all known */
};

enum { LAG_SAMPLES = 96 };
/* The last samples, oldest first: all zero is empty. */
struct lag_history {
    struct lag_sample items[LAG_SAMPLES];
    size_t first, n;
};
/* A partition that became shorter is another one: its history begins here. */
void lag_history_add(struct lag_history *h, struct lag_sample s);
const struct lag_sample *lag_history_at(const struct lag_history *h, size_t i);

/* What is known of the moment beside the history. */
struct lag_moment {
    int64_t now_us, window_us;
    int64_t oldest_us;    /* timestamp of the first record that waits; EVENT_ABSENT: not
                             looked at */
    bool is_nothing;      /* the first record that waits was looked for and there is none:
                             only the markers of transactions */
    int64_t retention_us; /* of the topic; negative: none, or unknown */
    int64_t members;      /* of the group; negative: unknown */
    bool is_ours;         /* a group of the ledger */
    bool is_another;      /* the last record applied is not the one that stands there */
};

struct lag_verdict {
    enum lag_state state;
    enum lag_trouble trouble;
    int64_t lag;  /* records that wait */
    int64_t lost; /* records that were deleted unread */
    int64_t
        age_us; /* of the oldest that waits, 0 when none does; EVENT_ABSENT: unknown */
    bool is_estimated; /* the age is interpolated from the history of the end */
    double read_rate;  /* records a second over the window; negative: unknown */
    double write_rate;
    int64_t
        loss_in_us; /* until retention deletes a record that waits; EVENT_ABSENT: it will
                           not, or nobody can tell */
    int64_t endangered; /* records that it will delete unread */
};
/* The history has at least one sample. */
struct lag_verdict lag_judge(const struct lag_history *h, const struct lag_moment *m);

/* Until `lag` is read at these speeds: 0 when nothing waits, INT64_MAX never, EVENT_ABSENT
 * when a speed is unknown. */
int64_t lag_catch_up_us(int64_t lag, double read_rate, double write_rate);

#endif
