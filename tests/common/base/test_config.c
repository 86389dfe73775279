/* test_config.c: options as an operator meets them: values, mistakes, help, and what is
 * shown. */
#include "common/base/config.h"

#include "common/base/version.h"
#include "tests/common/base/harness.h"

struct settings {
    const char *brokers, *password, *url;
    int64_t batch_max, pause_us, bytes, least_us, needed;
    bool verbose;
    int strategy;
    struct option_list topics;
};

#define AT(member) offsetof(struct settings, member)

static const struct option kafka_rows[] = {
    {"kafka-bootstrap-servers", "KAFKA_BOOTSTRAP_SERVERS", OPT_STRING, AT(brokers), "", 0,
     0, OPT_REQUIRED, NULL, "HOST:PORT,...", "where the cluster is"},
    {"strategy", NULL, OPT_CHOICE, AT(strategy), "range", 0, 0, 0,
     "range|cooperative-sticky", NULL, "how partitions are shared out"},
    {.name = NULL},
};

static const struct option own_rows[] = {
    {"batch-max", NULL, OPT_I64, AT(batch_max), "500", 1, 10000, 0, NULL, NULL,
     "most messages in one transaction"},
    {"pause", NULL, OPT_DURATION, AT(pause_us), "250ms", 1000, INT64_C(3600000000), 0,
     NULL, NULL,
     "how long to wait before the first further attempt after an outage, and a little "
     "more text"},
    {"least", NULL, OPT_DURATION, AT(least_us), "1s", 1000000, INT64_MAX, 0, NULL, NULL,
     "x"},
    {"queue-bytes", NULL, OPT_SIZE, AT(bytes), "8MiB", 0, 0, 0, NULL, NULL, "y"},
    {"verbose", NULL, OPT_BOOL, AT(verbose), "false", 0, 0, 0, NULL, NULL, "say more"},
    {"pg-password", NULL, OPT_STRING, AT(password), "", 0, 0, OPT_SECRET, NULL, NULL,
     "password of the database"},
    {"pg-url", NULL, OPT_STRING, AT(url), "postgres://localhost/henpin", 0, 0, 0, NULL,
     "URL", "the database"},
    {"topic", NULL, OPT_REPEAT, AT(topics), "a,b", 0, 0, 0, NULL, "NAME",
     "topic to read"},
    {.name = NULL},
};

static struct settings s;
static const struct option_table tables[] = {
    {kafka_rows, &s}, {own_rows, &s}, {NULL, NULL}};
static const struct config_spec spec = {"henpin-test", "reads returns and decides", NULL,
                                        tables, "kafka."};

static char shown[16384], told[16384];

#define LIST(...) ((const char *const[]){__VA_ARGS__, NULL})
#define SERVERS "KAFKA_BOOTSTRAP_SERVERS=localhost:9092"

static void read_back(FILE *f, char *text, size_t size) {
    rewind(f);
    text[fread(text, 1, size - 1, f)] = '\0';
    fclose(f);
}

static struct config_result parse_spec(const struct config_spec *sp,
                                       const char *const *envp, const char *const *args) {
    char *argv[32] = {
        (char *)(uintptr_t) "test"}; /* main's argv is not const by tradition */
    int argc = 1;
    for (; *args; args++)
        argv[argc++] = (char *)(uintptr_t)*args;
    FILE *out = tmpfile(), *err_out = tmpfile();
    assert_true(out && err_out);
    memset(&s, 0xEE, sizeof s); /* nothing may be left as it was */
    struct config_result r =
        config_parse(sp, argc, argv, (char **)(uintptr_t)envp, out, err_out);
    read_back(out, shown, sizeof shown);
    read_back(err_out, told, sizeof told);
    return r;
}

static void release(struct config_result *r) {
    free(r->operands.items);
    free(r->pass_names.items);
    free(r->pass_values.items);
    free(s.topics.items);
}

#define PARSE(env_list, arg_list)                                                        \
    struct config_result r = parse_spec(&spec, env_list, arg_list)

