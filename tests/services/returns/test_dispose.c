/* test_dispose.c: what becomes of returned lines as events tell more, with the rules that
 * are shipped: line by line, whatever order the events are read in. */
#include "services/returns/dispose.h"

#include "common/base/backoff.h"
#include "common/base/clock.h"
#include "common/event/lines.h"
#include "tests/services/probes.h"

#include <inttypes.h>

enum { MOST_EVENTS = 8 };

static struct policy *policy;

/* One case, as the worker keeps it between events. */
struct story {
    struct arena *a;
    struct case_state state;
    struct span words[MOST_EVENTS];
    int64_t at_us[MOST_EVENTS], ids[MOST_EVENTS];
    const char *triages[CASE_MAX_TRIAGED * MOST_EVENTS];
    int n_triages;
    struct tasks tasks;
    struct returns_goods_case goods;
    struct returns_hands hands; /* of an order in several hands: whose.lines is there */
};

static int setup(void **state) {
    (void)state;
    struct policy_report report = {probes_tell, NULL};
    struct error err = {0};
    assert_int_equal(policy_load("deploy/policy", &report, &policy, &err), ST_OK);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    policy_free(policy);
    return 0;
}

static struct story *begin(void) {
    struct arena *a = arena_new(64u << 20);
    struct story *s = arena_zalloc(a, sizeof *s);
    s->a = a;
    s->state.opened_us = EVENT_ABSENT;
    s->state.history = (struct case_history){s->words, s->at_us, s->ids, 0};
    s->tasks = (struct tasks){.a = a, .identity_us = EVENT_ABSENT};
    s->goods = (struct returns_goods_case){
        .a = a, .tasks = &s->tasks, .purchased_us = EVENT_ABSENT};
    return s;
}

static struct return_line line(const char *id, const char *class, int condition) {
    return (struct return_line){.line_id = span_of(id),
                                .sku = span_of(id),
                                .quantity = 1,
                                .product_class = span_of(class),
                                .condition = condition};
}

static struct return_event event(int kind, int hour, const struct return_line *lines,
                                 size_t n) {
    return (struct return_event){
        .head = {.occurred_at_us = NOON_US + hour * US_PER_HOUR,
                 .marketplace = SPAN("amazon.co.jp")},
        .kind = kind,
        .in_policy = TRI_ABSENT,
        .wanted = WANTED_UNKNOWN,
        .amount_minor = EVENT_ABSENT,
        .lines = (struct return_line *)lines,
        .n_lines = n,
    };
}

/* An event is known by its instant and kind here. */
static void read_event(struct story *s, struct return_event *e) {
    static const struct order_facts order = {.is_known = true,
                                             .fulfilment = {"SELLER", 6},
                                             .ship_from_country = {"CN", 2},
                                             .purchased_us = NOON_US - US_PER_DAY};
    char id[40];
    snprintf(id, sizeof id, "%d at %" PRId64, e->kind, e->head.occurred_at_us);
    e->head.event_id = span_of(id);
    struct order_facts whose = order;
    const struct returns_share *share = s->hands.whose.lines ? &s->hands.share : NULL;
    const struct return_event *ours = e;
    if (share) {
        s->hands.share =
            returns_share_of(s->a, e, &s->hands.whose, s->goods.said, s->goods.n_said);
        ours = share->event;
        whose.fulfilment = span_of(fulfilment_names[share->fulfilment]);
        s->goods.hands = &s->hands;
    }
    struct goods goods = returns_goods(ours);
    struct policy_facts facts;
    static struct case_decision d;
    returns_state(policy, ours, marketplace_find(e->head.marketplace), &whose, &goods,
                  &facts);
    policy_state_none(&facts, FACT_HAS);
    returns_decide(&s->state, ours, share, policy, &facts, &d);
    assert_false(d.is_duplicate);
    returns_dispose(&s->goods, &s->state, e, &goods, policy, &facts, &d);
    for (int i = 0; i < d.n_triages; i++)
        s->triages[s->n_triages++] = d.triages[i];
    struct case_history *h = &s->state.history;
    if (h->n % 2 == 1 && !share &&
        s->goods.said) { /* every other batch ends here: the next reads the text */
        s->goods.lines = lines_of_said(s->a, s->goods.said, s->goods.n_said);
        s->goods.said = NULL;
    }
    if (h->n == 0 || e->head.occurred_at_us < s->state.opened_us)
        s->state.opened_us = e->head.occurred_at_us;
    s->words[h->n] =
        span_of(share && share->noted ? share->noted : returns_word(e->kind));
    s->at_us[h->n] = e->head.occurred_at_us;
    s->ids[h->n] = identity_hash64(e->head.event_id);
    h->n++;
    for (size_t i = 0; i < s->tasks.n; i++) /* as they come back from their rows */
        s->tasks.items[i].is_new = s->tasks.items[i].is_changed = false;
}

