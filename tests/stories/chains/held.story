story: what is held in time goes on to the next desk so much later
at 2026-11-02 12:00 Z
order 250-1 on amazon.de by A1: placed, ships from CN
return R1 of 250-1: requested
expect 1 duty refund open, desk house, due 2026-11-12 12:00 Z, fires 2026-11-02 22:00 Z
at 2026-11-02 18:00 Z
return R1: authorized
expect 1 duty refund waiting, desk house, due none, fires none
at 2026-11-04 18:00 Z
the clock looks
expect no escalation refund handed_over (story clock)

# Four of the ten hours are left.
return R1: in transit
expect 1 duty refund open, desk house, due 2026-11-14 12:00 Z, act_by 2026-11-14 12:00 Z, fires 2026-11-04 22:00 Z
at 2026-11-04 19:00 Z
return R1: received
expect 1 duty refund open, desk house, fires 2026-11-04 22:00 Z

# Read late, but it happened a day before: held for one day only.
return R1: in transit, occurred 2026-11-03 18:00 Z
expect 1 duty refund open, desk house, due 2026-11-13 12:00 Z, fires 2026-11-03 22:00 Z
the clock looks
expect duty refund open, desk night (story clock)
expect 1 escalation refund handed_over, desk night (story clock)

# Held once more: who has it keeps it.
at 2026-11-05 12:00 Z
return R1: authorized
at 2026-11-06 12:00 Z
return R1: received
expect 1 duty refund open, due 2026-11-14 12:00 Z
the clock looks
expect duty refund open, desk night (story clock)
expect 1 escalation refund handed_over (story clock)
