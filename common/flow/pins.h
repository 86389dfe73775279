/*
 * pins.h: --partitions, the partitions that a worker is pinned to.
 *
 * A pinned worker reads exactly these, whoever else is in its group; so it can work for a
 * cell, some partitions with a Postgres of their own. The ledger is that of the Postgres
 * it writes to, as always: a second worker of the same cell on the same partition is
 * fenced. One of another cell is not, nothing that the two share would tell them:
 * whoever deals the partitions out gives each to one cell.
 */
#ifndef COMMON_FLOW_PINS_H
#define COMMON_FLOW_PINS_H

#include "common/flow/worker_config.h"

enum { PINS_MAX = 4096 }; /* as many as positions.h keeps */

struct pins {
    int32_t items[PINS_MAX]; /* ascending, each once */
    size_t n;                /* 0: the group gives partitions */
};

/* Reads "0-3,8". E_CONFIG for what is no such list, names a partition twice, or is asked
 * for together with options that mean the opposite. */
MUST_USE enum status pins_parse(const struct worker_config *config, struct pins *out,
                                struct error *err);

#endif
