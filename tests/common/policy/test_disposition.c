/* test_disposition.c: what must hold of every disposition in Japan, whatever is stated:
 * each class, condition and wish with every pair of hazards, and many random inputs. */
#include "common/base/backoff.h"
#include "common/policy/partner.h"
#include "tests/common/policy/packs.h"

enum { DAY_H = 24 };
static struct pack_fixture x;

static int setup(void **state) {
    (void)state;
    x = (struct pack_fixture){.dir = "deploy/policy"};
    pack_load(&x);
    assert_loads(&x);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    policy_free(x.p);
    return 0;
}

/* ---- inputs ---- */

static const struct attribute *attribute(enum policy_fact fact) {
    return &x.p->domain.facts[fact];
}

static bool has(const struct policy_facts *f, enum policy_fact fact, const char *word) {
    int i = attribute_find(attribute(fact), span_of(word));
    assert_true(i >= 0);
    return f->value[fact] != FACT_MISSING && f->value[fact] >> i & 1;
}

static bool is(const struct policy_facts *f, enum policy_fact fact, const char *word) {
    return f->value[fact] == attribute_find(attribute(fact), span_of(word));
}

static void begin(struct policy_facts *f) {
    policy_facts_init(x.p, f);
    policy_state(x.p, f, FACT_EVENT, SPAN("return_inspected"));
    policy_state(x.p, f, FACT_MARKETPLACE, SPAN("amazon.co.jp"));
    policy_state(x.p, f, FACT_FULFILMENT, SPAN("seller"));
    policy_state(x.p, f, FACT_CROSS_BORDER, SPAN("yes"));
    policy_state_none(f, FACT_HAS);
    policy_state_instant(f, TIME_EVENT, at("2026-11-20T12:00+09:00"));
}

typedef void disposition_claim(const struct policy_facts *f,
                               const struct policy_disposition *d);

static void check(const struct policy_facts *f, disposition_claim *claim) {
    struct policy_decision d;
    policy_decide(x.p, f, &d);
    assert_int_equal(d.outcome, POLICY_DECIDED);
    assert_non_null(d.disposition.code);
    assert_false(d.disposition.is_shadow);
    claim(f, &d.disposition);
}

/* -1 states nothing. */
static void state_word(struct policy_facts *f, enum policy_fact fact, int i) {
    f->value[fact] = i < 0 ? FACT_MISSING : i;
}

static void each_pair_of_hazards(disposition_claim *claim) {
    struct policy_facts f;
    int n_hazards = attribute(FACT_HAZARDS)->n_words, n = 0;
    for (int c = -1; c < attribute(FACT_CATEGORY)->n_words; c++) {
        for (int k = -1; k < attribute(FACT_CONDITION)->n_words; k++) {
            for (int h = 0; h < n_hazards; h++) {
                for (int g = h; g < n_hazards; g++) {
                    begin(&f);
                    state_word(&f, FACT_CATEGORY, c);
                    state_word(&f, FACT_CONDITION, k);
                    f.value[FACT_HAZARDS] = INT64_C(1) << h | INT64_C(1) << g;
                    check(&f, claim);
                    n++;
                }
            }
        }
    }
    assert_true(n > 20000);
}

/* Each class, condition, hazard, trait and wish with each of the others. */
static void each_trait_and_wish(disposition_claim *claim) {
    struct policy_facts f;
    int n = 0;
    for (int c = -1; c < attribute(FACT_CATEGORY)->n_words; c++) {
        for (int k = -1; k < attribute(FACT_CONDITION)->n_words; k++) {
            for (int h = -1; h < attribute(FACT_HAZARDS)->n_words; h++) {
                for (int t = -1; t < attribute(FACT_TRAITS)->n_words; t++) {
                    for (int w = -1; w < attribute(FACT_WANTED)->n_words; w++) {
                        begin(&f);
                        state_word(&f, FACT_CATEGORY, c);
                        state_word(&f, FACT_CONDITION, k);
                        state_word(&f, FACT_WANTED, w);
                        if (h >= 0)
                            f.value[FACT_HAZARDS] = INT64_C(1) << h;
                        if (t >= 0)
                            f.value[FACT_TRAITS] = INT64_C(1) << t;
                        check(&f, claim);
                        n++;
                    }
                }
            }
        }
    }
    assert_true(n > 400000);
}

