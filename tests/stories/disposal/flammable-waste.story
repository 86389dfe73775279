story: an opened bottle of perfume is counted, leaves with its data sheet and as specially controlled waste
seller A1 has return_address.jp, policy.disclosed
at 2026-01-13 10:00 +09:00
order 250-1 on amazon.co.jp by A1: placed, ships from CN, class flammable_liquid
at 2026-01-20 10:00 +09:00
return R1 of 250-1: received, condition opened
expect return R1 RECEIVED, disposition contain_flammable
expect step segregate READY, due 2026-01-20 14:00 +09:00
expect step attach_safety_data_sheet CREATED, evidence_required safety_data_sheet
expect step notify_contractor_in_writing CREATED, licence_required SCIW_MANAGER