static void tell(struct story *s, int kind, int hour, const struct return_line *lines,
                 size_t n) {
    struct return_event e = event(kind, hour, lines, n);
    read_event(s, &e);
}

static const struct task *task(const struct story *s, const char *line_id,
                               const char *action) {
    for (size_t i = 0; i < s->tasks.n; i++)
        if (span_is(s->tasks.items[i].line_id, line_id) &&
            span_is(s->tasks.items[i].action, action))
            return &s->tasks.items[i];
    return NULL;
}

static enum task_state state_of(const struct story *s, const char *line_id,
                                const char *action) {
    const struct task *found = task(s, line_id, action);
    assert_non_null(found);
    return found->state;
}

static bool was_told(const struct story *s, const char *begins) {
    for (int i = 0; i < s->n_triages; i++)
        if (strncmp(s->triages[i], begins, strlen(begins)) == 0)
            return true;
    return false;
}

static const struct span lithium[] = {{"lithium_ion", 11}};
static const struct span swollen[] = {{"lithium_ion", 11}, {"swollen_battery", 15}};

/* ---- line by line ---- */

static void test_dispose__each_line_gets_its_own_tasks(void **state) {
    (void)state;
    struct story *s = begin();
    struct return_line lines[] = {line("1", "power_bank", CONDITION_DAMAGED),
                                  line("2", "apparel", CONDITION_USED)};
    lines[0].hazards = (struct span_list){lithium, 1};
    tell(s, RETURN_RECEIVED, 0, lines, 2);
    assert_int_equal(state_of(s, "1", "isolate"), TASK_READY);
    assert_null(task(s, "2", "isolate"));
    assert_int_equal(state_of(s, "2", "remove_brand"), TASK_READY);
    assert_null(task(s, "1", "remove_brand"));
    assert_string_equal(span_cstr(s->a, s->goods.disposition), "hazmat, reuse_or_rags");
    assert_int_equal(s->n_triages, 0);
    arena_free(s->a);
}

static void test_dispose__what_waits_or_needs_a_licence_is_not_ready(void **state) {
    (void)state;
    struct story *s = begin();
    struct return_line lines[] = {line("1", "power_bank", CONDITION_DAMAGED)};
    lines[0].hazards = (struct span_list){lithium, 1};
    tell(s, RETURN_RECEIVED, 0, lines, 1);
    const struct task *first = task(s, "1", "isolate"),
                      *carry = task(s, "1", "hand_over");
    assert_true(first->due_us == NOON_US + 4 * US_PER_HOUR);
    assert_true(first->look_us == first->due_us);
    assert_int_equal(carry->state, TASK_CREATED);
    assert_true(carry->due_us == EVENT_ABSENT && carry->look_us == EVENT_ABSENT);
    assert_true(uuid_equal(carry->after_task, task(s, "1", "check_contract")->id));
    arena_free(s->a);
}

static void test_dispose__a_line_that_comes_later_leaves_the_first_alone(void **state) {
    (void)state;
    struct story *s = begin();
    struct return_line lines[] = {line("1", "apparel", CONDITION_USED),
                                  line("2", "apparel", CONDITION_DAMAGED)};
    tell(s, RETURN_REQUESTED, -24, lines, 2);
    tell(s, RETURN_RECEIVED, 0, &lines[0], 1);
    assert_true(tasks_have(&s->tasks, SPAN("1")));
    assert_false(tasks_have(&s->tasks, SPAN("2")));
    struct task before = *task(s, "1", "remove_brand");
    tell(s, RETURN_RECEIVED, 5, &lines[1], 1);
    assert_true(tasks_have(&s->tasks, SPAN("2")));
    assert_memory_equal(&before, task(s, "1", "remove_brand"), sizeof before);
    arena_free(s->a);
}

static void
test_dispose__an_arrival_without_lines_is_of_those_that_were_asked_for(void **state) {
    (void)state;
    struct story *s = begin();
    struct return_line lines[] = {line("1", "apparel", CONDITION_USED)};
    tell(s, RETURN_REQUESTED, -24, lines, 1);
    tell(s, RETURN_RECEIVED, 0, NULL, 0);
    assert_int_equal(state_of(s, "1", "remove_brand"), TASK_READY);
    assert_false(tasks_have(&s->tasks, SPAN("")));
    arena_free(s->a);
}

static void test_dispose__parcels_add_up_and_are_as_bad_as_the_worst(void **state) {
    (void)state;
    struct story *s = begin();
    struct return_line parcel = line("1", "power_bank", CONDITION_UNOPENED);
    parcel.quantity = 3;
    tell(s, RETURN_RECEIVED, 0, &parcel, 1);
    assert_null(task(s, "1", "isolate"));
    parcel.condition = CONDITION_DAMAGED;
    parcel.quantity = 2;
    parcel.hazards = (struct span_list){lithium, 1};
    tell(s, RETURN_RECEIVED, 3, &parcel, 1);
    assert_int_equal(state_of(s, "1", "isolate"), TASK_READY);
    assert_int_equal(task(s, "1", "isolate")->quantity, 5);
    assert_true(was_told(s, "pieces of one line came in different states"));
    parcel.condition = CONDITION_UNOPENED;
    tell(s, RETURN_RECEIVED, 6, &parcel, 1); /* makes nothing better */
    assert_int_equal(state_of(s, "1", "isolate"), TASK_READY);
    arena_free(s->a);
}

