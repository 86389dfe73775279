/*
 * shapes.c: the tables that bind schemas/avro to event.h.
 *
 * One row a field. The rows need not stand in the schema's order, fields are found by
 * name. All offsets come from the compiler, so a member that moves is followed; a member
 * that changes its type is caught by the assertions in the macros.
 */
#include "common/event/shapes.h"

#include <stddef.h>

/* The size of a member must be that of the slot's C type. */
#define HAS_TYPE(type, member, expected)                                                 \
    (0 * sizeof(struct {                                                                 \
         int has_type : (__builtin_types_compatible_p(                                   \
                             __typeof__(((type *)NULL)->member), expected)               \
                             ? 1                                                         \
                             : -1);                                                      \
     }))
#define AT(type, member, expected)                                                       \
    .offset = offsetof(type, member) + HAS_TYPE(type, member, expected)

#define TEXT(type, field, member)                                                        \
    { .name = (field), .slot = SLOT_SPAN, AT(type, member, struct span) }
#define TEXT_OR_NULL(type, field, member)                                                \
    {                                                                                    \
        .name = (field), .slot = SLOT_SPAN, .is_optional = true,                         \
        AT(type, member, struct span)                                                    \
    }
#define I64(type, field, member)                                                         \
    { .name = (field), .slot = SLOT_I64, AT(type, member, int64_t) }
#define I64_OR_NULL(type, field, member)                                                 \
    { .name = (field), .slot = SLOT_I64, .is_optional = true, AT(type, member, int64_t) }
#define I32(type, field, member)                                                         \
    { .name = (field), .slot = SLOT_I32, AT(type, member, int32_t) }
#define BOOL(type, field, member)                                                        \
    { .name = (field), .slot = SLOT_BOOL, AT(type, member, bool) }
#define TRI(type, field, member)                                                         \
    { .name = (field), .slot = SLOT_TRI, .is_optional = true, AT(type, member, int) }
#define ENUM(type, field, member, names)                                                 \
    {                                                                                    \
        .name = (field), .slot = SLOT_ENUM, AT(type, member, int), .symbols = (names),   \
        .n_symbols = COUNT_OF(names)                                                     \
    }
#define ENUM_OR_NULL(type, field, member, names)                                         \
    {                                                                                    \
        .name = (field), .slot = SLOT_ENUM, .is_optional = true, AT(type, member, int),  \
        .symbols = (names), .n_symbols = COUNT_OF(names)                                 \
    }
#define TEXT_LIST(type, field, member)                                                   \
    {                                                                                    \
        .name = (field), .slot = SLOT_ARRAY,                                             \
        AT(type, member.items, const struct span *),                                     \
        .count_offset = offsetof(type, member.count), .item_slot = SLOT_SPAN,            \
        .item_size = sizeof(struct span)                                                 \
    }
#define RECORD_LIST(type, field, member, count, item, shape)                             \
    {                                                                                    \
        .name = (field), .slot = SLOT_ARRAY, AT(type, member, item *),                   \
        .count_offset = offsetof(type, count), .item_slot = SLOT_RECORD,                 \
        .item_size = sizeof(item), .record = (shape)                                     \
    }

#define HEAD(type)                                                                       \
    TEXT(type, "event_id", head.event_id),                                               \
        I64(type, "occurred_at", head.occurred_at_us),                                   \
        I64(type, "observed_at", head.observed_at_us),                                   \
        TEXT(type, "marketplace", head.marketplace),                                     \
        TEXT(type, "seller_id", head.seller_id), TEXT(type, "order_id", head.order_id)

#define SHAPE(title, type, rows)                                                         \
    {                                                                                    \
        .name = (title), .size = sizeof(type), .fields = (rows),                         \
        .n_fields = COUNT_OF(rows)                                                       \
    }

