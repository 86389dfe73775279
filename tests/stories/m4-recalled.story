story: Japan's disposal rules are strict: recalled goods are set apart and destroyed only when the importer says so
seller A1 has return_address.jp, policy.disclosed
at 2026-11-20 12:00 +09:00
order 250-1 on amazon.co.jp by A1: placed, ships from CN, class general
at 2026-11-27 10:00 +09:00
return R1 of 250-1: received, condition unopened, hazards RECALLED
expect return R1 RECEIVED, disposition hold_for_recall
expect task segregate READY, evidence_required photo, due 2026-11-27 14:00 +09:00
expect task tell_importer READY, due 2026-11-28 00:00 +09:00
expect task destroy_function CREATED, evidence_required destruction_record
expect no task put_on_shelf

# The order knows of the battery, the return of the recall: it is isolated, and nobody crushes it.
order 250-2 on amazon.co.jp by A1: placed, ships from CN, class power_bank, hazards LITHIUM_ION
return R2 of 250-2: received, condition unopened, hazards RECALLED
expect return R2 RECEIVED, disposition hold_for_recall
expect decision return_received decided, rules has jp-lithium-recalled
