/* The other formats: Amazon's returns report, ORDER_CHANGE, henpin's own events. */
#include "tests/services/henpin/feed_fixture.h"

static char *slurp(const char *path) {
    FILE *f = fopen(path, "re");
    assert_non_null(f);
    char *text = calloc(1, 65536);
    assert_true(fread(text, 1, 65535, f) > 0);
    fclose(f);
    return text;
}

static struct feed_config japan(void) {
    struct feed_config config = fed_config();
    config.marketplace = "amazon.co.jp";
    config.seller = "A1EXAMPLE";
    return config;
}

static void test_amazon_returns__rows_become_what_happened(void **state) {
    (void)state;
    struct feed_config config = japan();
    char *text = slurp("tests/data/amazon_returns.tsv");
    struct fed r = feed_text(feed_amazon_returns, &config, text);
    assert_int_equal(r.st, ST_OK);
    assert_string_equal(r.messages, "");
    assert_int_equal(r.counts.events[FEED_RETURN], 2 + 1 + 4);
    assert_says(r.out,
                "\"occurred_at\":\"2025-07-13T15:00:00Z\""); /* 14 July, 00:00 in Tokyo */
    assert_says(r.out, "\"sku\":\"FILTER-02\",\"quantity\":2");
    assert_says(
        r.out,
        "DBBBBBBBBRRMA\",\"kind\":\"REQUESTED\",\"reason_code\":\"CR-UNWANTED_ITEM\","
        "\"in_policy\":false,\"wanted\":\"EXCHANGE\"");
    assert_says(r.out, "\"amount_minor\":3980,\"currency\":\"JPY\"");
    fed_free(&r);
    free(text);
}

#define TSV_HEADER                                                                       \
    "Order ID\tReturn request date\tReturn request status\tAmazon RMA ID\tMerchant "     \
    "SKU\t"                                                                              \
    "Return quantity\tReturn Reason\tReturn delivery date\tRefunded Amount\n"

static void
test_amazon_returns__each_kind_of_bad_row_is_told_and_the_rest_goes_on(void **state) {
    (void)state;
    static const struct {
        const char *row, *says;
    } rows[] = {
        {"1\t14-Jul-2025\tApproved\tR", "f:2: 4 columns instead of 9"},
        {"\t14-Jul-2025\tApproved\tR\tS\t1\tX\t\t", "f:2: Order ID: "},
        {"1\t14-Jul-2025\tApproved\t\tS\t1\tX\t\t", "f:2: Amazon RMA ID: "},
        {"1\t14-Jul-2025\tApproved\tR\t\t1\tX\t\t", "f:2: Merchant SKU: "},
        {"1\t14-Jul-2025\tApproved\tR\tS\t0\tX\t\t", "f:2: Return quantity: "},
        {"1\t2025-07-14\tApproved\tR\tS\t1\tX\t\t", "f:2: Return request date: "},
        {"1\t31-Feb-2025\tApproved\tR\tS\t1\tX\t\t", "f:2: Return request date: "},
        {"1\t14-Jul-2025\tApproved\tR\tS\t1\tX\tsoon\t", "f:2: Return delivery date: "},
        {"1\t14-Jul-2025\tApproved\tR\tS\t1\tX\t\t1.50",
         "f:2: Refunded Amount: "}, /* no sen */
    };
    struct feed_config config = japan();
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char text[1024];
        snprintf(text, sizeof text, TSV_HEADER "%s\n2\t15-Jul-2025\t\tQ\tS\t1\tX\t\t\n",
                 rows[i].row);
        struct fed r = feed_text(feed_amazon_returns, &config, text);
        assert_says(r.messages, rows[i].says);
        assert_int_equal(r.counts.rejected, 1);
        assert_int_equal(r.counts.events[FEED_RETURN], 1);
        fed_free(&r);
    }
}

static void test_amazon_returns__store_and_seller_are_never_guessed(void **state) {
    (void)state;
    struct feed_config config = fed_config();
    struct fed r = feed_text(feed_amazon_returns, &config, TSV_HEADER);
    assert_int_equal(r.err.code, E_CONFIG);
    fed_free(&r);
    config.marketplace = "amazon.co.jp";
    r = feed_text(feed_amazon_returns, &config, TSV_HEADER);
    assert_int_equal(r.err.code, E_CONFIG);
    fed_free(&r);
}

