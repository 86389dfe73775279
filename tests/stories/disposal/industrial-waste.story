story: film from packing is ordinary industrial waste: a contract first, then a carrier with licence and manifest, then three slips
seller A1 has return_address.jp, policy.disclosed
at 2026-01-13 10:00 +09:00
order 250-1 on amazon.co.jp by A1: placed, ships from CN, class packaging
at 2026-01-20 10:00 +09:00
return R1 of 250-1: received, condition used
expect return R1 RECEIVED, disposition recycle
expect step check_contract READY, evidence_required contract_and_licence
expect step hand_over CREATED, licence_required IW_TRANSPORT, evidence_required manifest_a, unit kg, waste has PLASTIC
expect step confirm_transport CREATED, evidence_required manifest_b2
expect step confirm_disposal CREATED, evidence_required manifest_d
expect step confirm_final_disposal CREATED, evidence_required manifest_e
