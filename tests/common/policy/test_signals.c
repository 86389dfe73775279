/* test_signals.c: the shipped phrases on the labelled set, and lists that are refused. */
#include "tests/common/policy/packs.h"
#include "tests/common/text/messages.h"

#define README "common/text/README.md"

static struct policy *shipped;

static int setup(void **state) {
    (void)state;
    struct error err;
    struct load_options o = {.skips_proofs = true, .skips_tests = true};
    return policy_load_with("deploy/policy", &o, &shipped, &err) == ST_OK ? 0 : 1;
}

static int teardown(void **state) {
    (void)state;
    policy_free(shipped);
    return 0;
}

/* ---- on the labelled set ---- */

static const char *const measured[] = {"complaint",    "legal_threat", "injury",
                                       "fire",         "smoke",        "swollen_battery",
                                       "regulator",    "media",        "disposal_refusal",
                                       "personal_data"};
enum { N_MEASURED = COUNT_OF(measured) };

struct counts {
    int seen, missed, false_alarms;
};

static bool is_listed(struct span list, const char *word) {
    struct span one;
    while (span_cut(&list, ',', &one))
        if (span_is(one, word))
            return true;
    return false;
}

static bool is_told(const char *const *told, int n, const char *word) {
    for (int i = 0; i < n; i++)
        if (strcmp(told[i], word) == 0)
            return true;
    return false;
}

static void measure(bool only_held_out, bool is_shown, struct counts out[N_MEASURED]) {
    struct messages *m = messages_read();
    struct arena *a = arena_new(1 << 24);
    memset(out, 0, N_MEASURED * sizeof *out);
    for (size_t i = 0; i < m->n; i++) {
        const struct labelled *one = &m->items[i];
        const char *told[POLICY_MAX_SIGNALS];
        if (only_held_out && !one->is_held_out)
            continue;
        int n = policy_signals(shipped, a, one->text, told);
        for (int s = 0; s < N_MEASURED; s++) {
            bool wanted = is_listed(one->signals, measured[s]);
            bool got = is_told(told, n, measured[s]);
            out[s].seen += wanted && got;
            out[s].missed += wanted && !got;
            out[s].false_alarms += got && !wanted;
            if (is_shown && wanted != got)
                print_message("%s%s %s: %.*s\n", one->is_held_out ? "" : "(tuning) ",
                              got ? "false" : "missed", measured[s],
                              SPAN_ARGS(one->text));
        }
        arena_reset(a);
    }
    arena_free(a);
    messages_free(m);
}

static void test_signals__on_messages_not_tuned_on_nearly_all_are_seen(void **state) {
    (void)state;
    struct counts c[N_MEASURED], all = {0};
    measure(true, true, c);
    for (int s = 0; s < N_MEASURED; s++) {
        all.seen += c[s].seen;
        all.missed += c[s].missed;
        all.false_alarms += c[s].false_alarms;
    }
    print_message("held out: %d seen, %d missed, %d false alarms\n", all.seen, all.missed,
                  all.false_alarms);
    assert_in_range(all.seen, 100, 1000);
    assert_in_range(all.missed * 10, 0, all.seen + all.missed);
    assert_in_range(all.false_alarms * 20, 0, all.seen);
}

/* Whoever changes the phrases or the set pastes what this prints. */
static void test_signals__the_table_of_the_readme_is_what_is_measured(void **state) {
    (void)state;
    static char document[1 << 16];
    char buffer[4096];
    struct counts c[N_MEASURED], held[N_MEASURED];
    measure(false, false, c);
    measure(true, false, held);
    FILE *f = fopen(README, "rb");
    assert_non_null(f);
    document[fread(document, 1, sizeof document - 1, f)] = '\0';
    fclose(f);
    struct builder b = builder_over(buffer, sizeof buffer);
    for (int s = 0; s < N_MEASURED; s++)
        build_format(&b, "| %s | %d of %d | %d | %d of %d | %d |\n", measured[s],
                     c[s].seen, c[s].seen + c[s].missed, c[s].false_alarms, held[s].seen,
                     held[s].seen + held[s].missed, held[s].false_alarms);
    if (!memmem(document, strlen(document), b.ptr, b.len)) {
        print_message("%.*s", SPAN_ARGS(builder_span(&b)));
        fail_msg("%s holds another table than the one above", README);
    }
}

