/* henpin-orders: order events -> what is known of each order, blockers, and woken
 * returns. */
#include "common/event/shapes.h"
#include "services/orders/worker.h"

int main(int argc, char **argv, char **envp) {
    const struct service orders = {
        .name = "orders",
        .summary =
            "reads order events, keeps what is known of each order, raises blockers",
        .topic = "marketplace.orders",
        .table = "sales_order",
        .reader_file = ORDER_EVENT_AVSC,
        .shape = &order_event_shape,
        .item_size = sizeof(struct order_event),
        .state_size = sizeof(struct orders_state),
        .decode = orders_decode,
        .load = orders_load,
        .decide = orders_decide_batch,
        .apply = orders_apply,
        .session = &orders_session,
    };
    return worker_main(&orders, argc, argv, envp);
}
