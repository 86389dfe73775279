/* policy_coverage_json.c: the map for other programs. */
#include "common/base/clock.h"
#include "services/henpin/policy_coverage.h"

#include <stdlib.h>

enum { JSON_ROW_MAX = 64 << 10 };

static void put_words(struct builder *b, const struct attribute *at,
                      const struct word_set *set, bool has_none) {
    const char *comma = "";
    build_text(b, "[");
    for (int v = 0; v < at->n_words; v++) {
        if (word_set_has(set, v)) {
            build_text(b, comma);
            build_json(b, span_of(at->words[v]));
            comma = ",";
        }
    }
    build_format(b, "%s]", has_none ? (*comma ? ",null" : "null") : "");
}

static void put_text(struct builder *b, const char *name, const char *text) {
    build_format(b, "\"%s\":", name);
    build_json(b, span_of(text ? text : ""));
}

static void put_promises(struct builder *b, const struct coverage_cell *cell) {
    build_text(b, ",\"duties\":[");
    for (int i = 0; i < cell->n_promises; i++) {
        const struct coverage_promise *x = &cell->promises[i];
        build_text(b, i ? ",{" : "{");
        put_text(b, "rule", x->rule->id);
        build_text(b, ",");
        put_text(b, "duty", x->duty->name);
        build_text(b, ",");
        put_text(b, "due", x->duty->due.text);
        build_text(b, ",\"chain\":[");
        for (int k = 0; x->chain && k < x->chain->n; k++) {
            build_text(b, k ? "," : "");
            build_json(b, span_of(x->chain->steps[k].desk->name));
        }
        build_format(b, "],\"missed_hours\":%d}", x->hours->n_missed);
    }
    build_text(b, "]");
}

static void put_slots(struct builder *b, const struct coverage_picture *x,
                      const struct coverage_row *r) {
    static const char *const states[] = {"silent", "held", "partly", "nobody"};
    build_text(b, ",\"hours\":[");
    for (int h = 0; h < COVERAGE_HOURS; h++) {
        const struct coverage_slot *s = &r->slots[h];
        build_format(b, "%s[\"%s\",", h ? "," : "", states[s->state]);
        if (s->desk == COVERAGE_NOBODY) {
            build_text(b, "null]");
        } else {
            build_json(b, span_of(x->p->desks[s->desk].name));
            build_text(b, "]");
        }
    }
    build_text(b, "]");
}

static void put_hole(struct builder *b, const struct coverage_row *r) {
    char text[CLOCK_TEXT_SIZE], holes[1024];
    struct builder h = builder_over(holes, sizeof holes);
    int hour = coverage_worst_hour(r->promise->hours);
    coverage_spell_holes(r, &h);
    clock_text(r->promise->hours->first_us[hour], text);
    build_text(b, ",\"hole\":{\"when\":");
    build_json(b, builder_span(&h));
    build_format(b, ",\"weeks\":%d,\"first\":\"%s\",", r->promise->hours->missed[hour],
                 text);
    put_text(b, "rule", r->promise->rule->id);
    build_text(b, ",");
    put_text(b, "duty", r->promise->duty->name);
    if (r->gap) {
        build_text(b, ",");
        put_text(b, "accepted", r->gap->why);
    }
    build_text(b, "}");
}

static void put_row(struct builder *b, const struct coverage_picture *x,
                    const struct coverage_row *r) {
    const struct domain *d = &x->p->domain;
    build_text(b, "{\"marketplaces\":");
    put_words(b, &d->facts[FACT_MARKETPLACE], &r->marketplaces, false);
    build_text(b, ",\"langs\":");
    put_words(b, &d->facts[FACT_LANG], &r->langs, r->has_no_lang);
    build_text(b, ",\"categories\":");
    put_words(b, &d->facts[FACT_CATEGORY], &r->categories, r->has_no_category);
    put_promises(b, r->cell);
    if (r->n_missed > 0)
        put_hole(b, r);
    put_slots(b, x, r);
    build_text(b, "}");
}

void coverage_print_json(const struct coverage_picture *x, FILE *out) {
    char first[16], *text = xmalloc(JSON_ROW_MAX);
    coverage_day_text(x->coverage->first_day, first);
    fprintf(out,
            "{\"revision\":\"%s\",\"from\":\"%s\",\"weeks\":%d,\"zone\":%s%s%s,"
            "\"is_proved\":%s,\"rows\":[",
            x->p->revision.hash, first, x->coverage->weeks, x->zone ? "\"" : "",
            x->zone ? x->zone : "null", x->zone ? "\"" : "",
            x->coverage->is_finished && x->coverage->n_undecided == 0 ? "true" : "false");
    for (int i = 0; i < x->n_rows; i++) {
        struct builder b = builder_over(text, JSON_ROW_MAX);
        put_row(&b, x, &x->rows[i]);
        fprintf(out, "%s\n%.*s", i ? "," : "", (int)b.len, text);
    }
    fputs("\n]}\n", out);
    free(text);
}
