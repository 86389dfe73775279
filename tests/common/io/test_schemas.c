/* test_schemas.c: the cache between framing and registry; the registry is a fake in this
 * file. */
#include "tests/common/io/avro_fixture.h"

#include "common/event/shapes.h"
#include "common/io/registry.h"
#include "common/io/schema_dir.h"
#include "common/io/schemas.h"

#include <time.h>

/* --- the fake: linked instead of registry.c --- */

struct registry {
    int unused;
};
static struct registry the_registry;
static int n_asked;
static enum error_code answer; /* ERROR_CODE_COUNT: the schema in `schema_text` */
static char *schema_text;

enum status registry_new(const struct registry_config *config, struct registry **out,
                         struct error *err) {
    (void)err;
    assert_string_equal(config->url, "http://registry");
    *out = &the_registry;
    return ST_OK;
}

void registry_free(struct registry *r) {
    (void)r;
}

enum status registry_fetch(struct registry *r, const struct frame *frame, char **out,
                           struct error *err) {
    (void)r;
    (void)frame;
    n_asked++;
    if (answer != ERROR_CODE_COUNT)
        return error_set(err, answer, "the fake says no");
    *out = xstrdup(schema_text);
    return ST_OK;
}

/* --- the tests --- */

static struct error err;
static struct arena *arena;
static char body[1024];
static size_t body_len;

static struct schemas *open_with(const char *url, const char *plain) {
    const struct schemas_config config = {
        .registry = {url, .user = "", .password = "", .ca = "", .timeout_us = 1000000},
        .schema_dir = "schemas/avro",
        .plain_schema = plain};
    struct schemas *s = NULL;
    if (schemas_new(&config, "return_event.avsc", &return_event_shape, &s, &err) != ST_OK)
        fail_msg("%s", err.text);
    return s;
}

static int set_up(void **state) {
    (void)state;
    arena = arena_new((size_t)8 << 20);
    size_t cap = 1 << 16;
    schema_text = xcalloc(1, cap);
    FILE *f = fopen("schemas/avro/return_event.avsc", "rb");
    assert_non_null(f);
    assert_true(fread(schema_text, 1, cap - 1, f) > 0);
    fclose(f);
    struct avro_schema *s = NULL;
    assert_int_equal(avro_schema_parse(span_of(schema_text), &s, &err), ST_OK);
    struct return_event e = {
        .head = {SPAN("e"), 1, 2, SPAN("m"), SPAN("s"), SPAN("o")},
        .return_id = SPAN("r"),
        .reason_code = SPAN(""),
        .in_policy = TRI_ABSENT,
        .amount_minor = EVENT_ABSENT,
    };
    struct builder b = builder_over(body, sizeof body);
    assert_int_equal(avro_encode(s, &return_event_shape, &e, &b, &err), ST_OK);
    body_len = b.len;
    avro_schema_free(s);
    n_asked = 0;
    answer = ERROR_CODE_COUNT;
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    arena_free(arena);
    free(schema_text);
    return 0;
}

static enum status decode_framed(struct schemas *s, unsigned id) {
    char value[1100] = {0, (char)(id >> 24), (char)(id >> 16), (char)(id >> 8), (char)id};
    memcpy(value + 5, body, body_len);
    struct return_event e;
    return schemas_decode(s, (struct span){value, body_len + 5}, NULL, 0, arena, &e,
                          &err);
}

static void test_schemas__a_schema_is_asked_once(void **state) {
    (void)state;
    struct schemas *s = open_with("http://registry", "");
    for (int i = 0; i < 100; i++)
        assert_int_equal(decode_framed(s, 1 + (unsigned)i % 2), ST_OK);
    assert_int_equal(n_asked, 2);
    schemas_free(s);
}

static void test_schemas__a_refusal_is_remembered_for_a_while(void **state) {
    (void)state;
    struct schemas *s = open_with("http://registry", "");
    answer = E_SCHEMA_UNKNOWN;
    for (int i = 0; i < 100; i++) {
        assert_int_equal(decode_framed(s, 7), ST_REJECT);
        assert_int_equal(err.code, E_SCHEMA_UNKNOWN);
    }
    assert_int_equal(n_asked, 1);
    answer = ERROR_CODE_COUNT; /* another id is not held back by it */
    assert_int_equal(decode_framed(s, 8), ST_OK);
    schemas_free(s);
}

static void test_schemas__during_an_outage_nobody_asks(void **state) {
    (void)state;
    struct schemas *s = open_with("http://registry", "");
    assert_int_equal(decode_framed(s, 1), ST_OK);
    answer = E_REGISTRY_DOWN;
    for (unsigned i = 0; i < 50; i++) {
        assert_int_equal(decode_framed(s, 100 + i), ST_RETRY);
        assert_int_equal(err.code, E_REGISTRY_DOWN);
    }
    assert_int_equal(n_asked, 2);
    assert_int_equal(decode_framed(s, 1), ST_OK); /* what is known still works */
    schemas_free(s);
}

static void test_schemas__an_outage_ends_by_itself(void **state) {
    (void)state;
    struct schemas *s = open_with("http://registry", "");
    answer = E_REGISTRY_ANSWER;
    assert_int_equal(decode_framed(s, 1), ST_RETRY);
    answer = ERROR_CODE_COUNT;
    enum status st = ST_RETRY;
    for (int i = 0; st == ST_RETRY && i < 100; i++) {
        nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
        st = decode_framed(s, 1);
    }
    assert_int_equal(st, ST_OK);
    assert_int_equal(n_asked, 2);
    schemas_free(s);
}