static void assert_wrong(const char *const *envp, const char *const *args,
                         const char *expected) {
    PARSE(envp, args);
    assert_int_equal(r.outcome, CONFIG_WRONG);
    if (!strstr(told, expected))
        fail_msg("\"%s\" does not contain \"%s\"", told, expected);
    assert_contains(told, "henpin-test: 1 mistake; --help lists the options\n");
    assert_string_equal(shown, "");
    release(&r);
}

static void test_config__defaults_fill_the_structure(void **state) {
    (void)state;
    PARSE(LIST(SERVERS), LIST(NULL));
    assert_int_equal(r.outcome, CONFIG_RUN);
    assert_string_equal(told, "");
    assert_string_equal(s.brokers, "localhost:9092");
    assert_string_equal(s.password, "");
    assert_int_equal(s.batch_max, 500);
    assert_int_equal(s.pause_us, 250000);
    assert_int_equal(s.bytes, 8 << 20);
    assert_int_equal(s.verbose, false);
    assert_int_equal(s.strategy, 0);
    assert_int_equal(s.topics.count, 2);
    assert_string_equal(s.topics.items[1], "b");
    assert_int_equal(r.pass_names.count, 0);
    release(&r);
}

static void test_config__flags_win_over_the_environment(void **state) {
    (void)state;
    PARSE(LIST(SERVERS, "HENPIN_BATCH_MAX=7", "HENPIN_PAUSE=2s", "HENPIN_TOPIC=x, y,"),
          LIST("--batch-max=8", "--topic=z", "--topic", "w"));
    assert_int_equal(r.outcome, CONFIG_RUN);
    assert_int_equal(s.batch_max, 8);
    assert_int_equal(s.pause_us, 2000000);
    assert_int_equal(s.topics.count, 2);
    assert_string_equal(s.topics.items[0], "z");
    assert_string_equal(s.topics.items[1], "w");
    release(&r);
}

static void test_config__a_list_of_the_environment_is_cut_at_commas(void **state) {
    (void)state;
    PARSE(LIST(SERVERS, "HENPIN_TOPIC=x, y,"), LIST(NULL));
    assert_int_equal(s.topics.count, 2);
    assert_string_equal(s.topics.items[1], "y");
    release(&r);
}

static void test_config__an_empty_variable_is_not_set(void **state) {
    (void)state;
    PARSE(LIST(SERVERS, "HENPIN_BATCH_MAX=", "KAFKA_FETCH_MAX_BYTES="), LIST(NULL));
    assert_int_equal(s.batch_max, 500);
    assert_int_equal(r.pass_names.count, 0);
    release(&r);
}

static void test_config__values_of_each_type(void **state) {
    (void)state;
    const struct {
        const char *flag;
        int64_t *value;
        int64_t expected;
    } cases[] = {
        {"--pause=250ms", &s.pause_us, 250000},
        {"--pause=1000us", &s.pause_us, 1000},
        {"--pause=5s", &s.pause_us, 5000000},
        {"--pause=2m", &s.pause_us, 120000000},
        {"--pause=1h", &s.pause_us, INT64_C(3600000000)},
        {"--least=3d", &s.least_us, INT64_C(259200000000)},
        {"--queue-bytes=0", &s.bytes, 0},
        {"--queue-bytes=512", &s.bytes, 512},
        {"--queue-bytes=64KiB", &s.bytes, 65536},
        {"--queue-bytes=1gib", &s.bytes, 1 << 30},
        {"--batch-max=10000", &s.batch_max, 10000},
        {"--batch-max=1", &s.batch_max, 1},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        PARSE(LIST(SERVERS), LIST(cases[i].flag));
        if (r.outcome != CONFIG_RUN)
            fail_msg("%s: %s", cases[i].flag, told);
        assert_int_equal(*cases[i].value, cases[i].expected);
        release(&r);
    }
}

