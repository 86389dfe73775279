/* test_park.c: what waits for its order goes into its table once and comes back whole;
 * letters and parked records settle where they belong. */
// needs: postgres
#include "common/flow/park.h"
#include "tests/common/flow/flow_fixture.h"

#include "common/event/identity.h"

enum { CAPACITY = 64 };

static const struct service service = {.name = "test", .item_size = 8, .state_size = 8};

static struct batch *new_batch(struct fixture *f) {
    return batch_new(&service, "g", NULL, f->arena, CAPACITY);
}

static struct uuid order(int n) {
    const struct span part = {(const char *)&n, sizeof n};
    return identity_named(&part, 1);
}

/* A record of an order that waits, with its offset as its value. */
static struct message *waiting(struct batch *b, int order_no, int64_t offset,
                               const char *event_id) {
    struct message *m = &b->messages[b->n_messages++];
    *m = (struct message){
        .origin = ORIGIN_KAFKA,
        .fate = FATE_PARKED,
        .topic = TOPIC,
        .offset = offset,
        .record_us = 1700000000000000,
        .key = SPAN("key"),
        .value = span_of("twenty bytes of value"),
        .order_key = order(order_no),
        .event_key = identity_event(order(order_no), span_of(event_id)),
    };
    return m;
}

static void apply(struct fixture *f, struct batch *b, const char *group) {
    struct pg_script *s = pg_script_new(f->arena);
    park_apply(b, s, group);
    if (!pg_script_is_empty(s))
        run_ok(f, s);
}

/* A recall of at most so many bytes, outside a transaction; its messages. */
static struct batch *recall(struct fixture *f, const char *group, size_t max_bytes) {
    struct batch *b = new_batch(f);
    struct pg_script *s = pg_script_new(f->arena);
    const struct pg_query *q = park_find(s, group, CAPACITY, max_bytes, TOPIC);
    run_ok(f, s);
    (void)park_take(b, q);
    return b;
}

/* How many such a recall finds. */
static size_t recalls(struct fixture *f, const char *group, size_t max_bytes) {
    struct batch *b = recall(f, group, max_bytes);
    size_t n = b->n_messages;
    batch_free(b);
    return n;
}

static void wake(struct fixture *f) {
    exec_sql(f, "UPDATE henpin.parked SET is_ready = true");
}

#define PARKED "SELECT source_offset::text FROM henpin.parked ORDER BY source_offset"
#define LETTERS                                                                          \
    "SELECT consumer_group || ':' || source_offset || ':' || state FROM "                \
    "henpin.dead_letter ORDER BY source_offset"

static void test_park__an_event_that_is_sent_again_waits_once(void **state) {
    struct fixture *f = *state;
    struct batch *b = new_batch(f);
    for (int64_t copy = 0; copy < 20; copy++)
        (void)waiting(b, 1, copy, "e1");
    (void)waiting(b, 1, 20, "e2");
    (void)waiting(b, 2, 21, "e1"); /* of another order: another event */
    apply(f, b, "g");
    assert_rows(f, PARKED, "0 20 21");
    batch_free(b);
}

static void test_park__a_copy_that_is_ready_readies_the_first(void **state) {
    struct fixture *f = *state;
    struct batch *b = new_batch(f);
    (void)waiting(b, 1, 0, "e1");
    waiting(b, 1, 1, "e1")->is_ready = true;
    (void)waiting(b, 1, 2, "e1");
    apply(f, b, "g");
    assert_rows(f, "SELECT source_offset || ':' || is_ready FROM henpin.parked",
                "0:true");
    batch_free(b);
}

