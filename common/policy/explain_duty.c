/* explain_duty.c: how a duty's instants came about, stretch by stretch, and who gets it, as
 * lines of text. */
#include "common/policy/explain_text.h"

#include "common/base/clock.h"

enum { SEGMENTS_SHOWN = 40 };

/* ---- time ---- */

static const char *why_text(const struct telling *t, const struct explain_segment *s) {
    static const enum phrase names[EXPLAIN_WHY_COUNT] = {
        [WHY_RUNS] = PH_RUNS,           [WHY_OPEN] = PH_OPEN,
        [WHY_FIRST_DAY] = PH_FIRST_DAY, [WHY_REST_OF_DAY] = PH_REST_OF_DAY,
        [WHY_START_DAY] = PH_START_DAY, [WHY_WEEKEND] = PH_WEEKEND,
        [WHY_DAY_OFF] = PH_DAY_OFF,     [WHY_HOLIDAY] = PH_HOLIDAY,
        [WHY_CLOSURE] = PH_CLOSURE,     [WHY_NIGHT] = PH_NIGHT,
        [WHY_BREAK] = PH_BREAK,         [WHY_RESERVE] = PH_RESERVE};
    if (s->nth > 0)
        return telling_say(t, PH_NTH_DAY, telling_number(t, s->nth), NULL, NULL);
    return telling_say(t, names[s->why], words_text(t->w, "holiday", s->holiday), NULL,
                       NULL);
}

/* Days are told as days; what begins or ends within one, to the minute. */
static const char *stretch_text(const struct telling *t, const struct explain_segment *s,
                                const struct zone *zone) {
    const char *from = words_day(t->a, t->w, s->from_us, zone);
    const char *last = words_day(t->a, t->w, s->to_us - 1, zone);
    bool is_whole = zone && zone_wall_us(zone, s->from_us) % US_PER_DAY == 0 &&
                    zone_wall_us(zone, s->to_us) % US_PER_DAY == 0;
    if (is_whole && strcmp(from, last) == 0)
        return from;
    if (is_whole)
        return telling_say(t, PH_SPAN, from, last, NULL);
    const char *to = words_moment(t->a, t->w, s->to_us, zone);
    if (strcmp(from, words_day(t->a, t->w, s->to_us, zone)) == 0)
        to = strrchr(to, ' ') + 1;
    return telling_say(t, PH_SPAN, words_moment(t->a, t->w, s->from_us, zone), to, NULL);
}

static void tell_path(struct telling *t, int indent, const struct explain_path *path,
                      const struct zone *zone) {
    int hidden = path->n > SEGMENTS_SHOWN + 1 ? path->n - SEGMENTS_SHOWN : 0;
    for (int i = 0; i < path->n; i++) {
        const struct explain_segment *s = &path->items[i];
        if (hidden && i == SEGMENTS_SHOWN / 2) {
            telling_phrase(t, indent, PH_MORE_SEGMENTS, telling_number(t, hidden), NULL);
            i += hidden - 1;
            continue;
        }
        build_format(t->b, "%*s%s  %s\n", indent, "", stretch_text(t, s, zone),
                     telling_say(t, s->is_counted ? PH_COUNTED : PH_SKIPPED,
                                 why_text(t, s), NULL, NULL));
    }
}

/* ---- desks ---- */

static const char *passed_because(const struct telling *t, const struct explain_desk *e) {
    const struct zone *zone = e->desk->calendar->zone;
    const char *licence = e->licence ? words_text(t->w, "licence", e->licence) : NULL;
    const char *opens = e->opens_us == POLICY_NO_INSTANT
                            ? words_phrase(t->w, PH_OPEN_END)
                            : words_moment(t->a, t->w, e->opens_us, zone);
    switch (e->verdict) {
    case DESK_LANGUAGE:
        return telling_say(t, PH_BY_LANGUAGE, fact_text(t->a, t->w, t->x->f, FACT_LANG),
                           NULL, NULL);
    case DESK_UNLICENSED:
        return telling_say(t, PH_BY_UNLICENSED, licence, NULL, NULL);
    case DESK_LICENCE_LATER:
        return telling_say(t, PH_BY_LICENCE_LATER, licence,
                           words_day(t->a, t->w, e->licence_us, zone), NULL);
    case DESK_LICENCE_ENDED:
        return telling_say(t, PH_BY_LICENCE_ENDED, licence,
                           words_day(t->a, t->w, e->licence_us, zone), NULL);
    case DESK_SHUT:
        return telling_say(t, PH_BY_SHUT, opens, NULL, NULL);
    case DESK_CLOSED:
        return telling_say(t, PH_BY_CLOSED, opens, NULL, NULL);
    case DESK_AWAY:
        return words_phrase(t->w, PH_BY_AWAY);
    case DESK_BEYOND:
    case DESK_TAKES:
    case DESK_NEXT:
    case DESK_SPARE:
    case DESK_LAST:
    case EXPLAIN_VERDICT_COUNT:
        break;
    }
    return words_phrase(t->w, PH_BY_BEYOND);
}