static int64_t few_members(enum policy_fact fact, uint64_t *seed) {
    int64_t members = 0;
    uint64_t roll = random_next(seed);
    if (roll % 3 == 0)
        return FACT_MISSING;
    for (uint64_t i = 0; i < (roll >> 8) % 4; i++)
        members |= INT64_C(1) << random_next(seed) % (uint64_t)attribute(fact)->n_words;
    return members;
}

static void many_random(disposition_claim *claim) {
    static const enum policy_fact words[] = {FACT_CATEGORY, FACT_CONDITION, FACT_WANTED};
    static const enum policy_fact sets[] = {FACT_HAZARDS, FACT_TRAITS, FACT_SIGNALS};
    uint64_t seed = 11;
    for (int i = 0; i < 100000; i++) {
        struct policy_facts f;
        begin(&f);
        for (size_t k = 0; k < COUNT_OF(words); k++) {
            int n = attribute(words[k])->n_words;
            state_word(&f, words[k], (int)(random_next(&seed) % (uint64_t)(n + 1)) - 1);
        }
        for (size_t k = 0; k < COUNT_OF(sets); k++)
            f.value[sets[k]] = few_members(sets[k], &seed);
        int64_t facts = few_members(FACT_HAS, &seed);
        f.value[FACT_HAS] = facts == FACT_MISSING ? 0 : facts;
        check(&f, claim);
    }
}

static void everywhere(disposition_claim *claim) {
    each_pair_of_hazards(claim);
    many_random(claim);
}

/* ---- claims ---- */

static bool is_one_of(const char *word, const char *const *words) {
    for (int i = 0; words[i]; i++)
        if (word && strcmp(word, words[i]) == 0)
            return true;
    return false;
}

static const char *const sold[] = {"restock", "regrade", "refurbish", NULL};
static const char *const looks[] = {"check_battery",       "check_condition",
                                    "check_sales_licence", "segregate",
                                    "quarantine",          NULL};

static void fail_with(const struct policy_disposition *d, const char *what) {
    fail_msg("%s: %s, rule %s", what, d->code, d->rule_id);
}

static bool is_dangerous(const struct policy_facts *f) {
    int64_t data =
        INT64_C(1) << attribute_find(attribute(FACT_HAZARDS), SPAN("personal_data"));
    bool has_hazard =
        f->value[FACT_HAZARDS] != FACT_MISSING && (f->value[FACT_HAZARDS] & ~data) != 0;
    return has_hazard || has(f, FACT_TRAITS, "recalled") ||
           has(f, FACT_TRAITS, "mark_missing") ||
           has(f, FACT_TRAITS, "radio_mark_missing");
}

static void is_looked_at(const struct policy_facts *f,
                         const struct policy_disposition *d) {
    if (!is_dangerous(f))
        return;
    if (is_one_of(d->code, sold))
        fail_with(d, "dangerous goods are sold");
    bool was_looked_at = false;
    for (int i = 0; i < d->n_steps; i++) {
        const struct policy_step *s = &d->steps[i];
        if (s->unlocks && strcmp(s->unlocks, "resale") == 0 && !was_looked_at)
            fail_with(d, "dangerous goods are sold before somebody looked");
        was_looked_at = was_looked_at || is_one_of(s->action, looks);
    }
}

static void
test_disposition__nothing_dangerous_is_sold_before_somebody_looked(void **state) {
    (void)state;
    everywhere(is_looked_at);
}

/* Without a licence go: to the recycler of paper, metal and textile (C-008), and by the
 * discharger's own drive to the collection place (H-003). */