static void test_park__a_record_comes_back_whole(void **state) {
    struct fixture *f = *state;
    static const struct record_header headers[] = {
        {{"trace", 5}, {"00\0ff", 5}}, {{"empty", 5}, {"", 0}}, {{"none", 4}, {NULL, 0}}};
    struct batch *b = new_batch(f);
    struct message *m = waiting(b, 1, 7, "e1");
    m->partition = 3;
    m->value = (struct span){"\0\xff bytes", 8};
    m->headers = headers;
    m->n_headers = COUNT_OF(headers);
    apply(f, b, "g");
    assert_int_equal(recalls(f, "g", 1 << 20), 0); /* not ready */
    wake(f);
    struct batch *found = recall(f, "g", 1 << 20);
    assert_int_equal(found->n_messages, 1);
    const struct message *back = &found->messages[0];
    assert_int_equal(back->origin, ORIGIN_PARKED);
    assert_int_equal(back->partition, 3);
    assert_int_equal(back->offset, 7);
    assert_int_equal(back->record_us, m->record_us);
    assert_true(span_equal(back->key, m->key));
    assert_true(span_equal(back->value, m->value));
    assert_true(uuid_equal(back->order_key, m->order_key));
    assert_true(uuid_equal(back->event_key, m->event_key));
    assert_int_equal(back->n_headers, 3);
    for (size_t i = 0; i < 3; i++) {
        assert_true(span_equal(back->headers[i].name, headers[i].name));
        assert_int_equal(back->headers[i].value.len, headers[i].value.len);
        assert_int_equal(back->headers[i].value.ptr == NULL,
                         headers[i].value.ptr == NULL);
    }
    assert_memory_equal(back->headers[0].value.ptr, "00\0ff", 5);
    batch_free(found);
    batch_free(b);
}

static void test_park__a_recall_brings_an_orders_records_in_their_order(void **state) {
    struct fixture *f = *state;
    struct batch *b = new_batch(f);
    char id[16];
    for (int64_t i = 0; i < 12; i++) {
        snprintf(id, sizeof id, "e%d", (int)i);
        (void)waiting(b, (int)(i % 3), 11 - i, id);
    }
    apply(f, b, "g");
    wake(f);
    struct batch *found = recall(f, "g", 1 << 20);
    assert_int_equal(found->n_messages, 12);
    for (size_t i = 1; i < 12; i++)
        if (i % 4 != 0) {
            const struct message *m = &found->messages[i];
            assert_true(uuid_equal(m->order_key, m[-1].order_key));
            assert_true(m->offset > m[-1].offset);
        }
    batch_free(found);
    batch_free(b);
}

static void
test_park__a_recall_takes_so_many_bytes_and_one_record_at_least(void **state) {
    struct fixture *f = *state;
    struct batch *b = new_batch(f);
    char id[16];
    for (int i = 0; i < 10; i++) {
        snprintf(id, sizeof id, "e%d", i);
        (void)waiting(b, 1, i, id);
    }
    apply(f, b, "g");
    wake(f);
    const size_t one = b->messages[0].value.len;
    assert_int_equal(recalls(f, "g", 1), 1);
    assert_int_equal(recalls(f, "g", 4 * one), 4);
    assert_int_equal(recalls(f, "g", 4 * one + 1), 5);
    batch_free(b);
}

static void test_park__another_group_finds_what_the_former_left(void **state) {
    struct fixture *f = *state;
    struct batch *b = new_batch(f);
    (void)waiting(b, 1, 0, "e1");
    apply(f, b, "former");
    wake(f);
    struct batch *found = recall(f, "latter", 1 << 20);
    assert_int_equal(found->n_messages, 1);
    found->messages[0].fate = FATE_APPLIED;
    apply(f, found, "latter");
    assert_rows(f, PARKED, "");
    batch_free(found);
    batch_free(b);
}

static void
test_park__what_is_refused_moves_to_the_letters_of_who_recalled_it(void **state) {
    struct fixture *f = *state;
    const struct error why = {.code = E_EVENT_CONSTRAINT, .text = "no", .hint = "hint"};
    struct batch *b = new_batch(f);
    (void)waiting(b, 1, 4, "e1");
    (void)waiting(b, 1, 5, "e2");
    apply(f, b, "former");
    wake(f);
    struct batch *found = recall(f, "latter", 1 << 20);
    batch_reject(found, &found->messages[0], &why);
    found->messages[1].fate = FATE_PARKED; /* it stays where it is */
    apply(f, found, "latter");
    assert_rows(f, PARKED, "5");
    assert_rows(f, LETTERS, "latter:4:open");
    assert_rows(f, "SELECT octet_length(record_value)::text FROM henpin.dead_letter",
                "21");
    batch_free(found);
    batch_free(b);
}

