#include "common/flow/breaker.h"

#include "common/base/log.h"
#include "common/base/metrics.h"

enum { RECENT_MAX = 2000 };

/* A message too many for its case is nobody's bug: a buyer's machine that answers the
 * seller's must not hold up everybody else. */
static bool is_bad(const struct message *m) {
    return m->error && m->error->code != E_EVENT_SIZE;
}

static int64_t count_bad(const struct batch *b) {
    int64_t n = 0;
    for (size_t i = 0; b->n_rejected > 0 && i < b->n_messages; i++)
        n += is_bad(&b->messages[i]);
    return n;
}

static const char *latest_error(const struct batch *b) {
    for (size_t i = b->n_messages; i-- > 0;)
        if (is_bad(&b->messages[i]))
            return b->messages[i].error->text;
    return "";
}

static void tell_open(const struct breaker *k, const struct batch *b, int64_t bad,
                      int64_t n) {
    struct error err = {0};
    (void)error_set(&err, E_BREAKER_OPEN,
                    "%lld of the last %lld messages are bad, the latest: %s",
                    (long long)bad, (long long)n, latest_error(b));
    error_hint(&err, "mend the connector or its schema and restart; to let them pass as "
                     "dead letters: --breaker-share 100");
    log_error("breaker.opened", LOG_I64("lane", k->lane), LOG_ERR(&err));
    metrics_count_error(err.code);
}

bool breaker_holds(struct breaker *k, const struct batch *b) {
    int64_t n = k->recent + (int64_t)b->n_messages;
    int64_t fresh = count_bad(b), bad = k->recent_bad + fresh;
    if (fresh == 0 || bad < k->min_bad || (double)bad <= k->share * (double)n) {
        breaker_close(k);
        return false;
    }
    if (!k->is_open)
        tell_open(k, b, bad, n);
    k->is_open = true;
    return true;
}

void breaker_count(struct breaker *k, const struct batch *b) {
    k->recent += (int64_t)b->n_messages;
    k->recent_bad += count_bad(b);
    if (k->recent > RECENT_MAX) {
        k->recent /= 2;
        k->recent_bad /= 2;
    }
}

void breaker_close(struct breaker *k) {
    if (k->is_open)
        log_info("breaker.closed", LOG_I64("lane", k->lane));
    k->is_open = false;
}
