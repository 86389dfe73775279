story: without a holder of METROLOGY_REPAIR_NOTIF no measuring instrument is repaired
seller A1 has return_address.jp, policy.disclosed, licence_holder.jp, repair_route
at 2026-01-13 10:00 +09:00
order 250-1 on amazon.co.jp by A1: placed, ships from CN, class medical_class_2
at 2026-01-20 10:00 +09:00
return R1 of 250-1: received, condition defective, wanted repair, hazards MEASURING
step quarantine of R1: done, reference p
step screen_for_incident of R1: done
step identify_device of R1: done, class II, licence_holder M
step decontaminate of R1: done, reference d
the clock looks
expect step check_metrology_notice, licence_required METROLOGY_REPAIR_NOTIF, blocked has METROLOGY_REPAIR_NOTIF, partner none
expect escalation disposal_step blocked, reason has METROLOGY_REPAIR_NOTIF
step check_metrology_notice of R1: done, refused is blocked