static void test_park__messages_beyond_the_limit_are_left_out(void **state) {
    struct fixture *f = *state;
    struct batch *b = new_batch(f);
    (void)waiting(b, 1, 0, "e1");
    (void)waiting(b, 1, 1, "e2");
    b->limit = 1;
    apply(f, b, "g");
    assert_rows(f, PARKED, "0");
    batch_free(b);
}

/* ---- letters ---- */

static struct batch *with_letter(struct fixture *f, int64_t offset) {
    const struct error why = {.code = E_EVENT_FIELD, .text = "bad"};
    struct batch *b = new_batch(f);
    batch_reject(b, waiting(b, 1, offset, "e"), &why);
    apply(f, b, "g");
    return b;
}

static void test_park__a_record_that_is_read_again_opens_its_letter_again(void **state) {
    struct fixture *f = *state;
    batch_free(with_letter(f, 3));
    exec_sql(f, "UPDATE henpin.dead_letter SET state = 'discarded', retries = 2");
    batch_free(with_letter(f, 3));
    assert_rows(f, LETTERS, "g:3:open");
    assert_rows(f, "SELECT retries::text FROM henpin.dead_letter", "2");
}

static void test_park__only_its_own_group_retries_a_letter(void **state) {
    struct fixture *f = *state;
    batch_free(with_letter(f, 3));
    assert_int_equal(recalls(f, "g", 1 << 20), 0); /* nobody asked */
    exec_sql(f, "UPDATE henpin.dead_letter SET state = 'retry'");
    assert_int_equal(recalls(f, "h", 1 << 20), 0);
    struct batch *found = recall(f, "g", 1 << 20);
    assert_int_equal(found->n_messages, 1);
    assert_int_equal(found->messages[0].origin, ORIGIN_RETRY);
    found->messages[0].fate = FATE_APPLIED;
    apply(f, found, "g");
    assert_rows(f, LETTERS, "g:3:resolved");
    batch_free(found);
}

static void test_park__a_letter_that_is_still_bad_says_why_now(void **state) {
    struct fixture *f = *state;
    const struct error why = {.code = E_EVENT_SIZE, .text = "too large"};
    batch_free(with_letter(f, 3));
    exec_sql(f, "UPDATE henpin.dead_letter SET state = 'retry'");
    struct batch *found = recall(f, "g", 1 << 20);
    batch_reject(found, &found->messages[0], &why);
    apply(f, found, "g");
    assert_rows(f,
                "SELECT state || ':' || reason || ':' || retries FROM "
                "henpin.dead_letter",
                "open:too large:1");
    batch_free(found);
}

static void
test_park__a_letter_whose_order_is_missing_waits_like_any_record(void **state) {
    struct fixture *f = *state;
    batch_free(with_letter(f, 3));
    exec_sql(f, "UPDATE henpin.dead_letter SET state = 'retry'");
    struct batch *found = recall(f, "g", 1 << 20);
    struct message *m = &found->messages[0];
    m->fate = FATE_PARKED;
    m->order_key = order(1);
    m->event_key = identity_event(order(1), SPAN("e"));
    apply(f, found, "g");
    assert_rows(f, LETTERS, "g:3:resolved");
    assert_rows(f, PARKED, "3");
    batch_free(found);
}

int main(int argc, char **argv) {
    pg_fixture_serve(argc, argv);
    const struct CMUnitTest tests[] = {
        flow_test(test_park__an_event_that_is_sent_again_waits_once),
        flow_test(test_park__a_copy_that_is_ready_readies_the_first),
        flow_test(test_park__a_record_comes_back_whole),
        flow_test(test_park__a_recall_brings_an_orders_records_in_their_order),
        flow_test(test_park__a_recall_takes_so_many_bytes_and_one_record_at_least),
        flow_test(test_park__another_group_finds_what_the_former_left),
        flow_test(test_park__what_is_refused_moves_to_the_letters_of_who_recalled_it),
        flow_test(test_park__messages_beyond_the_limit_are_left_out),
        flow_test(test_park__a_record_that_is_read_again_opens_its_letter_again),
        flow_test(test_park__only_its_own_group_retries_a_letter),
        flow_test(test_park__a_letter_that_is_still_bad_says_why_now),
        flow_test(test_park__a_letter_whose_order_is_missing_waits_like_any_record),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
