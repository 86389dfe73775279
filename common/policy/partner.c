/* partner.c: see partner.h. */
#include "common/policy/partner.h"

#include "common/base/clock.h"
#include "common/policy/model.h"

#include <inttypes.h>

static const struct site *site_of(const struct policy *p, struct span marketplace) {
    const struct attribute *at = &p->domain.facts[FACT_MARKETPLACE];
    int word = at->is_listed && marketplace.ptr ? attribute_find(at, marketplace) : -1;
    for (int i = 0; i < p->n_sites; i++) {
        const struct condition *when = p->sites[i].when[FACT_MARKETPLACE];
        if (!when || (word >= 0 && word_set_has(&when->words, word)))
            return &p->sites[i];
    }
    return NULL;
}

const char *policy_site(const struct policy *p, struct span marketplace) {
    const struct site *s = site_of(p, marketplace);
    return s ? s->name : NULL;
}

static bool has_word(const struct word_list *list, struct span word) {
    for (int i = 0; i < list->n; i++)
        if (span_is(word, list->words[i]))
            return true;
    return list->is_any;
}

static bool is_seller(const struct policy *p, struct span role) {
    for (int i = 0; role.ptr && i < p->n_terms[TERM_ROLE]; i++)
        if (span_is(role, p->terms[TERM_ROLE][i].word))
            return p->terms[TERM_ROLE][i].is_seller;
    return false;
}

bool policy_partner_is_needed(const struct policy *p,
                              const struct policy_partner_ask *ask) {
    bool is_offered = false;
    for (int i = 0; i < p->n_partners && ask->role.ptr; i++)
        is_offered = is_offered || has_word(&p->partners[i].services, ask->role);
    return site_of(p, ask->marketplace) && (ask->licence.len > 0 || is_offered) &&
           !is_seller(p, ask->role);
}

int policy_partner_count(const struct policy *p) {
    return p->n_partners;
}

const char *policy_partner_name(const struct policy *p, int i) {
    return p->partners[i].name;
}

/* ---- one partner ---- */

/* The first kind of waste that the licence does not cover; ptr NULL: it covers all. */
static struct span not_covered(const struct partner_licence *x,
                               const struct policy_partner_ask *ask) {
    for (size_t i = 0; i < ask->n_waste; i++)
        if (!has_word(&x->waste, ask->waste[i]))
            return ask->waste[i];
    return (struct span){NULL, 0};
}

/* What is wrong with this licence, in words after its name; false: it is good. */
static bool is_lacking(const struct partner_licence *x, const char *area,
                       const struct policy_partner_ask *ask, struct builder *why) {
    const struct licence *l = &x->licence;
    struct span waste = not_covered(x, ask);
    if (ask->at_us < l->from_us) {
        build_instant(why, " begins ", l->from_us);
    } else if (ask->at_us >= l->until_us) {
        build_instant(why, " ended ", l->until_us);
    } else if (!has_word(&x->areas, span_of(area))) {
        build_format(why, " is not for %s", area);
    } else if (waste.ptr) {
        build_text(why, " is not for ");
        build_span(why, waste);
    } else {
        return false;
    }
    return true;
}

/* Whether both are kinds of one licence. */
static bool is_sibling(const struct policy *p, struct span a, const char *b) {
    for (int i = 0; i < p->n_terms[TERM_LICENCE]; i++) {
        const struct policy_term *t = &p->terms[TERM_LICENCE][i];
        int n = 0;
        for (int k = 0; k < t->n_kinds; k++)
            n += span_is(a, t->kinds[k].licence) || strcmp(b, t->kinds[k].licence) == 0;
        if (n == 2 || (n == 1 && span_is(a, t->word)))
            return true;
    }
    return false;
}

/* "has no MD_REPAIR_2, but MD_REPAIR_9". */
static void build_lack(const struct policy *p, const struct partner *x,
                       const struct policy_partner_ask *ask, struct builder *why) {
    bool is_first = true;
    build_text(why, "has no ");
    build_span(why, ask->licence);
    for (int i = 0; i < x->n_licences; i++) {
        const char *other = x->licences[i].licence.name;
        if (!is_sibling(p, ask->licence, other))
            continue;
        build_format(why, "%s%s", is_first ? ", but " : ", ", other);
        is_first = false;
    }
}

