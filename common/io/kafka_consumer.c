/*
 * kafka_consumer.c: the consumer whose positions come from us.
 *
 * The way of a record: broker -> its partition's queue -> forwarded into its lane's queue
 * -> kafka_take. What must hold:
 *
 * 1. A partition's queue is forwarded before it is assigned, and librdkafka leaves such a
 * forwarding alone when fetching starts (RD_KAFKA_Q_F_FWD_APP). But it clears it when
 * fetching stops, asynchronously, so a restart could lose it after we set it. Records
 * then wait in the partition's own queue, in order; forwarding again moves them over.
 *    Hence forward_again(): often after each assignment, and once a second for ever as a
 * safety net.
 * 2. Records are taken one at a time. Batch consume of librdkafka 2.0.2 moves the
 * partition's position over records that a barrier then purges from the batch, and
 * librdkafka itself pauses and resumes around every rebalance, so that offsets would be
 * skipped (I1); from 2.2 on batch consume moves the position on errors. One at a time has
 * neither.
 * 3. What librdkafka may do instead is deliver a record again after such a pause.
 * kafka_slot_accept drops it.
 * 4. Its queue limits count the queue that is forwarded to: each lane has its share of
 * `queued_bytes`.
 * 5. What came by the main queue waits in a list of ours (kafka_strays.h), out of reach
 * of librdkafka's barriers: it is dropped when its partition moves or goes.
 * 6. Callbacks of ours run only inside kafka_turn and kafka_consumer_free (`trouble` also
 * inside kafka_take).
 */
#include "common/base/absent.h"
#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/io/kafka_conf.h"
#include "common/io/kafka_slots.h"
#include "common/io/kafka_strays.h"

#include <librdkafka/rdkafka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define FORWARD_OFTEN_US (10 * US_PER_MS)
#define FORWARD_OFTEN_FOR_US (3 * US_PER_S)
#define FORWARD_SELDOM_US US_PER_S
#define ASK_AGAIN_US (500 * US_PER_MS)
#define PROBE_US US_PER_S
#define PROBE_WAIT_MS 50
#define SEEK_WAIT_MS 2000
#define WATERMARKS_WAIT_US (2 * US_PER_S)
#define WAKE_RECORDS 500
#define VERSION_2_1 0x020100ff
#define VERSION_2_2 0x020200ff
#define VERSION_2_3 0x020300ff

struct lane {
    rd_kafka_queue_t *queue;
    struct kafka_strays strays; /* came by the main queue all the same */
    size_t taken_since_wake;
};

struct kafka_consumer {
    struct kafka_log log; /* first: librdkafka's opaque */
    rd_kafka_t *rk;
    rd_kafka_queue_t *main_queue;
    struct lane *lanes;
    int n_lanes;
    struct kafka_slots slots;
    struct kafka_callbacks callbacks;
    int fd;
    bool is_cooperative; /* by the group's choice; known from the first rebalance on */
    bool is_connected;
    bool may_be_sticky;    /* cooperative-sticky was asked for */
    const int32_t *pinned; /* borrowed; NULL: the group gives partitions */
    size_t n_pinned;
    bool was_assigned;     /* once at least, be it nothing */
    int64_t forward_at_us; /* these four: monotonic */
    int64_t forward_often_until_us;
    int64_t ask_at_us; /* 0: nothing to ask */
    int64_t probe_at_us;
};

static void tell_trouble(struct kafka_consumer *c, const struct error *err) {
    if (c->callbacks.trouble)
        c->callbacks.trouble(c->callbacks.context, err);
}

static void tell(struct kafka_consumer *c, enum error_code code, const char *what,
                 const char *why) {
    struct error err = {0};
    (void)error_set(&err, code, "%s: %s", what, why);
    tell_trouble(c, &err);
}

/* Takes the error; false when there was one, which was told. */
static bool succeeded(struct kafka_consumer *c, const char *what, rd_kafka_error_t *e) {
    if (!e)
        return true;
    tell(c, rd_kafka_error_is_fatal(e) ? E_KAFKA_FATAL : E_KAFKA_DOWN, what,
         rd_kafka_error_string(e));
    rd_kafka_error_destroy(e);
    return false;
}

/* ---- assignment ---- */