static void test_config__booleans_and_choices(void **state) {
    (void)state;
    const char *const yes[] = {"--verbose", "--verbose=yes", "--verbose=ON",
                               "--verbose=1"};
    const char *const no[] = {"--verbose=false", "--verbose=no", "--verbose=off",
                              "--verbose=0"};
    for (size_t i = 0; i < COUNT_OF(yes); i++) {
        PARSE(LIST(SERVERS), LIST(yes[i], "--strategy=cooperative-sticky"));
        assert_int_equal(r.outcome, CONFIG_RUN);
        assert_true(s.verbose);
        assert_int_equal(s.strategy, 1);
        release(&r);
    }
    for (size_t i = 0; i < COUNT_OF(no); i++) {
        PARSE(LIST(SERVERS, "HENPIN_VERBOSE=true"), LIST(no[i]));
        assert_int_equal(r.outcome, CONFIG_RUN);
        assert_false(s.verbose);
        release(&r);
    }
}

static void test_config__a_mistake_says_what_would_be_right(void **state) {
    (void)state;
    const struct {
        const char *flag, *expected;
    } cases[] = {
        {"--batch-max=0",
         "henpin-test: option \"batch-max\" must be in range 1..10000, got \"0\"\n"},
        {"--batch-max=10001", "must be in range 1..10000, got \"10001\"\n"},
        {"--batch-max=many",
         "option \"batch-max\" must be a whole number, got \"many\"\n"},
        {"--batch-max=", "option \"batch-max\" must be a whole number, got \"\"\n"},
        {"--batch-max=99999999999999999999", "must be a whole number"},
        {"--batch-max", "option \"batch-max\" needs a value: --batch-max=VALUE\n"},
        {"--pause=5",
         "option \"pause\" must be a duration such as 250ms, 5s, 2m, 1h or 3d, got "
         "\"5\"\n"},
        {"--pause=5 s", "must be a duration"},
        {"--pause=-5s", "must be a duration"},
        {"--pause=999999999999d", "must be a duration"},
        {"--pause=2h", "option \"pause\" must be in range 1ms..1h, got \"2h\"\n"},
        {"--least=1ms", "option \"least\" must be at least 1s, got \"1ms\"\n"},
        {"--queue-bytes=5KB",
         "must be a size such as 512, 64KiB, 8MiB or 1GiB, got \"5KB\"\n"},
        {"--verbose=perhaps",
         "option \"verbose\" must be true or false (or yes, no, on, off, 1, "
         "0), got \"perhaps\"\n"},
        {"--strategy=sticky",
         "option \"strategy\" must be one of range, cooperative-sticky, got "
         "\"sticky\"\n"},
        {"--bach-max=3",
         "unknown option \"--bach-max\"; did you mean \"--batch-max\"?\n"},
        {"--print-confg", "did you mean \"--print-config\"?\n"},
        {"--colour", "unknown option \"--colour\"\n"},
        {"-x", "unknown option \"-x\": options begin with two dashes\n"},
        {"file", "unexpected argument \"file\": henpin-test takes options only\n"},
        {"--kafka.x", "option \"kafka.x\" needs a value"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        assert_wrong(LIST(SERVERS), LIST(cases[i].flag), cases[i].expected);
    assert_wrong(LIST(SERVERS, "HENPIN_BATCH_MAX=0"), LIST(NULL),
                 "option \"batch-max\" must be in range 1..10000, got \"0\" (from "
                 "HENPIN_BATCH_MAX)\n");
}

static void test_config__a_flag_does_not_swallow_the_next_one(void **state) {
    (void)state;
    assert_wrong(LIST(SERVERS), LIST("--pg-url", "--verbose"),
                 "option \"pg-url\" needs a value");
}

static void test_config__all_mistakes_are_told_at_once(void **state) {
    (void)state;
    PARSE(LIST("HENPIN_PAUSE=x"), LIST("--batch-max=0", "--wrong", "--verbose=2"));
    assert_int_equal(r.outcome, CONFIG_WRONG);
    assert_contains(told, "option \"pause\"");
    assert_contains(told, "option \"batch-max\"");
    assert_contains(told, "unknown option \"--wrong\"");
    assert_contains(told, "option \"verbose\"");
    assert_contains(told,
                    "option \"kafka-bootstrap-servers\" is required: "
                    "--kafka-bootstrap-servers=VALUE, or KAFKA_BOOTSTRAP_SERVERS in the "
                    "environment\n");
    assert_contains(told, "henpin-test: 5 mistakes; --help lists the options\n");
    release(&r);
}

static char *write_file(const char *content, char *path) {
    strcpy(path, "/tmp/test_config.XXXXXX");
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, content, strlen(content)), strlen(content));
    close(fd);
    return path;
}

