/* names.c: the symbols of the event enums, from the same rows as the enums themselves. */
#include "common/event/event.h"

#define EVENT_ENUM_NAME(id, symbol) [id] = (symbol),

const char *const order_kind_names[ORDER_KIND_COUNT] = {ORDER_KINDS(EVENT_ENUM_NAME)};
const char *const fulfilment_names[FULFILMENT_COUNT] = {FULFILMENTS(EVENT_ENUM_NAME)};
const char *const return_kind_names[RETURN_KIND_COUNT] = {RETURN_KINDS(EVENT_ENUM_NAME)};
const char *const wanted_names[WANTED_COUNT] = {WANTEDS(EVENT_ENUM_NAME)};
const char *const condition_names[CONDITION_COUNT] = {CONDITIONS(EVENT_ENUM_NAME)};
const char *const inquiry_kind_names[INQUIRY_KIND_COUNT] = {
    INQUIRY_KINDS(EVENT_ENUM_NAME)};
const char *const inquiry_topic_names[INQUIRY_TOPIC_COUNT] = {
    INQUIRY_TOPICS(EVENT_ENUM_NAME)};
const char *const language_source_names[LANGUAGE_SOURCE_COUNT] = {
    LANGUAGE_SOURCES(EVENT_ENUM_NAME)};
const char *const reply_author_names[REPLY_AUTHOR_COUNT] = {
    REPLY_AUTHORS(EVENT_ENUM_NAME)};
