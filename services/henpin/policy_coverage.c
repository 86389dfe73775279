/* policy_coverage.c: `henpin policy coverage`: who answers at each hour of the week. */
#include "services/henpin/policy_coverage.h"

#include "common/base/clock.h"
#include "common/base/config.h"
#include "common/base/suggest.h"
#include "common/policy/civil.h"
#include "services/henpin/policy_command.h"
#include "services/henpin/table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct coverage_config {
    const char *marketplace, *lang, *category, *from, *zone, *html, *svg;
    int64_t weeks;
    bool is_json, is_strict;
};

static const struct option coverage_options[] = {
    {"marketplace", NULL, OPT_STRING, offsetof(struct coverage_config, marketplace), "",
     0, 0, 0, NULL, "CODE", "only this marketplace"},
    {"lang", NULL, OPT_STRING, offsetof(struct coverage_config, lang), "", 0, 0, 0, NULL,
     "LANG", "only this language of the buyer; \"missing\": where it is not stated"},
    {"category", NULL, OPT_STRING, offsetof(struct coverage_config, category), "", 0, 0,
     0, NULL, "CLASS", "only this class of goods; \"missing\": where it is not stated"},
    {"from", NULL, OPT_STRING, offsetof(struct coverage_config, from), "", 0, 0, 0, NULL,
     "DATE",
     "the first week is that of this date; without it the pack's \"coverage:\", else "
     "this week"},
    {"weeks", NULL, OPT_I64, offsetof(struct coverage_config, weeks), "0", 0,
     COVERAGE_MAX_WEEKS, 0, NULL, "N",
     "weeks that are looked at, for their holidays; 0: as the pack says, else 1"},
    {"zone", NULL, OPT_STRING, offsetof(struct coverage_config, zone), "", 0, 0, 0, NULL,
     "ZONE", "show all hours in this time zone, not in each store's own"},
    {"json", NULL, OPT_BOOL, offsetof(struct coverage_config, is_json), "false", 0, 0, 0,
     NULL, NULL, "write JSON"},
    {"html", NULL, OPT_STRING, offsetof(struct coverage_config, html), "", 0, 0, 0, NULL,
     "FILE", "write a page for those who have no terminal; \"-\": standard output"},
    {"svg", NULL, OPT_STRING, offsetof(struct coverage_config, svg), "", 0, 0, 0, NULL,
     "FILE", "write the map as a picture; \"-\": standard output"},
    {"strict", NULL, OPT_BOOL, offsetof(struct coverage_config, is_strict), "false", 0, 0,
     0, NULL, NULL, "exit with 1 when there is a hole that the pack does not accept"},
    {0}};

static const char program[] = "henpin policy coverage";

/* The number of a word, COVERAGE_ALL for "", -1 for "missing"; false after telling. */
static bool find_word(const struct policy *p, int fact, const char *word, int *out) {
    const struct attribute *at = &p->domain.facts[fact];
    *out = COVERAGE_ALL;
    if (!*word)
        return true;
    *out = at->is_optional && strcmp(word, "missing") == 0
               ? -1
               : attribute_find(at, span_of(word));
    if (*out >= 0 || (*out == -1 && strcmp(word, "missing") == 0 && at->is_optional))
        return true;
    struct suggestion s = suggest_for(span_of(word));
    for (int i = 0; i < at->n_words; i++)
        suggest_consider(&s, at->words[i]);
    fprintf(stderr, "%s: the domain lists no %s \"%s\"%s\n", program,
            fact == FACT_LANG       ? "language"
            : fact == FACT_CATEGORY ? "category"
                                    : "marketplace",
            word, suggest_text(&s));
    return false;
}

static bool find_weeks(const struct policy *p, const struct coverage_config *c,
                       struct coverage_query *q) {
    int32_t day;
    q->weeks = c->weeks > 0 ? (int)c->weeks : p->coverage ? p->coverage->weeks : 1;
    if (*c->from && !civil_parse(span_of(c->from), &day)) {
        fprintf(stderr, "%s: \"%s\" is no date: write 2026-11-23\n", program, c->from);
        return false;
    }
    if (!*c->from)
        day = p->coverage ? p->coverage->first_day : civil_day_of_us(clock_now_us());
    q->first_day = day - civil_weekday(day);
    return true;
}

