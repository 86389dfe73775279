/* test_marketplace.c: the register, row by row, and finding by any name. */
#include "common/event/marketplace.h"

#include "tests/common/base/harness.h"

static const char *code_of(struct span name) {
    const struct marketplace *m = marketplace_find(name);
    return m ? m->code : "(none)";
}

static void test_marketplace__is_found_by_code_id_and_alias(void **state) {
    (void)state;
    const char *const names[][2] = {
        {"amazon.co.jp", "amazon.co.jp"},
        {"A1VC38T7YXB528", "amazon.co.jp"},
        {"amazon.jp", "amazon.co.jp"},
        {"Amazon.co.jp", "amazon.co.jp"},
        {"jp", "amazon.co.jp"},
        {"UK", "amazon.co.uk"},
        {"GB", "amazon.co.uk"},
        {"MX", "amazon.com.mx"},
        {"Amazon.com.mx", "amazon.com.mx"},
        {"ATVPDKIKX0DER", "amazon.com"},
        {"a1rkkupihcs9hs", "amazon.es"},
        {"RAKUTEN_JP", "rakuten.co.jp"},
        {"rakuten.co.jp", "rakuten.co.jp"},
        {"YAHOO_JP", "shopping.yahoo.co.jp"},
        {"yahoo.co.jp", "shopping.yahoo.co.jp"},
        {"QOO10_JP", "qoo10.jp"},
        {"WALMART_US", "walmart.com"},
        {"EBAY_GB", "ebay.co.uk"},
        {"EBAY_UK", "ebay.co.uk"},
        {"ebay.de", "ebay.de"},
    };
    for (size_t i = 0; i < COUNT_OF(names); i++)
        assert_string_equal(code_of(span_of(names[i][0])), names[i][1]);
}

static void test_marketplace__what_is_not_registered_is_not_found(void **state) {
    (void)state;
    const char *const names[] = {"", " ", "amazon", "amazon.co.jp ", "amazon.co.j", "XX",
                                 /* orders placed outside Amazon */
                                 "A38D8NSA03LJTC", "AFQLKURYRPEL8", "Non-Amazon"};
    for (size_t i = 0; i < COUNT_OF(names); i++)
        assert_string_equal(code_of(span_of(names[i])), "(none)");
    assert_null(marketplace_find((struct span){NULL, 0}));
}

