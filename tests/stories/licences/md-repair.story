story: without a holder of MD_REPAIR no medical device is repaired
seller A1 has return_address.jp, policy.disclosed, licence_holder.jp, repair_route
at 2026-01-13 10:00 +09:00
order 250-1 on amazon.co.jp by A1: placed, ships from CN, class medical_class_2
at 2026-01-20 10:00 +09:00
return R1 of 250-1: received, condition defective, wanted repair, hazards REPAIR_CATEGORY_5
step quarantine of R1: done, reference p
step screen_for_incident of R1: done
step identify_device of R1: done, class II, licence_holder M
step decontaminate of R1: done, reference d
step tell_licence_holder of R1: done, reference n
step follow_licence_holder of R1: done, reference w
the clock looks
expect step contract_repair, licence_required MD_REPAIR_5, blocked has MD_REPAIR_5, partner none
expect escalation disposal_step blocked, reason has MD_REPAIR_5
step contract_repair of R1: done, refused is blocked
