story: a blood-pressure monitor is quarantined, asked for incidents, identified and cleaned before a licensed partner contracts its repair
seller A1 has return_address.jp, policy.disclosed, licence_holder.jp, repair_route
at 2026-01-13 10:00 +09:00
order 250-1 on amazon.co.jp by A1: placed, ships from CN, class medical_class_2
at 2026-01-20 10:00 +09:00
return R1 of 250-1: received, condition defective, wanted repair
expect return R1 RECEIVED, disposition repair
step quarantine of R1: done, reference p.jpg
step screen_for_incident of R1: done
step identify_device of R1: done, class II, refused "licence_holder" is missing
step identify_device of R1: done, class II, licence_holder MAH-1
step decontaminate of R1: done, reference D-1
step tell_licence_holder of R1: done, reference N-1
step follow_licence_holder of R1: done, reference W-1
expect 6 step, state DONE
expect step contract_repair, licence_required MD_REPAIR
step repair of R1: done, reference R-1, refused comes after contract_repair
