/* money.c: see money.h. */
#include "common/policy/money.h"

#include "common/event/marketplace.h"
#include "common/policy/condition.h"

#include <inttypes.h>

static const struct {
    const char *name;
    int sign;
} parts[MONEY_PART_COUNT] = {
#define X(id, name, sign) [id] = {name, sign},
    MONEY_PARTS(X)
#undef X
};

const char *money_part_name(enum money_part part) {
    return parts[part].name;
}

static bool holds(const struct policy *p, const struct policy_facts *f,
                  struct condition *const *when) {
    for (int fact = 0; fact < POLICY_FACT_COUNT; fact++)
        if (when[fact] && !condition_met(when[fact], p, f, fact))
            return false;
    return true;
}

static const char *word_of(const struct policy *p, const struct policy_facts *f,
                           enum policy_fact fact) {
    int64_t value = f->value[fact];
    return value == FACT_MISSING ? NULL : p->domain.facts[fact].words[value];
}

static const char *currency_of(const struct policy *p, const struct policy_facts *f) {
    const char *said = word_of(p, f, FACT_CURRENCY);
    const char *code = word_of(p, f, FACT_MARKETPLACE);
    const struct marketplace *m = code ? marketplace_find(span_of(code)) : NULL;
    return said ? said : m ? m->currency : NULL;
}

/* A share of the value in whole minor units: of a cost the greater, of a gain the smaller
 * one. */
static int64_t share(int64_t value, int64_t percent, int sign) {
    return (value * percent + (sign < 0 ? 99 : 0)) / 100;
}

static struct money_amount amount_of(const struct policy *p, const struct policy_facts *f,
                                     const struct money_figure *figure) {
    int sign = parts[figure->part].sign;
    int64_t value = f->value[FACT_VALUE], low = figure->low, high = figure->high;
    const char *currency = figure->currency;
    if (figure->is_share) {
        const struct attribute *at = &p->domain.facts[FACT_VALUE];
        if (value == FACT_MISSING || value < 0 || value > at->max)
            return (struct money_amount){.is_known = false};
        low = share(value, low, sign);
        high = share(value, high, sign);
        currency = currency_of(p, f);
    }
    return sign > 0 ? (struct money_amount){true, low, high, currency}
                    : (struct money_amount){true, -high, -low, currency};
}

static bool is_nothing(const struct money_amount *m) {
    return !m->currency && m->low == 0 && m->high == 0;
}

/* What is of no known currency may be of any: it is summed with nothing else. */
static void add(struct money_amount *sum, const struct money_amount *m, bool *is_mixed) {
    const char *a = sum->currency, *b = m->currency;
    if (!is_nothing(sum) && !is_nothing(m) && (a && b ? strcmp(a, b) != 0 : a != b))
        *is_mixed = true;
    sum->currency = sum->currency ? sum->currency : m->currency;
    sum->low += m->low;
    sum->high += m->high;
    sum->is_known = true;
}

static void sum_up(const struct policy *p, const struct policy_facts *f,
                   struct money_way_sum *out) {
    bool is_mixed = false;
    for (int part = 0; part < MONEY_PART_COUNT; part++) {
        if (!(out->way->parts >> part & 1))
            continue;
        for (int i = 0; i < p->money.n_figures && !out->figures[part]; i++) {
            const struct money_figure *figure = &p->money.figures[i];
            if (figure->part == part && figure->ways >> (out->way - p->money.ways) & 1 &&
                holds(p, f, figure->when))
                out->figures[part] = figure;
        }
        if (out->figures[part])
            out->parts[part] = amount_of(p, f, out->figures[part]);
        if (out->parts[part].is_known)
            add(&out->sum, &out->parts[part], &is_mixed);
        else
            out->lacks |= 1U << part;
    }
    out->sum.is_known = out->sum.is_known && !is_mixed;
}

int money_compare(const struct policy *p, const struct policy_facts *f, const char *code,
                  struct money_way_sum out[POLICY_MAX_WAYS]) {
    int n = 0;
    for (int i = 0; i < p->money.n_ways; i++) {
        const struct money_way *way = &p->money.ways[i];
        bool is_chosen = false;
        for (int k = 0; code && k < way->n_codes; k++)
            is_chosen = is_chosen || strcmp(code, way->codes[k]) == 0;
        if (!is_chosen && !holds(p, f, way->when))
            continue;
        out[n] = (struct money_way_sum){.way = way, .is_chosen = is_chosen};
        sum_up(p, f, &out[n++]);
    }
    return n;
}

/* ---- in words ---- */

/* The currencies of the domain have hundredths, but for the yen. */
static void build_minor(struct builder *b, int64_t minor, const char *currency) {
    if (!currency || strcmp(currency, "JPY") == 0 || strcmp(currency, "other") == 0)
        build_i64(b, minor);
    else
        build_format(b, "%s%" PRId64 ".%02d", minor < 0 ? "-" : "",
                     minor < 0 ? -(minor / 100) : minor / 100,
                     (int)(minor < 0 ? -(minor % 100) : minor % 100));
}

void money_build(struct builder *b, const struct money_amount *m, const char *to) {
    if (!m->is_known)
        return;
    build_minor(b, m->low, m->currency);
    if (m->high != m->low) {
        build_text(b, to);
        build_minor(b, m->high, m->currency);
    }
    build_format(b, "%s%s", m->currency ? " " : "", m->currency ? m->currency : "");
}
