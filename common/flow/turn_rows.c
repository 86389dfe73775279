/* turn_rows.c: see turn_rows.h. */
#include "common/flow/turn_rows.h"

#include "common/base/clock.h"
#include "common/policy/redate.h"

void turn_rows_read(struct arena *a, const struct pg_query *q, size_t row, int column,
                    struct span desk, struct policy_turns *out) {
    struct span *desks;
    int64_t *from, *act_by;
    size_t n = pg_array_items(q, row, column, a, &desks);
    size_t n_from = pg_array_instants(q, row, column + 1, a, &from);
    size_t n_act_by = pg_array_instants(q, row, column + 2, a, &act_by);
    *out = (struct policy_turns){0};
    if (n > COUNT_OF(out->desk) || n != n_from || n != n_act_by)
        return; /* nobody writes such a row; the desk that has it keeps it */
    for (size_t i = 0; i < n; i++) {
        out->desk[i] = desks[i];
        out->from_us[i] = from[i];
        out->act_by_us[i] = act_by[i];
        if (span_equal(desks[i], desk))
            out->present = (int)i;
    }
    out->n = (int)n;
    out->skips = n > 0 ? (unsigned)pg_i64(q, row, column + 3) : 0;
}

/* "medical_device", "a+b", or nothing. */
static void copy_requires(struct pg_copy *copy, const struct policy_duty *p) {
    char text[POLICY_MAX_CHAIN * 100];
    int n_licences = 0;
    for (int i = 0; i < p->n_turns; i++)
        n_licences += p->turns[i].n_licences;
    if (n_licences == 0) {
        pg_copy_null(copy);
        return;
    }
    pg_copy_array(copy, PG_TEXT, (size_t)p->n_turns);
    for (int i = 0; i < p->n_turns; i++) {
        struct builder b = builder_over(text, sizeof text);
        for (int k = 0; k < p->turns[i].n_licences; k++) {
            build_text(&b, k > 0 ? "+" : "");
            build_text(&b, p->turns[i].licences[k]);
        }
        pg_copy_text(copy, builder_span(&b));
    }
    pg_copy_array_end(copy);
}

static void copy_plan(struct pg_copy *copy, const struct policy_duty *p) {
    const struct policy_turns t = redate_plan(p);
    if (t.n == 0) {
        for (int i = 0; i < 4; i++)
            pg_copy_null(copy);
        return;
    }
    pg_copy_texts(copy, t.desk, (size_t)t.n);
    pg_copy_instants(copy, t.from_us, (size_t)t.n);
    pg_copy_instants(copy, t.act_by_us, (size_t)t.n);
    pg_copy_i16(copy, (int16_t)t.skips);
}

void turn_rows_copy(struct pg_copy *copy, const struct policy_duty *p) {
    copy_plan(copy, p);
    copy_requires(copy, p);
}

void turn_rows_instants(struct pg_array *to, const int64_t *us, int n) {
    char text[TURN_ROWS_MAX_INSTANTS * (CLOCK_TEXT_SIZE + 1) + 2];
    struct builder b = builder_over(text, sizeof text);
    for (int i = 0; i < n; i++)
        build_instant(&b, i ? "," : "{", us[i]);
    if (n == 0) {
        pg_array_null(to);
        return;
    }
    build_char(&b, '}');
    pg_array_text(to, builder_span(&b));
}

_Static_assert((int)POLICY_MAX_CHAIN <= (int)TURN_ROWS_MAX_INSTANTS, "turns as text");

void turn_rows_plan(struct pg_array *turn_from, struct pg_array *turn_act_by,
                    const struct policy_duty *d) {
    const struct policy_turns t = redate_plan(d);
    turn_rows_instants(turn_from, t.from_us, t.n);
    turn_rows_instants(turn_act_by, t.act_by_us, t.n);
}
