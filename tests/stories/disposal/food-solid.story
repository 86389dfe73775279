story: opened solid food is business general waste
seller A1 has return_address.jp, policy.disclosed
at 2026-01-13 10:00 +09:00
order 250-1 on amazon.co.jp by A1: placed, ships from CN, class food
at 2026-01-20 10:00 +09:00
return R1 of 250-1: received, condition opened
expect return R1 RECEIVED, disposition discard_food
expect step hand_over CREATED, licence_required GW_TRANSPORT, evidence_required receipt
