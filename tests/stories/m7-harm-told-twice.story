story: harm of which the rules cannot say what it asks for is told to a person once, however often more of it is known
seller A1 has return_address.jp, policy.disclosed
at 2026-01-13 10:00 +09:00
order 250-1 on amazon.co.jp by A1: placed, ships from CN, fulfilled by unknown
at 2026-01-20 10:00 +09:00
return R1 of 250-1: received, condition used, hazards INJURY
the clock looks
expect 3 escalation triage
expect 1 escalation triage, severity 3, reason fulfilment is missing
at 2026-01-21 10:00 +09:00
return R1 of 250-1: inspected, condition used, hazards FIRE
the clock looks
expect 3 escalation triage
expect 1 escalation triage, severity 3, reason fulfilment is missing
