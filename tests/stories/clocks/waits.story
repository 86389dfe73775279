story: a duty that waits for its start has no dates before it comes
at 2026-11-02 12:00 Z
order 250-1 on amazon.de by A1: placed, ships from CN
return R1 of 250-1: requested
at 2026-11-05 12:00 Z
return R1: received
expect 1 duty register waiting, called 2026-11-05 12:00 Z, start none, due none, fires none
expect 1 escalation register open, due none
at 2026-11-06 12:00 Z
return R1: inspected
expect 1 duty register open, start 2026-11-06 12:00 Z, due 2026-11-11 12:00 Z, fires 2026-11-11 12:00 Z

# An earlier inspection, read late, is the one that counts.
return R1: inspected, occurred 2026-11-05 15:00 Z
expect 1 duty register open, due 2026-11-10 15:00 Z
at 2026-11-10 15:00 Z
return R1: closed
expect 1 duty register met