static void test_signals__each_has_phrases_in_each_language(void **state) {
    (void)state;
    const char *const examples[][2] = {
        /* One message with everything, by pieces that no other list knows. */
        {"swollen_battery", "Der Akku ist aufgebläht"},
        {"swollen_battery", "la batería del patinete se ve hinchada"},
        {"fire", "充電器が発火した"},
        {"legal_threat", "ich werde sie VERKLAGEN!!"},
        {"cooling_off", "ｸｰﾘﾝｸﾞ･ｵﾌできますか"},
        {"injury", "감전됐어요"},
    };
    struct arena *a = arena_new(1 << 20);
    for (size_t i = 0; i < COUNT_OF(examples); i++) {
        const char *told[POLICY_MAX_SIGNALS];
        int n = policy_signals(shipped, a, span_of(examples[i][1]), told);
        if (!is_told(told, n, examples[i][0]))
            fail_msg("\"%s\" does not tell %s", examples[i][1], examples[i][0]);
    }
    arena_free(a);
}

/* Words that mean something else where they stand, in this language or in another. */
static void test_signals__false_friends_tell_nothing(void **state) {
    (void)state;
    const char *const texts[] = {
        "It came in brand new condition",
        "Does it play videos on TV?",
        "Regards, Sue",
        "¿Cómo te llamas?",
        "El consumo eléctrico es alto",
        "Me garante que llega el lunes",
        "Podem processar o reembolso?",
        "Braucht man für die LED ein Netzteil, oder brennt sie mit Akku?",
        "Die Saftpresse ist da",
        "La stampa 3D non parte",
        "la televisión no enciende",
        "détecteur de fumée",
        "I work in a hospital, is it hospital grade?",
        "La déco est superbe",
        "Der Bildschirm ist nicht hell",
        "전기자전거 배송되나요",
        "방법 정도는 알려주세요",
        "최고 소재네요",
        "화상 통화가 되나요",
        "불이 나갔어요",
        "충전도 가능하고 충전이 빨라요",
        "充电到80%就停了",
        "贴膜起泡了怎么办",
        "相机曝光不足",
        "焦げ付かないフライパンですか",
        "アレルギー対応の素材ですか",
        "Wi-Fiのパスワードがわかりません",
        "batterij van bol.com",
    };
    struct arena *a = arena_new(1 << 20);
    int n_wrong = 0;
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        const char *told[POLICY_MAX_SIGNALS];
        int n = policy_signals(shipped, a, span_of(texts[i]), told);
        if (n > 0)
            print_error("\"%s\" tells %s\n", texts[i], told[0]);
        n_wrong += n > 0;
    }
    arena_free(a);
    assert_int_equal(n_wrong, 0);
}

static void test_signals__no_text_and_any_bytes_tell_nothing(void **state) {
    (void)state;
    struct arena *a = arena_new(1 << 20);
    const char *told[POLICY_MAX_SIGNALS];
    assert_int_equal(policy_signals(shipped, a, (struct span){NULL, 0}, told), 0);
    assert_int_equal(policy_signals(shipped, a, SPAN(""), told), 0);
    assert_int_equal(policy_signals(shipped, a, SPAN("\xff\x00\xfe"), told), 0);
    arena_free(a);
}