static void test_order_change__amazons_own_example_is_understood(void **state) {
    (void)state;
    struct feed_config config = fed_config();
    config.ship_from = "CN";
    char *text = slurp("tests/data/order_change.jsonl");
    struct fed r = feed_text(feed_order_change, &config, text);
    assert_string_equal(r.messages, "");
    assert_int_equal(r.counts.events[FEED_ORDER], 1);
    assert_says(r.out, "\"occurred_at\":\"2022-11-29T19:42:04.284Z\"");
    assert_says(r.out, "\"marketplace\":\"amazon.com\",\"seller_id\":\"A3TH9S8BH6GOGM\"");
    assert_says(
        r.out,
        "\"kind\":\"UPDATED\",\"fulfilment\":\"SELLER\",\"ship_from_country\":\"CN\"");
    assert_says(r.out, "\"line_id\":\"OIID34853450\",\"sku\":\"SellerSKUID1\"");
    assert_null(strstr(r.out, "48110")); /* the buyer's postal code */
    fed_free(&r);
    free(text);
}

static void test_order_change__bad_notifications_are_told(void **state) {
    (void)state;
    struct feed_config config = fed_config();
    struct fed r = feed_text(feed_order_change, &config, "{}\n");
    assert_int_equal(r.err.code, E_CONFIG); /* no --ship-from */
    fed_free(&r);
    config.ship_from = "CN";
    r = feed_text(
        feed_order_change, &config,
        "{\n{\"NotificationType\":\"OTHER\"}\n"
        "{\"NotificationType\":\"ORDER_CHANGE\",\"Payload\":{\"OrderChangeNotification\":"
        "{\"Summary\":{}}}}\n");
    assert_says(r.messages, "f:1: no JSON");
    assert_says(r.messages, "f:2: NotificationType: ");
    assert_says(r.messages, "f:3: MarketplaceId: must be text");
    assert_int_equal(r.counts.rejected, 3);
    fed_free(&r);
}

#define INQUIRY                                                                          \
    "{\"record\":\"InquiryEvent\",\"event_id\":\"e\",\"occurred_at\":\"2026-01-01T00:"   \
    "00:00Z\","                                                                          \
    "\"observed_at\":1767225600000000,\"marketplace\":\"JP\",\"seller_id\":\"s\","       \
    "\"order_id\":\"\","                                                                 \
    "\"inquiry_id\":\"i\",\"message_id\":\"m\",\"kind\":\"MESSAGE_RECEIVED\",\"topic\":"

static void test_events__come_out_as_they_went_in(void **state) {
    (void)state;
    struct feed_config config = fed_config();
    struct fed once = feed_text(feed_events, &config, INQUIRY "\"PRODUCT\"}\n");
    assert_int_equal(once.counts.events[FEED_INQUIRY], 1);
    assert_says(once.out, "\"observed_at\":\"2026-01-01T00:00:00Z\"");
    struct fed twice = feed_text(feed_events, &config, once.out);
    assert_string_equal(twice.out, once.out);
    fed_free(&twice);
    fed_free(&once);
}

static void test_events__each_kind_of_bad_line_is_told(void **state) {
    (void)state;
    static const struct {
        const char *line, *says;
    } rows[] = {
        {"nonsense", "f:1: no JSON"},
        {"{\"record\":\"Event\"}", "f:1: record: must be OrderEvent"},
        {"{\"record\":\"OrderEvent\"}", "f:1: event_id: is missing"},
        {"{\"record\":\"OrderEvent\",\"event_id\":7}", "f:1: event_id: must be text"},
        {"{\"record\":\"OrderEvent\",\"event_id\":\"e\",\"occurred_at\":\"2026-01-01\"}",
         "f:1: occurred_at: must be an instant"},
        {INQUIRY "\"WEATHER\"}", "f:1: topic: must be one of PRODUCT, "},
        {INQUIRY "\"PRODUCT\",\"text\":1}", "f:1: text: must be text"},
    };
    struct feed_config config = fed_config();
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct fed r = feed_text(feed_events, &config, rows[i].line);
        assert_says(r.messages, rows[i].says);
        assert_int_equal(r.counts.rejected, 1);
        fed_free(&r);
    }
    struct fed r = feed_text(feed_events, &config, INQUIRY "\"PRODUCT\",\"colour\":1}");
    assert_says(r.messages, "\"colour\" is not known");
    assert_int_equal(r.counts.events[FEED_INQUIRY], 1);
    fed_free(&r);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_amazon_returns__rows_become_what_happened),
        cmocka_unit_test(
            test_amazon_returns__each_kind_of_bad_row_is_told_and_the_rest_goes_on),
        cmocka_unit_test(test_amazon_returns__store_and_seller_are_never_guessed),
        cmocka_unit_test(test_order_change__amazons_own_example_is_understood),
        cmocka_unit_test(test_order_change__bad_notifications_are_told),
        cmocka_unit_test(test_events__come_out_as_they_went_in),
        cmocka_unit_test(test_events__each_kind_of_bad_line_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
