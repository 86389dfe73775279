#include "services/returns/harm.h"

#include "common/policy/goods.h"

struct harm_note {
    struct uuid case_id;
    struct span product_class, word;
    int64_t known_us;
};

/* The earliest that is read counts, whatever order they are read in: it is a row more. */
static const struct pg_statement write = {
    "returns_harm",
    "INSERT INTO henpin.harm (case_id, product_class, word, known_at)"
    " SELECT * FROM (SELECT case_id, coalesce(product_class, '') AS product_class,"
    "   lower(word) AS word, min(known_at) AS known_at"
    "  FROM unnest($1::uuid[], $2::text[], $3::text[], $4::timestamptz[])"
    "   AS t(case_id, product_class, word, known_at) GROUP BY 1, 2, 3) t"
    " WHERE NOT EXISTS (SELECT FROM henpin.harm h WHERE h.case_id = t.case_id"
    "  AND h.said = md5(md5(t.product_class) || md5(t.word))::uuid"
    "  AND h.known_at <= t.known_at) ORDER BY 1, 2, 3"
    " ON CONFLICT (case_id, said, known_at) DO NOTHING"};

static bool tells_harm(const struct return_line *line, const struct policy *p) {
    for (size_t i = 0; i < line->hazards.count; i++)
        if (goods_fact_of(p, line->hazards.items[i]) == FACT_SIGNALS)
            return true;
    return false;
}

static void note_line(struct arena *a, struct harm_notes *all, struct uuid case_id,
                      const struct return_line *line, int64_t known_us,
                      const struct policy *p) {
    for (size_t i = 0; i < line->hazards.count; i++) {
        struct span word = line->hazards.items[i];
        if (goods_fact_of(p, word) == FACT_HAZARDS)
            continue;
        all->items = arena_grow(a, all->items, all->n, &all->room, sizeof *all->items);
        all->items[all->n++] =
            (struct harm_note){case_id, line->product_class, word, known_us};
    }
}

void harm_note(struct arena *a, struct harm_notes *all, struct uuid case_id,
               const struct return_event *e, const struct policy *p) {
    for (size_t i = 0; i < e->n_lines; i++)
        if (tells_harm(&e->lines[i], p))
            note_line(a, all, case_id, &e->lines[i], e->head.occurred_at_us, p);
}

void harm_write(const struct harm_notes *all, struct pg_script *s) {
    if (all->n == 0)
        return;
    struct pg_query *q = pg_script_query(s, &write);
    struct pg_array *cases = pg_param_array(q, PG_UUID, all->n);
    struct pg_array *classes = pg_param_array(q, PG_TEXT, all->n);
    struct pg_array *words = pg_param_array(q, PG_TEXT, all->n);
    struct pg_array *known = pg_param_array(q, PG_TIMESTAMPTZ, all->n);
    for (size_t i = 0; i < all->n; i++) {
        pg_array_uuid(cases, all->items[i].case_id);
        pg_array_text(classes, all->items[i].product_class);
        pg_array_text(words, all->items[i].word);
        pg_array_i64(known, all->items[i].known_us);
    }
}