static void is_in_licensed_hands(const struct policy_facts *f,
                                 const struct policy_disposition *d) {
    static const char *const free_hands[] = {"recycler", "designated_collection_place",
                                             NULL};
    static const char *const handed[] = {"hand_over", "hand_over_pcb", "dismantle",
                                         "order_gas_recovery", NULL};
    bool is_dirty =
        has(f, FACT_HAZARDS, "sharps") || has(f, FACT_HAZARDS, "blood_contact");
    for (int i = 0; i < d->n_steps; i++) {
        const struct policy_step *s = &d->steps[i];
        if (is_one_of(s->action, handed) && !s->licence && !is_one_of(s->to, free_hands))
            fail_with(d, "goods leave without a licence");
        if (s->licence && is_dirty && strcmp(s->action, "hand_over") == 0 &&
            strcmp(s->licence, "SCIW_TRANSPORT") != 0)
            fail_with(d, "infectious goods leave with another licence");
        if (is_one_of(s->to, free_hands) && is_dangerous(f) &&
            !is(f, FACT_CATEGORY, "home_appliance") && f->value[FACT_HAZARDS] > 0)
            fail_with(d, "dangerous goods go to unlicensed hands");
    }
}

static void test_disposition__what_is_waste_leaves_in_licensed_hands_only(void **state) {
    (void)state;
    everywhere(is_in_licensed_hands);
}

static void keeps_evidence(const struct policy_facts *f,
                           const struct policy_disposition *d) {
    static const char *const lost[] = {"hand_over", "dismantle",    "destroy_function",
                                       "repair",    "put_on_shelf", NULL};
    if (!has(f, FACT_SIGNALS, "fire") && !has(f, FACT_SIGNALS, "injury") &&
        !has(f, FACT_SIGNALS, "death"))
        return;
    for (int i = 0; i < d->n_steps; i++)
        if (is_one_of(d->steps[i].action, lost))
            fail_with(d, "evidence of an accident is given away");
}

static void test_disposition__what_hurt_somebody_is_kept(void **state) {
    (void)state;
    many_random(keeps_evidence);
}

/* Slip B2 and D: 60 days behind a carrier of specially controlled waste, else 90; E: 180.
 */
static void has_the_laws_clocks(const struct policy_facts *f,
                                const struct policy_disposition *d) {
    (void)f;
    int64_t from = at("2026-04-01T12:00+09:00");
    for (int i = 0; i < d->n_steps; i++) {
        const struct policy_step *s = &d->steps[i];
        if (strncmp(s->action, "confirm_", 8) != 0)
            continue;
        assert_true(s->after >= 0 && s->after < i);
        const struct policy_step *handed = &d->steps[s->after];
        assert_string_equal(handed->action, "hand_over");
        bool is_special = strcmp(handed->licence, "SCIW_TRANSPORT") == 0;
        bool is_last = strcmp(s->action, "confirm_final_disposal") == 0;
        int64_t days = is_last ? 180 : is_special ? 60 : 90;
        assert_int_equal(policy_step_due(s, from) - from, days * DAY_H * US_PER_HOUR);
        assert_string_equal(s->overdue, "environment_manager");
        assert_int_equal(s->keep_years, 5);
    }
}

static void test_disposition__every_manifest_has_the_laws_clocks(void **state) {
    (void)state;
    everywhere(has_the_laws_clocks);
}

/* The days that the rule sheet works out itself, section 11.3: slips, and the report of one
 * that is not back. */
