/* seller_set.c: `henpin seller set`: one thing that a seller has, or has no more. */
#include "services/henpin/seller.h"

#include "common/base/clock.h"
#include "common/event/event.h"

#include <stdio.h>

static const char program[] = "henpin seller set";

static const struct pg_statement end = {
    "seller_end", "SELECT henpin.seller_end($1::text, $2::text, $3::text,"
                  " coalesce($4::timestamptz, now()))"};

/* Which option belongs to which kind of word. */
static enum status check_options(const struct seller_config *c, enum seller_kind kind,
                                 struct error *err) {
    const struct {
        const char *option, *value;
        enum seller_kind kind;
        const char *what;
    } rows[] = {
        {"value", c->value, SELLER_FACT, "a fact"},
        {"number", c->number, SELLER_LICENCE, "a licence"},
        {"ships-from", c->ships_from, SELLER_MARKETPLACE, "a marketplace"},
        {"classes", c->classes, SELLER_MARKETPLACE, "a marketplace"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (*rows[i].value && rows[i].kind != kind)
            return error_set(err, E_CONFIG, "option \"%s\" is of %s", rows[i].option,
                             rows[i].what);
    if (kind == SELLER_LICENCE && !*c->number && !c->is_end)
        return error_set(err, E_CONFIG, "a licence has a number: --number");
    if (kind == SELLER_MARKETPLACE && !*c->ships_from && !c->is_end)
        return error_set(err, E_CONFIG,
                         "where does the seller ship from: --ships-from CN");
    return ST_OK;
}

static enum status read_line(const struct policy *p, const struct seller_config *c,
                             const struct option_list *operands, struct seller_line *out,
                             struct error *err) {
    const char *spelled = "";
    enum status st =
        seller_word(p, span_of(operands->items[1]), &out->kind, &spelled, err);
    if (st == ST_OK)
        st = check_options(c, out->kind, err);
    if (st == ST_OK)
        st = seller_classes(p, span_of(c->classes), err);
    if (st == ST_OK)
        st = database_instant("from", c->from, &out->from_us, err);
    if (st == ST_OK)
        st = database_instant("until", c->until, &out->until_us, err);
    if (st == ST_OK && out->from_us != EVENT_ABSENT && out->until_us != EVENT_ABSENT &&
        out->from_us >= out->until_us)
        st = error_set(err, E_CONFIG, "it would end before it begins");
    out->seller_id = span_of(operands->items[0]);
    out->word = span_of(spelled);
    out->value = span_of(out->kind == SELLER_FACT      ? c->value
                         : out->kind == SELLER_LICENCE ? c->number
                                                       : c->ships_from);
    out->more = span_of(c->classes);
    if (!c->is_end) {
        out->from_us = out->from_us == EVENT_ABSENT ? SELLER_EVER : out->from_us;
        out->until_us = out->until_us == EVENT_ABSENT ? INT64_MAX : out->until_us;
    }
    return st;
}

static const struct pg_query *add_end(struct pg_script *s, const struct seller_line *l) {
    struct pg_query *q = pg_script_query(s, &end);
    pg_param_text(q, l->seller_id);
    pg_param_text(q, l->word);
    pg_param_text(q, l->kind == SELLER_LICENCE && l->value.len > 0
                         ? l->value
                         : (struct span){NULL, 0});
    pg_param_instant(q, l->until_us);
    return q;
}

/* False: it was refused, and told. */
static bool tell(const struct pg_query *q, struct span seller_id, struct span word) {
    struct span told;
    if (!q)
        return true;
    if (seller_told(q, 0, &told)) {
        printf("%.*s: %s%.*s%.*s\n", SPAN_ARGS(seller_id), word.len > 0 ? "" : "seller ",
               SPAN_ARGS(word), SPAN_ARGS(told));
        return true;
    }
    fprintf(stderr, "%s: \"%.*s\": %.*s\n", program, SPAN_ARGS(seller_id),
            SPAN_ARGS(told));
    if (memmem(told.ptr, told.len, "no such seller", 14))
        fprintf(stderr, "--new enters it\n");
    return false;
}

/* One transaction: the seller, if it is to be entered, then the word, if there is one. */
static int write_both(struct pg *pg, const struct seller_config *c,
                      const struct seller_line *line, bool has_word) {
    struct arena *a = arena_new(16u << 20);
    struct pg_script *s = pg_script_new(a), *finish = pg_script_new(a);
    struct error err = {0};
    const struct seller_line itself = {.seller_id = line->seller_id,
                                       .value = span_given(c->name),
                                       .more = span_of(c->country),
                                       .from_us = SELLER_EVER,
                                       .until_us = INT64_MAX};
    seller_begin(s, line, 1);
    bool is_entry = c->is_new || *c->name || *c->country;
    const struct pg_query *entry = is_entry ? seller_take(s, &itself, 1) : NULL;
    const struct pg_query *word = !has_word   ? NULL
                                  : c->is_end ? add_end(s, line)
                                              : seller_take(s, line, 1);
    enum status st = database_run(pg, s, &err);
    bool is_good = st == ST_OK && tell(entry, line->seller_id, SPAN(""));
    char text[200];
    snprintf(text, sizeof text, "%.*s ", SPAN_ARGS(line->word));
    is_good = is_good && tell(word, line->seller_id, span_of(text));
    if (is_good) {
        (void)pg_script_query(finish, &pg_commit);
        st = database_run(pg, finish, &err);
    }
    arena_free(a); /* a transaction that was refused ends with the connection */
    return st != ST_OK ? database_failed(program, &err) : is_good ? 0 : 1;
}

int seller_set(struct pg *pg, const struct policy *p, const struct seller_config *c,
               const struct option_list *operands) {
    struct seller_line line = {.seller_id = span_of(operands->items[0])};
    struct error err = {0};
    bool has_word = operands->count > 1;
    if (!span_is_text(line.seller_id)) {
        (void)error_set(&err, E_CONFIG, "the seller's id is no text");
        return database_failed(program, &err);
    }
    if (!has_word && !c->is_new && !*c->name && !*c->country) {
        (void)error_set(&err, E_CONFIG, "say what the seller has, or --new");
        return database_failed(program, &err);
    }
    if (has_word && read_line(p, c, operands, &line, &err) != ST_OK)
        return database_failed(program, &err);
    return write_both(pg, c, &line, has_word);
}
