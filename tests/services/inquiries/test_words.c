/* test_words.c: what is read in people's words, and that no order of reading matters. */
#include "common/policy/domain.h"
#include "services/inquiries/mark.h"
#include "tests/common/base/harness.h"

static struct policy *packs;
static struct arena *a, *scratch;

static int setup(void **state) {
    (void)state;
    struct error err;
    a = arena_new(16 << 20);
    scratch = arena_new(1 << 20);
    return policy_load("deploy/policy", NULL, &packs, &err) == ST_OK ? 0 : 1;
}

static int teardown(void **state) {
    (void)state;
    policy_free(packs);
    arena_free(a);
    arena_free(scratch);
    return 0;
}

/* A message as the decoder leaves it, read. */
static struct inquiry read_as(int kind, const char *text, const char *language,
                              int source) {
    struct inquiry q = {.event = {.kind = kind,
                                  .head = {.event_id = SPAN("e")},
                                  .language = span_of(language),
                                  .language_source = source,
                                  .reply_author = REPLY_HUMAN,
                                  .text = span_of(text)}};
    inquiries_read_language(&q);
    inquiries_read_signals(packs, a, scratch, &q);
    return q;
}

static const char *noted(int kind, const char *text, const char *language, int source) {
    const struct inquiry q = read_as(kind, text, language, source);
    return inquiries_noted(a, &q);
}

#define MESSAGE(text, ...) noted(INQUIRY_MESSAGE_RECEIVED, text, __VA_ARGS__)

static void test_words__a_message_keeps_language_confidence_and_signals(void **state) {
    (void)state;
    assert_string_equal(MESSAGE(NULL, NULL, LANGUAGE_SOURCE_ABSENT), "message_received");
    assert_string_equal(MESSAGE("", NULL, LANGUAGE_SOURCE_ABSENT), "message_received");
    assert_string_equal(MESSAGE("まだ届きません", NULL, LANGUAGE_SOURCE_ABSENT),
                        "message_received/ja?99");
    assert_string_equal(
        MESSAGE("バッテリーが膨らんで、煙が出ました", NULL, LANGUAGE_SOURCE_ABSENT),
        "message_received/ja?99+smoke+swollen_battery");
    assert_string_equal(MESSAGE("👍", NULL, LANGUAGE_SOURCE_ABSENT), "message_received");
}

static void test_words__what_is_stated_is_not_guessed(void **state) {
    (void)state;
    assert_string_equal(MESSAGE("まだ届きません", "en", LANGUAGE_DECLARED),
                        "message_received/en");
    assert_string_equal(MESSAGE("まだ届きません", "en", LANGUAGE_DETECTED),
                        "message_received/en?");
    assert_string_equal(MESSAGE("It caught fire", "de", LANGUAGE_DECLARED),
                        "message_received/de+fire");
}

static void test_words__a_reply_is_guessed_only_when_it_is_sure(void **state) {
    (void)state;
    assert_string_equal(noted(INQUIRY_REPLIED, "お問い合わせありがとうございます。", NULL,
                              LANGUAGE_SOURCE_ABSENT),
                        "replied_by_human/ja?99");
    assert_string_equal(noted(INQUIRY_REPLIED, "ok grazie", NULL, LANGUAGE_SOURCE_ABSENT),
                        "replied_by_human");
    /* A seller's "we had a fire drill" is no buyer's signal. */
    assert_string_equal(
        noted(INQUIRY_REPLIED, "it caught fire", NULL, LANGUAGE_SOURCE_ABSENT),
        "replied_by_human/en?99");
}

static void test_words__only_what_buyers_write_has_signals(void **state) {
    (void)state;
    static const struct {
        int kind;
        bool is_read;
    } kinds[] = {
        {INQUIRY_MESSAGE_RECEIVED, true}, {INQUIRY_CLAIM_OPENED, true},
        {INQUIRY_REOPENED, true},         {INQUIRY_REPLIED, false},
        {INQUIRY_CLOSED, false},          {INQUIRY_NO_REPLY_NEEDED, false},
    };
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        const struct inquiry q = read_as(kinds[i].kind, "The charger caught fire", NULL,
                                         LANGUAGE_SOURCE_ABSENT);
        assert_int_equal(q.signals.len > 0, kinds[i].is_read);
    }
}

static void test_words__marks_read_again_as_they_were_written(void **state) {
    (void)state;
    static const struct {
        const char *noted, *word, *language, *signals;
        bool is_guess;
        int confidence;
    } marks[] = {
        {"message_received", "message_received", NULL, NULL, false, CONFIDENCE_ABSENT},
        {"message_received/es", "message_received", "es", NULL, false, CONFIDENCE_ABSENT},
        {"message_received/es?", "message_received", "es", NULL, true, CONFIDENCE_ABSENT},
        {"message_received/zh-Hant?85+fire", "message_received", "zh-Hant", "fire", true,
         85},
        {"claim_opened+complaint+fire", "claim_opened", NULL, "complaint+fire", false,
         CONFIDENCE_ABSENT},
        {"", "", NULL, NULL, false, CONFIDENCE_ABSENT},
    };
    for (size_t i = 0; i < COUNT_OF(marks); i++) {
        const struct mark m = mark_of(span_of(marks[i].noted));
        assert_span_is(m.word, marks[i].word);
        assert_true(span_equal(m.language, span_of(marks[i].language)));
        assert_true(span_equal(m.signals, span_of(marks[i].signals)));
        assert_int_equal(m.is_guess, marks[i].is_guess);
        assert_int_equal(m.confidence, marks[i].confidence);
    }
}