/* ---- lines in several hands ---- */

static const char mixed_lines[] =
    "[{\"line_id\": \"1\"}, {\"line_id\": \"2\", \"fulfilment\": \"MARKETPLACE\"},"
    " {\"line_id\": \"3\", \"fulfilment\": \"UNKNOWN\"}]";

/* Line 1 is the seller's, line 2 the marketplace's, of line 3 nobody knows. */
static struct story *mixed(void) {
    static const struct order_facts order = {.fulfilment = {"SELLER", 6}};
    struct story *s = begin();
    s->hands.whose = whose_of(&order, lines_classes(s->a, span_of(mixed_lines)));
    return s;
}

static void test_dispose__what_the_marketplace_fulfils_has_no_tasks(void **state) {
    (void)state;
    struct story *s = mixed();
    struct return_line lines[] = {line("1", "apparel", CONDITION_USED),
                                  line("2", "apparel", CONDITION_USED)};
    tell(s, RETURN_RECEIVED, 0, lines, 2);
    assert_int_equal(state_of(s, "1", "remove_brand"), TASK_READY);
    assert_false(tasks_have(&s->tasks, SPAN("2")));
    assert_int_equal(s->n_triages, 0);
    arena_free(s->a);
}

static void test_dispose__the_marketplaces_events_move_no_task(void **state) {
    (void)state;
    struct story *s = mixed();
    struct return_line lines[] = {line("1", "apparel", CONDITION_USED),
                                  line("2", "power_bank", CONDITION_DAMAGED)};
    tell(s, RETURN_RECEIVED, 0, lines, 2);
    struct task before = *task(s, "1", "remove_brand");
    lines[1].hazards = (struct span_list){lithium, 1};
    tell(s, RETURN_INSPECTED, 3, &lines[1], 1);
    assert_memory_equal(&before, task(s, "1", "remove_brand"), sizeof before);
    assert_false(tasks_have(&s->tasks, SPAN("2")));
    arena_free(s->a);
}

static void test_dispose__a_line_in_unknown_hands_is_for_a_person(void **state) {
    (void)state;
    struct story *s = mixed();
    struct return_line lines[] = {line("1", "apparel", CONDITION_USED),
                                  line("3", "apparel", CONDITION_USED)};
    tell(s, RETURN_RECEIVED, 0, lines, 2);
    assert_int_equal(state_of(s, "1", "remove_brand"), TASK_READY);
    assert_false(tasks_have(&s->tasks, SPAN("3")));
    assert_true(was_told(s, "who fulfils a line of the return is not known"));
    arena_free(s->a);
}

/* ---- what the order does not have ---- */

static struct story *ordered(const char *lines) {
    struct story *s = begin();
    s->goods.order_lines = span_of(lines);
    return s;
}

static void test_dispose__a_wrong_item_is_for_a_person(void **state) {
    (void)state;
    static const char *const orders[] = {
        "[{\"line_id\": \"7\", \"sku\": \"7\", \"quantity\": 1}]",
        "[{\"line_id\": \"1\", \"sku\": \"another\", \"quantity\": 1}]"};
    for (size_t i = 0; i < COUNT_OF(orders); i++) {
        struct story *s = ordered(orders[i]);
        struct return_line wrong = line("1", "apparel", CONDITION_UNOPENED);
        tell(s, RETURN_RECEIVED, 0, &wrong, 1);
        assert_int_equal(s->tasks.n, 0);
        assert_true(was_told(s, "something came back that the order does not have"));
        wrong.hazards = (struct span_list){swollen, 2};
        tell(s, RETURN_INSPECTED, 1, &wrong, 1); /* but it is kept from burning */
        assert_int_equal(state_of(s, "1", "isolate"), TASK_READY);
        arena_free(s->a);
    }
}

/* What it is can be danger enough, though nobody declared any. */
static void test_dispose__a_wrong_item_of_a_dangerous_class_is_contained(void **state) {
    (void)state;
    static const char *const classes[] = {"power_bank", "aerosol"};
    for (size_t i = 0; i < COUNT_OF(classes); i++) {
        struct story *s =
            ordered("[{\"line_id\": \"7\", \"sku\": \"7\", \"quantity\": 1}]");
        struct return_line wrong = line("1", classes[i], CONDITION_UNOPENED);
        tell(s, RETURN_RECEIVED, 0, &wrong, 1);
        assert_true(was_told(s, "something came back that the order does not have"));
        assert_true(s->tasks.n > 0);
        assert_string_equal(span_cstr(s->a, s->tasks.items[0].playbook),
                            "quarantine_check");
        assert_int_equal(s->tasks.items[0].state, TASK_READY);
        arena_free(s->a);
    }
}