static void test_config__a_file_holds_a_secret(void **state) {
    (void)state;
    char path[40], password[80], sasl[80];
    write_file("hush hush\n", path);
    snprintf(password, sizeof password, "HENPIN_PG_PASSWORD_FILE=%s", path);
    snprintf(sasl, sizeof sasl, "KAFKA_SASL_PASSWORD_FILE=%s", path);
    PARSE(LIST(SERVERS, password, sasl), LIST(NULL));
    unlink(path);
    assert_int_equal(r.outcome, CONFIG_RUN);
    assert_string_equal(s.password, "hush hush");
    assert_int_equal(r.pass_names.count, 1);
    assert_string_equal(r.pass_names.items[0], "sasl.password");
    assert_string_equal(r.pass_values.items[0], "hush hush");
    release(&r);
}

static void test_config__a_missing_or_doubled_file_is_a_mistake(void **state) {
    (void)state;
    assert_wrong(
        LIST(SERVERS, "HENPIN_PG_PASSWORD_FILE=/nowhere/at/all"), LIST(NULL),
        "could not open \"/nowhere/at/all\" (from HENPIN_PG_PASSWORD_FILE): No such "
        "file or directory\n");
    assert_wrong(
        LIST(SERVERS, "HENPIN_PG_PASSWORD_FILE=/dev/null", "HENPIN_PG_PASSWORD=x"),
        LIST(NULL),
        "both HENPIN_PG_PASSWORD and HENPIN_PG_PASSWORD_FILE are set: keep one of "
        "them\n");
    assert_wrong(
        LIST(SERVERS, "KAFKA_SASL_PASSWORD_FILE=/dev/null", "KAFKA_SASL_PASSWORD=x"),
        LIST(NULL), "both KAFKA_SASL_PASSWORD and KAFKA_SASL_PASSWORD_FILE are set");
    assert_wrong(LIST(SERVERS, "HENPIN_PG_URL_FILE=/tmp"), LIST(NULL),
                 "could not read \"/tmp\"");
}

static void test_config__kafka_properties_pass_through(void **state) {
    (void)state;
    PARSE(LIST(SERVERS, "KAFKA_FETCH_MAX_BYTES=1000", "KAFKA_CLIENT_ID=env"),
          LIST("--kafka.client.id=flag", "--kafka.debug", "broker", "--batch-max=3"));
    assert_int_equal(r.outcome, CONFIG_RUN);
    assert_int_equal(r.pass_names.count, 3);
    assert_int_equal(r.pass_values.count, 3);
    assert_string_equal(r.pass_names.items[0], "fetch.max.bytes");
    assert_string_equal(r.pass_values.items[0], "1000");
    assert_string_equal(r.pass_names.items[1], "client.id");
    assert_string_equal(r.pass_values.items[1], "flag");
    assert_string_equal(r.pass_names.items[2], "debug");
    assert_string_equal(r.pass_values.items[2], "broker");
    assert_int_equal(s.batch_max, 3);
    release(&r);
}

static void test_config__a_property_with_a_row_is_not_passed_twice(void **state) {
    (void)state;
    char path[40], servers[90];
    write_file("file:9092", path);
    snprintf(servers, sizeof servers, "KAFKA_BOOTSTRAP_SERVERS_FILE=%s", path);
    PARSE(LIST(servers), LIST(NULL));
    unlink(path);
    assert_string_equal(s.brokers, "file:9092");
    assert_int_equal(r.pass_names.count, 0);
    release(&r);
    r = parse_spec(&spec, LIST(SERVERS), LIST("--kafka.bootstrap.servers=flag:9092"));
    assert_string_equal(s.brokers, "flag:9092");
    assert_int_equal(r.pass_names.count, 0);
    release(&r);
}

