story: a return that is reopened without end: the duty that the case cannot hold any more goes to a person
seller A1 has return_address.jp, policy.disclosed
at 2026-11-20 12:00 +09:00
order 250-1 on amazon.co.jp by A1: placed, ships from CN
return R1 of 250-1: requested, reason CR-DEFECTIVE
expect 1 duty answer_return
at 2026-11-20 12:15 +09:00
return R1: reopened
at 2026-11-20 12:30 +09:00
return R1: reopened
at 2026-11-20 12:45 +09:00
return R1: reopened
at 2026-11-20 13:00 +09:00
return R1: reopened
at 2026-11-20 13:15 +09:00
return R1: reopened
at 2026-11-20 13:30 +09:00
return R1: reopened
at 2026-11-20 13:45 +09:00
return R1: reopened
at 2026-11-20 14:00 +09:00
return R1: reopened
at 2026-11-20 14:15 +09:00
return R1: reopened
at 2026-11-20 14:30 +09:00
return R1: reopened
at 2026-11-20 14:45 +09:00
return R1: reopened
at 2026-11-20 15:00 +09:00
return R1: reopened
at 2026-11-20 15:15 +09:00
return R1: reopened
at 2026-11-20 15:30 +09:00
return R1: reopened
at 2026-11-20 15:45 +09:00
return R1: reopened
at 2026-11-20 16:00 +09:00
return R1: reopened
at 2026-11-20 16:15 +09:00
return R1: reopened
at 2026-11-20 16:30 +09:00
return R1: reopened
at 2026-11-20 16:45 +09:00
return R1: reopened
at 2026-11-20 17:00 +09:00
return R1: reopened
at 2026-11-20 17:15 +09:00
return R1: reopened
at 2026-11-20 17:30 +09:00
return R1: reopened
at 2026-11-20 17:45 +09:00
return R1: reopened
expect 24 duty
expect no escalation triage

# One more.
at 2026-11-21 12:00 +09:00
return R1: reopened
expect 24 duty
expect 1 escalation triage open, reason has as many duties as one case can
at 2026-11-21 13:00 +09:00
return R1: reopened
expect 1 escalation triage

# An answer ends all that are open.
at 2026-11-22 09:00 +09:00
return R1: authorized
expect 24 duty answer_return met
