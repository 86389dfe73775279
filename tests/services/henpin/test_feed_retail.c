/* Invoices become orders and returns; each kind of bad line is told and harms no other.
 */
#include "tests/services/henpin/feed_fixture.h"

#define HEADER                                                                           \
    "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,"         \
    "Country\n"
#define GOOD "1,A,Cup,2,2011-07-01 10:00:00,2.55,7.0,Japan\n"

static struct fed retail(const char *lines) {
    struct feed_config config = fed_config();
    return feed_text(feed_retail, &config, lines);
}

static void test_retail__an_invoice_is_one_order_in_utc(void **state) {
    (void)state;
    struct fed r = retail(
        HEADER GOOD "1,P,\"a \"\"b\"\", c\",1,2011-07-01 10:01:00,0.125,7.0,Japan\n");
    assert_int_equal(r.counts.events[FEED_ORDER], 1);
    assert_says(r.out,
                "\"occurred_at\":\"2011-07-01T09:00:00Z\""); /* British summer time */
    assert_says(r.out, "\"marketplace\":\"amazon.co.jp\"");
    assert_says(r.out,
                "\"title\":\"a \\\"b\\\", c\",\"quantity\":1,\"unit_price_minor\":13");
    fed_free(&r);
}

static void test_retail__a_return_finds_the_latest_order_of_its_customer(void **state) {
    (void)state;
    struct fed r = retail(HEADER GOOD "2,A,Cup,1,2011-07-02 10:00:00,2.55,7.0,Japan\n"
                                      "3,A,Cup,1,2011-07-03 10:00:00,2.55,8.0,Japan\n"
                                      "C4,A,Cup,-1,2011-07-04 10:00:00,2.55,7.0,Japan\n"
                                      "C4,Z,Pan,-2,2011-07-04 10:00:00,1.00,7.0,Japan\n");
    assert_int_equal(r.counts.events[FEED_RETURN], 2);
    assert_says(r.out, "\"order_id\":\"2\",\"return_id\":\"C4\"");
    assert_says(r.out, "\"order_id\":\"unknown-C4\",\"return_id\":\"C4.2\"");
    assert_says(r.out, "\"amount_minor\":200");
    fed_free(&r);
}

static void test_retail__what_is_no_trade_is_left_out_and_counted(void **state) {
    (void)state;
    struct fed r =
        retail(HEADER "A1,B,Bad debt,1,2011-07-01 10:00:00,-9.00,,United Kingdom\n"
                      "5,A,damaged,-3,2011-07-01 10:00:00,0.0,,United Kingdom\n"
                      "6,POST,Postage,1,2011-07-01 10:00:00,9.0,7.0,France\n");
    assert_int_equal(r.counts.rejected, 0);
    assert_int_equal(r.counts.events[FEED_ORDER], 0);
    assert_int_equal(r.counts.skips[0].n + r.counts.skips[1].n + r.counts.skips[2].n, 3);
    assert_string_equal(r.out, "");
    fed_free(&r);
}

static void test_retail__an_interrupted_invoice_stays_one_order(void **state) {
    (void)state;
    struct fed r = retail(HEADER GOOD "2,A,Cup,1,2011-07-02 10:00:00,2.55,7.0,Japan\n"
                                      "1,P,Pot,1,2011-07-01 10:00:00,1.00,7.0,Japan\n");
    assert_int_equal(r.counts.events[FEED_ORDER], 2);
    assert_says(r.out, "\"line_id\":\"2\",\"sku\":\"P\"");
    fed_free(&r);
}

