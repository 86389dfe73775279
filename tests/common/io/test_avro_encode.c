/* test_avro_encode.c: what is written is read back, and what could not be read is not
 * written. */
#include "tests/common/io/avro_fixture.h"

#include "common/event/shapes.h"
#include "common/io/schema_dir.h"

static struct avro_schema *schema;
static struct error err;
static char bytes[4096];

static struct return_event sample(struct return_line *lines, const struct span *hazards) {
    lines[0] = (struct return_line){.line_id = SPAN("1"),
                                    .sku = SPAN("ケトル"),
                                    .quantity = -1,
                                    .product_class = SPAN(""),
                                    .condition = CONDITION_DAMAGED,
                                    .hazards = {hazards, 2}};
    lines[1] = (struct return_line){.line_id = SPAN("2"),
                                    .sku = SPAN("s"),
                                    .quantity = INT32_MAX,
                                    .condition = CONDITION_ABSENT};
    return (struct return_event){
        .head = {SPAN("e"), -5, INT64_MAX, SPAN("m"), SPAN("s"), SPAN("o")},
        .return_id = SPAN("r"),
        .kind = RETURN_REOPENED,
        .reason_code = SPAN(""),
        .in_policy = TRI_FALSE,
        .wanted = WANTED_REPAIR,
        .lines = lines,
        .n_lines = 2,
        .amount_minor = EVENT_ABSENT,
        .claim_opened = true,
    };
}

static int open_schema(void **state) {
    (void)state;
    return schema_file_parse("schemas/avro/return_event.avsc", &schema, &err);
}

static int close_schema(void **state) {
    (void)state;
    avro_schema_free(schema);
    return 0;
}

static void test_encode__what_is_written_is_read_back(void **state) {
    (void)state;
    struct return_line lines[2];
    const struct span hazards[] = {SPAN("AEROSOL"), SPAN("LITHIUM_ION")};
    struct return_event in = sample(lines, hazards), out;
    struct builder b = builder_over(bytes, sizeof bytes);
    assert_int_equal(avro_encode(schema, &return_event_shape, &in, &b, &err), ST_OK);
    struct avro_plan *plan = NULL;
    assert_int_equal(avro_plan_compile(schema, schema, &return_event_shape,
                                       &avro_default_limits, &plan, &err),
                     ST_OK);
    struct arena *a = arena_new(1 << 20);
    assert_int_equal(avro_decode(plan, builder_span(&b), a, &out, &err), ST_OK);
    assert_int_equal(out.head.occurred_at_us, -5);
    assert_true(out.head.observed_at_us == INT64_MAX);
    assert_int_equal(out.kind, RETURN_REOPENED);
    assert_int_equal(out.in_policy, TRI_FALSE);
    assert_int_equal(out.n_lines, 2);
    assert_span_is(out.lines[0].sku, "ケトル");
    assert_int_equal(out.lines[0].quantity, -1);
    assert_non_null(out.lines[0].product_class.ptr);
    assert_null(out.lines[1].product_class.ptr);
    assert_int_equal(out.lines[0].hazards.count, 2);
    assert_span_is(out.lines[0].hazards.items[1], "LITHIUM_ION");
    assert_int_equal(out.lines[1].condition, CONDITION_ABSENT);
    assert_true(out.amount_minor == EVENT_ABSENT);
    assert_null(out.currency.ptr);
    assert_true(out.claim_opened);
    arena_free(a);
    avro_plan_free(plan);
}

static void expect_refusal(const struct return_event *e, const char *words) {
    struct builder b = builder_over(bytes, sizeof bytes);
    assert_int_equal(avro_encode(schema, &return_event_shape, e, &b, &err), ST_REJECT);
    assert_int_equal(err.code, E_INPUT);
    assert_contains(err.text, words);
}

static void test_encode__values_that_do_not_fit_are_refused_by_name(void **state) {
    (void)state;
    struct return_line lines[2];
    const struct span hazards[] = {SPAN("AEROSOL"), {"\xff", 1}};
    struct return_event good = sample(lines, hazards), e = good;
    e.head.seller_id = (struct span){NULL, 0};
    expect_refusal(&e, "field \"seller_id\": is missing");
    e = good;
    e.kind = RETURN_KIND_COUNT;
    expect_refusal(&e, "field \"kind\": 13 is none of its values");
    e = good;
    e.in_policy = 7;
    expect_refusal(&e, "field \"in_policy\": 7 is no boolean");
    expect_refusal(&good, "field \"lines.hazards\": is not valid UTF-8");
}