/* More ids than entries: refusals make room for each other, the good one stays. */
static void test_schemas__a_flood_of_unknown_ids_pushes_out_no_plan(void **state) {
    (void)state;
    struct schemas *s = open_with("http://registry", "");
    assert_int_equal(decode_framed(s, 1), ST_OK);
    answer = E_SCHEMA_UNKNOWN;
    for (unsigned i = 0; i < 2000; i++)
        assert_int_equal(decode_framed(s, 10 + i), ST_REJECT);
    int before = n_asked;
    assert_int_equal(decode_framed(s, 1), ST_OK);
    assert_int_equal(n_asked, before);
    schemas_free(s);
}

static void
test_schemas__a_schema_of_something_else_is_refused_with_its_id(void **state) {
    (void)state;
    struct schemas *s = open_with("http://registry", "");
    strcpy(schema_text, "\"string\"");
    assert_int_equal(decode_framed(s, 42), ST_REJECT);
    assert_int_equal(err.code, E_SCHEMA_INCOMPATIBLE);
    assert_contains(err.text, "schema id 42: the writer's \"string\"");
    strcpy(schema_text, "{");
    assert_int_equal(decode_framed(s, 43), ST_REJECT);
    assert_int_equal(err.code, E_SCHEMA_INVALID);
    schemas_free(s);
}

static void test_schemas__fingerprints_need_no_registry(void **state) {
    (void)state;
    struct schemas *s = open_with("", "");
    struct avro_schema *reader = NULL;
    assert_int_equal(schema_file_parse("schemas/avro/return_event.avsc", &reader, &err),
                     ST_OK);
    uint64_t print = avro_schema_fingerprint(reader);
    avro_schema_free(reader);
    char value[1100] = "\xc3\x01";
    memcpy(value + 2, &print, 8);
    memcpy(value + 10, body, body_len);
    struct return_event e;
    struct span record = {value, body_len + 10};
    assert_int_equal(schemas_decode(s, record, NULL, 0, arena, &e, &err), ST_OK);
    assert_span_is(e.return_id, "r");
    value[9] = (char)(value[9] ^ 1);
    assert_int_equal(schemas_decode(s, record, NULL, 0, arena, &e, &err), ST_REJECT);
    assert_int_equal(err.code, E_SCHEMA_UNKNOWN);
    assert_int_equal(decode_framed(s, 1), ST_REJECT);
    assert_contains(err.hint, "SCHEMA_REGISTRY_URL");
    assert_int_equal(n_asked, 0);
    schemas_free(s);
}

static void test_schemas__plain_records_need_a_configured_schema(void **state) {
    (void)state;
    struct return_event e;
    struct schemas *s = open_with("", "");
    struct span plain = {body, body_len};
    assert_int_equal(schemas_decode(s, plain, NULL, 0, arena, &e, &err), ST_REJECT);
    assert_int_equal(err.code, E_FRAME_UNKNOWN);
    schemas_free(s);
    s = open_with("", "return_event.avsc");
    assert_int_equal(schemas_decode(s, plain, NULL, 0, arena, &e, &err), ST_OK);
    schemas_free(s);
}

static void test_schemas__a_wrong_configuration_is_told_at_the_start(void **state) {
    (void)state;
    struct schemas *s;
    struct schemas_config config = {
        .registry = {.url = ""}, .schema_dir = "no/such", .plain_schema = ""};
    assert_int_equal(
        schemas_new(&config, "return_event.avsc", &return_event_shape, &s, &err),
        ST_FATAL);
    assert_contains(err.text, "no/such");
    config.schema_dir = "schemas/avro";
    assert_int_equal(schemas_new(&config, "nope.avsc", &return_event_shape, &s, &err),
                     ST_FATAL);
    assert_contains(err.text, "nope.avsc");
    assert_int_equal(
        schemas_new(&config, "order_event.avsc", &return_event_shape, &s, &err),
        ST_FATAL);
    assert_int_equal(err.code, E_CONFIG);
    assert_contains(err.text, "return_id");
    config.plain_schema = "other.avsc";
    assert_int_equal(
        schemas_new(&config, "return_event.avsc", &return_event_shape, &s, &err),
        ST_FATAL);
    assert_contains(err.text, "other.avsc");
    config.schema_dir = "tests";
    assert_int_equal(
        schemas_new(&config, "return_event.avsc", &return_event_shape, &s, &err),
        ST_FATAL);
    assert_contains(err.text, "no .avsc file");
}

int main(void) {
    const struct CMUnitTest tests[] = {
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        CASE(test_schemas__a_schema_is_asked_once),
        CASE(test_schemas__a_refusal_is_remembered_for_a_while),
        CASE(test_schemas__during_an_outage_nobody_asks),
        CASE(test_schemas__an_outage_ends_by_itself),
        CASE(test_schemas__a_flood_of_unknown_ids_pushes_out_no_plan),
        CASE(test_schemas__a_schema_of_something_else_is_refused_with_its_id),
        CASE(test_schemas__fingerprints_need_no_registry),
        CASE(test_schemas__plain_records_need_a_configured_schema),
        CASE(test_schemas__a_wrong_configuration_is_told_at_the_start),
    };
    return cmocka_run_group_tests_name("schemas", tests, NULL, NULL);
}