static void test_dispose__more_pieces_than_a_number_holds_are_told(void **state) {
    (void)state;
    struct story *s = begin();
    struct return_line many = line("1", "apparel", CONDITION_USED);
    many.quantity = 1500000000;
    tell(s, RETURN_RECEIVED, 0, &many, 1);
    tell(s, RETURN_RECEIVED, 1, &many, 1);
    assert_true(was_told(s, "more pieces of one line came back than can be counted"));
    assert_int_equal(task(s, "1", "remove_brand")->quantity, INT32_MAX);
    many.quantity = 2;
    s->n_triages = 0;
    tell(s, RETURN_INSPECTED, 2, &many, 1); /* which counts them anew */
    assert_int_equal(task(s, "1", "remove_brand")->quantity, 2);
    assert_false(was_told(s, "more pieces of one line"));
    arena_free(s->a);
}

static void test_dispose__more_than_was_ordered_is_told_and_worked_on(void **state) {
    (void)state;
    struct story *s = ordered("[{\"line_id\": \"1\", \"sku\": \"1\", \"quantity\": 2}]");
    struct return_line more = line("1", "apparel", CONDITION_USED);
    more.quantity = 2;
    tell(s, RETURN_RECEIVED, 0, &more, 1);
    assert_int_equal(s->n_triages, 0);
    more.quantity = 1;
    tell(s, RETURN_RECEIVED, 1, &more, 1);
    assert_true(was_told(s, "more pieces came back than were ordered"));
    assert_int_equal(task(s, "1", "remove_brand")->quantity, 3);
    arena_free(s->a);
}

/* ---- what cannot all be true ---- */

static const char unlikely[] =
    "condition unopened and hazards swollen_battery contradict";

static void
test_dispose__words_that_contradict_each_other_are_for_a_person(void **state) {
    (void)state;
    struct story *s = begin();
    struct return_line goods = line("1", "power_bank", CONDITION_UNOPENED);
    goods.hazards = (struct span_list){swollen, 2};
    tell(s, RETURN_REQUESTED, -24, &goods, 1);
    assert_true(was_told(s, unlikely));
    assert_int_equal(state_of(s, "1", "tell_buyer_not_to_ship"), TASK_READY);
    tell(s, RETURN_RECEIVED, 0, &goods, 1);
    assert_int_equal(state_of(s, "1", "isolate"), TASK_READY);
    arena_free(s->a);
}

/* At a request no rule speaks of these. */
static void test_dispose__so_they_are_where_the_rules_are_silent(void **state) {
    (void)state;
    static const struct span both[] = {{"ph_2_or_less", 12}, {"ph_12_5_or_more", 15}};
    struct story *s = begin();
    struct return_line goods = line("1", "apparel", CONDITION_OPENED);
    goods.hazards = (struct span_list){both, 2};
    tell(s, RETURN_REQUESTED, -24, &goods, 1);
    assert_true(was_told(s, "traits ph_2_or_less and traits ph_12_5_or_more contradict"));
    arena_free(s->a);
}

/* The case as a whole is unopened and holds something swollen. */
static void test_dispose__words_about_two_lines_do_not_contradict(void **state) {
    (void)state;
    struct story *s = begin();
    struct return_line lines[] = {line("1", "apparel", CONDITION_UNOPENED),
                                  line("2", "power_bank", CONDITION_ABSENT)};
    lines[1].hazards = (struct span_list){swollen, 2};
    tell(s, RETURN_REQUESTED, -24, lines, 2);
    assert_false(was_told(s, unlikely));
    arena_free(s->a);
}

/* ---- decided again ---- */

static void test_dispose__an_inspection_cancels_what_no_longer_applies(void **state) {
    (void)state;
    struct story *s = begin();
    struct return_line goods = line("1", "power_bank", CONDITION_DAMAGED);
    goods.hazards = (struct span_list){lithium, 1};
    tell(s, RETURN_RECEIVED, 0, &goods, 1);
    struct task *isolate = (struct task *)task(s, "1", "isolate");
    isolate->state = TASK_DONE;
    isolate->done_us = isolate->closed_us = NOON_US + US_PER_HOUR;
    goods = line("1", "apparel", CONDITION_USED);
    tell(s, RETURN_INSPECTED, 24, &goods, 1);
    assert_int_equal(state_of(s, "1", "isolate"), TASK_DONE);
    assert_int_equal(state_of(s, "1", "insulate_terminals"), TASK_CANCELLED);
    assert_true(task(s, "1", "insulate_terminals")->closed_us == NOON_US + US_PER_DAY);
    assert_int_equal(state_of(s, "1", "remove_brand"), TASK_READY);
    assert_true(was_told(s, "the goods turned out to need another disposition"));
    arena_free(s->a);
}