static void falls_on_the_sheets_days(const struct policy_facts *f,
                                     const struct policy_disposition *d) {
    (void)f;
    static const struct {
        const char *issued, *days[3], *reports[3]; /* ordinary, special, E */
    } rows[] = {{"2026-04-01",
                 {"2026-06-30", "2026-05-31", "2026-09-28"},
                 {"2026-07-30", "2026-06-30", "2026-10-28"}},
                {"2026-12-10",
                 {"2027-03-10", "2027-02-08", "2027-06-08"},
                 {"2027-04-09", "2027-03-10", "2027-07-08"}}};
    for (int i = 0; i < d->n_steps; i++) {
        const struct policy_step *s = &d->steps[i];
        if (strncmp(s->action, "confirm_", 8) != 0)
            continue;
        bool is_special = strcmp(d->steps[s->after].licence, "SCIW_TRANSPORT") == 0;
        int which = strcmp(s->action, "confirm_final_disposal") == 0 ? 2 : is_special;
        assert_non_null(s->late);
        for (size_t r = 0; r < COUNT_OF(rows); r++) {
            char issued[30], due[30], told[30];
            snprintf(issued, sizeof issued, "%sT12:00+09:00", rows[r].issued);
            snprintf(due, sizeof due, "%sT12:00+09:00", rows[r].days[which]);
            snprintf(told, sizeof told, "%sT12:00+09:00", rows[r].reports[which]);
            assert_true(policy_step_due(s, at(issued)) == at(due));
            assert_true(policy_step_due(s->late, at(due)) == at(told));
        }
    }
}

static void test_disposition__slips_fall_on_the_days_of_the_sheet(void **state) {
    (void)state;
    many_random(falls_on_the_sheets_days);
}

/* A home appliance by carrier has slips A, B1 and B2 only; by ticket there is none. */
static void waits_for_no_slip_in_vain(const struct policy_facts *f,
                                      const struct policy_disposition *d) {
    (void)f;
    if (strcmp(d->code, "home_appliance_recycling") != 0 ||
        strcmp(d->rule_id, "jp-appliance-processor") == 0)
        return;
    for (int i = 0; i < d->n_steps; i++) {
        assert_string_not_equal(d->steps[i].action, "confirm_disposal");
        assert_string_not_equal(d->steps[i].action, "confirm_final_disposal");
        assert_string_not_equal(d->steps[i].action, "dismantle");
    }
}

static void test_disposition__a_home_appliance_waits_for_no_slip_in_vain(void **state) {
    (void)state;
    many_random(waits_for_no_slip_in_vain);
}

static bool is_medical(const struct policy_facts *f) {
    return is(f, FACT_CATEGORY, "medical_device") ||
           is(f, FACT_CATEGORY, "medical_class_1") ||
           is(f, FACT_CATEGORY, "medical_class_2") ||
           is(f, FACT_CATEGORY, "medical_class_3");
}

static void is_repaired_by_the_licensed(const struct policy_facts *f,
                                        const struct policy_disposition *d) {
    bool is_special = has(f, FACT_TRAITS, "specially_maintained");
    for (int i = 0; i < d->n_steps && is_medical(f); i++) {
        const struct policy_step *s = &d->steps[i];
        static const char *const repairs[] = {"repair", "contract_repair",
                                              "repair_or_destroy", "label_repair", NULL};
        bool is_repair = is_one_of(s->action, repairs);
        if (is_repair && (!s->licence || strncmp(s->licence, "MD_", 3) != 0))
            fail_with(d, "a medical device is repaired without a licence");
        if (is_repair && strcmp(s->licence, "MD_MANUFACTURER") != 0 &&
            (strncmp(s->licence, "MD_REPAIR_TOKKAN", 16) == 0) != is_special)
            fail_with(d, "the repair licence is not that of the device");
    }
}

/* Exactly one category that is stated: the licence for it, and no other. */
static void is_repaired_in_its_category(const struct policy_facts *f,
                                        const struct policy_disposition *d) {
    char category[] = "repair_category_0", *digit = category + sizeof category - 2;
    char only = 0;
    int n = 0;
    for (*digit = '1'; *digit <= '9'; ++*digit) {
        if (has(f, FACT_TRAITS, category)) {
            only = *digit;
            n++;
        }
    }
    for (int i = 0; i < d->n_steps; i++) {
        const char *licence = d->steps[i].licence;
        if (!licence || strncmp(licence, "MD_REPAIR", 9) != 0)
            continue;
        char last = licence[strlen(licence) - 1];
        if (n == 1 ? last != only : last >= '1' && last <= '9')
            fail_with(d, "the repair licence is not that of the category");
    }
}

