/*
 * risk.h: lag in deadlines: how many deadlines a backlog will miss at the present speed,
 * whose they are, and the money behind them. Pure.
 *
 * It is an estimate, and says so wherever it is shown. A record that waits cannot be asked:
 * what it starts depends on its case, its order and its seller, which the worker knows only
 * when it applies it. But the deadlines that the records before it have started are in the
 * tables. So: each waiting record starts as many deadlines as a record of its topic did
 * lately (`per_record`), with the allowances (act-by minus start), desks and money of the
 * newest ones (`promises`, each as likely as the other); it was written evenly between the
 * oldest that waits and now, and is read in its turn at the present speed. It misses its
 * act-by when it waits longer than the allowance. When the topic is not read at all, all
 * miss it.
 *
 * Where nothing was started lately nothing is known, and nothing is told.
 */
#ifndef SERVICES_LAG_RISK_H
#define SERVICES_LAG_RISK_H

#include "common/base/arena.h"

#include <stdint.h>

struct risk_promise {
    const char *desk, *currency; /* currency "": no money is known of */
    int64_t allowance_us;
    int64_t amount_minor;
};

struct risk_backlog {
    int64_t lag;
    int64_t age_us;   /* of the oldest */
    double read_rate; /* records a second */
};

struct risk_money {
    const char *currency;
    double minor;
};
enum { RISK_CURRENCIES = 16 };
struct risk_desk {
    const char *desk;
    double deadlines;
    struct risk_money money[RISK_CURRENCIES];
    size_t n_money; /* further currencies are left out */
};
struct risk {
    struct risk_desk *desks; /* in the arena, by name */
    size_t n;
};

/* Of what waits, the share that will be read later than `allowance_us` after it was
 * written. */
double risk_share(const struct risk_backlog *b, int64_t allowance_us);
/* Adds what a backlog puts at risk. */
void risk_add(struct risk *r, struct arena *a, const struct risk_backlog *b,
              const struct risk_promise *promises, size_t n, double per_record);

#endif
