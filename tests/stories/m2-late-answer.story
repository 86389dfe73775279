story: on Amazon Japan a return request must be answered within five days: an answer that comes late is a breach and names its price
seller A1 has return_address.jp, policy.disclosed
at 2026-11-20 12:00 +09:00
order 250-1 on amazon.co.jp by A1: placed, ships from CN
return R1 of 250-1: requested, reason CR-UNWANTED_ITEM
at 2026-11-25 12:01 +09:00
return R1: authorized
expect duty answer_return breached, due 2026-11-25 12:00 +09:00, breach account_risk
expect duty answer_return breached, breach_cost has refunds the buyer and charges the seller
expect 1 escalation answer_return breached, order 250-1
expect escalation answer_return breached, reason has at stake: Amazon refunds the buyer and charges the seller (account_risk)
expect no duty answer_return met
