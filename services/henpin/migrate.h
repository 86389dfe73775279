/* migrate.h: what the files of `henpin migrate` share. */
#ifndef SERVICES_HENPIN_MIGRATE_H
#define SERVICES_HENPIN_MIGRATE_H

#include "common/base/arena.h"
#include "common/io/pg.h"

/* A file of the directory: NNNN_what.sql. */
struct migration {
    int64_t version;
    const char *name;     /* the file's name; letters, digits, '_' and '.' only */
    struct span sql;      /* the whole text */
    const char *checksum; /* SHA-256 of the text, lower-case hexadecimal; from
                             migrate_compare on */
};

struct migrations {
    struct migration *items; /* versions 1, 2, 3 ... without a gap */
    size_t n;
};

/* Reads the directory into the arena. E_FILE: unreadable, a gap, two files of one number.
 */
MUST_USE enum status migrations_read(struct arena *a, const char *dir,
                                     struct migrations *out, struct error *err);

/* Fills the checksums and compares with what the database says was applied. `*n_applied`
 * is the number of leading files that are in the database. E_PG_VERSION: the database is
 * newer, a file was changed, a gap. */
MUST_USE enum status migrations_compare(struct arena *a, struct pg *pg,
                                        struct migrations *m, size_t *n_applied,
                                        struct error *err);

/* Creates partitions ahead of time and drops those that are older than what is kept; says
 * each on standard output. What a busy table does not allow now is left for the next
 * time. */
MUST_USE enum status maintain_partitions(struct arena *a, struct pg *pg,
                                         int64_t ahead_months, int64_t keep_months,
                                         bool is_check, struct error *err);

#endif
