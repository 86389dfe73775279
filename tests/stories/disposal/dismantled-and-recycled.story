story: most goods are taken apart: screened for an accident, given up by somebody with a name, dismantled, handed over
seller A1 has return_address.jp, policy.disclosed
at 2026-01-13 10:00 +09:00
order 250-1 on amazon.co.jp by A1: placed, ships from CN, class small_appliance
at 2026-01-20 10:00 +09:00
return R1 of 250-1: received, condition defective
expect return R1 RECEIVED, disposition recycle
step screen_for_accident of R1: done
step record_disposal_decision of R1: done, decided_by Sato, owner A1, refused "reason" is missing
step record_disposal_decision of R1: done, decided_by Sato, owner A1, reason worth less than its repair
expect step dismantle CREATED, licence_required IW_DISPOSAL
expect step check_contract CREATED, evidence_required contract_and_licence
expect step hand_over CREATED, licence_required IW_TRANSPORT, evidence_required manifest_a, unit kg, waste has METAL
expect step confirm_transport CREATED, evidence_required manifest_b2
expect step confirm_disposal CREATED, evidence_required manifest_d
expect step confirm_final_disposal CREATED, evidence_required manifest_e