static void test_config__variables_of_kubernetes_and_of_kafka_scripts_are_no_properties(
    void **state) {
    (void)state;
    PARSE(LIST(SERVERS, "KAFKA_SERVICE_HOST=10.0.0.1", "KAFKA_SERVICE_PORT=9092",
               "KAFKA_SERVICE_PORT_CLIENT=9092", "KAFKA_PORT=tcp://10.0.0.1:9092",
               "KAFKA_PORT_9092_TCP_ADDR=10.0.0.1", "KAFKA_HEAP_OPTS=-Xmx1g",
               "KAFKA_HOME=/opt", "KAFKA_=x", "KAFKAESQUE_X=y", "KAFKA_LINGER_MS=5"),
          LIST(NULL));
    assert_int_equal(r.outcome, CONFIG_RUN);
    assert_int_equal(r.pass_names.count, 1);
    assert_string_equal(r.pass_names.items[0], "linger.ms");
    release(&r);
}

static void test_config__operands_are_collected_when_there_are_any(void **state) {
    (void)state;
    struct config_spec with_files = spec;
    with_files.operands = "FILE...";
    struct config_result r = parse_spec(
        &with_files, LIST(SERVERS), LIST("a", "--verbose", "-", "--", "--help", "-x"));
    assert_int_equal(r.outcome, CONFIG_RUN);
    const char *const expected[] = {"a", "-", "--help", "-x"};
    assert_int_equal(r.operands.count, COUNT_OF(expected));
    for (size_t i = 0; i < COUNT_OF(expected); i++)
        assert_string_equal(r.operands.items[i], expected[i]);
    release(&r);
}

static void test_config__help_shows_every_option_within_80_columns(void **state) {
    (void)state;
    PARSE(LIST("HENPIN_BATCH_MAX=wrong"), LIST("--wrong", "--help"));
    assert_int_equal(r.outcome, CONFIG_SHOWN);
    assert_string_equal(told, "");
    assert_contains(shown, "henpin-test: reads returns and decides\n");
    assert_contains(shown, "Usage: henpin-test [OPTION...]\n");
    assert_contains(shown,
                    "\n  --batch-max=N               most messages in one transaction; "
                    "1..10000,\n                              default 500 "
                    "[HENPIN_BATCH_MAX]\n");
    assert_contains(shown, "\n  --kafka-bootstrap-servers=HOST:PORT,...\n");
    assert_contains(shown, "required");
    assert_contains(shown, "one of range,\n                              "
                           "cooperative-sticky, default range\n");
    assert_contains(shown, "say more [HENPIN_VERBOSE]\n");
    assert_contains(shown, "--print-config");
    assert_contains(shown, "--version");
    struct span rest = span_of(shown), line;
    while (span_cut(&rest, '\n', &line)) {
        if (line.len > 79)
            fail_msg("too long: %.*s", SPAN_ARGS(line));
        assert_true(line.len == 0 || line.ptr[line.len - 1] != ' ');
    }
    release(&r);
}

static void test_config__version_is_one_line(void **state) {
    (void)state;
    PARSE(LIST(NULL), LIST("--version"));
    assert_int_equal(r.outcome, CONFIG_SHOWN);
    assert_string_equal(shown, "henpin-test " HENPIN_VERSION "\n");
    release(&r);
}