static void test_encode__a_small_builder_is_told(void **state) {
    (void)state;
    struct return_line lines[2];
    const struct span hazards[] = {SPAN("AEROSOL"), SPAN("X")};
    struct return_event e = sample(lines, hazards);
    struct builder b = builder_over(bytes, 20);
    assert_int_equal(avro_encode(schema, &return_event_shape, &e, &b, &err), ST_REJECT);
    assert_contains(err.text, "more than 20 bytes");
}

/* Each shape fits its schema, and every symbol of the enums goes there and back. */
static void test_encode__every_event_fits_its_released_schema(void **state) {
    (void)state;
    const struct {
        const char *file;
        const struct avro_shape *shape;
    } events[] = {{"schemas/avro/" ORDER_EVENT_AVSC, &order_event_shape},
                  {"schemas/avro/return_event.avsc", &return_event_shape},
                  {"schemas/avro/" INQUIRY_EVENT_AVSC, &inquiry_event_shape}};
    for (size_t i = 0; i < COUNT_OF(events); i++) {
        struct avro_schema *s = NULL;
        struct avro_plan *plan = NULL;
        assert_int_equal(schema_file_parse(events[i].file, &s, &err), ST_OK);
        if (avro_plan_compile(s, s, events[i].shape, &avro_default_limits, &plan, &err) !=
            ST_OK)
            fail_msg("%s: %s", events[i].file, err.text);
        avro_plan_free(plan);
        avro_schema_free(s);
    }
}

/* The shape of a worker of the version before: a line without its fulfilment. */
static struct avro_shape older_shape(void) {
    static struct avro_field lines[16], fields[32];
    static struct avro_shape line;
    struct avro_shape order = order_event_shape;
    memcpy(fields, order.fields, order.n_fields * sizeof fields[0]);
    order.fields = fields;
    for (size_t i = 0; i < order.n_fields; i++) {
        if (strcmp(fields[i].name, "lines") != 0)
            continue;
        line = *fields[i].record;
        line.n_fields = 0;
        for (size_t k = 0; k < fields[i].record->n_fields; k++)
            if (strcmp(fields[i].record->fields[k].name, "fulfilment") != 0)
                lines[line.n_fields++] = fields[i].record->fields[k];
        line.fields = lines;
        fields[i].record = &line;
    }
    return order;
}

static void test_encode__a_worker_of_the_version_before_skips_what_is_new(void **state) {
    (void)state;
    const struct avro_shape older = older_shape();
    struct avro_schema *new = NULL, *old = NULL;
    struct avro_plan *plan = NULL;
    struct arena *a = arena_new(1 << 20);
    assert_int_equal(schema_file_parse("schemas/avro/" ORDER_EVENT_AVSC, &new, &err),
                     ST_OK);
    assert_int_equal(schema_file_parse("schemas/avro/order_event.avsc", &old, &err),
                     ST_OK);
    if (avro_plan_compile(new, old, &older, &avro_default_limits, &plan, &err) != ST_OK)
        fail_msg("%s", err.text);
    struct order_line line = {.line_id = SPAN("1"),
                              .sku = SPAN("s"),
                              .quantity = 2,
                              .currency = SPAN("JPY"),
                              .product_class = SPAN("toy"),
                              .fulfilment = FULFILMENT_MARKETPLACE};
    struct order_event e = {.head = {.event_id = SPAN("e"),
                                     .marketplace = SPAN("amazon.co.jp"),
                                     .seller_id = SPAN("S"),
                                     .order_id = SPAN("O")},
                            .fulfilment = FULFILMENT_SELLER,
                            .ship_from_country = SPAN("CN"),
                            .buyer_country = SPAN("JP"),
                            .lines = &line,
                            .n_lines = 1},
                       read;
    struct builder b = builder_over(bytes, sizeof bytes);
    assert_int_equal(avro_encode(new, &order_event_shape, &e, &b, &err), ST_OK);
    assert_int_equal(avro_decode(plan, builder_span(&b), a, &read, &err), ST_OK);
    assert_int_equal(read.n_lines, 1);
    assert_int_equal(read.lines[0].quantity, 2);
    assert_int_equal(read.fulfilment, FULFILMENT_SELLER);
    avro_plan_free(plan);
    avro_schema_free(new);
    avro_schema_free(old);
    arena_free(a);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_encode__what_is_written_is_read_back),
        cmocka_unit_test(test_encode__values_that_do_not_fit_are_refused_by_name),
        cmocka_unit_test(test_encode__a_small_builder_is_told),
        cmocka_unit_test(test_encode__every_event_fits_its_released_schema),
        cmocka_unit_test(test_encode__a_worker_of_the_version_before_skips_what_is_new),
    };
    return cmocka_run_group_tests_name("avro_encode", tests, open_schema, close_schema);
}