/* Since when licences of the kind have gone on without a gap up to the one that begins at
 * `from_us`. */
static int64_t licensed_from(const struct partner *x, const char *area,
                             const struct policy_partner_ask *ask, int64_t from_us) {
    char text[200];
    for (int i = 0; i < x->n_licences; i++) {
        const struct partner_licence *l = &x->licences[i];
        struct builder why = builder_over(text, sizeof text);
        struct policy_partner_ask then = *ask;
        then.at_us = l->licence.from_us;
        if (span_is(ask->licence, l->licence.name) && l->licence.from_us < from_us &&
            l->licence.until_us >= from_us && !is_lacking(l, area, &then, &why)) {
            from_us = l->licence.from_us;
            i = -1; /* another may go on before it */
        }
    }
    return from_us;
}

/* The end of the licence that lasts longest of those that count; INT64_MIN: none counts,
 * and `why` says what is wrong with the nearest. */
static int64_t licensed_until(const struct policy *p, const struct partner *x,
                              const char *area, const struct policy_partner_ask *ask,
                              struct builder *why, int64_t *from_us) {
    int64_t until = INT64_MIN;
    bool has_any = false;
    for (int i = 0; i < x->n_licences; i++) {
        const struct partner_licence *l = &x->licences[i];
        if (!span_is(ask->licence, l->licence.name))
            continue;
        char text[200];
        struct builder what = builder_over(text, sizeof text);
        bool lacks = is_lacking(l, area, ask, &what);
        if (!lacks && l->licence.until_us > until) {
            until = l->licence.until_us;
            *from_us = licensed_from(x, area, ask, l->licence.from_us);
        }
        if (lacks && !has_any) {
            build_text(why, "its ");
            build_span(why, ask->licence);
            build_span(why, builder_span(&what));
        }
        has_any = true;
    }
    if (!has_any)
        build_lack(p, x, ask, why);
    return until;
}

static bool is_open_before(const struct partner *x,
                           const struct policy_partner_ask *ask) {
    if (ask->due_us == POLICY_NO_INSTANT || x->calendar->is_always)
        return true;
    int64_t next = calendar_next_open(x->calendar, ask->at_us);
    /* What is late already is not made later by saying so. */
    return next == POLICY_NO_INSTANT || next < ask->due_us || ask->at_us >= ask->due_us;
}

static bool speaks(const struct partner *x, const struct site *site) {
    bool speaks = x->langs.n == 0 || site->langs.n == 0 || site->langs.is_any;
    for (int i = 0; i < site->langs.n; i++)
        speaks = speaks || has_word(&x->langs, span_of(site->langs.words[i]));
    return speaks;
}

static void judge(const struct policy *p, const struct partner *x,
                  const struct site *site, const struct policy_partner_ask *ask,
                  int64_t n_open, struct builder *why, struct policy_verdict *out) {
    const char *area = site->area;
    *out = (struct policy_verdict){
        x->name,   x->title, NULL, ask->bound.ptr && span_is(ask->bound, x->name),
        INT64_MIN, INT64_MAX};
    char licence[900];
    struct builder lacks = builder_over(licence, sizeof licence);
    if (ask->licence.len > 0)
        out->licence_until_us =
            licensed_until(p, x, area, ask, &lacks, &out->licence_from_us);
    if (out->licence_until_us == INT64_MIN)
        build_span(why, builder_span(&lacks));
    else if (!has_word(&x->areas, span_of(area)))
        build_format(why, "does not work in %s", area);
    else if (!speaks(x, site))
        build_format(why, "does not speak %s", site->langs.words[0]);
    else if (out->is_bound)
        return; /* a contract is kept, however full or late */
    else if (!is_open_before(x, ask))
        build_instant(why, "opens after it is due, ",
                      calendar_next_open(x->calendar, ask->at_us));
    else if (x->capacity >= 0 && n_open >= x->capacity)
        build_format(why, "has as much as it can take (%" PRId64 ")", x->capacity);
}

