story: a used spray can is kept cool, counted against the fire limits, and never pierced
seller A1 has return_address.jp, policy.disclosed
at 2026-01-13 10:00 +09:00
order 250-1 on amazon.co.jp by A1: placed, ships from CN, class aerosol
at 2026-01-20 10:00 +09:00
return R1 of 250-1: received, condition used
expect return R1 RECEIVED, disposition contain_pressurised
expect step segregate READY, place cool_store, due 2026-01-20 14:00 +09:00
step segregate of R1: done, reference p.jpg
step sum_fire_quantity of R1: done, refused "litre" must be the amount
step sum_fire_quantity of R1: done, litre 0.4
expect 2 step, state DONE
expect step check_contract CREATED, evidence_required contract_and_licence
expect step hand_over CREATED, licence_required IW_TRANSPORT, evidence_required manifest_a, unit kg, waste has OIL
expect step confirm_transport CREATED, evidence_required manifest_b2
expect step confirm_disposal CREATED, evidence_required manifest_d
expect step confirm_final_disposal CREATED, evidence_required manifest_e
