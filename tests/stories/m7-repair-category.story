story: a medical device is repaired only under the licence for exactly its category of the nine, specially maintained or not; who may not is named with what he has
seller A1 has return_address.jp, policy.disclosed, licence_holder.jp, repair_route
at 2026-01-13 10:00 +09:00

# Nobody has laboratory testing: refused, and the escalation says who has what instead.
order 250-1 on amazon.co.jp by A1: placed, ships from CN, class medical_class_2, hazards REPAIR_CATEGORY_8
return R1 of 250-1: received, condition defective, wanted repair
step quarantine of R1: done, reference p
step screen_for_incident of R1: done
step identify_device of R1: done, class II, licence_holder M
step decontaminate of R1: done, reference d
step tell_licence_holder of R1: done, reference n
step follow_licence_holder of R1: done, reference w
the clock looks
expect step contract_repair, licence_required MD_REPAIR_8, partner none, blocked has category 8: laboratory testing
expect escalation disposal_step blocked, order 250-1, reason has tokyo-device-repair: has no MD_REPAIR_8
expect escalation disposal_step blocked, order 250-1, reason has but MD_REPAIR_2
expect escalation disposal_step blocked, order 250-1, reason has kanto-special-devices: has no MD_REPAIR_8
step contract_repair of R1: done, refused is blocked

# A home-use device finds its repairer.
order 250-2 on amazon.co.jp by A1: placed, ships from CN, class medical_class_2
return R2 of 250-2: received, condition defective, wanted repair, hazards REPAIR_CATEGORY_9
step quarantine of R2: done, reference p
step screen_for_incident of R2: done
step identify_device of R2: done, class II, licence_holder M
step decontaminate of R2: done, reference d
step tell_licence_holder of R2: done, reference n
step follow_licence_holder of R2: done, reference w
the clock looks
expect step contract_repair READY, licence_required MD_REPAIR_9, partner tokyo-device-repair

# The licence for specially maintained devices does not cover the others of its category, nor the other way round.
order 250-3 on amazon.co.jp by A1: placed, ships from CN, class medical_class_2
return R3 of 250-3: received, condition defective, wanted repair, hazards REPAIR_CATEGORY_1
step quarantine of R3: done, reference p
step screen_for_incident of R3: done
step identify_device of R3: done, class II, licence_holder M
step decontaminate of R3: done, reference d
step tell_licence_holder of R3: done, reference n
step follow_licence_holder of R3: done, reference w
the clock looks
expect step contract_repair, order 250-3, licence_required MD_REPAIR_1, partner none
expect escalation disposal_step blocked, order 250-3, reason has MD_REPAIR_1

# Nobody said which category it is: the inspection does, and the repair goes on where it stood.
order 250-4 on amazon.co.jp by A1: placed, ships from CN, class medical_class_2
return R4 of 250-4: received, condition defective, wanted repair
step quarantine of R4: done, reference p
step screen_for_incident of R4: done
step identify_device of R4: done, class II, licence_holder M
step decontaminate of R4: done, reference d
step tell_licence_holder of R4: done, reference n
step follow_licence_holder of R4: done, reference w
the clock looks
expect step contract_repair, order 250-4, licence_required MD_REPAIR, partner none, blocked has of which kind the goods are is not known
at 2026-01-14 10:00 +09:00
return R4: inspected, condition defective, hazards REPAIR_CATEGORY_6
the clock looks
expect step contract_repair CANCELLED, order 250-4, licence_required MD_REPAIR
expect step contract_repair READY, order 250-4, licence_required MD_REPAIR_6, partner tokyo-device-repair
expect step tell_licence_holder DONE, order 250-4
