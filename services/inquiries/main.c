/* henpin-inquiries: inquiry events -> conversations, and who must answer by when. */
#include "common/event/shapes.h"
#include "services/inquiries/worker.h"

int main(int argc, char **argv, char **envp) {
    const struct service inquiries = {
        .name = "inquiries",
        .summary = "reads inquiry events and writes who must answer, in which language "
                   "and until when",
        .topic = "marketplace.inquiries",
        .table = "inquiry_thread",
        .reader_file = INQUIRY_EVENT_AVSC,
        .shape = &inquiry_event_shape,
        .item_size = sizeof(struct inquiry),
        .state_size = sizeof(struct inquiries_state),
        .decode = inquiries_decode,
        .load = inquiries_load,
        .decide = inquiries_decide_batch,
        .apply = inquiries_apply,
        .session = &inquiries_session,
    };
    return worker_main(&inquiries, argc, argv, envp);
}