static void forward(struct kafka_consumer *c, const struct kafka_slot *slot) {
    rd_kafka_queue_t *from = rd_kafka_queue_get_partition(c->rk, slot->partition.topic,
                                                          slot->partition.partition);
    if (from) {
        rd_kafka_queue_forward(from, c->lanes[slot->lane].queue);
        rd_kafka_queue_destroy(from);
    }
}

static void forward_all(struct kafka_consumer *c) {
    struct kafka_slot *slot;
    for (size_t at = 0; (slot = kafka_slots_next(&c->slots, &at));)
        if (slot->state == SLOT_RUNNING)
            forward(c, slot);
}

static void forward_again(struct kafka_consumer *c, int64_t now_us) {
    if (now_us < c->forward_at_us)
        return;
    forward_all(c);
    c->forward_at_us = now_us + (now_us < c->forward_often_until_us ? FORWARD_OFTEN_US
                                                                    : FORWARD_SELDOM_US);
}

static void list_add(rd_kafka_topic_partition_list_t *list,
                     const struct kafka_slot *slot) {
    rd_kafka_topic_partition_list_add(list, slot->partition.topic,
                                      slot->partition.partition)
        ->offset = slot->next;
}

/* Makes librdkafka fetch what runs and it does not know yet. An eager group knows only
 * whole assignments, so there all that runs starts anew at the next record not delivered.
 */
static void assign_running(struct kafka_consumer *c) {
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(8);
    struct kafka_slot *slot;
    for (size_t at = 0; (slot = kafka_slots_next(&c->slots, &at));) {
        if (slot->state != SLOT_RUNNING || (c->is_cooperative && slot->is_in_library))
            continue;
        forward(c, slot);
        list_add(list, slot);
        slot->is_in_library = true;
    }
    if (c->is_cooperative) {
        (void)succeeded(c, "could not take partitions",
                        rd_kafka_incremental_assign(c->rk, list));
    } else {
        rd_kafka_resp_err_t code = rd_kafka_assign(c->rk, list);
        if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
            tell(c, E_KAFKA_DOWN, "could not take partitions", rd_kafka_err2str(code));
    }
    rd_kafka_topic_partition_list_destroy(list);
    int64_t now_us = clock_monotonic_us();
    c->forward_at_us = now_us;
    c->forward_often_until_us = now_us + FORWARD_OFTEN_FOR_US;
}

/* Asks for the positions of all that are SLOT_ASKING; on failure they stay so. At every
 * assignment, whatever Kafka says of the group's offsets: I2. */
static bool ask_positions(struct kafka_consumer *c) {
    struct error err = {0};
    c->ask_at_us = 0;
    if (kafka_slots_ask(&c->slots, &c->callbacks, &err) == ST_OK)
        return true;
    tell_trouble(c, &err);
    c->ask_at_us = clock_monotonic_us() + ASK_AGAIN_US;
    return false;
}

static void on_assigned(struct kafka_consumer *c,
                        const rd_kafka_topic_partition_list_t *list) {
    for (int i = 0; i < list->cnt; i++) {
        struct kafka_slot *slot =
            kafka_slots_get(&c->slots, list->elems[i].topic, list->elems[i].partition);
        if (slot && slot->state == SLOT_GONE) {
            slot->state = SLOT_ASKING;
            slot->is_in_library = slot->is_out_of_range = false;
        }
    }
    (void)ask_positions(c);
    assign_running(c); /* with an empty list, too: the group waits for an answer */
}

static void drop_strays(struct kafka_consumer *c, const struct kafka_slot *slot) {
    kafka_strays_drop(&c->lanes[slot->lane].strays, slot, kafka_release);
}

/* Tells the owner which partitions go, and forgets them. */
static void lose_partitions(struct kafka_consumer *c,
                            const rd_kafka_topic_partition_list_t *list,
                            rd_kafka_topic_partition_list_t *leaving, bool is_lost) {
    struct kafka_partition *known = xcalloc((size_t)list->cnt + 1, sizeof *known);
    size_t n = 0;
    for (int i = 0; i < list->cnt; i++) {
        struct kafka_slot *slot =
            kafka_slots_find(&c->slots, list->elems[i].topic, list->elems[i].partition);
        if (!slot || slot->state == SLOT_GONE)
            continue;
        if (slot->state != SLOT_ASKING)
            known[n++] = slot->partition;
        if (slot->is_in_library)
            list_add(leaving, slot);
    }
    if (n > 0)
        c->callbacks.revoked(c->callbacks.context, known, n, is_lost);
    for (int i = 0; i < list->cnt; i++) {
        struct kafka_slot *slot =
            kafka_slots_find(&c->slots, list->elems[i].topic, list->elems[i].partition);
        if (slot) {
            drop_strays(c, slot);
            slot->state = SLOT_GONE;
            slot->is_in_library = slot->is_out_of_range = false;
        }
    }
    free(known);
}

