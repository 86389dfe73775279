story: answer within 24 hours, in the local language: who is open has it, and what nobody answers goes on to who is awake
seller A1 has return_address.jp, policy.disclosed
# Friday evening: Tokyo is closed until Tuesday, the partner until ten.
at 2026-11-20 19:00 +09:00
order 250-1 on amazon.co.jp by A1: placed, ships from CN
inquiry I1 of 250-1: message received, declared ja
expect duty answer_message open, due 2026-11-21 19:00 +09:00, desk jumbo, act_by 2026-11-21 17:00 +09:00
at 2026-11-20 21:59 +09:00
the clock looks
expect no escalation answer_message handed_over (story clock)

# The partner closes before anybody has answered: triage is awake.
at 2026-11-20 22:00 +09:00
the clock looks
expect duty answer_message open, desk triage, act_by 2026-11-21 17:00 +09:00 (story clock)
expect escalation answer_message handed_over, desk triage, severity 3, reason has goes from jumbo to triage (story clock)

# Told once; an answer ends it.
the clock looks
expect 1 escalation answer_message handed_over (story clock)
at 2026-11-21 09:00 +09:00
inquiry I1 of 250-1: replied, author human, in ja
expect duty answer_message met
at 2026-11-22 09:00 +09:00
the clock looks
expect 1 escalation answer_message handed_over (story clock)