static void test_dispose__shared_steps_stay_and_come_back(void **state) {
    (void)state;
    struct story *s = begin();
    struct return_line goods = line("1", "power_bank", CONDITION_DAMAGED);
    goods.hazards = (struct span_list){lithium, 1};
    tell(s, RETURN_RECEIVED, 0, &goods, 1);
    goods.hazards = (struct span_list){swollen, 2};
    tell(s, RETURN_INSPECTED, 2, &goods, 1); /* another rule, the same first steps */
    const struct task *isolate = task(s, "1", "isolate");
    assert_int_equal(isolate->turn, 1);
    assert_int_equal(isolate->state, TASK_READY);
    assert_true(isolate->counts_from_us == NOON_US);
    goods = line("1", "apparel", CONDITION_USED);
    tell(s, RETURN_INSPECTED, 4, &goods, 1);
    assert_int_equal(state_of(s, "1", "isolate"), TASK_CANCELLED);
    goods = line("1", "power_bank", CONDITION_DAMAGED);
    goods.hazards = (struct span_list){lithium, 1};
    tell(s, RETURN_INSPECTED, 6, &goods, 1);
    isolate = task(s, "1", "isolate");
    assert_int_equal(isolate->state, TASK_READY);
    assert_int_equal(isolate->turn, 2);
    assert_true(isolate->closed_us == EVENT_ABSENT);
    arena_free(s->a);
}

static void test_dispose__a_step_whose_predecessor_is_done_is_looked_at(void **state) {
    (void)state;
    struct story *s = begin();
    struct return_line goods = line("1", "power_bank", CONDITION_DAMAGED);
    goods.hazards = (struct span_list){lithium, 1};
    tell(s, RETURN_RECEIVED, 0, &goods, 1);
    struct task *isolate = (struct task *)task(s, "1", "isolate");
    isolate->state = TASK_DONE;
    isolate->done_us = isolate->closed_us = NOON_US + US_PER_HOUR;
    goods = line("1", "medical_class_2", CONDITION_DAMAGED);
    goods.hazards = (struct span_list){lithium, 1};
    tell(s, RETURN_INSPECTED, 2, &goods, 1); /* asks for an incident after isolating */
    const struct task *next = task(s, "1", "screen_for_incident");
    assert_int_equal(next->state, TASK_CREATED);
    assert_true(next->look_us == NOON_US + 2 * US_PER_HOUR);
    arena_free(s->a);
}

static void test_dispose__what_follows_a_late_step_goes_with_it(void **state) {
    (void)state;
    struct story *s = begin();
    struct return_line goods = line("1", "power_bank", CONDITION_DAMAGED);
    goods.hazards = (struct span_list){lithium, 1};
    tell(s, RETURN_RECEIVED, 0, &goods, 1);
    const struct policy_step *confirm =
        policy_step_find(policy, task(s, "1", "confirm_transport")->rule_id,
                         SPAN("confirm_transport"), SPAN(""));
    assert_true(confirm && confirm->late);
    s->tasks.items =
        arena_grow(s->a, s->tasks.items, s->tasks.n, &s->tasks.room, sizeof(struct task));
    struct task *made = &s->tasks.items[s->tasks.n++]; /* as the clock does */
    *made = *task(s, "1", "confirm_transport");
    made->id = tasks_late_id(s->tasks.identity_us, s->tasks.case_id, SPAN("1"), made->id,
                             span_of(confirm->late->action));
    made->action = span_of(confirm->late->action);
    made->state = TASK_READY;
    goods.hazards = (struct span_list){swollen, 2};
    tell(s, RETURN_INSPECTED, 2, &goods, 1); /* the manifest is still wanted */
    assert_int_equal(state_of(s, "1", "report_measures"), TASK_READY);
    goods = line("1", "apparel", CONDITION_USED);
    tell(s, RETURN_INSPECTED, 4, &goods, 1);
    assert_int_equal(state_of(s, "1", "report_measures"), TASK_CANCELLED);
    arena_free(s->a);
}

static void finish(struct task *x) {
    x->state = TASK_DONE;
    x->done_us = x->closed_us = NOON_US;
    x->look_us = EVENT_ABSENT;
}

/* The task with which pieces that came later are worked on. */
static struct task *later(const struct story *s, const char *action) {
    struct task *found = NULL;
    for (size_t i = 0; i < s->tasks.n; i++)
        if (span_is(s->tasks.items[i].action, action))
            found = &s->tasks.items[i];
    return found;
}

static void test_dispose__pieces_that_come_when_a_step_is_done_get_it_too(void **state) {
    (void)state;
    struct story *s = begin();
    struct return_line toy = line("1", "toy", CONDITION_UNOPENED);
    tell(s, RETURN_RECEIVED, 0, &toy, 1);
    assert_int_equal(s->tasks.n, 1);
    finish(&s->tasks.items[0]);
    for (int i = 1; i <= 2; i++) {
        tell(s, RETURN_RECEIVED, i * 24, &toy, 1);
        struct task *again = &s->tasks.items[s->tasks.n - 1];
        assert_int_equal(s->tasks.n, i + 1);
        assert_int_equal(again->state, TASK_READY);
        assert_int_equal(again->quantity, 1);
        assert_true(again->counts_from_us == NOON_US + i * 24 * US_PER_HOUR);
        finish(again);
    }
    assert_false(was_told(s, "the goods turned out"));
    arena_free(s->a);
}

