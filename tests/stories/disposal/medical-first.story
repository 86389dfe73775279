story: whatever becomes of a medical device, it is quarantined, asked for incidents, identified and cleaned first
seller A1 has return_address.jp, policy.disclosed, licence_holder.jp, repair_route
at 2026-01-13 10:00 +09:00
order 250-1 on amazon.co.jp by A1: placed, ships from CN, class medical_class_2
at 2026-01-20 10:00 +09:00
return R1 of 250-1: received, condition used
expect step quarantine READY, due 2026-01-20 14:00 +09:00
step identify_device of R1: done, class II, licence_holder MAH-1, refused comes after screen_for_incident
step quarantine of R1: done, reference p.jpg
step screen_for_incident of R1: done
step identify_device of R1: done, class II, licence_holder MAH-1
step decontaminate of R1: done, reference D-1
expect 4 step, state DONE
