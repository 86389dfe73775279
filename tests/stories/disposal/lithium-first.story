story: a defective power bank is isolated within four hours, insulated the next day, then handed over with papers
seller A1 has return_address.jp, policy.disclosed
at 2026-01-13 10:00 +09:00
order 250-1 on amazon.co.jp by A1: placed, ships from CN, class power_bank
at 2026-01-20 10:00 +09:00
return R1 of 250-1: received, condition defective, hazards LITHIUM_ION
expect return R1 RECEIVED, disposition hazmat
expect step isolate READY, due 2026-01-20 14:00 +09:00, place fire_proof_box
step insulate_terminals of R1: done, reference p.jpg, refused comes after isolate
step isolate of R1: done, reference box.jpg
the clock looks
expect step insulate_terminals READY, due 2026-01-21 10:00 +09:00
expect step check_contract CREATED, evidence_required contract_and_licence
expect step hand_over CREATED, licence_required IW_TRANSPORT, evidence_required manifest_a, unit kg, waste has SLUDGE
expect step confirm_transport CREATED, evidence_required manifest_b2
expect step confirm_disposal CREATED, evidence_required manifest_d
expect step confirm_final_disposal CREATED, evidence_required manifest_e
