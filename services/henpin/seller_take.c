/* seller_take.c: lines on their way into the directory, and the words they are written
 * with. */
#include "services/henpin/seller.h"

#include "common/event/marketplace.h"
#include "common/policy/directory.h"

#include <stdio.h>

const char *const seller_kinds[] = {"seller", "fact", "licence", "marketplace", NULL};

enum status seller_word(const struct policy *p, struct span word, enum seller_kind *kind,
                        const char **spelled, struct error *err) {
    const struct marketplace *m = marketplace_find(word);
    if (m && policy_lists(p, FACT_MARKETPLACE, span_of(m->code))) {
        *kind = SELLER_MARKETPLACE;
        *spelled = m->code;
        return ST_OK;
    }
    switch (directory_kind(p, word, spelled)) {
    case DIRECTORY_FACT:
        *kind = SELLER_FACT;
        return ST_OK;
    case DIRECTORY_LICENCE:
        *kind = SELLER_LICENCE;
        return ST_OK;
    case DIRECTORY_UNKNOWN:
        break;
    }
    struct suggestion s = suggest_for(word);
    size_t n;
    const struct marketplace *all = marketplace_all(&n);
    directory_suggest(p, &s);
    char language[40]; /* "ja" is near nothing, and means this */
    snprintf(language, sizeof language, "language.%.*s", SPAN_ARGS(word));
    if (directory_kind(p, span_of(language), spelled) == DIRECTORY_FACT)
        return error_set(err, E_CONFIG,
                         "\"%.*s\" is no fact, licence or marketplace of the rule packs: "
                         "did you mean \"%s\"?",
                         SPAN_ARGS(word), *spelled);
    for (size_t i = 0; i < n; i++)
        suggest_consider(&s, all[i].code);
    return error_set(err, E_CONFIG,
                     "\"%.*s\" is no fact, licence or marketplace of the rule packs%s",
                     SPAN_ARGS(word), suggest_text(&s));
}

enum status seller_classes(const struct policy *p, struct span classes,
                           struct error *err) {
    struct span rest = span_trim(classes), word;
    while (rest.len > 0 && span_cut(&rest, ' ', &word))
        if (word.len > 0 && !policy_lists(p, FACT_CATEGORY, word))
            return error_set(err, E_CONFIG,
                             "\"%.*s\" is no class of goods (\"category\") of the rule "
                             "packs",
                             SPAN_ARGS(word));
    return ST_OK;
}

static const struct pg_statement begin_as = {
    "seller_begin_as", "SELECT set_config('henpin.changed_by', $1::text, true)"};

static const struct pg_statement begin_all = {
    "seller_begin_all", "SELECT henpin.seller_change_begin($1::text[])"};

void seller_begin(struct pg_script *s, const struct seller_line *lines, size_t n) {
    (void)pg_script_query(s, &pg_begin);
    pg_param_text(pg_script_query(s, &begin_as), span_of(database_user()));
    struct pg_array *ids = pg_param_array(pg_script_query(s, &begin_all), PG_TEXT, n);
    for (size_t i = 0; i < n; i++)
        pg_array_text(ids, lines[i].seller_id);
}

/* In the order of the lines: a seller is entered before its facts. */
static const struct pg_statement take = {
    "seller_take_lines",
    "SELECT henpin.seller_take(kind, seller_id, word, value, valid_from, valid_until,"
    "  array_remove(string_to_array(more, ' '), ''))"
    " FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::timestamptz[],"
    "  $6::timestamptz[], $7::text[])"
    "  AS t(kind, seller_id, word, value, valid_from, valid_until, more)"};

/* Its parameters. */
enum { L_KIND, L_SELLER, L_WORD, L_VALUE, L_FROM, L_UNTIL, L_MORE, L_COUNT };

static const enum pg_type types[L_COUNT] = {
    [L_KIND] = PG_TEXT,  [L_SELLER] = PG_TEXT,      [L_WORD] = PG_TEXT,
    [L_VALUE] = PG_TEXT, [L_FROM] = PG_TIMESTAMPTZ, [L_UNTIL] = PG_TIMESTAMPTZ,
    [L_MORE] = PG_TEXT,
};

const struct pg_query *seller_take(struct pg_script *s, const struct seller_line *lines,
                                   size_t n) {
    struct pg_query *q = pg_script_query(s, &take);
    struct pg_array *a[L_COUNT];
    pg_param_arrays(q, types, L_COUNT, n, a);
    for (size_t i = 0; i < n; i++) {
        const struct seller_line *l = &lines[i];
        pg_array_text(a[L_KIND], span_of(seller_kinds[l->kind]));
        pg_array_text(a[L_SELLER], l->seller_id);
        pg_array_text(a[L_WORD], l->word);
        pg_array_text(a[L_VALUE], l->value);
        pg_array_i64(a[L_FROM], l->from_us);
        pg_array_i64(a[L_UNTIL], l->until_us);
        pg_array_text(a[L_MORE], l->more.ptr ? l->more : SPAN(""));
    }
    return q;
}

bool seller_told(const struct pg_query *q, size_t row, struct span *told) {
    struct span refused = SPAN("refused: ");
    *told = pg_text(q, row, 0);
    if (!span_starts_with(*told, refused))
        return true;
    *told = (struct span){told->ptr + refused.len, told->len - refused.len};
    return false;
}
