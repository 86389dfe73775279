story: the refrigerant of a dehumidifier is recovered by a registered collector before anybody scraps it
seller A1 has return_address.jp, policy.disclosed
at 2026-01-13 10:00 +09:00
order 250-1 on amazon.co.jp by A1: placed, ships from CN, class general
at 2026-01-20 10:00 +09:00
return R1 of 250-1: received, condition used, hazards REFRIGERANT
expect return R1 RECEIVED, disposition recover_refrigerant
step keep_upright of R1: done
expect step order_gas_recovery CREATED, licence_required FREON_T1_COLLECTOR
expect step file_collection_certificate CREATED, unlocks hand_over
expect step check_contract CREATED
