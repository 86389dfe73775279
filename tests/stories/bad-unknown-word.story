story: a kind of event that this version does not know goes to a person
seller A1 has return_address.jp, policy.disclosed
at 2026-11-20 12:00 +09:00
order 250-1 on amazon.co.jp by A1: placed, ships from CN
return R1 of 250-1: unknown
expect escalation triage open, order 250-1, reason has a person must look
expect no duty
