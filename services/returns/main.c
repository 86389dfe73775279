/* henpin-returns: return events -> cases, duties, escalations and disposal tasks. */
#include "common/event/shapes.h"
#include "services/returns/worker.h"

int main(int argc, char **argv, char **envp) {
    const struct service returns = {
        .name = "returns",
        .summary =
            "reads return events and writes what is to be done, by whom and until when",
        .topic = "marketplace.returns",
        .table = "return_case",
        .reader_file = RETURN_EVENT_AVSC,
        .shape = &return_event_shape,
        .item_size = sizeof(struct return_event),
        .state_size = sizeof(struct returns_state),
        .decode = returns_decode,
        .load = returns_load,
        .decide = returns_decide_batch,
        .apply = returns_apply,
        .session = &returns_session,
    };
    return worker_main(&returns, argc, argv, envp);
}
