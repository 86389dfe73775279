story: worn clothes are for reuse or rags
seller A1 has return_address.jp, policy.disclosed
at 2026-01-13 10:00 +09:00
order 250-1 on amazon.co.jp by A1: placed, ships from CN, class apparel
at 2026-01-20 10:00 +09:00
return R1 of 250-1: received, condition used
expect return R1 RECEIVED, disposition reuse_or_rags
expect step hand_over CREATED, licence_required none, evidence_required delivery_slip