/* ---- the conversation ---- */

static const char *const conversation[] = {
    "message_received/es?72+complaint",
    "message_received/pt?91",
    "replied_by_human/en?95",
    "message_received+fire+complaint",
};
enum { N_EVENTS = COUNT_OF(conversation) };

/* All but the last of `order` as the history; the last is what is read now. */
static void tell(const int *order, struct span *signals, struct thread_language *l) {
    struct span events[N_EVENTS];
    int64_t at_us[N_EVENTS], ids[N_EVENTS];
    for (int i = 0; i < N_EVENTS; i++) {
        events[i] = span_of(conversation[order[i]]);
        at_us[i] = order[i] * 1000;
        ids[i] = order[i];
    }
    const struct case_state c = {.history = {events, at_us, ids, N_EVENTS}};
    const struct inquiry nothing = {.event = {.kind = INQUIRY_CLOSED},
                                    .confidence = CONFIDENCE_ABSENT};
    const struct order_facts o = {.buyer_language = SPAN("fr")};
    *signals = inquiries_signals(a, &c, &nothing);
    *l = inquiries_language(&c, &nothing, &o, NULL);
}

static void test_words__any_order_of_reading_ends_alike(void **state) {
    (void)state;
    static const int orders[][N_EVENTS] = {
        {0, 1, 2, 3}, {3, 2, 1, 0}, {1, 3, 0, 2}, {2, 0, 3, 1}};
    for (size_t i = 0; i < COUNT_OF(orders); i++) {
        struct span signals;
        struct thread_language l;
        tell(orders[i], &signals, &l);
        assert_span_is(signals, "complaint+fire");
        assert_span_is(l.tag, "es");
        assert_int_equal(l.from, LANGUAGE_FROM_GUESS);
        assert_int_equal(l.confidence, 72);
    }
}

static void test_words__rules_see_the_signals_of_this_event_only(void **state) {
    (void)state;
    struct span history[] = {SPAN("message_received+fire")};
    const int64_t at_us[] = {1}, ids[] = {1};
    const struct case_state c = {.history = {history, at_us, ids, 1}};
    const struct order_facts o = {.is_known = true};
    const struct thread_language l = {SPAN("en"), LANGUAGE_FROM_MESSAGE, -1, false};
    struct inquiry q = read_as(INQUIRY_MESSAGE_RECEIVED, "I will sue you", NULL, -1);
    struct policy_facts threat, none, missing;
    inquiries_state(packs, &q, NULL, &o, &l, &threat);
    q = read_as(INQUIRY_MESSAGE_RECEIVED, "Where is it?", NULL, -1);
    inquiries_state(packs, &q, NULL, &o, &l, &none);
    q = read_as(INQUIRY_MESSAGE_RECEIVED, NULL, NULL, -1);
    inquiries_state(packs, &q, NULL, &o, &l, &missing);
    assert_true(threat.value[FACT_SIGNALS] > 0);
    assert_int_equal(none.value[FACT_SIGNALS], 0);
    assert_int_equal(missing.value[FACT_SIGNALS], FACT_MISSING);
    assert_span_is(inquiries_signals(a, &c, &q), "fire");
}

static void test_words__a_signal_that_the_rules_forgot_stops_nothing(void **state) {
    (void)state;
    const struct order_facts o = {.is_known = true};
    const struct thread_language l = {SPAN("en"), LANGUAGE_FROM_MESSAGE, -1, false};
    const struct inquiry q = {.event = {.kind = INQUIRY_MESSAGE_RECEIVED},
                              .signals = SPAN("of_an_earlier_revision+fire")};
    struct policy_facts f;
    inquiries_state(packs, &q, NULL, &o, &l, &f);
    assert_int_equal(f.outside & UINT32_C(1) << FACT_SIGNALS, 0);
    assert_true(f.value[FACT_SIGNALS] > 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words__a_message_keeps_language_confidence_and_signals),
        cmocka_unit_test(test_words__what_is_stated_is_not_guessed),
        cmocka_unit_test(test_words__a_reply_is_guessed_only_when_it_is_sure),
        cmocka_unit_test(test_words__only_what_buyers_write_has_signals),
        cmocka_unit_test(test_words__marks_read_again_as_they_were_written),
        cmocka_unit_test(test_words__any_order_of_reading_ends_alike),
        cmocka_unit_test(test_words__rules_see_the_signals_of_this_event_only),
        cmocka_unit_test(test_words__a_signal_that_the_rules_forgot_stops_nothing),
    };
    return cmocka_run_group_tests_name("words", tests, setup, teardown);
}