void tell_desk(struct telling *t, int indent, const struct explain_desk *e,
               bool has_deadline) {
    const char *desk = words_text(t->w, "desk", e->desk->name);
    const struct zone *zone = e->desk->calendar->zone;
    bool is_day_and_night = e->desk->calendar->is_always && t->x->zone;
    const char *act_by = telling_instant(t, e->act_by_us, is_day_and_night ? NULL : zone);
    bool opens_later =
        e->opens_us != POLICY_NO_INSTANT && e->opens_us > t->x->f->time_us[TIME_EVENT];
    if (e->verdict == DESK_TAKES && has_deadline) {
        telling_phrase(t, indent, PH_TAKES, desk, act_by);
    } else if (e->verdict == DESK_TAKES) {
        telling_phrase(t, indent, opens_later ? PH_TAKES_OPENS : PH_TAKES_NOW, desk,
                       opens_later ? telling_instant(t, e->opens_us, zone) : NULL);
    } else if (e->verdict == DESK_LAST) {
        telling_phrase(t, indent, has_deadline ? PH_LAST : PH_LAST_NOW, desk, act_by);
    } else if (e->verdict == DESK_NEXT) {
        telling_line(
            t, indent,
            telling_say(t, PH_NEXT, desk,
                        telling_instant(t, e->from_us, is_day_and_night ? NULL : zone),
                        act_by));
    } else if (e->verdict == DESK_SPARE) {
        telling_phrase(t, indent, PH_SPARE, desk, NULL);
    } else {
        telling_phrase(t, indent, PH_PASSED, desk, passed_because(t, e));
    }
}

/* ---- duties ---- */

static void tell_act_by(struct telling *t, const struct explain_duty *e) {
    bool has_deadline = e->duty->due_us != POLICY_NO_INSTANT;
    if (e->spec->reserve_us > 0 && has_deadline) {
        telling_phrase(t, 4, PH_LATEST, telling_instant(t, e->latest_us, NULL),
                       words_elapsed(t->a, t->w, e->spec->reserve_us));
    }
    for (int i = 0; i < e->desks.n; i++) {
        const struct explain_desk *d = &e->desks.items[i];
        tell_desk(t, 4, d, has_deadline);
        bool is_owner = d->verdict == DESK_TAKES || d->verdict == DESK_LAST;
        const struct zone *zone = d->desk->calendar->zone;
        if (is_owner && d->licence) {
            telling_phrase(t, 6, PH_UNTIL_LICENCE,
                           words_text(t->w, "licence", d->licence),
                           words_moment(t->a, t->w, d->licence_us, zone));
        } else if (is_owner && e->act_by.n > 0) {
            telling_phrase(t, 6, PH_BEFORE_DUE,
                           words_moment(t->a, t->w, e->latest_us, zone), NULL);
            tell_path(t, 8, &e->act_by, zone);
        }
    }
}

static void tell_breach(struct telling *t, const struct policy_duty *d) {
    struct builder b = builder_in(t->a, 1024);
    build_text(&b, d->breach ? words_text(t->w, "breach", d->breach)
                             : words_phrase(t->w, PH_NOTHING_FURTHER));
    if (d->breach_cost) {
        build_text(&b, words_phrase(t->w, PH_COMMA));
        build_text(&b, words_text(t->w, "cost", d->breach_cost));
    }
    build_char(&b, '\0');
    telling_phrase(t, 4, PH_IF_NOT, b.ptr, NULL);
}

static void tell_warnings(struct telling *t, const struct policy_duty *d) {
    struct builder b = builder_in(t->a, 1024);
    for (int i = 0; i < d->n_warnings; i++) {
        build_text(&b, i ? words_phrase(t->w, PH_COMMA) : "");
        build_text(&b, words_moment(t->a, t->w, d->warn_us[i], t->x->zone));
    }
    build_char(&b, '\0');
    if (d->n_warnings > 0)
        telling_phrase(t, 4, PH_WARN, b.ptr, NULL);
}

void tell_duty(struct telling *t, const struct explain_duty *e) {
    const struct policy_duty *d = e->duty;
    const struct zone *zone = e->spec->due.calendar ? e->spec->due.calendar->zone : NULL;
    const char *length = words_duration(t->a, t->w, &e->spec->due);
    build_format(
        t->b, "  %s%s%s\n",
        telling_say(t, PH_DUTY, words_text(t->w, "duty", d->name), d->rule_id, NULL),
        d->is_shadow ? " " : "", d->is_shadow ? words_phrase(t->w, PH_SHADOW) : "");
    if (d->waits_for) {
        telling_phrase(t, 4, PH_WAITS, words_text(t->w, "event", d->waits_for), length);
        tell_act_by(t, e);
        return;
    }
    telling_phrase(t, 4, PH_RUNS_FROM, telling_instant(t, d->start_us, zone), NULL);
    build_format(
        t->b, "    %s%s%s\n", telling_say(t, PH_FOR, length, NULL, NULL),
        words_phrase(t->w, PH_COMMA),
        words_phrase(t->w, e->spec->is_own_clock ? PH_CLOCK_OWN : PH_CLOCK_THEIRS));
    tell_path(t, 6, &e->due, zone ? zone : t->x->zone);
    telling_phrase(t, 4, PH_DUE, telling_instant(t, d->due_us, zone), NULL);
    if (e->is_wall_moved)
        telling_phrase(t, 6, PH_WALL_MOVED, NULL, NULL);
    if (d->aim_us != POLICY_NO_INSTANT)
        telling_phrase(t, 4, PH_AIM, telling_instant(t, d->aim_us, zone), NULL);
    tell_act_by(t, e);
    tell_warnings(t, d);
    telling_phrase(t, 4, PH_STOPS, telling_list(t, "event", d->stop, d->n_stops), NULL);
    tell_breach(t, d);
}
