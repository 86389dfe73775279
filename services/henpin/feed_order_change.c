/*
 * feed_order_change.c: Amazon's ORDER_CHANGE notifications (SP-API), one JSON object a
 * line.
 *
 * A notification says neither price nor country nor carrier; what is taken instead stands
 * in FEED.md. Fields of buyers (postal code) are not read.
 */
#include "services/henpin/feed.h"

#include "common/base/clock.h"
#include "common/event/marketplace.h"

/* Walks down objects; NULL when a step is missing. `path` is
 * "Payload.OrderChangeNotification". */
static const json_t *at(const json_t *object, const char *path) {
    struct span rest = span_of(path), key;
    while (object && span_cut(&rest, '.', &key)) {
        char name[64];
        snprintf(name, sizeof name, "%.*s", SPAN_ARGS(key));
        object = json_object_get(object, name);
    }
    return object;
}

/* What one notification needs while it is read; the first thing that is wrong stays. */
struct notice {
    struct feed *feed;
    const json_t *root, *body, *summary;
    bool is_bad;
};

static void refuse(struct notice *n, const char *column, const char *why) {
    if (!n->is_bad)
        feed_reject(n->feed, n->feed->line, column, "%s", why);
    n->is_bad = true;
}

static struct span text_at(struct notice *n, const json_t *object, const char *path) {
    const json_t *value = at(object, path);
    if (!json_is_string(value) || json_string_length(value) == 0) {
        refuse(n, path, "must be text");
        return (struct span){"", 0};
    }
    return (struct span){json_string_value(value), json_string_length(value)};
}

static int64_t instant_at(struct notice *n, const json_t *object, const char *path,
                          bool is_optional) {
    const json_t *value = at(object, path);
    if (is_optional && (!value || json_is_null(value)))
        return EVENT_ABSENT;
    int64_t instant = 0;
    const char *text = json_string_value(value);
    if (!text || !clock_parse(span_of(text), &instant))
        refuse(n, path, "must be an instant such as 2022-07-13T19:42:04.284Z");
    return instant;
}

static bool says(const json_t *object, const char *path, const char *word) {
    const char *text = json_string_value(at(object, path));
    return text && strcmp(text, word) == 0;
}

static enum order_kind kind_of(const struct notice *n) {
    static const struct {
        const char *status;
        enum order_kind kind;
    } rows[] = {
        {"Pending", ORDER_PLACED},
        {"PendingAvailability", ORDER_PLACED},
        {"Unshipped", ORDER_CONFIRMED},
        {"PartiallyShipped", ORDER_UPDATED},
        {"InvoiceUnconfirmed", ORDER_UPDATED},
        {"Unfulfillable", ORDER_UPDATED},
        {"Shipped", ORDER_SHIPPED},
        {"Canceled", ORDER_CANCELLED},
    };
    if (!says(n->body, "OrderChangeType", "OrderStatusChange"))
        return ORDER_UPDATED;
    if (says(n->summary, "OrderStatus", "Shipped") &&
        says(n->summary, "EasyShipShipmentStatus", "Delivered"))
        return ORDER_DELIVERED;
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (says(n->summary, "OrderStatus", rows[i].status))
            return rows[i].kind;
    return ORDER_UNKNOWN;
}

static void read_lines(struct notice *n, const char *currency, struct order_event *e) {
    const json_t *items = json_object_get(n->summary, "OrderItems");
    size_t count = json_array_size(items);
    e->lines = arena_zalloc(n->feed->arena, (count + 1) * sizeof *e->lines);
    for (size_t i = 0; i < count && !n->is_bad; i++) {
        const json_t *item = json_array_get(items, i);
        const json_t *quantity = json_object_get(item, "Quantity");
        if (!json_is_integer(quantity) || json_integer_value(quantity) < 1 ||
            json_integer_value(quantity) > INT32_MAX) {
            refuse(n, "OrderItems.Quantity", "must be a whole number from 1");
            return;
        }
        e->lines[e->n_lines++] = (struct order_line){
            .line_id = text_at(n, item, "OrderItemId"),
            .sku = text_at(n, item, "SellerSKU"),
            .quantity = (int32_t)json_integer_value(quantity),
            .currency = span_of(currency),
            .product_class = {"", 0},
            .fulfilment = FULFILMENT_ABSENT, /* notifications have it of orders only */
        };
    }
}

