story: an order that never comes is told once, when patience ends
at 2026-11-20 12:00 +09:00
return R1 of 250-1 on amazon.co.jp by A1: requested, reason CR-DEFECTIVE
expect return R1, is_parked yes
at 2026-11-20 12:14 +09:00
expect no escalation order_unknown (story clock)
at 2026-11-20 12:16 +09:00
expect 1 escalation order_unknown open, order 250-1, due none (story clock)
at 2026-11-21 12:00 +09:00
expect 1 escalation order_unknown (story clock)
expect no duty