int policy_partners_judge(const struct policy *p, const struct policy_partner_ask *ask,
                          const int64_t *n_open, struct arena *a,
                          struct policy_verdict *out) {
    const struct site *site = site_of(p, ask->marketplace);
    int n = 0;
    for (int i = 0; site && i < p->n_partners && n < POLICY_MAX_PARTNERS; i++) {
        if (!has_word(&p->partners[i].services, ask->role))
            continue;
        char text[1000];
        struct builder why = builder_over(text, sizeof text);
        judge(p, &p->partners[i], site, ask, n_open ? n_open[i] : 0, &why, &out[n]);
        if (builder_span(&why).len > 0)
            out[n].why_not = span_cstr(a, builder_span(&why));
        n++;
    }
    return n;
}

int policy_partner_taken(const struct policy_verdict *verdicts, int n) {
    int taken = -1;
    for (int i = 0; i < n; i++)
        if (!verdicts[i].why_not && (taken < 0 || verdicts[i].is_bound))
            taken = i;
    return taken;
}

/* ---- in words ---- */

static void build_field(struct builder *b, const char *name, const char *text) {
    if (!text)
        return;
    build_format(b, "%s\"%s\":",
                 builder_span(b).ptr[builder_span(b).len - 1] == '{' ? "" : ",", name);
    build_json(b, span_of(text));
}

struct span policy_partners_json(const struct policy_verdict *verdicts, int n, int taken,
                                 struct arena *a) {
    size_t room = 10;
    for (int i = 0; i < n; i++)
        room +=
            120 + 6 * (span_of(verdicts[i].partner).len + span_of(verdicts[i].title).len +
                       span_of(verdicts[i].why_not).len);
    struct builder b = builder_in(a, room);
    build_char(&b, '[');
    for (int i = 0; i < n; i++) {
        const struct policy_verdict *v = &verdicts[i];
        build_text(&b, i > 0 ? ",{" : "{");
        build_field(&b, "partner", v->partner);
        build_field(&b, "title", v->title);
        build_field(&b, "why_not", v->why_not);
        build_text(&b, i == taken ? ",\"is_taken\":true" : "");
        build_text(&b, v->is_bound ? ",\"is_bound\":true" : "");
        build_char(&b, '}');
    }
    build_char(&b, ']');
    return builder_span(&b);
}

static const struct policy_term *licence_term(const struct policy *p,
                                              struct span licence) {
    for (int i = 0; i < p->n_terms[TERM_LICENCE]; i++)
        if (span_is(licence, p->terms[TERM_LICENCE][i].word))
            return &p->terms[TERM_LICENCE][i];
    return NULL;
}

static void build_need(const struct policy *p, struct builder *b,
                       const struct policy_partner_ask *ask, const char *area) {
    const struct policy_term *term = licence_term(p, ask->licence);
    build_span(b, ask->licence.len > 0 ? ask->licence : ask->role);
    if (term)
        build_format(b, " (%s%s)", term->title,
                     term->n_kinds > 0 ? "; of which kind the goods are is not known"
                                       : "");
    for (size_t i = 0; i < ask->n_waste; i++) {
        build_text(b, i > 0 ? ", " : " for ");
        build_span(b, ask->waste[i]);
    }
    build_format(b, " in %s is needed", area);
    if (ask->due_us != POLICY_NO_INSTANT)
        build_instant(b, " by ", ask->due_us);
}

struct span policy_partners_text(const struct policy *p, struct span action,
                                 const struct policy_partner_ask *ask,
                                 const struct policy_verdict *verdicts, int n,
                                 struct arena *a) {
    const struct site *site = site_of(p, ask->marketplace);
    struct builder b = builder_in(a, 3000 + 1300 * (size_t)n);
    build_text(&b, "nobody may do ");
    build_span(&b, action);
    build_text(&b, ": ");
    build_need(p, &b, ask, site ? site->area : "an area that nobody named");
    if (n == 0)
        build_text(&b, "; no partner offers it");
    for (int i = 0; i < n; i++)
        build_format(&b, "; %s: %s", verdicts[i].partner, verdicts[i].why_not);
    return builder_span(&b);
}