static const struct avro_field order_line_fields[] = {
    TEXT(struct order_line, "line_id", line_id),
    TEXT(struct order_line, "sku", sku),
    TEXT_OR_NULL(struct order_line, "title", title),
    I32(struct order_line, "quantity", quantity),
    I64(struct order_line, "unit_price_minor", unit_price_minor),
    TEXT(struct order_line, "currency", currency),
    TEXT(struct order_line, "product_class", product_class),
    TEXT_LIST(struct order_line, "hazards", hazards),
    ENUM_OR_NULL(struct order_line, "fulfilment", fulfilment, fulfilment_names),
};
static const struct avro_shape order_line_shape =
    SHAPE("OrderLine", struct order_line, order_line_fields);

static const struct avro_field order_fields[] = {
    HEAD(struct order_event),
    ENUM(struct order_event, "kind", kind, order_kind_names),
    ENUM(struct order_event, "fulfilment", fulfilment, fulfilment_names),
    TEXT(struct order_event, "ship_from_country", ship_from_country),
    TEXT(struct order_event, "buyer_country", buyer_country),
    TEXT_OR_NULL(struct order_event, "buyer_language", buyer_language),
    I64(struct order_event, "purchased_at", purchased_at_us),
    I64_OR_NULL(struct order_event, "latest_delivery_at", latest_delivery_at_us),
    I64_OR_NULL(struct order_event, "delivered_at", delivered_at_us),
    TEXT_OR_NULL(struct order_event, "carrier", carrier),
    TEXT_OR_NULL(struct order_event, "tracking", tracking),
    RECORD_LIST(struct order_event, "lines", lines, n_lines, struct order_line,
                &order_line_shape),
};
const struct avro_shape order_event_shape =
    SHAPE("OrderEvent", struct order_event, order_fields);

static const struct avro_field return_line_fields[] = {
    TEXT(struct return_line, "line_id", line_id),
    TEXT(struct return_line, "sku", sku),
    I32(struct return_line, "quantity", quantity),
    TEXT_OR_NULL(struct return_line, "product_class", product_class),
    ENUM_OR_NULL(struct return_line, "condition", condition, condition_names),
    TEXT_LIST(struct return_line, "hazards", hazards),
};
static const struct avro_shape return_line_shape =
    SHAPE("ReturnLine", struct return_line, return_line_fields);

static const struct avro_field return_fields[] = {
    HEAD(struct return_event),
    TEXT(struct return_event, "return_id", return_id),
    ENUM(struct return_event, "kind", kind, return_kind_names),
    TEXT(struct return_event, "reason_code", reason_code),
    TRI(struct return_event, "in_policy", in_policy),
    ENUM(struct return_event, "wanted", wanted, wanted_names),
    RECORD_LIST(struct return_event, "lines", lines, n_lines, struct return_line,
                &return_line_shape),
    I64_OR_NULL(struct return_event, "amount_minor", amount_minor),
    TEXT_OR_NULL(struct return_event, "currency", currency),
    BOOL(struct return_event, "claim_opened", claim_opened),
};
const struct avro_shape return_event_shape =
    SHAPE("ReturnEvent", struct return_event, return_fields);

static const struct avro_field inquiry_fields[] = {
    HEAD(struct inquiry_event),
    TEXT(struct inquiry_event, "inquiry_id", inquiry_id),
    TEXT(struct inquiry_event, "message_id", message_id),
    ENUM(struct inquiry_event, "kind", kind, inquiry_kind_names),
    ENUM(struct inquiry_event, "topic", topic, inquiry_topic_names),
    TEXT_OR_NULL(struct inquiry_event, "language", language),
    ENUM_OR_NULL(struct inquiry_event, "language_source", language_source,
                 language_source_names),
    ENUM_OR_NULL(struct inquiry_event, "reply_author", reply_author, reply_author_names),
    TEXT_OR_NULL(struct inquiry_event, "reply_language", reply_language),
    TEXT_OR_NULL(struct inquiry_event, "text", text),
    TEXT_OR_NULL(struct inquiry_event, "line_id", line_id),
};
const struct avro_shape inquiry_event_shape =
    SHAPE("InquiryEvent", struct inquiry_event, inquiry_fields);
