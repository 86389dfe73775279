story: a specially maintained device is repaired only under the licence for such devices
seller A1 has return_address.jp, policy.disclosed, licence_holder.jp, repair_route
at 2026-01-13 10:00 +09:00
order 250-1 on amazon.co.jp by A1: placed, ships from CN, class medical_class_2
at 2026-01-20 10:00 +09:00
return R1 of 250-1: received, condition defective, wanted repair, hazards SPECIALLY_MAINTAINED
expect return R1 RECEIVED, disposition repair
expect step contract_repair CREATED, licence_required MD_REPAIR_TOKKAN
expect step release_repair CREATED, licence_required RESP_ENGINEER_TOKKAN