static void test_dispose__what_is_open_waits_for_pieces_that_come_later(void **state) {
    (void)state;
    struct story *s = begin();
    struct return_line battery = line("1", "power_bank", CONDITION_DAMAGED);
    battery.hazards = (struct span_list){swollen, 2};
    tell(s, RETURN_RECEIVED, 0, &battery, 1);
    struct task *first = later(s, "isolate");
    finish(first);
    struct uuid first_id = first->id;
    size_t n = s->tasks.n;
    tell(s, RETURN_RECEIVED, 24, &battery, 1);
    assert_int_equal(s->tasks.n, n + 1);
    struct task *second = later(s, "isolate");
    assert_false(uuid_equal(second->id, first_id));
    assert_int_equal(second->state, TASK_READY);
    assert_int_equal(second->quantity, 1);
    for (size_t i = 0; i < n; i++) {
        assert_false(uuid_equal(s->tasks.items[i].after_task, first_id));
        assert_true(s->tasks.items[i].quantity ==
                    (uuid_equal(s->tasks.items[i].id, first_id) ? 1 : 2));
    }
    arena_free(s->a);
}

static void test_dispose__what_has_left_is_watched_whatever_comes_later(void **state) {
    (void)state;
    struct story *s = begin();
    struct return_line goods = line("1", "power_bank", CONDITION_DAMAGED);
    goods.hazards = (struct span_list){lithium, 1};
    tell(s, RETURN_RECEIVED, 0, &goods, 1);
    finish(later(s, "hand_over"));
    struct uuid left = later(s, "hand_over")->id;
    struct uuid slip = later(s, "confirm_transport")->id;
    goods = line("1", "apparel", CONDITION_USED);
    tell(s, RETURN_INSPECTED, 4, &goods, 1);
    assert_int_equal(state_of(s, "1", "isolate"), TASK_CANCELLED);
    assert_int_equal(state_of(s, "1", "confirm_transport"), TASK_CREATED);
    assert_true(was_told(s, "the goods turned out to need another disposition"));
    goods = line("1", "power_bank", CONDITION_DAMAGED);
    goods.hazards = (struct span_list){lithium, 1};
    tell(s, RETURN_RECEIVED, 6, &goods, 1); /* another piece goes with its own papers */
    assert_int_equal(state_of(s, "1", "confirm_transport"), TASK_CREATED);
    struct task *own = later(s, "confirm_transport");
    assert_false(uuid_equal(own->id, slip));
    assert_false(uuid_equal(own->after_task, left));
    assert_true(uuid_equal(own->after_task, later(s, "hand_over")->id));
    size_t n = s->tasks.n;
    finish((struct task *)task(s, "1", "confirm_transport")); /* the first slip is back */
    tell(s, RETURN_RECEIVED, 8, &goods, 1);
    assert_int_equal(later(s, "confirm_transport")->quantity,
                     later(s, "hand_over")->quantity);
    assert_int_equal(s->tasks.n, n);
    arena_free(s->a);
}

/* What is begun anew is told anew: the trail has each change once a turn. */
static void test_dispose__a_ready_step_that_must_wait_begins_another_turn(void **state) {
    (void)state;
    struct story *s = begin();
    struct return_line battery = line("1", "power_bank", CONDITION_DAMAGED);
    battery.hazards = (struct span_list){lithium, 1};
    tell(s, RETURN_RECEIVED, 0, &battery, 1);
    finish(later(s, "isolate"));
    struct task *next = later(s, "insulate_terminals");
    next->state = TASK_READY; /* as the clock does */
    tell(s, RETURN_RECEIVED, 24, &battery, 1);
    next = later(s, "insulate_terminals");
    assert_int_equal(next->state, TASK_CREATED);
    assert_int_equal(next->turn, 2);
    arena_free(s->a);
}

static void test_dispose__what_cannot_be_evaluated_keeps_its_tasks(void **state) {
    (void)state;
    struct story *s = begin();
    struct span odd[] = {SPAN("radioactive")};
    struct return_line goods = line("1", "power_bank", CONDITION_DAMAGED);
    goods.hazards = (struct span_list){lithium, 1};
    tell(s, RETURN_RECEIVED, 0, &goods, 1);
    goods.hazards = (struct span_list){odd, 1};
    tell(s, RETURN_INSPECTED, 1, &goods, 1);
    assert_int_equal(state_of(s, "1", "isolate"), TASK_READY);
    assert_true(was_told(s, "hazards is outside the domain"));
    assert_string_equal(span_cstr(s->a, s->goods.disposition), "hazmat");
    arena_free(s->a);
}

