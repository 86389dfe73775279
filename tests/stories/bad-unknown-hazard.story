story: a hazard that no rule knows goes to a person; no task is made as if the goods were harmless
seller A1 has return_address.jp, policy.disclosed
at 2026-11-20 12:00 +09:00
order 250-1 on amazon.co.jp by A1: placed, ships from CN, class power_bank
return R1 of 250-1: requested, reason CR-DEFECTIVE, condition defective, hazards FROM_ANOTHER_WORLD
expect escalation triage open, order 250-1, reason has hazards is outside the domain
expect no duty

at 2026-11-27 10:00 +09:00
return R1: received
expect no task
expect return R1 RECEIVED, disposition none
expect 1 escalation triage
