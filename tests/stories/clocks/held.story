story: a clock that is held does not run, and goes on with what was left of it
at 2026-11-02 12:00 Z
order 250-1 on amazon.de by A1: placed, ships from CN
return R1 of 250-1: requested
at 2026-11-03 12:00 Z
return R1: authorized
expect 1 duty refund waiting, start 2026-11-03 12:00 Z, due none, act_by none, fires none

# Proof of sending, a week later: all of the fourteen days are left.
at 2026-11-10 12:00 Z
return R1: in transit
expect 1 duty refund open, start 2026-11-03 12:00 Z, due 2026-11-24 12:00 Z, fires 2026-11-17 12:00 Z

# Read late, but it happened on the 6th: the goods were under way since then.
return R1: in transit, occurred 2026-11-06 12:00 Z
expect 1 duty refund open, due 2026-11-20 12:00 Z, fires 2026-11-13 12:00 Z

# Another event of the same kind holds it again.
at 2026-11-11 12:00 Z
return R1: authorized
expect 1 duty refund waiting, due none, fires none
at 2026-11-13 12:00 Z
return R1: received
expect 1 duty refund open, due 2026-11-22 12:00 Z
at 2026-11-22 18:00 Z
return R1: refunded
expect 1 duty refund breached, closed 2026-11-22 18:00 Z
expect 1 escalation refund breached, due 2026-11-22 12:00 Z
