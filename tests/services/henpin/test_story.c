/* The words of a story: what they become, and what is refused. The playing is tested by
 * tests/integration/stories.test. */
#include "services/henpin/story.h"

#include "common/base/clock.h"
#include "common/event/shapes.h"
#include "common/io/schemas.h"
#include "tests/common/base/harness.h"

#define NOON INT64_C(1795143600000000) /* 2026-11-20 12:00 in Tokyo */

struct desk {
    struct arena *arena;
    struct story_writer *writer;
    struct schemas *schemas[STORY_TOPIC_COUNT];
    struct error err;
};

static int open_desk(void **state) {
    struct desk *d = xcalloc(1, sizeof *d);
    d->arena = arena_new((size_t)16 << 20);
    static const struct schemas_config config = {
        .registry = {.url = ""}, .schema_dir = "schemas/avro", .plain_schema = ""};
    assert_int_equal(story_writer_new("schemas/avro", &d->writer, &d->err), ST_OK);
    assert_int_equal(schemas_new(&config, ORDER_EVENT_AVSC, &order_event_shape,
                                 &d->schemas[STORY_ORDERS], &d->err),
                     ST_OK);
    assert_int_equal(schemas_new(&config, RETURN_EVENT_AVSC, &return_event_shape,
                                 &d->schemas[STORY_RETURNS], &d->err),
                     ST_OK);
    *state = d;
    return 0;
}

static int close_desk(void **state) {
    struct desk *d = *state;
    story_writer_free(d->writer);
    schemas_free(d->schemas[STORY_ORDERS]);
    schemas_free(d->schemas[STORY_RETURNS]);
    arena_free(d->arena);
    free(d);
    return 0;
}

static enum status read_event(struct desk *d, enum story_topic topic, const char *words,
                              struct story_event *e) {
    return story_event_read(d->writer, d->arena, topic, span_of(words), NOON, e, &d->err);
}

/* What a worker would read. */
static void said(struct desk *d, enum story_topic topic, const char *words, void *out) {
    struct story_event e;
    assert_int_equal(read_event(d, topic, words, &e), ST_OK);
    assert_int_equal(
        schemas_decode(d->schemas[topic], e.value, NULL, 0, d->arena, out, &d->err),
        ST_OK);
}

static void test_story__an_instant_needs_its_zone(void **state) {
    (void)state;
    int64_t us = 0;
    assert_true(story_instant(SPAN("2026-11-20 12:00 +09:00"), &us));
    assert_int_equal(us, NOON);
    assert_true(story_instant(SPAN("2026-11-20T03:00:00Z"), &us));
    assert_int_equal(us, NOON);
    assert_false(story_instant(SPAN("2026-11-20 12:00"), &us));
    assert_false(story_instant(SPAN("2026-11-20 12:00 +09:00 sharp"), &us));
    assert_false(story_instant(SPAN("five days"), &us));
}

static void test_story__what_is_not_said_has_its_default(void **state) {
    struct order_event o;
    said(*state, STORY_ORDERS, "250-1 on amazon.co.jp by A1: placed", &o);
    assert_true(span_is(o.head.order_id, "250-1"));
    assert_true(span_is(o.head.marketplace, "amazon.co.jp"));
    assert_true(span_is(o.head.seller_id, "A1"));
    assert_true(span_is(o.head.event_id, "story-1"));
    assert_int_equal(o.head.occurred_at_us, NOON);
    assert_int_equal(o.kind, ORDER_PLACED);
    assert_int_equal(o.fulfilment, FULFILMENT_SELLER);
    assert_int_equal(o.purchased_at_us, NOON);
    assert_int_equal(o.delivered_at_us, EVENT_ABSENT);
    assert_int_equal(o.n_lines, 1);
    assert_true(span_is(o.lines[0].product_class, "general"));
}

static void test_story__what_was_said_before_still_holds(void **state) {
    struct order_event o;
    struct return_event r;
    said(*state, STORY_ORDERS, "250-1 on amazon.de by A1: placed, class lamp", &o);
    said(*state, STORY_ORDERS, "250-1: delivered", &o);
    assert_true(span_is(o.lines[0].product_class, "lamp"));
    assert_int_equal(o.delivered_at_us, NOON);
    said(*state, STORY_RETURNS, "R1 of 250-1: requested, reason X, in_policy no", &r);
    said(*state, STORY_RETURNS, "R1: label issued", &r);
    assert_int_equal(r.kind, RETURN_LABEL_ISSUED);
    assert_true(span_is(r.head.marketplace, "amazon.de"));
    assert_true(span_is(r.head.seller_id, "A1"));
    assert_true(span_is(r.head.order_id, "250-1"));
    assert_true(span_is(r.reason_code, "X"));
    assert_int_equal(r.in_policy, TRI_FALSE);
    assert_true(span_is(r.head.event_id, "story-4"));
}

