story: Japan's disposal rules are strict: a defective battery that came back is isolated, contained and handed over with papers
seller A1 has return_address.jp, policy.disclosed
at 2026-11-20 12:00 +09:00
order 250-1 on amazon.co.jp by A1: placed, ships from CN, class power_bank, hazards LITHIUM_ION
return R1 of 250-1: requested, reason CR-DEFECTIVE, condition defective, hazards LITHIUM_ION
at 2026-11-21 10:00 +09:00
return R1: authorized
at 2026-11-27 10:00 +09:00
return R1: received
expect return R1 RECEIVED, disposition hazmat
expect task isolate READY, evidence_required photo, due 2026-11-27 14:00 +09:00
expect task insulate_terminals CREATED, evidence_required photo
expect task hand_over CREATED, licence_required IW_TRANSPORT, evidence_required manifest_a, responsible licensed_carrier
expect task confirm_final_disposal CREATED, evidence_required manifest_e