static void read_notice(struct notice *n, struct order_event *e) {
    struct span store = text_at(n, n->summary, "MarketplaceId");
    const struct marketplace *m = marketplace_find(store);
    enum order_kind kind = kind_of(n);
    int64_t changed_us =
        instant_at(n, n->body, "OrderChangeTrigger.TimeOfOrderChange", true);
    int64_t event_us = instant_at(n, n->root, "EventTime", false);
    *e = (struct order_event){
        .head = {.event_id = text_at(n, n->root, "NotificationMetadata.NotificationId"),
                 .occurred_at_us = changed_us == EVENT_ABSENT ? event_us : changed_us,
                 .observed_at_us =
                     instant_at(n, n->root, "NotificationMetadata.PublishTime", false),
                 .marketplace = m ? span_of(m->code) : store,
                 .seller_id = text_at(n, n->body, "SellerId"),
                 .order_id = text_at(n, n->body, "AmazonOrderId")},
        .kind = (int)kind,
        .fulfilment = says(n->summary, "FulfillmentType", "MFN") ? FULFILMENT_SELLER
                      : says(n->summary, "FulfillmentType", "AFN")
                          ? FULFILMENT_MARKETPLACE
                          : FULFILMENT_UNKNOWN,
        .ship_from_country = span_of(n->feed->config->ship_from),
        .buyer_country = span_of(m ? m->country : ""),
        .purchased_at_us = instant_at(n, n->summary, "PurchaseDate", false),
        .latest_delivery_at_us = instant_at(n, n->summary, "LatestDeliveryDate", true),
        .delivered_at_us = EVENT_ABSENT,
    };
    if (kind == ORDER_DELIVERED)
        e->delivered_at_us = e->head.occurred_at_us;
    read_lines(n, m ? m->currency : "XXX", e);
}

static enum status feed_one(struct feed *f, const json_t *root, struct error *err) {
    struct notice n = {.feed = f, .root = root};
    n.body = at(root, "Payload.OrderChangeNotification");
    n.summary = json_object_get(n.body, "Summary");
    if (!says(root, "NotificationType", "ORDER_CHANGE") || !json_is_object(n.summary)) {
        feed_reject(f, f->line, "NotificationType", "is no ORDER_CHANGE with a Summary");
        return ST_OK;
    }
    struct order_event event;
    read_notice(&n, &event);
    if (n.is_bad)
        return ST_OK;
    enum status st = feed_emit(f, FEED_ORDER, &event, err);
    if (st == ST_REJECT) {
        feed_reject(f, f->line, NULL, "%s", err->text);
        return ST_OK;
    }
    return st;
}

enum status feed_order_change(struct feed *f, struct error *err) {
    if (!*f->config->ship_from) {
        error_set(err, E_CONFIG, "notifications do not say where goods are shipped from");
        error_hint(err, "give --ship-from=CC, a country such as CN");
        return error_status(E_CONFIG);
    }
    struct span line;
    while (feed_line(f, &line)) {
        if (span_trim(line).len == 0)
            continue;
        json_error_t why;
        json_t *root = json_loadb(line.ptr, line.len, JSON_REJECT_DUPLICATES, &why);
        if (!root) {
            feed_reject(f, f->line, NULL, "no JSON, at byte %d: %s", why.position,
                        why.text);
            continue;
        }
        enum status st = feed_one(f, root, err);
        json_decref(root);
        if (st != ST_OK)
            return st;
    }
    return ST_OK;
}