static void
test_retail__each_kind_of_bad_line_is_told_and_the_rest_goes_on(void **state) {
    (void)state;
    static const struct {
        const char *line, *says;
    } rows[] = {
        {"2,A,Cup,1,2011-07-01 10:00:00,2.55,7.0", "f:2: 7 columns instead of 8"},
        {"2,A,\"Cup,1,2011-07-01 10:00:00,2.55,7.0,Japan", "f:2: a quote is not closed"},
        {"2,A,\xff,1,2011-07-01 10:00:00,2.55,7.0,Japan", "f:2: not UTF-8"},
        {",A,Cup,1,2011-07-01 10:00:00,2.55,7.0,Japan", "f:2: InvoiceNo: "},
        {"12345678901234567890,A,Cup,1,2011-07-01 10:00:00,2.55,7.0,Japan",
         "f:2: InvoiceNo: "},
        {"2,,Cup,1,2011-07-01 10:00:00,2.55,7.0,Japan", "f:2: StockCode: "},
        {"2,A,Cup,x,2011-07-01 10:00:00,2.55,7.0,Japan", "f:2: Quantity: "},
        {"2,A,Cup,0,2011-07-01 10:00:00,2.55,7.0,Japan", "f:2: Quantity: "},
        {"2,A,Cup,-1,2011-07-01 10:00:00,2.55,7.0,Japan", "f:2: Quantity: "},
        {"C2,A,Cup,1,2011-07-01 10:00:00,2.55,7.0,Japan", "f:2: Quantity: "},
        {"2,A,Cup,1,2011-02-30 10:00:00,2.55,7.0,Japan", "f:2: InvoiceDate: "},
        {"2,A,Cup,1,01/07/2011,2.55,7.0,Japan", "f:2: InvoiceDate: "},
        {"2,A,Cup,1,2011-07-01 10:00:00,-2.55,7.0,Japan", "f:2: UnitPrice: "},
        {"2,A,Cup,1,2011-07-01 10:00:00,2.5x,7.0,Japan", "f:2: UnitPrice: "},
        {"2,A,Cup,1,2011-07-01 10:00:00,2.55,7.0,Atlantis", "f:2: Country: "},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char text[512];
        snprintf(text, sizeof text, HEADER "%s\n" GOOD, rows[i].line);
        struct fed r = retail(text);
        assert_int_equal(r.st, ST_OK);
        assert_says(r.messages, rows[i].says);
        assert_int_equal(r.counts.rejected, 1);
        assert_int_equal(r.counts.events[FEED_ORDER], 1);
        fed_free(&r);
    }
}

static void test_retail__lines_that_contradict_their_invoice_are_told(void **state) {
    (void)state;
    struct fed r = retail(HEADER GOOD "1,P,Pot,1,2011-07-01 10:00:00,1.00,7.0,Spain\n"
                                      "1,C,Pan,1,2011-07-01 10:00:00,1.00,8.0,Japan\n"
                                      "2,A,,1,2011-07-01 10:00:00,1,7.0,Japan\n"
                                      "3,A,,1,2011-07-01 10:00:00,1,7.0,Japan\n"
                                      "4,A,,1,2011-07-01 10:00:00,1,7.0,Japan\n"
                                      "5,A,,1,2011-07-01 10:00:00,1,7.0,Japan\n"
                                      "1,D,Lid,1,2011-07-01 10:00:00,1.00,7.0,Japan\n");
    assert_says(r.messages, "f:3: Country: ");
    assert_says(r.messages, "f:4: CustomerID: ");
    assert_says(r.messages, "f:9: InvoiceNo: stands too far");
    assert_int_equal(r.counts.events[FEED_ORDER], 5);
    fed_free(&r);
}

static void test_retail__the_header_is_checked(void **state) {
    (void)state;
    struct fed r = retail("InvoiceNo,StockCode,Quantity\n" GOOD);
    assert_int_equal(r.st, ST_FATAL);
    assert_says(r.err.text, "column \"InvoiceDate\" is missing");
    fed_free(&r);
    r = retail("Colour," HEADER "red," GOOD);
    assert_says(r.messages, "f:1: column 1, \"Colour\", is not known");
    assert_int_equal(r.counts.events[FEED_ORDER], 1);
    fed_free(&r);
    struct feed_config config = fed_config();
    config.max_rejects = 1;
    r = feed_text(feed_retail, &config, HEADER "x\nx\nx\nx\n" GOOD);
    assert_int_equal(r.counts.rejected, 2); /* one more than allowed, then the end */
    assert_int_equal(r.counts.events[FEED_ORDER], 0);
    fed_free(&r);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_retail__an_invoice_is_one_order_in_utc),
        cmocka_unit_test(test_retail__a_return_finds_the_latest_order_of_its_customer),
        cmocka_unit_test(test_retail__what_is_no_trade_is_left_out_and_counted),
        cmocka_unit_test(test_retail__an_interrupted_invoice_stays_one_order),
        cmocka_unit_test(test_retail__each_kind_of_bad_line_is_told_and_the_rest_goes_on),
        cmocka_unit_test(test_retail__lines_that_contradict_their_invoice_are_told),
        cmocka_unit_test(test_retail__the_header_is_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