static void on_revoked(struct kafka_consumer *c,
                       const rd_kafka_topic_partition_list_t *list) {
    rd_kafka_topic_partition_list_t *leaving =
        rd_kafka_topic_partition_list_new(list->cnt);
    lose_partitions(c, list, leaving, rd_kafka_assignment_lost(c->rk));
    if (c->is_cooperative) {
        (void)succeeded(c, "could not give partitions back",
                        rd_kafka_incremental_unassign(c->rk, leaving));
    } else {
        rd_kafka_resp_err_t code = rd_kafka_assign(c->rk, NULL);
        if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
            tell(c, E_KAFKA_DOWN, "could not give partitions back",
                 rd_kafka_err2str(code));
        }
    }
    rd_kafka_topic_partition_list_destroy(leaving);
}

static void on_rebalance(rd_kafka_t *rk, rd_kafka_resp_err_t code,
                         rd_kafka_topic_partition_list_t *list, void *opaque) {
    struct kafka_consumer *c = opaque;
    c->is_cooperative = strcmp(rd_kafka_rebalance_protocol(rk), "COOPERATIVE") == 0;
    if (code == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
        c->is_connected = c->was_assigned = true;
        on_assigned(c, list);
        return;
    }
    if (code != RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS) {
        tell(c, E_KAFKA_DOWN, "the group could not be rebalanced",
             rd_kafka_err2str(code));
    }
    on_revoked(c, list);
}

static void on_error(rd_kafka_t *rk, int code, const char *reason, void *opaque) {
    struct kafka_consumer *c = opaque;
    if (code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN)
        c->is_connected = false;
    if (code == RD_KAFKA_RESP_ERR__FATAL) {
        char why[256];
        rd_kafka_resp_err_t original = rd_kafka_fatal_error(rk, why, sizeof why);
        tell(c, E_KAFKA_FATAL, rd_kafka_err2str(original), why);
        return;
    }
    struct error err = {0};
    if (!kafka_refusal(code, reason, !c->was_assigned, &err))
        (void)error_set(&err, E_KAFKA_DOWN, "%s: %s", rd_kafka_err2str(code), reason);
    tell_trouble(c, &err);
}

/* ---- pinned partitions ---- */

/* A partition that the topic does not have would be waited for without a word. */
static bool has_pinned(struct kafka_consumer *c, int n_there) {
    int32_t last = c->pinned[c->n_pinned - 1];
    if (last < n_there)
        return true;
    struct error err = {0};
    (void)error_set(&err, E_KAFKA_CONFIG,
                    "partition %d is to be read, but \"%s\" has %d partitions", (int)last,
                    c->slots.topics[0], n_there);
    (void)error_hint(&err, "they count from 0: see --partitions");
    tell_trouble(c, &err);
    return false;
}

/* The topic is there, with so many partitions: takes ours, once. */
static void take_pinned(struct kafka_consumer *c, int n_there) {
    if (!c->pinned || c->was_assigned || n_there == 0 || !has_pinned(c, n_there))
        return;
    rd_kafka_topic_partition_list_t *list =
        rd_kafka_topic_partition_list_new((int)c->n_pinned);
    for (size_t i = 0; i < c->n_pinned; i++)
        rd_kafka_topic_partition_list_add(list, c->slots.topics[0], c->pinned[i]);
    c->was_assigned = true;
    on_assigned(c, list);
    rd_kafka_topic_partition_list_destroy(list);
}

/* No rebalance takes them back when the consumer is closed. */
static void give_pinned(struct kafka_consumer *c) {
    rd_kafka_topic_partition_list_t *list =
        rd_kafka_topic_partition_list_new((int)c->n_pinned);
    for (size_t i = 0; i < c->n_pinned; i++)
        rd_kafka_topic_partition_list_add(list, c->slots.topics[0], c->pinned[i]);
    on_revoked(c, list);
    rd_kafka_topic_partition_list_destroy(list);
}

/* ---- birth and death ---- */