static bool find_query(struct arena *a, const struct policy *p,
                       const struct coverage_config *c, struct coverage_query *q) {
    struct error err;
    struct zone *zone = NULL;
    if (!find_word(p, FACT_MARKETPLACE, c->marketplace, &q->marketplace) ||
        !find_word(p, FACT_LANG, c->lang, &q->lang) ||
        !find_word(p, FACT_CATEGORY, c->category, &q->category) || !find_weeks(p, c, q))
        return false;
    if (*c->zone && zone_load(a, NULL, c->zone, &zone, &err) != ST_OK) {
        fprintf(stderr, "%s: %s\n", program, err.text);
        return false;
    }
    q->zone = zone;
    return true;
}

static bool write_file(const char *path, const struct coverage_picture *x,
                       void (*print)(const struct coverage_picture *x, FILE *out)) {
    FILE *f = strcmp(path, "-") == 0 ? stdout : fopen(path, "w");
    bool is_good = f != NULL;
    if (f) {
        print(x, f);
        is_good = fflush(f) == 0 && !ferror(f);
    }
    if (f && f != stdout)
        is_good = fclose(f) == 0 && is_good;
    if (!is_good) {
        fprintf(stderr, "%s: could not write \"%s\": %s\n", program, path,
                strerror(errno));
    } else if (f != stdout) {
        printf("%s\n", path);
    }
    return is_good;
}

static bool has_colour(void) {
    const char *plain = getenv("NO_COLOR");
    return isatty(STDOUT_FILENO) == 1 && !(plain && *plain);
}

static int show(struct arena *a, const struct policy *p,
                const struct coverage_config *c) {
    struct coverage_query q = {0};
    if (!find_query(a, p, c, &q))
        return 2;
    struct coverage_picture x = {.p = p, .zone = *c->zone ? c->zone : NULL};
    x.coverage = coverage_find(a, p, &q);
    x.rows = coverage_rows(a, p, x.coverage, &x.n_rows);
    for (int i = 0; i < x.n_rows; i++) {
        x.n_holes += x.rows[i].n_missed > 0;
        x.n_accepted += x.rows[i].gap != NULL;
    }
    bool is_written = true;
    if (*c->html)
        is_written = write_file(c->html, &x, coverage_print_html);
    if (*c->svg)
        is_written = write_file(c->svg, &x, coverage_print_svg) && is_written;
    if (c->is_json)
        coverage_print_json(&x, stdout);
    else if (!*c->html && !*c->svg)
        coverage_print_text(&x, stdout, table_width(stdout), has_colour());
    bool is_proved = x.coverage->is_finished && x.coverage->n_undecided == 0;
    return !is_written                                                ? 2
           : c->is_strict && (x.n_holes > x.n_accepted || !is_proved) ? 1
                                                                      : 0;
}

int policy_coverage_main(int argc, char **argv, char **envp) {
    struct coverage_config c = {0};
    const struct option_table tables[] = {{coverage_options, &c}, {0}};
    const struct config_spec spec = {
        .program = program,
        .summary =
            "Who answers at each hour of the week, for every marketplace, language "
            "and class of goods, before what begins then is due; and where nobody "
            "but the triage desk is left.",
        .operands = "DIR",
        .tables = tables,
    };
    struct config_result parsed;
    int code;
    if (!config_main(&spec, argc, argv, envp, &parsed, &code))
        return code;
    if (parsed.operands.count != 1) {
        fprintf(stderr, "%s: name one directory of rules: deploy/policy, say\n", program);
        return 2;
    }
    struct policy *p = policy_open(program, parsed.operands.items[0], true, &code);
    if (!p)
        return code;
    struct arena *a = arena_new((size_t)1 << 30);
    code = show(a, p, &c);
    arena_free(a);
    policy_free(p);
    return code;
}
