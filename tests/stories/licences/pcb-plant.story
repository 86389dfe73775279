story: without a holder of PCB_PLANT no PCB leaves
seller A1 has return_address.jp, policy.disclosed
at 2026-01-13 10:00 +09:00
order 250-1 on amazon.co.jp by A1: placed, ships from CN, class old_electrical
at 2026-01-20 10:00 +09:00
return R1 of 250-1: received, condition used, hazards PCB_SUSPECT
step isolate of R1: done, reference p
step test_for_pcb of R1: done, reference l
step notify_authority of R1: done, reference m
the clock looks
expect step hand_over_pcb, licence_required PCB_PLANT, blocked has PCB_PLANT, partner none
expect escalation disposal_step blocked, reason has PCB_PLANT
step hand_over_pcb of R1: done, refused is blocked
