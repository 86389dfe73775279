/*
 * copy: the second ceiling: the rows that a worker wrote, once more into the same tables,
 * by bare COPY.
 *
 *   copy CONNINFO CONNECTIONS TRANSACTIONS TABLE...
 *
 * Reads each table (COPY TO, binary) into memory, empties all of them, and writes the
 * rows back over CONNECTIONS connections in TRANSACTIONS transactions of equal size, each
 * with one COPY for each table. Prints rows and rows a second.
 */
#include "common/base/clock.h"
#include "common/base/compiler.h"

#include <endian.h>
#include <libpq-fe.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TABLES_MAX = 16, HEADER = 19, CONNECTIONS_MAX = 16 };

struct table {
    const char *name;
    char columns[2048];
    char *bytes; /* rows without header and trailer */
    size_t len, cap;
    size_t *starts; /* of each row, and one more */
    size_t n_rows, room;
};

static struct table tables[TABLES_MAX];
static int n_tables, n_connections, n_transactions;
static const char *conninfo;

static void must(PGconn *db, int ok, const char *what) {
    if (ok)
        return;
    fprintf(stderr, "copy: %s: %s", what, PQerrorMessage(db));
    exit(1);
}

static PGresult *run(PGconn *db, const char *sql, ExecStatusType wanted) {
    PGresult *r = PQexec(db, sql);
    must(db, PQresultStatus(r) == wanted, sql);
    return r;
}

/* Columns without those that the table fills in itself. */
static void find_columns(PGconn *db, struct table *t) {
    char sql[512];
    snprintf(
        sql, sizeof sql,
        "SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute"
        " WHERE attrelid = '%s'::regclass AND attnum > 0 AND NOT attisdropped"
        " AND attname NOT IN ('recorded_at', 'recorded_xid') AND attgenerated = ''",
        t->name);
    PGresult *r = run(db, sql, PGRES_TUPLES_OK);
    snprintf(t->columns, sizeof t->columns, "%s", PQgetvalue(r, 0, 0));
    PQclear(r);
}

/* COPY sends one row a message, the first with the file header in front. */
static void read_table(PGconn *db, struct table *t) {
    char sql[3000];
    char *row;
    find_columns(db, t);
    snprintf(sql, sizeof sql, "COPY (SELECT %s FROM %s) TO STDOUT (FORMAT binary)",
             t->columns, t->name);
    PQclear(run(db, sql, PGRES_COPY_OUT));
    bool is_first = true;
    for (int n; (n = PQgetCopyData(db, &row, 0)) > 0; PQfreemem(row)) {
        size_t skip = is_first ? HEADER : 0, len = (size_t)n - skip;
        is_first = false;
        if (len <= 2)
            continue; /* the trailer, or a header that came alone */
        if (t->len + len > t->cap)
            t->bytes = xrealloc(t->bytes, t->cap = 2 * (t->cap + len));
        if (t->n_rows + 2 > t->room)
            t->starts =
                xrealloc(t->starts, (t->room = 2 * t->room + 1024) * sizeof *t->starts);
        memcpy(t->bytes + t->len, row + skip, len);
        t->starts[t->n_rows++] = t->len;
        t->len += len;
        t->starts[t->n_rows] = t->len;
    }
    PQclear(PQgetResult(db));
    while (PQgetResult(db))
        ;
}

static void write_share(PGconn *db, const struct table *t, int transaction) {
    static const char header[HEADER] = "PGCOPY\n\377\r\n";
    static const char trailer[2] = {'\377', '\377'};
    size_t from = t->n_rows * (size_t)transaction / (size_t)n_transactions;
    size_t to = t->n_rows * ((size_t)transaction + 1) / (size_t)n_transactions;
    char sql[3000];
    if (from == to)
        return;
    snprintf(sql, sizeof sql, "COPY %s (%s) FROM STDIN (FORMAT binary)", t->name,
             t->columns);
    PQclear(run(db, sql, PGRES_COPY_IN));
    bool is_ok = PQputCopyData(db, header, HEADER) == 1;
    for (size_t at = t->starts[from], end = t->starts[to]; at < end;) {
        size_t n = end - at < 65536 ? end - at : 65536;
        is_ok = is_ok && PQputCopyData(db, t->bytes + at, (int)n) == 1;
        at += n;
    }
    is_ok = is_ok && PQputCopyData(db, trailer, 2) == 1 && PQputCopyEnd(db, NULL) == 1;
    must(db, is_ok, "COPY");
    for (PGresult *r; (r = PQgetResult(db)); PQclear(r))
        must(db, PQresultStatus(r) == PGRES_COMMAND_OK, "COPY");
}

static void *write_all(void *arg) {
    int mine = (int)(intptr_t)arg;
    PGconn *db = PQconnectdb(conninfo);
    must(db, PQstatus(db) == CONNECTION_OK, "connect");
    for (int i = mine; i < n_transactions; i += n_connections) {
        PQclear(run(db, "BEGIN", PGRES_COMMAND_OK));
        for (int t = 0; t < n_tables; t++)
            write_share(db, &tables[t], i);
        PQclear(run(db, "COMMIT", PGRES_COMMAND_OK));
    }
    PQfinish(db);
    return NULL;
}

int main(int argc, char **argv) {
    if (argc < 5 || argc - 4 > TABLES_MAX) {
        fprintf(stderr, "usage: copy CONNINFO CONNECTIONS TRANSACTIONS TABLE...\n");
        return 2;
    }
    conninfo = argv[1];
    n_connections = (int)strtol(argv[2], NULL, 10);
    n_transactions = (int)strtol(argv[3], NULL, 10);
    PGconn *db = PQconnectdb(conninfo);
    must(db, PQstatus(db) == CONNECTION_OK, "connect");
    size_t rows = 0, bytes = 0;
    for (int i = 4; i < argc; i++) {
        tables[n_tables].name = argv[i];
        read_table(db, &tables[n_tables++]);
    }
    for (int t = 0; t < n_tables; t++) {
        char sql[200];
        rows += tables[t].n_rows;
        bytes += tables[t].len;
        snprintf(sql, sizeof sql, "TRUNCATE %s", tables[t].name);
        PQclear(run(db, sql, PGRES_COMMAND_OK));
    }
    PQclear(run(db, "CHECKPOINT", PGRES_COMMAND_OK));
    pthread_t threads[CONNECTIONS_MAX];
    int64_t began = clock_monotonic_us();
    for (int i = 0; i < n_connections && i < CONNECTIONS_MAX; i++)
        pthread_create(&threads[i], NULL, write_all, (void *)(intptr_t)i);
    for (int i = 0; i < n_connections && i < CONNECTIONS_MAX; i++)
        pthread_join(threads[i], NULL);
    double s = (double)(clock_monotonic_us() - began) / 1e6;
    printf("rows %zu\nrows_per_s %.0f\nmean_bytes %.0f\n", rows, (double)rows / s,
           rows ? (double)bytes / (double)rows : 0.0);
    return 0;
}
