/* decode.c: whether a return event can be used at all, and which case it belongs to. */
#include "common/flow/event_head.h"
#include "services/returns/worker.h"

static enum status check_lines(const struct return_event *e, struct error *err) {
    for (size_t i = 0; i < e->n_lines; i++) {
        enum status st = event_id_check("lines.line_id", e->lines[i].line_id, err);
        if (st != ST_OK)
            return st;
        if (e->lines[i].quantity < 1)
            return error_set(err, E_EVENT_FIELD,
                             "lines.quantity is %d, it must be at least 1",
                             e->lines[i].quantity);
    }
    return ST_OK;
}

enum status returns_decode(struct batch *b, struct message *m, struct error *err) {
    (void)b;
    const struct return_event *e = returns_event_of(m);
    enum status st = event_head_take(m, &e->head, err);
    if (st == ST_OK)
        st = event_id_check("return_id", e->return_id, err);
    if (st == ST_OK)
        st = check_lines(e, err);
    if (st == ST_OK && e->reason_code.len > EVENT_ID_MAX)
        st = error_set(err, E_EVENT_FIELD,
                       "reason_code is %zu bytes long, at most %d are taken",
                       e->reason_code.len, EVENT_ID_MAX);
    if (st == ST_OK)
        m->subject.case_id = identity_case("return", m->subject.order_key, e->return_id);
    return st;
}
