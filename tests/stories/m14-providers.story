story: support providers by region: the house desk, then the provider, then triage, each in its own hours, and nobody twice
seller A1 has return_address.jp, policy.disclosed
at 2026-11-24 10:00 +09:00
order 250-1 on amazon.co.jp by A1: placed, ships from CN, class small_electronics
return R1 of 250-1: requested, reason CR-DEFECTIVE
expect duty answer_return open, due 2026-11-29 10:00 +09:00, desk inhouse-tokyo, act_by 2026-11-27 18:00 +09:00

# Tokyo has had a third of the time and closes: Jumbo speaks Japanese.
at 2026-11-25 18:00 +09:00
the clock looks
expect duty answer_return open, desk jumbo (story clock)
expect escalation answer_return handed_over, desk jumbo, reason has goes from inhouse-tokyo to jumbo (story clock)

# The clock slept: of what has passed only the last holds.
at 2026-11-28 12:00 +09:00
the clock looks
expect duty answer_return open, desk triage, act_by 2026-11-28 22:00 +09:00 (story clock)
expect 2 escalation answer_return handed_over (story clock)

# What is breached says so, at its own instant.
at 2026-12-05 12:00 +09:00
the clock looks
expect duty answer_return breached, desk triage (story clock)
expect escalation answer_return breached, desk triage, due 2026-11-29 10:00 +09:00 (story clock)
expect 2 escalation answer_return handed_over (story clock)

# Spain is answered in Europe, the United States in America.
order 403-1 on amazon.es by A1: placed, ships from CN
inquiry I2 of 403-1: message received, declared es
expect duty answer_message open, desk intercultural-weekend
order 111-1 on amazon.com by A1: placed, ships from CN
inquiry I3 of 111-1: message received, declared en
expect duty answer_message open