static void open_queues(struct kafka_consumer *c) {
    static const uint64_t one = 1;
    c->main_queue = rd_kafka_queue_get_consumer(c->rk);
    rd_kafka_queue_io_event_enable(c->main_queue, c->fd, &one, sizeof one);
    c->lanes = xcalloc((size_t)c->n_lanes, sizeof *c->lanes);
    for (int i = 0; i < c->n_lanes; i++) {
        c->lanes[i].queue = rd_kafka_queue_new(c->rk);
        rd_kafka_queue_io_event_enable(c->lanes[i].queue, c->fd, &one, sizeof one);
    }
}

static enum status subscribe(struct kafka_consumer *c, struct error *err) {
    rd_kafka_topic_partition_list_t *list =
        rd_kafka_topic_partition_list_new((int)c->slots.n_topics);
    for (size_t i = 0; i < c->slots.n_topics; i++) {
        rd_kafka_topic_partition_list_add(list, c->slots.topics[i],
                                          RD_KAFKA_PARTITION_UA);
    }
    rd_kafka_resp_err_t code = rd_kafka_subscribe(c->rk, list);
    rd_kafka_topic_partition_list_destroy(list);
    return code == RD_KAFKA_RESP_ERR_NO_ERROR
               ? ST_OK
               : error_set(err, E_KAFKA_CONFIG, "cannot subscribe to \"%s\": %s",
                           c->slots.topics[0], rd_kafka_err2str(code));
}

enum status kafka_consumer_new(const struct kafka_consumer_config *config,
                               const struct kafka_callbacks *callbacks,
                               struct kafka_consumer **out, struct error *err) {
    struct kafka_consumer *c = xcalloc(1, sizeof *c);
    c->callbacks = *callbacks;
    c->n_lanes = config->n_lanes;
    c->may_be_sticky = strcmp(config->assignor, "range") != 0;
    c->pinned = config->pinned;
    c->n_pinned = config->n_pinned;
    rd_kafka_conf_t *conf = NULL;
    enum status st = kafka_consumer_conf_new(config, rd_kafka_version(),
                                             rd_kafka_version_str(), &c->log, &conf, err);
    if (st == ST_OK) {
        rd_kafka_conf_set_rebalance_cb(conf, on_rebalance);
        rd_kafka_conf_set_error_cb(conf, on_error);
        st = kafka_handle_new(true, conf, &c->rk, err);
    }
    if (st != ST_OK) {
        free(c);
        return st;
    }
    c->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (c->fd < 0)
        BUG("no eventfd");
    rd_kafka_poll_set_consumer(c->rk);
    open_queues(c);
    kafka_slots_init(&c->slots, config->topics, config->n_topics, config->n_lanes);
    st = c->pinned ? ST_OK : subscribe(c, err);
    if (st != ST_OK) {
        kafka_consumer_free(c, 0);
        return st;
    }
    *out = c;
    return ST_OK;
}

/* Leaves the group; false when that took too long. */
static bool leave_group(struct kafka_consumer *c, int64_t timeout_us) {
    int64_t deadline_us = clock_monotonic_us() + timeout_us;
    if (c->pinned)
        give_pinned(c);
    if (!succeeded(c, "could not leave the group",
                   rd_kafka_consumer_close_queue(c->rk, c->main_queue)))
        return false;
    while (!rd_kafka_consumer_closed(c->rk)) {
        if (clock_monotonic_us() > deadline_us)
            return false;
        rd_kafka_message_t *m = rd_kafka_consumer_poll(c->rk, 20);
        if (m)
            rd_kafka_message_destroy(m);
    }
    return true;
}

/* librdkafka before 2.3 dies by an assertion when a member that is to be assigned by
 * cooperative-sticky is destroyed before its first assignment
 * (github.com/confluentinc/librdkafka/issues/4312). Who leaves that early ends its
 * process anyway, so such a handle is left to the system. */
static bool may_be_destroyed(const struct kafka_consumer *c) {
    return c->was_assigned || !c->may_be_sticky || rd_kafka_version() >= VERSION_2_3;
}

