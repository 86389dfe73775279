#include "services/lag/risk.h"

#include "common/base/clock.h"

#include <string.h>

/* The record at share f waits age * (1 - f) + f * lag / rate: a straight line. */
double risk_share(const struct risk_backlog *b, int64_t allowance_us) {
    if (b->lag <= 0)
        return 0;
    if (b->read_rate <= 0)
        return 1;
    double allowed = (double)allowance_us, first = (double)b->age_us;
    double last = (double)b->lag / b->read_rate * (double)US_PER_S;
    if (first <= allowed && last <= allowed)
        return 0;
    if (first > allowed && last > allowed)
        return 1;
    double crossing = (allowed - first) / (last - first);
    return first > allowed ? crossing : 1 - crossing;
}

static struct risk_desk *desk_of(struct risk *r, struct arena *a, const char *name) {
    size_t at = 0;
    while (at < r->n && strcmp(r->desks[at].desk, name) < 0)
        at++;
    if (at < r->n && strcmp(r->desks[at].desk, name) == 0)
        return &r->desks[at];
    struct risk_desk *desks = arena_array(a, r->n + 1, sizeof *desks);
    if (r->n > 0) {
        memcpy(desks, r->desks, at * sizeof *desks);
        memcpy(desks + at + 1, r->desks + at, (r->n - at) * sizeof *desks);
    }
    desks[at] = (struct risk_desk){.desk = name};
    r->desks = desks;
    r->n++;
    return &desks[at];
}

static void add_money(struct risk_desk *d, const char *currency, double minor) {
    size_t i = 0;
    while (i < d->n_money && strcmp(d->money[i].currency, currency) != 0)
        i++;
    if (i == RISK_CURRENCIES)
        return;
    if (i == d->n_money)
        d->money[d->n_money++] = (struct risk_money){currency, 0};
    d->money[i].minor += minor;
}

void risk_add(struct risk *r, struct arena *a, const struct risk_backlog *b,
              const struct risk_promise *promises, size_t n, double per_record) {
    for (size_t i = 0; i < n; i++) {
        const struct risk_promise *p = &promises[i];
        double deadlines =
            (double)b->lag * per_record / (double)n * risk_share(b, p->allowance_us);
        if (deadlines <= 0)
            continue;
        struct risk_desk *d = desk_of(r, a, p->desk);
        d->deadlines += deadlines;
        if (*p->currency)
            add_money(d, p->currency, deadlines * (double)p->amount_minor);
    }
}
