story: a plan for damaged goods: a damaged lithium battery must not be shipped back, and the steps say who does what until when
seller A1 has return_address.jp, policy.disclosed
at 2026-11-20 12:00 +09:00
order 250-1 on amazon.co.jp by A1: placed, ships from CN, class power_bank, hazards LITHIUM_ION
return R1 of 250-1: requested, reason CR-DAMAGED_BY_CARRIER, condition damaged, hazards LITHIUM_ION
expect return R1 REQUESTED, disposition no_return_shipping
expect task tell_buyer_not_to_ship READY, step_no 1, due 2026-11-20 16:00 +09:00, evidence_required message
expect task arrange_local_collection CREATED, step_no 2, after_step 1