static void test_config__print_config_shows_origins_and_no_secret(void **state) {
    (void)state;
    char path[40], sasl[80];
    write_file("hush", path);
    snprintf(sasl, sizeof sasl, "KAFKA_SASL_PASSWORD_FILE=%s", path);
    PARSE(LIST(SERVERS, "HENPIN_PG_PASSWORD=hush", sasl),
          LIST("--print-config", "--pg-url=postgres://me:hu/sh@hush@db:5432/henpin?a=b",
               "--kafka.fetch.max.bytes=9", "--batch-max=12"));
    unlink(path);
    assert_int_equal(r.outcome, CONFIG_SHOWN);
    assert_lacks(shown, "hush");
    assert_lacks(shown, "hu/sh");
    assert_contains(shown, "batch-max                flag         12\n");
    assert_contains(shown, "kafka-bootstrap-servers  environment  localhost:9092\n");
    assert_contains(shown, "pg-password              environment  ********\n");
    assert_contains(shown, "pause                    default      250ms\n");
    assert_contains(shown, "postgres://me:********@db:5432/henpin?a=b\n");
    assert_contains(shown, "kafka.sasl.password      file         ********\n");
    assert_contains(shown, "kafka.fetch.max.bytes    flag         9\n");
    assert_contains(shown, "topic                    default      a,b\n");
    release(&r);
}

static void test_config__a_wrong_configuration_is_not_printed(void **state) {
    (void)state;
    assert_wrong(LIST(SERVERS), LIST("--print-config", "--batch-max=0"), "batch-max");
}

static void test_config__a_wrong_secret_is_not_repeated(void **state) {
    (void)state;
    static const struct option rows[] = {
        {"pin", NULL, OPT_I64, AT(needed), NULL, 0, 9999, OPT_SECRET | OPT_REQUIRED, NULL,
         NULL, "a number that nobody may see"},
        {.name = NULL},
    };
    const struct option_table only[] = {{rows, &s}, {NULL, NULL}};
    const struct config_spec sp = {"p", "q", NULL, only, NULL};
    struct config_result r = parse_spec(&sp, LIST("HENPIN_PIN=hush"), LIST(NULL));
    assert_int_equal(r.outcome, CONFIG_WRONG);
    assert_lacks(told, "hush");
    assert_contains(
        told, "option \"pin\" must be a whole number (the value is a secret and not "
              "shown) (from HENPIN_PIN)\n");
    r = parse_spec(&sp, LIST(NULL), LIST(NULL));
    assert_int_equal(r.outcome, CONFIG_WRONG);
    assert_contains(told, "option \"pin\" is required");
    r = parse_spec(&sp, LIST("KAFKA_X=1", "HENPIN_PIN=0"), LIST(NULL));
    assert_int_equal(r.outcome, CONFIG_RUN);
    assert_int_equal(r.pass_names.count, 0);
}

static void test_config__a_secret_is_refused_as_a_flag(void **state) {
    (void)state;
    assert_wrong(LIST(SERVERS), LIST("--pg-password=hush"), "HENPIN_PG_PASSWORD_FILE");
    assert_lacks(told, "hush");
    assert_wrong(LIST(SERVERS), LIST("--kafka.sasl.password", "hush"),
                 "name a file that holds it in KAFKA_SASL_PASSWORD_FILE");
    assert_lacks(told, "hush");
    PARSE(LIST(SERVERS), LIST("--kafka.sasl.oauthbearer.token.endpoint.url=http://x"));
    assert_int_equal(r.outcome, CONFIG_RUN);
    release(&r);
}

static void test_config__what_may_hold_a_secret_is_wiped_where_ps_looks(void **state) {
    (void)state;
    static const struct option rows[] = {
        {"pg", NULL, OPT_STRING, AT(url), "", 0, 0, OPT_MASKED, NULL, NULL, "database"},
        {.name = NULL},
    };
    const struct option_table only[] = {{rows, &s}, {NULL, NULL}};
    const struct config_spec sp = {"p", "q", NULL, only, NULL};
    char first[] = "p", joined[] = "--pg=password=hush", name[] = "--pg",
         apart[] = "quiet";
    char *environment[] = {NULL};
    char *argv[] = {first, joined, NULL}, *argv_apart[] = {first, name, apart, NULL};
    struct config_result r = config_parse(&sp, 2, argv, environment, stdout, stderr);
    assert_int_equal(r.outcome, CONFIG_RUN);
    assert_string_equal(s.url, "password=hush");
    assert_string_equal(joined, "--pg=*************");
    r = config_parse(&sp, 3, argv_apart, environment, stdout, stderr);
    assert_string_equal(s.url, "quiet");
    assert_string_equal(apart, "*****");
}

