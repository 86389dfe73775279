story: a device or a kettle that hurt somebody is kept as evidence, and whoever must report it is told the same day
seller A1 has return_address.jp, policy.disclosed
at 2026-01-13 10:00 +09:00
order 250-1 on amazon.co.jp by A1: placed, ships from CN, class medical_class_2
order 250-2 on amazon.co.jp by A1: placed, ships from CN, class small_appliance
at 2026-01-20 10:00 +09:00
return R1 of 250-1: received, condition used
expect return R1 RECEIVED, disposition inspect_by_licensed
return R2 of 250-2: received, condition damaged

# The inspection finds out what happened; that is the day of knowledge.
at 2026-01-21 10:00 +09:00
return R1 of 250-1: inspected, condition used, hazards INJURY
expect return R1 INSPECTED, disposition hold_as_evidence
the clock looks
expect step tell_licence_holder READY, overdue regulatory_officer, due 2026-01-22 00:00 +09:00
expect step hold_until_released CREATED, unlocks disposal
expect step decontaminate CANCELLED
return R2 of 250-2: inspected, condition damaged, hazards FIRE
expect return R2 INSPECTED, disposition hold_as_evidence
the clock looks
expect step tell_importer READY, overdue safety_officer, due 2026-01-22 00:00 +09:00
step tell_licence_holder of R1: done, reference M-1
the clock looks
expect step hold_until_released READY, about malfunction, due none
