/* test_positions.c: the ledger is the only truth about positions: claims, fences, losses.
 * Kafka is a fake: two offsets. */
// needs: postgres
#include "common/flow/positions.h"
#include "common/flow/source.h"
#include "tests/common/flow/flow_fixture.h"

/* ---- the fake source ---- */

static struct {
    int64_t low, high;
    int64_t restarted_at; /* -1: never */
} kafka;

enum status source_watermarks(struct source *s, const struct kafka_partition *p,
                              int64_t *low, int64_t *high, struct error *err) {
    (void)s;
    (void)p;
    (void)err;
    *low = kafka.low;
    *high = kafka.high;
    return ST_OK;
}

enum status source_restart(struct source *s, const struct kafka_partition *p,
                           int64_t offset, struct error *err) {
    (void)s;
    (void)p;
    (void)err;
    kafka.restarted_at = offset;
    return ST_OK;
}

/* ---- a worker's positions ---- */

static const struct kafka_partition zero = {TOPIC, 0};

static struct positions worker(struct fixture *f) {
    kafka.low = kafka.high = 0;
    kafka.restarted_at = -1;
    return (struct positions){.group = "g", .control = f->pg};
}

/* Where reading starts. */
static int64_t assign(struct fixture *f, struct positions *p) {
    int64_t start = -1;
    expect_ok(positions_assign(p, &zero, 1, 1, &start, &f->err), &f->err);
    return start;
}

static void release(struct positions *p) {
    while (p->n > 0)
        positions_revoke(p, &p->items[0]->id, 1);
}

/* Writes the ledger's row of a batch [first, next); whether it was taken. */
static bool apply(struct fixture *f, struct positions *p, int64_t first, int64_t next) {
    struct batch_range range = {
        .partition = positions_find(p, &zero),
        .first_offset = first,
        .next_offset = next,
        .records = next - first,
        .last_offset = next - 1,
        .last_fingerprint = 77,
    };
    const struct batch b = {.ranges = &range, .n_ranges = 1};
    struct pg_script *s = pg_script_new(f->arena);
    const struct pg_query *q = positions_write(p, &b, s);
    run_ok(f, s);
    return pg_affected(q) == 1;
}

#define LEDGER                                                                           \
    "SELECT kind || ':' || first_offset || '-' || next_offset FROM henpin.ledger ORDER " \
    "BY first_offset"

/* ---- claims ---- */

static void test_positions__who_comes_first_claims_the_start_of_the_log(void **state) {
    struct fixture *f = *state;
    struct positions p = worker(f);
    kafka.low = 5;
    assert_int_equal(assign(f, &p), 5);
    assert_rows(f, LEDGER, "start:-1-5");
    release(&p);
}

static void test_positions__a_second_claim_finds_the_first(void **state) {
    struct fixture *f = *state;
    struct positions first = worker(f), second = worker(f);
    (void)assign(f, &first);
    kafka.low = 9; /* retention went on meanwhile */
    assert_int_equal(assign(f, &second), 0);
    assert_rows(f, LEDGER, "start:-1-0");
    release(&first);
    release(&second);
}

static void test_positions__groups_do_not_share_positions(void **state) {
    struct fixture *f = *state;
    struct positions one = worker(f), other = worker(f);
    (void)assign(f, &one);
    assert_true(apply(f, &one, 0, 10));
    other.group = "h";
    assert_int_equal(assign(f, &other), 0);
    release(&one);
    release(&other);
}

static void test_positions__reading_begins_one_record_early_to_compare_it(void **state) {
    struct fixture *f = *state;
    struct positions p = worker(f);
    (void)assign(f, &p);
    assert_true(apply(f, &p, 0, 10));
    release(&p);
    assert_int_equal(assign(f, &p), 9);
    const struct partition *part = positions_find(&p, &zero);
    assert_true(part->verifies);
    assert_int_equal(part->position, 10);
    assert_int_equal(part->last_fingerprint, 77);
    release(&p);
}

/* ---- fences ---- */

static void
test_positions__a_batch_continues_exactly_where_the_ledger_ends(void **state) {
    struct fixture *f = *state;
    struct positions p = worker(f);
    (void)assign(f, &p);
    assert_false(apply(f, &p, 1, 5));
    assert_true(apply(f, &p, 0, 5));
    assert_false(apply(f, &p, 0, 5));
    assert_false(apply(f, &p, 3, 8));
    assert_false(apply(f, &p, 6, 8));
    assert_true(apply(f, &p, 5, 8));
    assert_rows(f, LEDGER, "start:-1-0 batch:0-5 batch:5-8");
    release(&p);
}

static void test_positions__what_others_applied_is_read_again(void **state) {
    struct fixture *f = *state;
    struct positions zombie = worker(f), heir = worker(f);
    (void)assign(f, &zombie);
    (void)assign(f, &heir);
    assert_true(apply(f, &heir, 0, 12));
    assert_false(apply(f, &zombie, 0, 3));
    struct partition *part = positions_find(&zombie, &zero);
    expect_ok(positions_read(&zombie, &part, 1, &f->err), &f->err);
    assert_int_equal(part->position, 12);
    release(&zombie);
    release(&heir);
}

/* ---- offsets without records ---- */