static void test_marketplace__register_holds_the_facts_of_each_store(void **state) {
    (void)state;
    const struct {
        const char *id, *code, *country, *language, *currency, *zone;
    } facts[] = {
        {"A1VC38T7YXB528", "amazon.co.jp", "JP", "ja", "JPY", "Asia/Tokyo"},
        {"A39IBJ37TRP1C6", "amazon.com.au", "AU", "en", "AUD", "Australia/Sydney"},
        {"A19VAU5U5O7RUS", "amazon.sg", "SG", "en", "SGD", "Asia/Singapore"},
        {"ATVPDKIKX0DER", "amazon.com", "US", "en", "USD", "America/Los_Angeles"},
        {"A2EUQ1WTGCTBG2", "amazon.ca", "CA", "en", "CAD", "America/Los_Angeles"},
        {"A1AM78C64UM0Y8", "amazon.com.mx", "MX", "es", "MXN", "America/Mexico_City"},
        {"A2Q3Y263D00KWC", "amazon.com.br", "BR", "pt", "BRL", "America/Sao_Paulo"},
        {"A1F83G8C2ARO7P", "amazon.co.uk", "GB", "en", "GBP", "Europe/London"},
        {"A28R8C7NBKEWEA", "amazon.ie", "IE", "en", "EUR", "Europe/Dublin"},
        {"A1PA6795UKMFR9", "amazon.de", "DE", "de", "EUR", "Europe/Berlin"},
        {"A1RKKUPIHCS9HS", "amazon.es", "ES", "es", "EUR", "Europe/Madrid"},
        {"A13V1IB3VIYZZH", "amazon.fr", "FR", "fr", "EUR", "Europe/Paris"},
        {"APJ6JRA9NG5V4", "amazon.it", "IT", "it", "EUR", "Europe/Rome"},
        {"A1805IZSGTT6HS", "amazon.nl", "NL", "nl", "EUR", "Europe/Amsterdam"},
        {"AMEN7PMS3EDWL", "amazon.com.be", "BE", "nl", "EUR", "Europe/Brussels"},
        {"A2NODRKZP88ZB9", "amazon.se", "SE", "sv", "SEK", "Europe/Stockholm"},
        {"A1C3SOZRARQ6R3", "amazon.pl", "PL", "pl", "PLN", "Europe/Warsaw"},
        {"A33AVAJ2PDY3EV", "amazon.com.tr", "TR", "tr", "TRY", "Europe/Istanbul"},
        {"A2VIGQ35RCS4UG", "amazon.ae", "AE", "ar", "AED", "Asia/Dubai"},
        {"A17E79C6D8DWNP", "amazon.sa", "SA", "ar", "SAR", "Asia/Riyadh"},
        {"ARBP9OOSHTCHU", "amazon.eg", "EG", "ar", "EGP", "Africa/Cairo"},
        {"AE08WJ6YKNBMC", "amazon.co.za", "ZA", "en", "ZAR", "Africa/Johannesburg"},
        {"A21TJRUUN4KGV", "amazon.in", "IN", "en", "INR", "Asia/Kolkata"},
        {"AAHKV2X7AFYLW", "amazon.cn", "CN", "zh", "CNY", "Asia/Shanghai"},
    };
    size_t n, n_amazon = 0;
    const struct marketplace *all = marketplace_all(&n);
    for (size_t i = 0; i < n; i++)
        n_amazon += all[i].amazon_id != NULL;
    assert_int_equal(n_amazon, COUNT_OF(facts));
    for (size_t i = 0; i < COUNT_OF(facts); i++) {
        const struct marketplace *m = marketplace_find(span_of(facts[i].id));
        assert_non_null(m);
        assert_string_equal(m->code, facts[i].code);
        assert_string_equal(m->country, facts[i].country);
        assert_string_equal(m->language, facts[i].language);
        assert_string_equal(m->currency, facts[i].currency);
        assert_string_equal(m->zone, facts[i].zone);
    }
}

static void test_marketplace__every_row_is_well_formed_and_finds_itself(void **state) {
    (void)state;
    size_t n;
    const struct marketplace *all = marketplace_all(&n);
    for (size_t i = 0; i < n; i++) {
        assert_ptr_equal(marketplace_find(span_of(all[i].code)), &all[i]);
        assert_int_equal(strspn(all[i].code, "abcdefghijklmnopqrstuvwxyz0123456789."),
                         strlen(all[i].code));
        assert_int_equal(strlen(all[i].country), 2);
        assert_int_equal(strlen(all[i].currency), 3);
        assert_true(strlen(all[i].language) >= 2);
        char path[128];
        snprintf(path, sizeof path, "/usr/share/zoneinfo/%s", all[i].zone);
        if (access("/usr/share/zoneinfo/UTC", R_OK) == 0)
            assert_int_equal(access(path, R_OK), 0);
        struct span rest = span_of(all[i].aliases), alias;
        while (span_cut(&rest, ' ', &alias)) {
            assert_true(alias.len > 0);
            assert_ptr_equal(marketplace_find(alias), &all[i]);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_marketplace__is_found_by_code_id_and_alias),
        cmocka_unit_test(test_marketplace__what_is_not_registered_is_not_found),
        cmocka_unit_test(test_marketplace__register_holds_the_facts_of_each_store),
        cmocka_unit_test(test_marketplace__every_row_is_well_formed_and_finds_itself),
    };
    return cmocka_run_group_tests_name("marketplace", tests, NULL, NULL);
}