/* ---- any order of reading ---- */

static const int kinds[] = {RETURN_REQUESTED,  RETURN_AUTHORIZED, RETURN_LABEL_ISSUED,
                            RETURN_IN_TRANSIT, RETURN_RECEIVED,   RETURN_RECEIVED,
                            RETURN_INSPECTED,  RETURN_INSPECTED};

static size_t any(uint64_t *random, size_t n) {
    return (size_t)(random_next(random) % n);
}

/* Lines "1" and "2", each at most once in an event, or none of them. */
static size_t random_lines(uint64_t *random, struct return_line *lines) {
    static const char *const classes[] = {"power_bank",      "apparel",
                                          "aerosol",         "cosmetics",
                                          "small_appliance", "medical_class_2"};
    static const struct span_list hazards[] = {
        {NULL, 0}, {NULL, 0}, {lithium, 1}, {swollen, 2}};
    size_t n = 0;
    for (int i = 1; i <= 2; i++) {
        if (any(random, 3) == 0)
            continue;
        lines[n] = line(i == 1 ? "1" : "2", classes[any(random, COUNT_OF(classes))],
                        (int)any(random, CONDITION_COUNT + 1) - 1);
        lines[n].hazards = hazards[any(random, COUNT_OF(hazards))];
        lines[n++].quantity = 1 + (int32_t)any(random, 3);
    }
    return n;
}

static size_t random_events(uint64_t *random, struct return_event *events,
                            struct return_line (*lines)[2]) {
    size_t n = 1 + any(random, MOST_EVENTS);
    int hour = 0;
    for (size_t i = 0; i < n; i++) {
        size_t n_lines = random_lines(random, lines[i]);
        hour += 1 + (int)any(random, 40);
        events[i] = event(kinds[any(random, COUNT_OF(kinds))], hour, lines[i], n_lines);
    }
    return n;
}

static void shuffle(uint64_t *random, struct return_event *events, size_t n) {
    for (size_t i = n; i > 1; i--) {
        size_t k = any(random, i);
        struct return_event kept = events[k];
        events[k] = events[i - 1];
        events[i - 1] = kept;
    }
}

static int by_text(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* What is to be done, and by which plan: a line a task that is open. */
static const char *open_tasks(const struct story *s) {
    char **texts = arena_array(s->a, s->tasks.n + 1, sizeof *texts);
    size_t n = 0;
    for (size_t i = 0; i < s->tasks.n; i++) {
        const struct task *t = &s->tasks.items[i];
        if (t->state == TASK_CANCELLED)
            continue;
        texts[n] = arena_alloc(s->a, 400);
        snprintf(texts[n++], 400, "%.*s %d %.*s %.*s %.*s %d<%d %s %d",
                 (int)t->line_id.len, t->line_id.ptr, t->quantity, (int)t->playbook.len,
                 t->playbook.ptr, (int)t->rule_id.len, t->rule_id.ptr, (int)t->action.len,
                 t->action.ptr, t->step_no, t->after_step, task_state_names[t->state],
                 t->due_us == EVENT_ABSENT);
    }
    qsort(texts, n, sizeof *texts, by_text);
    char *all = arena_zalloc(s->a, 400 * n + 1);
    for (size_t i = 0; i < n; i++) {
        strcat(all, texts[i]);
        strcat(all, "\n");
    }
    return all;
}

static struct story *told(struct return_event *events, size_t n) {
    struct story *s = begin();
    for (size_t i = 0; i < n; i++)
        read_event(s, &events[i]);
    return s;
}

static void test_dispose__any_order_of_reading_ends_in_the_same_tasks(void **state) {
    (void)state;
    size_t n_with_tasks = 0;
    for (uint64_t seed = 1; seed <= 1500; seed++) {
        uint64_t random = seed * 7919;
        struct return_event events[MOST_EVENTS];
        struct return_line lines[MOST_EVENTS][2];
        size_t n = random_events(&random, events, lines);
        struct story *expected = told(events, n);
        n_with_tasks += expected->tasks.n > 0;
        for (int i = 0; i < 3; i++) {
            shuffle(&random, events, n);
            struct story *s = told(events, n);
            if (strcmp(open_tasks(s), open_tasks(expected)) != 0) {
                print_message("seed %" PRIu64 "\n", seed);
                for (size_t k = 0; k < n; k++)
                    print_message("  %s at %" PRId64 "\n", returns_word(events[k].kind),
                                  (events[k].head.occurred_at_us - NOON_US) /
                                      US_PER_HOUR);
            }
            assert_string_equal(open_tasks(s), open_tasks(expected));
            arena_free(s->a);
        }
        arena_free(expected->a);
    }
    assert_true(n_with_tasks > 800);
}

/* ---- without end ---- */

/* Each entry says something else of line 1. */
static struct return_line *many_lines(struct story *s, size_t n, int from) {
    struct return_line *lines = arena_array(s->a, n, sizeof *lines);
    for (size_t i = 0; i < n; i++) {
        lines[i] = line("1", "general", CONDITION_USED);
        char *sku = arena_alloc(s->a, 16);
        snprintf(sku, 16, "sku %d", from + (int)i);
        lines[i].sku = span_of(sku);
    }
    return lines;
}

static void test_dispose__what_is_said_of_a_case_has_an_end_that_is_told(void **state) {
    (void)state;
    struct story *s = begin();
    enum { N = SAID_MAX / 5 * 3 };
    struct return_event first = event(RETURN_RECEIVED, 0, many_lines(s, N, 1), N);
    struct return_event second = event(RETURN_RECEIVED, 1, many_lines(s, N, N + 1), N);
    read_event(s, &first);
    assert_int_equal(s->goods.n_said, N);
    read_event(s, &second);
    assert_int_equal(s->goods.n_said, N);
    int n_told = 0;
    for (int i = 0; i < s->n_triages; i++)
        n_told += strstr(s->triages[i], "than a case takes") != NULL;
    assert_int_equal(n_told, 1);
    const struct return_line found = line("1", "general", CONDITION_USED);
    struct return_event inspected = event(RETURN_INSPECTED, 2, &found, 1);
    read_event(s, &inspected); /* the last word makes room */
    assert_int_equal(s->goods.n_said, 1);
    arena_free(s->a);
}

/* ---- always ---- */

static bool is_dangerous(const struct return_line *l) {
    return l->hazards.count > 0;
}

static void
test_dispose__steps_stand_in_their_order_and_nothing_dangerous_is_sold(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= 1500; seed++) {
        uint64_t random = seed * 104729;
        struct return_event events[MOST_EVENTS];
        struct return_line lines[MOST_EVENTS][2];
        size_t n = random_events(&random, events, lines);
        struct story *s = told(events, n);
        for (size_t i = 0; i < s->tasks.n; i++) {
            const struct task *t = &s->tasks.items[i];
            assert_true((t->state == TASK_CANCELLED) == (t->closed_us != EVENT_ABSENT));
            assert_true(t->state != TASK_READY ||
                        (t->after_step == 0 && !t->licence.ptr));
            if (t->state == TASK_CANCELLED)
                continue;
            assert_false(span_is(t->playbook, "restock") &&
                         is_dangerous(&events[n - 1].lines[0]) &&
                         events[n - 1].kind == RETURN_INSPECTED &&
                         events[n - 1].n_lines == 1 &&
                         span_equal(t->line_id, events[n - 1].lines[0].line_id));
        }
        arena_free(s->a);
    }
}

