story: the same event twice changes nothing
seller A1 has policy.disclosed
at 2026-11-20 12:00 +09:00
order 250-1 on amazon.co.jp by A1: placed, ships from CN
again
return R1 of 250-1: requested, reason CR-DEFECTIVE
again
again
expect 1 decision order_placed decided
expect 1 decision return_requested decided
expect 1 duty
expect 1 duty answer_return open
expect 1 escalation answer_return open
expect 1 escalation return_address.jp
expect no dead_letter