static void
test_disposition__medical_devices_are_repaired_in_their_category(void **state) {
    (void)state;
    many_random(is_repaired_in_its_category);
}

static void test_disposition__medical_devices_are_repaired_by_the_licensed(void **state) {
    (void)state;
    many_random(is_repaired_by_the_licensed);
}

static void is_in_safe_hands(const struct policy_facts *f,
                             const struct policy_disposition *d) {
    is_looked_at(f, d);
    is_in_licensed_hands(f, d);
    is_repaired_by_the_licensed(f, d);
}

static void
test_disposition__no_trait_or_wish_brings_danger_into_the_wrong_hands(void **state) {
    (void)state;
    each_trait_and_wish(is_in_safe_hands);
}

/* ---- who does a step ---- */

static bool lists(const struct word_list *l, const char *word) {
    bool found = l->is_any;
    for (int i = 0; i < l->n; i++)
        found = found || strcmp(l->words[i], word) == 0;
    return found;
}

/* Written apart from the code under test: the licence, there and then, for all waste. */
static bool holds(const struct partner *who, const struct policy_step *s,
                  const char *area, int64_t at_us) {
    for (int i = 0; i < who->n_licences; i++) {
        const struct partner_licence *l = &who->licences[i];
        bool is_good = strcmp(l->licence.name, s->licence) == 0 &&
                       l->licence.from_us <= at_us && at_us < l->licence.until_us &&
                       lists(&l->areas, area);
        for (int w = 0; w < s->n_waste; w++)
            is_good = is_good && lists(&l->waste, s->waste[w]);
        if (is_good)
            return true;
    }
    return false;
}

static struct policy_partner_ask ask_for(const struct policy_step *s, int64_t at_us,
                                         struct span waste[POLICY_MAX_WASTE]) {
    for (int i = 0; i < s->n_waste; i++)
        waste[i] = span_of(s->waste[i]);
    return (struct policy_partner_ask){
        .role = s->to ? span_of(s->to) : (struct span){NULL, 0},
        .licence = s->licence ? span_of(s->licence) : (struct span){NULL, 0},
        .marketplace = SPAN("amazon.co.jp"),
        .waste = waste,
        .n_waste = (size_t)s->n_waste,
        .at_us = at_us,
        .due_us = POLICY_NO_INSTANT,
    };
}

/* Who takes the step at this instant; how often somebody does. */
static int is_taken_rightly(struct arena *a, const struct policy_step *s, int64_t at_us,
                            const int64_t *n_open) {
    static struct policy_verdict verdicts[POLICY_MAX_PARTNERS];
    struct span waste[POLICY_MAX_WASTE];
    const struct policy_partner_ask ask = ask_for(s, at_us, waste);
    int n = policy_partners_judge(x.p, &ask, n_open, a, verdicts);
    int taken = policy_partner_taken(verdicts, n);
    if (taken < 0 || !policy_partner_is_needed(x.p, &ask))
        return 0;
    const struct partner *who = NULL;
    for (int i = 0; i < x.p->n_partners; i++)
        if (strcmp(x.p->partners[i].name, verdicts[taken].partner) == 0)
            who = &x.p->partners[i];
    assert_non_null(who);
    assert_true(lists(&who->services, s->to));
    if (s->licence && !holds(who, s, x.p->sites[0].area, at_us))
        fail_msg("%s does %s without %s", who->name, s->action, s->licence);
    return 1;
}

/* Every step of every rule, each month of ten years, with partners that are idle or full.
 */
