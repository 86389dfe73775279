story: a case that is opened again goes on with what was left, where the rule says so
at 2026-11-02 12:00 Z
order 250-1 on amazon.de by A1: placed, ships from CN
return R1 of 250-1: requested
expect 1 duty settle open, due 2026-11-07 12:00 Z
at 2026-11-03 12:00 Z
return R1: closed
expect 1 duty settle met, closed 2026-11-03 12:00 Z, fires none

# One of the five days was used.
at 2026-11-20 12:00 Z
return R1: reopened
expect 1 duty settle open, start 2026-11-02 12:00 Z, due 2026-11-24 12:00 Z, fires 2026-11-24 12:00 Z, closed none
expect 1 duty settle
at 2026-11-24 11:00 Z
return R1: closed
expect 1 duty settle met
