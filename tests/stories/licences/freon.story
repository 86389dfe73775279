story: without a holder of FREON_T1_COLLECTOR nobody opens a refrigerant circuit
seller A1 has return_address.jp, policy.disclosed
at 2026-01-13 10:00 +09:00
order 250-1 on amazon.co.jp by A1: placed, ships from CN, class general
at 2026-01-20 10:00 +09:00
return R1 of 250-1: received, condition used, hazards REFRIGERANT
step keep_upright of R1: done
the clock looks
expect step order_gas_recovery, licence_required FREON_T1_COLLECTOR, blocked has FREON_T1_COLLECTOR, partner none
expect escalation disposal_step blocked, reason has FREON_T1_COLLECTOR
step order_gas_recovery of R1: done, refused is blocked
