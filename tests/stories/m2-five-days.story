story: on Amazon Japan a return request must be answered within five days, or Amazon refunds the buyer and charges the seller
seller A1 has return_address.jp, policy.disclosed
at 2026-11-20 12:00 +09:00
order 250-1 on amazon.co.jp by A1: placed, ships from CN, class small_electronics
return R1 of 250-1: requested, reason CR-DEFECTIVE
expect duty answer_return open, due 2026-11-25 12:00 +09:00, act_by 2026-11-24 18:00 +09:00, desk inhouse-tokyo
expect duty answer_return, breach account_risk, breach_cost has refunds the buyer and charges the seller
expect escalation answer_return open, due 2026-11-25 12:00 +09:00, reason has five days
expect no escalation triage

# An answer stops the clock.
at 2026-11-22 09:00 +09:00
return R1: authorized
expect duty answer_return met, closed_at 2026-11-22 09:00 +09:00
expect no escalation answer_return breached