static void test_positions__markers_behind_the_last_record_are_passed(void **state) {
    struct fixture *f = *state;
    struct positions p = worker(f);
    (void)assign(f, &p);
    assert_true(apply(f, &p, 0, 10));
    struct partition *part = positions_find(&p, &zero);
    expect_ok(positions_read(&p, &part, 1, &f->err), &f->err);
    positions_pass(&p, part, 12);
    assert_int_equal(part->position, 12);
    assert_int_equal(part->taken, 12);
    assert_rows(f, LEDGER, "start:-1-0 batch:0-10 batch:10-12");
    assert_rows(f,
                "SELECT records || ' ' || last_offset || ' ' || last_fingerprint FROM "
                "henpin.ledger WHERE first_offset = 10",
                "0 9 77");
    release(&p);
    assert_int_equal(assign(f, &p), 9); /* the record to compare is the same */
    release(&p);
}

static void test_positions__a_zombie_passes_nothing(void **state) {
    struct fixture *f = *state;
    struct positions zombie = worker(f), heir = worker(f);
    (void)assign(f, &zombie);
    (void)assign(f, &heir);
    assert_true(apply(f, &heir, 0, 4));
    struct partition *part = positions_find(&zombie, &zero);
    positions_pass(&zombie, part, 2);
    assert_int_equal(part->position, 0);
    assert_rows(f, LEDGER, "start:-1-0 batch:0-4");
    release(&zombie);
    release(&heir);
}

/* ---- losses ---- */

static void test_positions__records_that_are_gone_stop_the_partition(void **state) {
    struct fixture *f = *state;
    struct positions p = worker(f);
    (void)assign(f, &p);
    struct partition *part = positions_find(&p, &zero);
    positions_out_of_range(&p, &zero, 37, 90);
    assert_true(part->is_stopped);
    positions_restart(&p);
    assert_int_equal(kafka.restarted_at, -1);
    positions_check_stopped(&p);
    assert_true(part->is_stopped);
    exec_sql(f, "INSERT INTO henpin.ledger (consumer_group, topic, partition, "
                "first_offset, next_offset, kind, records) VALUES ('g', '" TOPIC
                "', 0, 0, 37, 'accepted_loss', 37)");
    positions_check_stopped(&p);
    assert_false(part->is_stopped);
    positions_restart(&p);
    assert_int_equal(kafka.restarted_at, 37);
    release(&p);
}

static void
test_positions__a_log_shorter_than_what_was_applied_is_another_one(void **state) {
    struct fixture *f = *state;
    struct positions p = worker(f);
    (void)assign(f, &p);
    assert_true(apply(f, &p, 0, 50));
    struct partition *part = positions_find(&p, &zero);
    expect_ok(positions_read(&p, &part, 1, &f->err), &f->err);
    positions_out_of_range(&p, &zero, 0, 7);
    assert_true(part->is_stopped);
    release(&p);
}

static void
test_positions__only_the_record_to_compare_is_gone_and_nothing_is_lost(void **state) {
    struct fixture *f = *state;
    struct positions p = worker(f);
    (void)assign(f, &p);
    assert_true(apply(f, &p, 0, 50));
    release(&p);
    assert_int_equal(assign(f, &p), 49);
    const struct partition *part = positions_find(&p, &zero);
    positions_out_of_range(&p, &zero, 50, 60);
    assert_false(part->is_stopped);
    positions_restart(&p);
    assert_int_equal(kafka.restarted_at, 50);
    release(&p);
}

static void test_positions__a_fingerprint_tells_one_record_from_another(void **state) {
    (void)state;
    const int64_t one = record_fingerprint(1, SPAN("k"), SPAN("v"));
    struct kafka_record r = {
        .offset = 7, .timestamp_us = 1, .key = SPAN("k"), .value = SPAN("v")};
    assert_false(record_is_another(&r, 7, one));
    assert_true(record_is_another(&r, 7, one + 1));
    assert_false(record_is_another(&r, 6, one + 1)); /* 6 was compacted away */
    assert_int_equal(one, record_fingerprint(1, SPAN("k"), SPAN("v")));
    assert_int_not_equal(one, record_fingerprint(2, SPAN("k"), SPAN("v")));
    assert_int_not_equal(one, record_fingerprint(1, SPAN("l"), SPAN("v")));
    assert_int_not_equal(one, record_fingerprint(1, SPAN("k"), SPAN("w")));
    assert_int_not_equal(one, record_fingerprint(1, SPAN("v"), SPAN("k")));
}

int main(int argc, char **argv) {
    pg_fixture_serve(argc, argv);
    const struct CMUnitTest tests[] = {
        flow_test(test_positions__who_comes_first_claims_the_start_of_the_log),
        flow_test(test_positions__a_second_claim_finds_the_first),
        flow_test(test_positions__groups_do_not_share_positions),
        flow_test(test_positions__reading_begins_one_record_early_to_compare_it),
        flow_test(test_positions__a_batch_continues_exactly_where_the_ledger_ends),
        flow_test(test_positions__what_others_applied_is_read_again),
        flow_test(test_positions__markers_behind_the_last_record_are_passed),
        flow_test(test_positions__a_zombie_passes_nothing),
        flow_test(test_positions__records_that_are_gone_stop_the_partition),
        flow_test(test_positions__a_log_shorter_than_what_was_applied_is_another_one),
        flow_test(test_positions__only_the_record_to_compare_is_gone_and_nothing_is_lost),
        flow_test(test_positions__a_fingerprint_tells_one_record_from_another),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