static void test_config__a_variable_of_no_program_is_told_with_the_nearest(void **state) {
    (void)state;
    assert_wrong(LIST(SERVERS, "HENPIN_BACTH_MAX=7"), LIST(NULL),
                 "unknown variable HENPIN_BACTH_MAX in the environment; did you mean "
                 "HENPIN_BATCH_MAX?\n");
    assert_wrong(LIST(SERVERS, "HENPIN_POSTGERS_FILE=/dev/null"), LIST(NULL),
                 "unknown variable HENPIN_POSTGERS_FILE in the environment");
    assert_wrong(LIST(SERVERS, "HENPIN_COLOUR_OF_THE_SKY=blue"), LIST(NULL),
                 "unknown variable HENPIN_COLOUR_OF_THE_SKY in the environment\n");
    PARSE(LIST(SERVERS, "HENPIN_BACTH_MAX=7", "HENPIN_PAUES=1s", "HENPIN_VERBOS=1"),
          LIST("--wrong"));
    assert_contains(told, "henpin-test: 4 mistakes");
    release(&r);
}

static void test_config__a_variable_of_another_program_is_none_of_ours(void **state) {
    (void)state;
    PARSE(LIST(SERVERS, "HENPIN_BOARD_LIMIT=7", "HENPIN_POSTGRES_FILE=/nowhere",
               "HENPIN_RETURNS_SERVICE_HOST=10.0.0.1",
               "HENPIN_RETURNS_PORT_9100_TCP=tcp://10.0.0.1:9100",
               "HENPIN_RETURNS_PORT=tcp://10.0.0.1:9100", "HENPIN_EMPTY="),
          LIST(NULL));
    assert_string_equal(told, "");
    assert_int_equal(r.outcome, CONFIG_RUN);
    release(&r);
}

static void test_config__an_address_to_listen_on_has_a_port_that_exists(void **state) {
    (void)state;
    static const char *const right[] = {"--at=", "--at=:0", "--at=127.0.0.1:65535",
                                        "--at=[::1]:80", "--at=localhost:9464"};
    static const char *const wrong[] = {
        "--at=127.0.0.1:65536", "--at=127.0.0.1:-1", "--at=127.0.0.1",
        "--at=host:",           "--at=::1:80",       "--at=:http"};
    static const struct option rows[] = {
        {"at", NULL, OPT_LISTEN, AT(url), ":0", 0, 0, 0, NULL, NULL, "where"},
        {.name = NULL},
    };
    const struct option_table listening[] = {{rows, &s}, {NULL, NULL}};
    const struct config_spec listener = {"henpin-test", "x", NULL, listening, NULL};
    for (size_t i = 0; i < COUNT_OF(right) + COUNT_OF(wrong); i++) {
        bool is_right = i < COUNT_OF(right);
        const char *arg = is_right ? right[i] : wrong[i - COUNT_OF(right)];
        struct config_result r = parse_spec(&listener, LIST(NULL), LIST(arg));
        if (r.outcome != (is_right ? CONFIG_RUN : CONFIG_WRONG))
            fail_msg("%s: %s", arg, told);
        if (is_right)
            assert_string_equal(s.url, strchr(arg, '=') + 1);
        else
            assert_contains(told, "option \"at\" must be HOST:PORT");
        free(r.operands.items);
    }
}

static void test_config__the_manual_has_a_row_for_each_option(void **state) {
    (void)state;
    FILE *out = tmpfile();
    config_document(&spec, out);
    read_back(out, shown, sizeof shown);
    assert_contains(shown,
                    "| `--batch-max` | `HENPIN_BATCH_MAX` | integer: 1..10000 | `500` | "
                    "most messages in one transaction |\n");
    assert_contains(shown,
                    "| `--kafka-bootstrap-servers` | `KAFKA_BOOTSTRAP_SERVERS` | text | "
                    "required | where the cluster is |\n");
    size_t n = 0;
    for (const char *p = shown; *p; p++)
        n += *p == '\n';
    assert_int_equal(n, 2 + COUNT_OF(kafka_rows) + COUNT_OF(own_rows) - 2); /* a head */
}