#define TEST(f) cmocka_unit_test(f)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(test_dispose__each_line_gets_its_own_tasks),
        TEST(test_dispose__what_waits_or_needs_a_licence_is_not_ready),
        TEST(test_dispose__a_line_that_comes_later_leaves_the_first_alone),
        TEST(test_dispose__an_arrival_without_lines_is_of_those_that_were_asked_for),
        TEST(test_dispose__parcels_add_up_and_are_as_bad_as_the_worst),
        TEST(test_dispose__what_the_marketplace_fulfils_has_no_tasks),
        TEST(test_dispose__the_marketplaces_events_move_no_task),
        TEST(test_dispose__a_line_in_unknown_hands_is_for_a_person),
        TEST(test_dispose__a_wrong_item_is_for_a_person),
        TEST(test_dispose__a_wrong_item_of_a_dangerous_class_is_contained),
        TEST(test_dispose__more_pieces_than_a_number_holds_are_told),
        TEST(test_dispose__more_than_was_ordered_is_told_and_worked_on),
        TEST(test_dispose__words_that_contradict_each_other_are_for_a_person),
        TEST(test_dispose__so_they_are_where_the_rules_are_silent),
        TEST(test_dispose__words_about_two_lines_do_not_contradict),
        TEST(test_dispose__an_inspection_cancels_what_no_longer_applies),
        TEST(test_dispose__shared_steps_stay_and_come_back),
        TEST(test_dispose__a_step_whose_predecessor_is_done_is_looked_at),
        TEST(test_dispose__what_follows_a_late_step_goes_with_it),
        TEST(test_dispose__pieces_that_come_when_a_step_is_done_get_it_too),
        TEST(test_dispose__what_is_open_waits_for_pieces_that_come_later),
        TEST(test_dispose__what_has_left_is_watched_whatever_comes_later),
        TEST(test_dispose__a_ready_step_that_must_wait_begins_another_turn),
        TEST(test_dispose__what_cannot_be_evaluated_keeps_its_tasks),
        TEST(test_dispose__what_is_said_of_a_case_has_an_end_that_is_told),
        TEST(test_dispose__any_order_of_reading_ends_in_the_same_tasks),
        TEST(test_dispose__steps_stand_in_their_order_and_nothing_dangerous_is_sold),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