static void test_story__another_story_remembers_nothing(void **state) {
    struct desk *d = *state;
    struct order_event o;
    struct story_event e;
    said(d, STORY_ORDERS, "250-1 on amazon.de by A1: placed", &o);
    story_writer_forget(d->writer);
    assert_int_equal(read_event(d, STORY_ORDERS, "250-1: placed", &e), ST_REJECT);
    assert_string_equal(d->err.text, "marketplace: is missing");
}

static void test_story__a_second_line_begins_as_the_first_is(void **state) {
    struct return_event r;
    said(*state, STORY_RETURNS,
         "R1 of 250-1 on amazon.de by A1: requested, class lamp, hazards MERCURY SHARPS, "
         "line 2, hazards none, condition damaged, line 1, quantity 3",
         &r);
    assert_int_equal(r.n_lines, 2);
    assert_int_equal(r.lines[0].hazards.count, 2);
    assert_int_equal(r.lines[0].quantity, 3);
    assert_int_equal(r.lines[0].condition, CONDITION_ABSENT);
    assert_true(span_is(r.lines[1].line_id, "2"));
    assert_true(span_is(r.lines[1].product_class, "lamp"));
    assert_int_equal(r.lines[1].hazards.count, 0);
    assert_int_equal(r.lines[1].condition, CONDITION_DAMAGED);
}

static void test_story__what_cannot_be_meant_is_refused(void **state) {
    struct desk *d = *state;
    static const struct {
        enum story_topic topic;
        const char *words, *why;
    } rows[] = {
        {STORY_ORDERS, "1 on m by A1", "a colon and what happened are missing"},
        {STORY_ORDERS, "1 at m by A1: placed", "\"at\": before the colon stand only"},
        {STORY_ORDERS, "1 on m by A1: dropped", "kind: must be one of PLACED"},
        {STORY_ORDERS, "1 on m by A1: placed, reason X",
         "\"reason X\" is not known here"},
        {STORY_ORDERS, "1 on m by A1: placed, price much", "\"much\" is no value for"},
        {STORY_ORDERS, "1 on m by A1: placed, purchased 2026-11-20", "is no value for"},
        {STORY_RETURNS, "1 of 2 on m by A1: requested, claim maybe", "is no value for"},
        {STORY_RETURNS, "1 on m by A1: requested", "order_id: is missing"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct story_event e;
        assert_int_equal(read_event(d, rows[i].topic, rows[i].words, &e), ST_REJECT);
        assert_non_null(strstr(d->err.text, rows[i].why));
    }
}

static void test_story__an_expectation_is_a_row_by_some_columns(void **state) {
    struct desk *d = *state;
    struct story_expect e;
    assert_int_equal(story_expect_read(d->arena,
                                       SPAN("2 duty answer_return open, reason has a b, "
                                            "desk none (story clock)"),
                                       &e, &d->err),
                     ST_OK);
    assert_int_equal(e.count, 2);
    assert_true(e.needs_clock);
    assert_int_equal(e.n_columns, 4);
    assert_string_equal(e.columns[0].name, "name");
    assert_string_equal(e.columns[1].value, "open");
    assert_true(e.columns[2].is_part);
    assert_string_equal(e.columns[2].value, "a b");
    assert_string_equal(e.columns[3].value, "none");
    assert_int_equal(story_expect_read(d->arena, SPAN("no duty"), &e, &d->err), ST_OK);
    assert_int_equal(e.count, 0);
    assert_false(e.needs_clock);
    static const char *const wrong[] = {"", "no", "dutty", "duty a b c", "duty a, state"};
    for (size_t i = 0; i < COUNT_OF(wrong); i++)
        assert_int_equal(story_expect_read(d->arena, span_of(wrong[i]), &e, &d->err),
                         ST_REJECT);
}

static void test_story__what_does_not_end_by_itself_is_no_success(void **state) {
    struct desk *d = *state;
    const char *const well[] = {"/bin/sh", "-c", "exit 0", NULL};
    const char *const badly[] = {"/bin/sh", "-c", "echo ' event=x'; exit 3", NULL};
    const char *const never[] = {"/bin/sh", "-c", "exec sleep 60", NULL};
    assert_int_equal(story_run(well, US_PER_MIN, &d->err), ST_OK);
    assert_int_equal(story_run(badly, US_PER_MIN, &d->err), ST_REJECT);
    assert_int_equal(story_run(never, US_PER_S / 20, &d->err), ST_REJECT);
    assert_non_null(strstr(d->err.text, "does not end"));
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, open_desk, close_desk)
int main(void) {
    const struct CMUnitTest cases[] = {
        CASE(test_story__an_instant_needs_its_zone),
        CASE(test_story__what_is_not_said_has_its_default),
        CASE(test_story__what_was_said_before_still_holds),
        CASE(test_story__another_story_remembers_nothing),
        CASE(test_story__a_second_line_begins_as_the_first_is),
        CASE(test_story__what_cannot_be_meant_is_refused),
        CASE(test_story__an_expectation_is_a_row_by_some_columns),
        CASE(test_story__what_does_not_end_by_itself_is_no_success),
    };
    return cmocka_run_group_tests(cases, NULL, NULL);
}
