/* explain_money.c: the money of each way, as lines of text: what the rules chose is
 * marked, what nobody has a figure for is said. */
#include "common/policy/explain_text.h"
#include "common/policy/money.h"

#include <inttypes.h>

static const char *amount_text(const struct telling *t, const struct money_amount *m) {
    struct builder b = builder_in(t->a, 100);
    money_build(&b, m, words_phrase(t->w, PH_MONEY_TO));
    build_char(&b, '\0');
    return b.ptr;
}

static const char *parts_text(const struct telling *t, unsigned parts) {
    const char *names[MONEY_PART_COUNT];
    int n = 0;
    for (int part = 0; part < MONEY_PART_COUNT; part++)
        if (parts >> part & 1)
            names[n++] = money_part_name((enum money_part)part);
    return telling_list(t, "money", names, n);
}

/* "50..100% of value", as the packs write it, in the reader's language. */
static const char *figure_text(const struct telling *t, const struct money_figure *f) {
    struct builder b = builder_in(t->a, 50);
    if (!f->is_share)
        return f->amount;
    build_i64(&b, f->low);
    if (f->high != f->low)
        build_format(&b, "..%" PRId64, f->high);
    build_char(&b, '\0');
    return telling_say(t, PH_MONEY_SHARE, b.ptr, NULL, NULL);
}

static void tell_way(struct telling *t, const struct money_way_sum *s) {
    const char *title = words_find(t->w, "way", s->way->name);
    const char *sum = s->sum.is_known ? amount_text(t, &s->sum) : "";
    build_format(t->b, "  %s %s%s\n", s->is_chosen ? ">" : " ",
                 telling_say(t, s->sum.is_known ? PH_MONEY_WAY : PH_MONEY_WAY_UNKNOWN,
                             title ? title : s->way->title, sum, NULL),
                 s->lacks
                     ? telling_say(t, PH_MONEY_LACKS, parts_text(t, s->lacks), NULL, NULL)
                     : "");
    for (int part = 0; part < MONEY_PART_COUNT; part++) {
        const struct money_figure *f = s->figures[part];
        if (!f || !s->parts[part].is_known)
            continue;
        const char *name = money_part_name((enum money_part)part);
        build_format(t->b, "      %s %s\n",
                     telling_say(t, PH_MONEY_PART, words_text(t->w, "money", name),
                                 amount_text(t, &s->parts[part]), figure_text(t, f)),
                     telling_say(t, PH_MONEY_SOURCE,
                                 words_text(t->w, "source", f->source),
                                 confidence_text(t->w, f->confidence), NULL));
    }
}

void tell_money(struct telling *t) {
    const struct policy_disposition *d = &t->x->d.disposition;
    struct money_way_sum ways[POLICY_MAX_WAYS];
    if (!d->code && !d->remedy)
        return; /* not about goods */
    int n = money_compare(t->x->p, t->x->f, d->is_shadow ? NULL : d->code, ways);
    bool is_chosen = false;
    for (int i = 0; i < n; i++)
        is_chosen = is_chosen || ways[i].is_chosen;
    if (n > 0)
        telling_heading(t, is_chosen ? PH_MONEY : PH_MONEY_OPEN);
    for (int i = 0; i < n; i++)
        tell_way(t, &ways[i]);
}
