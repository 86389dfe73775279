/*
 * shapes.h: how the three input events lie in event.h's structures.
 *
 * A shape binds each field of a reader schema (schemas/avro/NAME.avsc) to its place in
 * the structure. The decode plan (common/io/avro_plan.h) writes by it and the encoder
 * reads by it. When a released schema is superseded, this table, event.h and the file
 * name that a service passes to schemas_new() change together.
 */
#ifndef COMMON_EVENT_SHAPES_H
#define COMMON_EVENT_SHAPES_H

#include "common/event/event.h"
#include "common/io/avro_shape.h"

extern const struct avro_shape
    order_event_shape; /* struct order_event, order_event.avsc */
extern const struct avro_shape
    return_event_shape; /* struct return_event, return_event.avsc */
extern const struct avro_shape
    inquiry_event_shape; /* struct inquiry_event, inquiry_event.avsc */

#endif