static void test_config__what_has_a_default_need_not_be_given(void **state) {
    (void)state;
    static const struct option rows[] = {{"dir", NULL, OPT_STRING, AT(url), "packs", 0, 0,
                                          OPT_REQUIRED, NULL, "DIR", "where it is"},
                                         {.name = NULL}};
    const struct option_table only[] = {{rows, &s}, {NULL, NULL}};
    const struct config_spec sp = {"p", "q", NULL, only, NULL};
    FILE *out = tmpfile();
    config_document(&sp, out);
    read_back(out, shown, sizeof shown);
    assert_string_equal(
        shown, "| flag | environment | type | default | |\n|---|---|---|---|---|\n"
               "| `--dir` | `HENPIN_DIR` | text | `packs` | where it is |\n");
}

static void parse_a_wrong_default(void) {
    static const struct option rows[] = {
        {"n", NULL, OPT_I64, AT(needed), "0", 1, 5, 0, NULL, NULL, "n"}, {.name = NULL}};
    const struct option_table only[] = {{rows, &s}, {NULL, NULL}};
    const struct config_spec sp = {"p", "q", NULL, only, NULL};
    char *nothing[] = {NULL};
    struct config_result r = config_parse(&sp, 0, nothing, nothing, stdout, stderr);
    (void)r;
}

static void test_config__a_default_out_of_its_range_is_a_bug(void **state) {
    (void)state;
    assert_is_bug(parse_a_wrong_default,
                  "the default of option \"n\" must be in range 1..5, got \"0\"");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_config__defaults_fill_the_structure),
        cmocka_unit_test(test_config__flags_win_over_the_environment),
        cmocka_unit_test(test_config__a_list_of_the_environment_is_cut_at_commas),
        cmocka_unit_test(test_config__an_empty_variable_is_not_set),
        cmocka_unit_test(test_config__values_of_each_type),
        cmocka_unit_test(test_config__booleans_and_choices),
        cmocka_unit_test(test_config__a_mistake_says_what_would_be_right),
        cmocka_unit_test(test_config__a_flag_does_not_swallow_the_next_one),
        cmocka_unit_test(test_config__all_mistakes_are_told_at_once),
        cmocka_unit_test(test_config__a_file_holds_a_secret),
        cmocka_unit_test(test_config__a_missing_or_doubled_file_is_a_mistake),
        cmocka_unit_test(test_config__kafka_properties_pass_through),
        cmocka_unit_test(test_config__a_property_with_a_row_is_not_passed_twice),
        cmocka_unit_test(
            test_config__variables_of_kubernetes_and_of_kafka_scripts_are_no_properties),
        cmocka_unit_test(test_config__operands_are_collected_when_there_are_any),
        cmocka_unit_test(test_config__help_shows_every_option_within_80_columns),
        cmocka_unit_test(test_config__version_is_one_line),
        cmocka_unit_test(test_config__print_config_shows_origins_and_no_secret),
        cmocka_unit_test(test_config__a_wrong_configuration_is_not_printed),
        cmocka_unit_test(test_config__a_wrong_secret_is_not_repeated),
        cmocka_unit_test(test_config__a_secret_is_refused_as_a_flag),
        cmocka_unit_test(test_config__what_may_hold_a_secret_is_wiped_where_ps_looks),
        cmocka_unit_test(test_config__a_variable_of_no_program_is_told_with_the_nearest),
        cmocka_unit_test(test_config__a_variable_of_another_program_is_none_of_ours),
        cmocka_unit_test(test_config__an_address_to_listen_on_has_a_port_that_exists),
        cmocka_unit_test(test_config__the_manual_has_a_row_for_each_option),
        cmocka_unit_test(test_config__what_has_a_default_need_not_be_given),
        cmocka_unit_test(test_config__a_default_out_of_its_range_is_a_bug),
    };
    return cmocka_run_group_tests_name("config", tests, NULL, NULL);
}