static void
test_disposition__no_step_goes_to_a_partner_without_its_licence(void **state) {
    (void)state;
    int64_t full[POLICY_MAX_PARTNERS];
    int n_taken = 0, n_asked = 0;
    struct arena *a = arena_new(512u << 20);
    for (int i = 0; i < POLICY_MAX_PARTNERS; i++)
        full[i] = i % 2 ? 1000 : 0;
    for (int i = 0; i < x.p->n_rules; i++) {
        const struct rule *r = x.p->rules[i];
        for (int k = 0; k < r->then.n_steps; k++) {
            const struct policy_step *s = &r->then.steps[k];
            assert_ptr_equal(policy_step_find(x.p, span_of(r->id), span_of(s->action),
                                              span_of(s->lot ? s->lot : "")),
                             s);
            for (int month = 0; month < 120; month++) {
                int64_t at_us = at("2023-01-01T00:00+09:00") +
                                month * 30 * DAY_H * (int64_t)US_PER_HOUR;
                n_taken += is_taken_rightly(a, s, at_us, month % 3 ? NULL : full);
                n_asked++;
            }
        }
    }
    assert_true(n_taken > 1000 && n_taken < n_asked);
    arena_free(a);
}

/* A role that acts under a licence in one step does so in all: else the first partner that
 * offers the role would do the others, licensed or not. Not those who decide or refuse. */
static void test_disposition__who_acts_under_a_licence_always_does(void **state) {
    (void)state;
    for (int i = 0; i < x.p->n_rules; i++) {
        const struct rule *r = x.p->rules[i];
        bool is_of_japan = strstr(r->file, "japan") || strstr(r->file, "medical");
        for (int k = 0; is_of_japan && k < r->then.n_steps; k++) {
            const struct policy_step *s = &r->then.steps[k];
            bool is_a_partners = false;
            for (int n = 0; s->to && n < x.p->n_partners; n++)
                is_a_partners = is_a_partners || lists(&x.p->partners[n].services, s->to);
            if (is_a_partners && !s->licence)
                fail_msg("%s of %s by %s asks for no licence", s->action, r->id, s->to);
        }
    }
}

static void is_spelt_out(const struct policy_facts *f,
                         const struct policy_disposition *d) {
    (void)f;
    assert_non_null(policy_term(x.p, TERM_CODE, d->code));
    for (int i = 0; i < d->n_steps; i++) {
        const struct policy_step *s = &d->steps[i];
        const struct policy_term *t = policy_term(x.p, TERM_ACTION, s->action);
        assert_true(t && t->title && t->ja);
        assert_true(!s->licence || policy_term(x.p, TERM_LICENCE, s->licence));
    }
}

static void test_disposition__every_word_has_its_japanese(void **state) {
    (void)state;
    many_random(is_spelt_out);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            test_disposition__nothing_dangerous_is_sold_before_somebody_looked),
        cmocka_unit_test(test_disposition__what_is_waste_leaves_in_licensed_hands_only),
        cmocka_unit_test(test_disposition__what_hurt_somebody_is_kept),
        cmocka_unit_test(test_disposition__every_manifest_has_the_laws_clocks),
        cmocka_unit_test(test_disposition__slips_fall_on_the_days_of_the_sheet),
        cmocka_unit_test(test_disposition__a_home_appliance_waits_for_no_slip_in_vain),
        cmocka_unit_test(test_disposition__medical_devices_are_repaired_by_the_licensed),
        cmocka_unit_test(
            test_disposition__medical_devices_are_repaired_in_their_category),
        cmocka_unit_test(
            test_disposition__no_trait_or_wish_brings_danger_into_the_wrong_hands),
        cmocka_unit_test(test_disposition__no_step_goes_to_a_partner_without_its_licence),
        cmocka_unit_test(test_disposition__who_acts_under_a_licence_always_does),
        cmocka_unit_test(test_disposition__every_word_has_its_japanese),
    };
    return cmocka_run_group_tests_name("disposition", tests, setup, teardown);
}