void kafka_consumer_free(struct kafka_consumer *c, int64_t timeout_us) {
    if (!c)
        return;
    bool has_left = leave_group(c, timeout_us);
    for (int i = 0; i < c->n_lanes; i++) {
        struct lane *lane = &c->lanes[i];
        kafka_strays_free(&lane->strays, kafka_release);
        rd_kafka_queue_io_event_enable(lane->queue, -1, NULL, 0);
        rd_kafka_queue_destroy(lane->queue);
    }
    rd_kafka_queue_io_event_enable(c->main_queue, -1, NULL, 0);
    rd_kafka_queue_destroy(c->main_queue);
    if (!may_be_destroyed(c))
        return;
    rd_kafka_destroy_flags(c->rk, has_left ? 0 : RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
    close(c->fd);
    kafka_slots_release(&c->slots);
    free(c->lanes);
    free(c);
}

/* ---- the turn ---- */

int kafka_fd(const struct kafka_consumer *c) {
    return c->fd;
}

static void wake(const struct kafka_consumer *c) {
    const uint64_t one = 1;
    (void)!write(c->fd, &one, sizeof one); /* full: it is readable already */
}

/* The end of a partition comes behind its records: all before it were taken. */
static void note_end(struct kafka_consumer *c, const rd_kafka_message_t *m) {
    struct kafka_slot *slot =
        kafka_slots_find(&c->slots, rd_kafka_topic_name(m->rkt), m->partition);
    if (slot && slot->state == SLOT_RUNNING)
        slot->read_to = m->offset;
}

static void lane_error(struct kafka_consumer *c, const rd_kafka_message_t *m) {
    struct kafka_slot *slot =
        m->rkt ? kafka_slots_find(&c->slots, rd_kafka_topic_name(m->rkt), m->partition)
               : NULL;
    if (m->err == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET ||
        m->err == RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE) {
        if (slot && slot->state == SLOT_RUNNING) {
            slot->state = SLOT_STOPPED;
            slot->is_out_of_range = true; /* told by the next turn */
            wake(c);
        }
        return;
    }
    tell(c, m->err == RD_KAFKA_RESP_ERR__FATAL ? E_KAFKA_FATAL : E_KAFKA_DOWN,
         rd_kafka_err2str(m->err), rd_kafka_message_errstr(m));
}

/* A record on the main queue, or the end behind it: its partition was not forwarded in
 * time. Kept for its lane. */
static void keep_stray(struct kafka_consumer *c, rd_kafka_message_t *m) {
    struct kafka_slot *slot =
        kafka_slots_find(&c->slots, rd_kafka_topic_name(m->rkt), m->partition);
    if (!slot || slot->state != SLOT_RUNNING) {
        rd_kafka_message_destroy(m);
        return;
    }
    kafka_strays_add(&c->lanes[slot->lane].strays, slot, m);
    c->forward_at_us = 0;
}

static void tell_out_of_range(struct kafka_consumer *c) {
    struct kafka_slot *slot;
    for (size_t at = 0; (slot = kafka_slots_next(&c->slots, &at));) {
        if (!slot->is_out_of_range)
            continue;
        int64_t low = -1, high = -1;
        struct error err = {0};
        if (kafka_watermarks(c, &slot->partition, &low, &high, WATERMARKS_WAIT_US,
                             &err) != ST_OK)
            low = high = -1;
        slot->is_out_of_range = false;
        c->callbacks.out_of_range(c->callbacks.context, &slot->partition, low, high);
    }
}

/* While no broker answers nothing else tells that one is back, so ask now and then; and
 * for the topic of pinned partitions, until it is there. About a
 * topic by name: asked about those it knows, librdkafka (2.8.0 at least) lets the broker
 * create them, whatever allow.auto.create.topics says. */
static void probe(struct kafka_consumer *c, int64_t now_us) {
    bool is_settled = c->was_assigned || !c->pinned;
    if ((c->is_connected && is_settled) || now_us < c->probe_at_us)
        return;
    c->probe_at_us = now_us + PROBE_US;
    const struct rd_kafka_metadata *answer = NULL;
    rd_kafka_topic_t *topic = rd_kafka_topic_new(c->rk, c->slots.topics[0], NULL);
    if (rd_kafka_metadata(c->rk, 0, topic, &answer, PROBE_WAIT_MS) ==
        RD_KAFKA_RESP_ERR_NO_ERROR) {
        c->is_connected = true;
        take_pinned(c, answer->topic_cnt > 0 ? answer->topics[0].partition_cnt : 0);
        rd_kafka_metadata_destroy(answer);
    }
    rd_kafka_topic_destroy(topic);
}

void kafka_turn(struct kafka_consumer *c) {
    uint64_t count;
    (void)!read(c->fd, &count, sizeof count); /* first: what comes later wakes again */
    rd_kafka_message_t *m;
    while ((m = rd_kafka_consumer_poll(c->rk, 0))) {
        if (m->err && m->err != RD_KAFKA_RESP_ERR__PARTITION_EOF) {
            lane_error(c, m);
            rd_kafka_message_destroy(m);
        } else {
            keep_stray(c, m);
        }
    }
    int64_t now_us = clock_monotonic_us();
    if (c->ask_at_us > 0 && now_us >= c->ask_at_us && ask_positions(c))
        assign_running(c);
    forward_again(c, now_us);
    tell_out_of_range(c);
    probe(c, now_us);
}

/* ---- records ---- */

static rd_kafka_message_t *next_message(struct lane *lane) {
    rd_kafka_message_t *stray = kafka_strays_next(&lane->strays);
    return stray ? stray : rd_kafka_consume_queue(lane->queue, 0);
}

/* Before 2.2 (fetch.queue.backoff.ms) a broker thread that finds a partition's queue full
 * sleeps for up to a second, however soon the queue is drained, which caps a worker with
 * small queues at a third of what it can do. Any request to that broker wakes it: the ends
 * of the lane's partitions are asked for, and nobody waits for the answer. Once for each
 * WAKE_RECORDS taken, so that an idle worker asks nothing. */
static void wake_fetchers(struct kafka_consumer *c, int lane, size_t taken) {
    struct lane *l = &c->lanes[lane];
    l->taken_since_wake += taken;
    if (l->taken_since_wake < WAKE_RECORDS || rd_kafka_version() >= VERSION_2_2)
        return;
    l->taken_since_wake = 0;
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(8);
    const struct kafka_slot *slot;
    for (size_t at = 0; (slot = kafka_slots_next(&c->slots, &at));)
        if (slot->is_in_library && slot->lane == lane)
            rd_kafka_topic_partition_list_add(list, slot->partition.topic,
                                              slot->partition.partition)
                ->offset = RD_KAFKA_OFFSET_END;
    if (list->cnt > 0)
        (void)rd_kafka_offsets_for_times(c->rk, list, 0);
    rd_kafka_topic_partition_list_destroy(list);
}

size_t kafka_take(struct kafka_consumer *c, int lane, struct kafka_record *out,
                  size_t max) {
    size_t n = 0;
    rd_kafka_message_t *m;
    while (n < max && (m = next_message(&c->lanes[lane]))) {
        if (m->err) {
            if (m->err == RD_KAFKA_RESP_ERR__PARTITION_EOF)
                note_end(c, m);
            else
                lane_error(c, m);
            rd_kafka_message_destroy(m);
            continue;
        }
        struct kafka_slot *slot =
            kafka_slots_find(&c->slots, rd_kafka_topic_name(m->rkt), m->partition);
        if (!slot || !kafka_slot_accept(slot, m->offset)) {
            rd_kafka_message_destroy(m);
            continue;
        }
        out[n] = kafka_record_of(m);
        out[n++].partition = &slot->partition;
    }
    if (max > 0 && n == max)
        wake(c); /* there may be more, and librdkafka tells of it only once */
    wake_fetchers(c, lane, n);
    return n;
}

/* Names are kept as text in Postgres, which refuses what is none, and with it the batch.
 */
static struct span printable_name(const char *name, struct arena *a) {
    struct span s = span_of(name);
    if (span_is_text(s))
        return s;
    struct builder b = builder_in(a, 4 * s.len);
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] >= ' ' && s.ptr[i] <= '~' && s.ptr[i] != '\\')
            build_char(&b, s.ptr[i]);
        else
            build_format(&b, "\\x%02X", (unsigned)(unsigned char)s.ptr[i]);
    return builder_span(&b);
}

