story: an old transformer that may hold PCB stops until it is tested
seller A1 has return_address.jp, policy.disclosed
at 2026-01-13 10:00 +09:00
order 250-1 on amazon.co.jp by A1: placed, ships from CN, class old_electrical
at 2026-01-20 10:00 +09:00
return R1 of 250-1: received, condition used, hazards PCB_SUSPECT
expect return R1 RECEIVED, disposition stop
expect step isolate READY, place partitioned_store
expect step hand_over_pcb CREATED, licence_required PCB_PLANT
