/* feed_retail_line.c: what a line of the Online Retail file says. */
#include "services/henpin/feed_retail.h"

#include "common/base/clock.h"
#include "services/henpin/feed_map.h"

const struct feed_column retail_columns[COL_COUNT] = {
    [COL_INVOICE] = {"InvoiceNo", true},   [COL_STOCK] = {"StockCode", true},
    [COL_TITLE] = {"Description", false},  [COL_QUANTITY] = {"Quantity", true},
    [COL_DATE] = {"InvoiceDate", true},    [COL_PRICE] = {"UnitPrice", true},
    [COL_CUSTOMER] = {"CustomerID", true}, [COL_COUNTRY] = {"Country", true},
};

/* Countries without an Amazon store of their own buy at the seller's, amazon.co.uk. Where
 * the file does not say the country, the store is not known either. */
#define HOME "amazon.co.uk"
static const struct retail_country countries[] = {
    {"United Kingdom", "GB", HOME},
    {"Germany", "DE", "amazon.de"},
    {"France", "FR", "amazon.fr"},
    {"EIRE", "IE", "amazon.ie"},
    {"Spain", "ES", "amazon.es"},
    {"Netherlands", "NL", "amazon.nl"},
    {"Belgium", "BE", "amazon.com.be"},
    {"Italy", "IT", "amazon.it"},
    {"Sweden", "SE", "amazon.se"},
    {"Poland", "PL", "amazon.pl"},
    {"Japan", "JP", "amazon.co.jp"},
    {"Australia", "AU", "amazon.com.au"},
    {"Singapore", "SG", "amazon.sg"},
    {"USA", "US", "amazon.com"},
    {"Canada", "CA", "amazon.ca"},
    {"Brazil", "BR", "amazon.com.br"},
    {"United Arab Emirates", "AE", "amazon.ae"},
    {"Saudi Arabia", "SA", "amazon.sa"},
    {"RSA", "ZA", "amazon.co.za"},
    {"Switzerland", "CH", HOME},
    {"Portugal", "PT", HOME},
    {"Norway", "NO", HOME},
    {"Channel Islands", "JE", HOME}, /* Jersey or Guernsey: the file does not tell */
    {"Finland", "FI", HOME},
    {"Cyprus", "CY", HOME},
    {"Austria", "AT", HOME},
    {"Denmark", "DK", HOME},
    {"Israel", "IL", HOME},
    {"Hong Kong", "HK", HOME},
    {"Iceland", "IS", HOME},
    {"Greece", "GR", HOME},
    {"Malta", "MT", HOME},
    {"Lebanon", "LB", HOME},
    {"Lithuania", "LT", HOME},
    {"Czech Republic", "CZ", HOME},
    {"Bahrain", "BH", HOME},
    {"European Community", "EU", "UNSPECIFIED"},
    {"Unspecified", "ZZ", "UNSPECIFIED"},
};

const struct retail_country *retail_country_find(struct span name) {
    for (size_t i = 0; i < COUNT_OF(countries); i++)
        if (span_is(name, countries[i].name))
            return &countries[i];
    return NULL;
}

bool retail_is_charge(struct span stock_code) {
    static const char *const codes[] = {"POST",     "DOT", "M",  "m",    "D",
                                        "S",        "B",   "C2", "CRUK", "BANK CHARGES",
                                        "AMAZONFEE"};
    for (size_t i = 0; i < COUNT_OF(codes); i++)
        if (span_is(stock_code, codes[i]))
            return true;
    return false;
}

bool retail_pence(struct span text, int64_t *out) {
    struct span rest = text, whole;
    int64_t pounds = 0;
    if (!span_cut(&rest, '.', &whole) || whole.len == 0 || whole.len > 12 ||
        whole.ptr[0] == '+' || whole.ptr[0] == '-' || !span_to_i64(whole, &pounds))
        return false;
    int64_t pence = pounds * 100;
    for (size_t i = 0; i < rest.len; i++) {
        if (rest.ptr[i] < '0' || rest.ptr[i] > '9')
            return false;
        int digit = rest.ptr[i] - '0';
        pence += i == 0 ? digit * 10 : i == 1 ? digit : i == 2 ? digit >= 5 : 0;
    }
    *out = pence;
    return rest.ptr == NULL || rest.len > 0;
}

static bool read_date(struct span text, int64_t *wall_us) {
    char zulu[48];
    if (text.len < 16 || text.len > 32)
        return false;
    snprintf(zulu, sizeof zulu, "%.*sZ", SPAN_ARGS(text));
    return clock_parse(span_of(zulu), wall_us);
}

static bool refuse(struct feed *f, int column, const char *why) {
    feed_reject(f, f->line, retail_columns[column].name, "%s", why);
    return false;
}

bool retail_line_read(struct feed *f, const struct span *values,
                      struct retail_line *out) {
    *out = (struct retail_line){.invoice = values[COL_INVOICE],
                                .stock = values[COL_STOCK],
                                .title = span_trim(values[COL_TITLE]),
                                .customer = values[COL_CUSTOMER],
                                .country = retail_country_find(values[COL_COUNTRY])};
    bool is_return = out->invoice.len > 0 && out->invoice.ptr[0] == 'C';
    if (out->invoice.len == 0 || out->invoice.len > FEED_MAP_TEXT_MAX)
        return refuse(f, COL_INVOICE, "must have 1 to 19 characters");
    if (out->stock.len == 0)
        return refuse(f, COL_STOCK, "is empty");
    if (!span_to_i64(values[COL_QUANTITY], &out->quantity) || out->quantity == 0 ||
        out->quantity > INT32_MAX || out->quantity < -INT32_MAX)
        return refuse(f, COL_QUANTITY, "must be a whole number other than 0");
    if (!read_date(values[COL_DATE], &out->wall_us))
        return refuse(f, COL_DATE, "must be a date and time such as 2010-12-01 08:26:00");
    if (!retail_pence(values[COL_PRICE], &out->pence))
        return refuse(f, COL_PRICE, "must be an amount such as 2.55");
    if (!out->country)
        return refuse(f, COL_COUNTRY, "is a country that has no store in FEED.md");
    bool is_stock_movement = out->customer.len == 0 && out->pence == 0;
    if (is_return && out->quantity > 0)
        return refuse(f, COL_QUANTITY,
                      "must be negative on an invoice that begins with C");
    if (!is_return && out->quantity < 0 && !is_stock_movement)
        return refuse(f, COL_QUANTITY,
                      "must be positive on an invoice that does not begin with C");
    return true;
}