void kafka_headers(struct kafka_record *r, struct arena *a) {
    rd_kafka_headers_t *list = NULL;
    if (r->headers ||
        rd_kafka_message_headers(r->handle, &list) != RD_KAFKA_RESP_ERR_NO_ERROR)
        return;
    size_t n = rd_kafka_header_cnt(list);
    struct record_header *headers = arena_array(a, n, sizeof *headers);
    for (size_t i = 0; i < n; i++) {
        const char *name = NULL;
        const void *value = NULL;
        size_t len = 0;
        if (rd_kafka_header_get_all(list, i, &name, &value, &len) !=
            RD_KAFKA_RESP_ERR_NO_ERROR)
            BUG("header %zu of %zu cannot be read", i, n);
        headers[i] =
            (struct record_header){printable_name(name, a), {value, value ? len : 0}};
    }
    r->headers = headers;
    r->n_headers = n;
}

void kafka_release(void *handle) {
    rd_kafka_message_destroy(handle);
}

/* ---- positions ---- */

/* Moves the fetcher; false when librdkafka is not fetching the partition. */
static bool seek(struct kafka_consumer *c, const struct kafka_slot *slot) {
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
    list_add(list, slot);
    /* Before 2.1 the timeout is taken for microseconds. */
    int wait_ms = rd_kafka_version() < VERSION_2_1 ? SEEK_WAIT_MS * 1000 : SEEK_WAIT_MS;
    rd_kafka_error_t *e = rd_kafka_seek_partitions(c->rk, list, wait_ms);
    bool is_done = !e && list->elems[0].err == RD_KAFKA_RESP_ERR_NO_ERROR;
    if (e)
        rd_kafka_error_destroy(e);
    rd_kafka_topic_partition_list_destroy(list);
    return is_done;
}

