/*
 * positions.h: which partitions are ours and how far each is applied. Postgres is the
 * only truth (I2).
 *
 * The ledger is append-only: a row per batch and partition with its first and next
 * offset. A batch may only continue exactly where the last row ended, and its unique key
 * lets one writer win. Positions are read from it at every assignment; Kafka's commits
 * are a mirror for tools and never read.
 *
 * A partition that was never read is claimed by a row of kind `start` (first_offset -1),
 * so that two workers which see different starts of the log cannot both begin.
 *
 * With each batch the ledger keeps a fingerprint of its last record. At assignment that
 * record is read once more and compared: a topic that was deleted and created anew is
 * noticed before anything is skipped.
 */
#ifndef COMMON_FLOW_POSITIONS_H
#define COMMON_FLOW_POSITIONS_H

#include "common/flow/batch.h"
#include "common/io/pg.h"

struct source;

struct partition {
    struct kafka_partition id;
    int lane;
    int64_t position; /* next offset to apply: what the ledger says */
    int64_t taken; /* next offset to take: ahead of position by what is in open batches */
    int64_t last_offset,
        last_fingerprint; /* of the ledger's last batch; last_offset -1: none */
    bool verifies;        /* the next record is last_offset's: compare, then drop it */
    bool wants_restart;   /* to be started anew at its position, outside of Kafka's
                             callbacks */
    bool is_stopped;      /* records are gone, or the topic is another one: a person must
                             decide */
    int64_t oldest_us;    /* Kafka timestamp of the oldest record taken and not applied; 0
                             none */
};

enum { POSITIONS_MAX = 4096 }; /* partitions of one worker */

struct positions {
    struct partition *items[POSITIONS_MAX];
    size_t n;
    const char *group;
    struct pg *control; /* a connection of its own, used waiting */
    struct source *source;
};

/* Adds the partitions and fills where to start each. Claims those never read. Waits for
 * Postgres, up to 10 s a question: one for all of them, and for each to be claimed two
 * more and one to Kafka. So does everything below that reads or writes the ledger. On
 * failure none is added. */
MUST_USE enum status positions_assign(struct positions *p,
                                      const struct kafka_partition *ids, size_t n,
                                      int n_lanes, int64_t *starts, struct error *err);
void positions_revoke(struct positions *p, const struct kafka_partition *ids, size_t n);
struct partition *positions_find(const struct positions *p,
                                 const struct kafka_partition *id);

/* Reads the ledger again for some partitions (after a fence or an accepted loss),
 * claiming those without a row: their position, last_offset and last_fingerprint change.
 */
MUST_USE enum status positions_read(struct positions *p, struct partition **parts,
                                    size_t n, struct error *err);

/* For those who only look: the last row of every partition in the ledger. $1 group, $2 topic,
 * $3 partition, each NULL for all; $4 whether topics that were created anew since count,
 * too. Columns: group, topic, partition, next_offset, recorded_at, last_offset,
 * last_fingerprint. */
extern const struct pg_statement positions_last;

/* What a record of last_offset must look like. */
int64_t record_fingerprint(int64_t timestamp_us, struct span key, struct span value);
/* Whether what Kafka gives for `offset` proves that the topic is another one: a record that
 * stands there and is not the one remembered. One that stands behind proves nothing:
 * compaction or a transaction took the other. */
bool record_is_another(const struct kafka_record *r, int64_t offset, int64_t fingerprint);

/* Kafka does not have the offset we asked for: continues where nothing was lost, else
 * stops the partition and says exactly what is gone. */
void positions_out_of_range(struct positions *p, const struct kafka_partition *id,
                            int64_t low, int64_t high);
/* The record at last_offset is another one than the ledger remembers. */
void positions_recreated(struct positions *p, struct partition *part);
/* Starts those anew that want it. Not inside Kafka's callbacks. Cheap when there are
 * none. */
void positions_restart(struct positions *p);
/* Everything before `end` was read and nothing of it is left to apply: markers of
 * transactions, records that their producer took back. Without this row the position
 * would stay behind the end of the log for ever. */
void positions_pass(struct positions *p, struct partition *part, int64_t end);
/* Looks whether somebody accepted a loss, and starts such partitions again. Cheap when
 * none is stopped. */
void positions_check_stopped(struct positions *p);

/* The ledger rows of a batch, as the first statement of its transaction. */
extern const struct pg_statement ledger_insert;
struct pg_query *positions_write(const struct positions *p, const struct batch *b,
                                 struct pg_script *s);

#endif
