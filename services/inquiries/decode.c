/* decode.c: whether an inquiry event can be used at all, and which conversation it
 * belongs to. */
#include "common/flow/event_head.h"
#include "services/inquiries/worker.h"

/* RFC 5646 allows no longer tag that anybody uses; beyond it is no language. */
enum { LANGUAGE_TAG_MAX = 35 };

static enum status check_language(const char *field, struct span tag, struct error *err) {
    if (tag.len > LANGUAGE_TAG_MAX)
        return error_set(err, E_EVENT_FIELD,
                         "%s is %zu bytes long, a language tag has at most %d", field,
                         tag.len, LANGUAGE_TAG_MAX);
    for (size_t i = 0; i < tag.len; i++) {
        char c = tag.ptr[i];
        bool is_tag = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                      (c >= '0' && c <= '9') || c == '-';
        if (!is_tag)
            return error_set(err, E_EVENT_FIELD,
                             "%s is no language tag (BCP 47): byte %zu", field, i);
    }
    return ST_OK;
}

enum status inquiries_decode(struct batch *b, struct message *m, struct error *err) {
    (void)b;
    struct inquiry *q = m->item;
    struct inquiry_event *e = &q->event;
    enum status st = event_head_take_orderless(m, &e->head, err);
    if (st == ST_OK)
        st = event_id_check("inquiry_id", e->inquiry_id, err);
    if (st == ST_OK)
        st = check_language("language", e->language, err);
    if (st == ST_OK)
        st = check_language("reply_language", e->reply_language, err);
    if (st == ST_OK && e->line_id.len > 0)
        st = event_id_check("line_id", e->line_id, err);
    if (st != ST_OK)
        return st;
    m->subject.case_id = identity_case("inquiry", m->subject.order_key, e->inquiry_id);
    inquiries_read_language(q);
    return ST_OK;
}
