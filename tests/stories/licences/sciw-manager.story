story: without a holder of SCIW_MANAGER nobody writes to the contractor, and no specially controlled waste leaves
seller A1 has return_address.jp, policy.disclosed
at 2026-01-13 10:00 +09:00
order 250-1 on amazon.co.jp by A1: placed, ships from CN, class corrosive_liquid
at 2026-01-20 10:00 +09:00
return R1 of 250-1: received, condition opened
step segregate of R1: done, reference p
step measure_ph of R1: done, ph 12.7
step check_poison of R1: done, reference s
the clock looks
expect step notify_contractor_in_writing, licence_required SCIW_MANAGER, blocked has SCIW_MANAGER, partner none
expect escalation disposal_step blocked, reason has SCIW_MANAGER
step notify_contractor_in_writing of R1: done, refused is blocked
