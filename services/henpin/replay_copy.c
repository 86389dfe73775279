/* replay_copy.c: the seller directory from one database to another. */
#include "services/henpin/replay.h"

#define MEMORY ((size_t)1 << 30)

#define TABLE(name)                                                                      \
    {                                                                                    \
        {"replay_read_" name,                                                            \
         "SELECT coalesce(jsonb_agg(to_jsonb(t)), '[]')::text FROM henpin." name " t"},  \
            {"replay_write_" name,                                                       \
             "INSERT INTO henpin." name " SELECT * FROM jsonb_populate_recordset(NULL::" \
             "henpin." name ", $1::text::jsonb)"                                         \
             " ON CONFLICT DO NOTHING"},                                                 \
    }
static const struct {
    struct pg_statement read, write;
} tables[] = {TABLE("seller"), TABLE("seller_fact"), TABLE("seller_licence"),
              TABLE("seller_marketplace")};

enum status replay_copy_directory(struct pg *live, struct pg *into, struct error *err) {
    enum status st = ST_OK;
    for (size_t i = 0; i < COUNT_OF(tables) && st == ST_OK; i++) {
        struct arena *a = arena_new(MEMORY);
        struct pg_script *from = pg_script_new(a), *to = pg_script_new(a);
        const struct pg_query *rows = pg_script_query(from, &tables[i].read);
        st = database_run(live, from, err);
        if (st == ST_OK) {
            pg_param_text(pg_script_query(to, &tables[i].write), pg_text(rows, 0, 0));
            st = database_run(into, to, err);
        }
        arena_free(a);
    }
    return st;
}
