/*
 * shapes.h: how the three input events lie in event.h's structures.
 *
 * A shape binds each field of a reader schema (schemas/avro/NAME.avsc) to its place in
 * the structure. The decode plan (common/io/avro_plan.h) writes by it and the encoder
 * reads by it. When a released schema is superseded, this table, event.h and the name of
 * its file below change together; writers of older ones are still understood.
 */
#ifndef COMMON_EVENT_SHAPES_H
#define COMMON_EVENT_SHAPES_H

#include "common/event/event.h"
#include "common/io/avro_shape.h"

/* The newest version of each, in the schema directory. */
#define ORDER_EVENT_AVSC "order_event.2.avsc"
#define RETURN_EVENT_AVSC "return_event.avsc"
#define INQUIRY_EVENT_AVSC "inquiry_event.2.avsc"

extern const struct avro_shape order_event_shape;   /* struct order_event */
extern const struct avro_shape return_event_shape;  /* struct return_event */
extern const struct avro_shape inquiry_event_shape; /* struct inquiry_event */

#endif
