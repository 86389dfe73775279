story: a return that comes before its order waits for it, and its clock runs from the request
seller A1 has return_address.jp, policy.disclosed
at 2026-11-20 12:00 +09:00
return R1 of 250-1 on amazon.co.jp by A1: requested, reason CR-DEFECTIVE
expect no duty
expect return R1, is_parked yes
expect order 250-1, is_known no
at 2026-11-20 12:10 +09:00
order 250-1 on amazon.co.jp by A1: placed, ships from CN
expect return R1 REQUESTED, is_parked no
expect 1 duty answer_return open, start 2026-11-20 12:00 +09:00, due 2026-11-25 12:00 +09:00
expect no escalation order_unknown (story clock)