enum status kafka_restart(struct kafka_consumer *c, const struct kafka_partition *p,
                          int64_t offset, struct error *err) {
    struct kafka_slot *slot = kafka_slots_find(&c->slots, p->topic, p->partition);
    if (!slot || slot->state == SLOT_GONE || slot->state == SLOT_ASKING) {
        return error_set(err, E_KAFKA_DOWN, "could not restart %s/%d: it is not assigned",
                         p->topic, (int)p->partition);
    }
    bool was_running = slot->state == SLOT_RUNNING;
    drop_strays(c, slot);
    slot->next = offset;
    slot->read_to = -1;
    slot->state = SLOT_RUNNING;
    slot->is_out_of_range = false;
    if (was_running && seek(c, slot))
        return ST_OK;
    /* Not fetching: never assigned, or librdkafka gave up. Assign it anew. */
    if (c->is_cooperative && slot->is_in_library) {
        rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
        list_add(list, slot);
        (void)succeeded(c, "could not stop a partition",
                        rd_kafka_incremental_unassign(c->rk, list));
        rd_kafka_topic_partition_list_destroy(list);
        slot->is_in_library = false;
    }
    assign_running(c);
    return ST_OK;
}

void kafka_mirror(struct kafka_consumer *c, const struct kafka_partition *p,
                  const int64_t *offsets, size_t n) {
    if (n == 0)
        return;
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)n);
    for (size_t i = 0; i < n; i++) {
        rd_kafka_topic_partition_list_add(list, p[i].topic, p[i].partition)->offset =
            offsets[i];
    }
    (void)rd_kafka_commit(c->rk, list, 1); /* best effort: the ledger is the truth */
    rd_kafka_topic_partition_list_destroy(list);
}

enum status kafka_watermarks(struct kafka_consumer *c, const struct kafka_partition *p,
                             int64_t *low, int64_t *high, int64_t timeout_us,
                             struct error *err) {
    rd_kafka_resp_err_t code = rd_kafka_query_watermark_offsets(
        c->rk, p->topic, p->partition, low, high, (int)(timeout_us / US_PER_MS));
    return code == RD_KAFKA_RESP_ERR_NO_ERROR
               ? ST_OK
               : error_set(err, E_KAFKA_DOWN, "could not ask for the ends of %s/%d: %s",
                           p->topic, (int)p->partition, rd_kafka_err2str(code));
}

int64_t kafka_end(const struct kafka_consumer *c, const struct kafka_partition *p) {
    int64_t low = -1, high = -1;
    rd_kafka_resp_err_t code =
        rd_kafka_get_watermark_offsets(c->rk, p->topic, p->partition, &low, &high);
    return code == RD_KAFKA_RESP_ERR_NO_ERROR && high >= 0 ? high : -1;
}

int64_t kafka_read_to(const struct kafka_consumer *c, const struct kafka_partition *p) {
    const struct kafka_slot *slot = kafka_slots_find(&c->slots, p->topic, p->partition);
    return slot && slot->state == SLOT_RUNNING && slot->read_to >= slot->next
               ? slot->read_to
               : -1;
}

bool kafka_is_connected(const struct kafka_consumer *c) {
    return c->is_connected;
}
