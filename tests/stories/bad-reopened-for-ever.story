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
at 2026-11-20 18:00 +09:00
return R1: reopened
at 2026-11-20 18:15 +09:00
return R1: reopened
at 2026-11-20 18:30 +09:00
return R1: reopened
at 2026-11-20 18:45 +09:00
return R1: reopened
at 2026-11-20 19:00 +09:00
return R1: reopened
at 2026-11-20 19:15 +09:00
return R1: reopened
at 2026-11-20 19:30 +09:00
return R1: reopened
at 2026-11-20 19:45 +09:00
return R1: reopened
at 2026-11-20 20:00 +09:00
return R1: reopened
at 2026-11-20 20:15 +09:00
return R1: reopened
at 2026-11-20 20:30 +09:00
return R1: reopened
at 2026-11-20 20:45 +09:00
return R1: reopened
at 2026-11-20 21:00 +09:00
return R1: reopened
at 2026-11-20 21:15 +09:00
return R1: reopened
at 2026-11-20 21:30 +09:00
return R1: reopened
at 2026-11-20 21:45 +09:00
return R1: reopened
at 2026-11-20 22:00 +09:00
return R1: reopened
at 2026-11-20 22:15 +09:00
return R1: reopened
at 2026-11-20 22:30 +09:00
return R1: reopened
at 2026-11-20 22:45 +09:00
return R1: reopened
at 2026-11-20 23:00 +09:00
return R1: reopened
at 2026-11-20 23:15 +09:00
return R1: reopened
at 2026-11-20 23:30 +09:00
return R1: reopened
at 2026-11-20 23:45 +09:00
return R1: reopened
at 2026-11-21 00:00 +09:00
return R1: reopened
at 2026-11-21 00:15 +09:00
return R1: reopened
at 2026-11-21 00:30 +09:00
return R1: reopened
at 2026-11-21 00:45 +09:00
return R1: reopened
at 2026-11-21 01:00 +09:00
return R1: reopened
at 2026-11-21 01:15 +09:00
return R1: reopened
at 2026-11-21 01:30 +09:00
return R1: reopened
at 2026-11-21 01:45 +09:00
return R1: reopened
at 2026-11-21 02:00 +09:00
return R1: reopened
at 2026-11-21 02:15 +09:00
return R1: reopened
at 2026-11-21 02:30 +09:00
return R1: reopened
at 2026-11-21 02:45 +09:00
return R1: reopened
at 2026-11-21 03:00 +09:00
return R1: reopened
at 2026-11-21 03:15 +09:00
return R1: reopened
at 2026-11-21 03:30 +09:00
return R1: reopened
at 2026-11-21 03:45 +09:00
return R1: reopened
at 2026-11-21 04:00 +09:00
return R1: reopened
at 2026-11-21 04:15 +09:00
return R1: reopened
at 2026-11-21 04:30 +09:00
return R1: reopened
at 2026-11-21 04:45 +09:00
return R1: reopened
at 2026-11-21 05:00 +09:00
return R1: reopened
at 2026-11-21 05:15 +09:00
return R1: reopened
at 2026-11-21 05:30 +09:00
return R1: reopened
at 2026-11-21 05:45 +09:00
return R1: reopened
at 2026-11-21 06:00 +09:00
return R1: reopened
at 2026-11-21 06:15 +09:00
return R1: reopened
at 2026-11-21 06:30 +09:00
return R1: reopened
at 2026-11-21 06:45 +09:00
return R1: reopened
at 2026-11-21 07:00 +09:00
return R1: reopened
at 2026-11-21 07:15 +09:00
return R1: reopened
at 2026-11-21 07:30 +09:00
return R1: reopened
at 2026-11-21 07:45 +09:00
return R1: reopened
at 2026-11-21 08:00 +09:00
return R1: reopened
at 2026-11-21 08:15 +09:00
return R1: reopened
at 2026-11-21 08:30 +09:00
return R1: reopened
at 2026-11-21 08:45 +09:00
return R1: reopened
at 2026-11-21 09:00 +09:00
return R1: reopened
at 2026-11-21 09:15 +09:00
return R1: reopened
at 2026-11-21 09:30 +09:00
return R1: reopened
at 2026-11-21 09:45 +09:00
return R1: reopened
at 2026-11-21 10:00 +09:00
return R1: reopened
at 2026-11-21 10:15 +09:00
return R1: reopened
expect 90 duty
expect no escalation triage

# One more.
at 2026-11-21 18:00 +09:00
return R1: reopened
expect 90 duty
expect 1 escalation triage open, reason has as many duties as one case can
at 2026-11-22 09:00 +09:00
return R1: authorized
expect 90 duty answer_return met