static void test_signals__are_read_in_the_first_64_kib(void **state) {
    (void)state;
    enum { SIZE = 1 << 20 };
    static const char fire[] = ". It caught fire. ";
    struct arena *a = arena_new(1 << 20);
    const char *told[POLICY_MAX_SIGNALS];
    char *text = xmalloc(SIZE);
    memset(text, 'z', SIZE);
    memcpy(text + (60 << 10), fire, sizeof fire - 1);
    assert_int_equal(policy_signals(shipped, a, (struct span){text, SIZE}, told), 1);
    memset(text, 'z', SIZE);
    memcpy(text + (70 << 10), fire, sizeof fire - 1);
    assert_int_equal(policy_signals(shipped, a, (struct span){text, SIZE}, told), 0);
    free(text);
    arena_free(a);
}

/* ---- what is refused ---- */

#define DOMAIN                                                                           \
    "domain: {event: [asked], signals: {set: [fire], optional: true}, lang: {enum: "     \
    "[en, ja], optional: true}}\n"

static void test_signals__mistakes_are_told_with_their_place(void **state) {
    (void)state;
    const char *const refused[][2] = {
        {"signals: []\n", ":2:10: schema: \"signals\" must be a mapping"},
        {"signals: {phrase: {}}\n", "unknown-key"},
        {"signals: {phrases: {fir: {en: [on fire]}}}\n",
         ":2:21: unknown-value: the domain lists no signals \"fir\": did you mean "
         "\"fire\"?"},
        {"signals: {phrases: {fire: {eng: [on fire]}}}\n",
         "the domain lists no lang \"eng\": did you mean \"en\"?"},
        {"signals: {phrases: {fire: [on fire]}}\n", "are a list by language"},
        {"signals: {phrases: {fire: {en: on fire}}}\n", "must be a list"},
        {"signals: {phrases: {fire: {en: [on fire, ON  Fire]}}}\n",
         ":2:42: duplicate-name: folded, this phrase stands in the list already"},
        {"signals: {phrases: {fire: {en: [\"!!\"]}}}\n",
         "phrase: the phrase holds no letter"},
        {"signals: {phrases: {fire: {en: [a fi*re]}}}\n", "a * stands at the end"},
        {"signals: {phrases: {fire: {en: [x]}}}\n", "a single letter says nothing"},
        {"signals: {phrases: {fire: {en: [{a: b}]}}}\n", "the phrase is no text"},
        {"signals: {negation: {en: {before: [not]}}}\n", "a negation needs \"within\""},
        {"signals: {negation: {en: {before: [not], within: 99}}}\n", "1..20"},
        {"signals: {negation: {en: {before: [\"?\"], within: 2}}}\n",
         "a negator is a word or a few"},
        {"signals: {negation: {xx: {before: [no], within: 2}}}\n",
         "the domain lists no lang \"xx\""},
    };
    for (size_t i = 0; i < COUNT_OF(refused); i++) {
        struct pack_fixture x;
        char text[2048];
        pack_dir(&x);
        int len = snprintf(text, sizeof text, DOMAIN "%s", refused[i][0]);
        pack_write(&x, "a.yaml", text, (size_t)len);
        pack_load(&x);
        assert_null(x.p);
        if (!strstr(x.said, refused[i][1]))
            fail_msg("%s\n%s\nlacks %s", refused[i][0], x.said, refused[i][1]);
        pack_remove(&x);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_signals__on_messages_not_tuned_on_nearly_all_are_seen),
        cmocka_unit_test(test_signals__the_table_of_the_readme_is_what_is_measured),
        cmocka_unit_test(test_signals__each_has_phrases_in_each_language),
        cmocka_unit_test(test_signals__false_friends_tell_nothing),
        cmocka_unit_test(test_signals__no_text_and_any_bytes_tell_nothing),
        cmocka_unit_test(test_signals__are_read_in_the_first_64_kib),
        cmocka_unit_test(test_signals__mistakes_are_told_with_their_place),
    };
    return cmocka_run_group_tests_name("signals", tests, setup, teardown);
}
