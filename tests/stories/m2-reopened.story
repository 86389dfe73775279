story: on Amazon Japan a return request must be answered within five days: a return that is opened again starts a second clock
seller A1 has return_address.jp, policy.disclosed
at 2026-11-20 12:00 +09:00
order 250-1 on amazon.co.jp by A1: placed, ships from CN
return R1 of 250-1: requested, reason CR-DEFECTIVE
at 2026-11-21 12:00 +09:00
return R1: declined
expect 1 duty answer_return met, instance 1
at 2026-12-01 10:00 +09:00
return R1: reopened
expect 1 duty answer_return met, instance 1, due 2026-11-25 12:00 +09:00
expect 1 duty answer_return open, instance 2, due 2026-12-06 10:00 +09:00
expect 2 escalation answer_return open
