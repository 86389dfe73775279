story: Importers of medical devices must offer repair under a licence: a blood-pressure meter that comes back to a seller without one is repaired by a partner who has it, step by step
seller A1 has return_address.jp, policy.disclosed
at 2026-01-13 10:00 +09:00
order 250-1 on amazon.co.jp by A1: placed, ships from CN, class medical_class_2, hazards MEASURING REPAIR_CATEGORY_9
expect blocker licence_holder.jp raised
expect blocker repair_route raised
return R1 of 250-1: requested, reason CR-DEFECTIVE, wanted repair, condition defective
expect duty ask_decontamination open
at 2026-01-20 10:00 +09:00
return R1: received
expect return R1 RECEIVED, disposition repair
step repair of R1: done, reference R-1, refused comes after contract_repair
step quarantine of R1: done, reference p.jpg
step screen_for_incident of R1: done
step identify_device of R1: done, class II, licence_holder MAH-1
step decontaminate of R1: done, reference D-1
the clock looks

# Thermometers and blood-pressure meters: the repairer must be notified under the Measurement Act, too.
expect step check_metrology_notice READY, partner tokyo-device-repair, licence_required METROLOGY_REPAIR_NOTIF
at 2026-01-22 10:00 +09:00
step check_metrology_notice of R1: done, reference N-1
step tell_licence_holder of R1: done, reference W-1
step follow_licence_holder of R1: done, reference W-2
the clock looks
expect step contract_repair READY, partner tokyo-device-repair, licence_required MD_REPAIR_9
step contract_repair of R1: done, reference C-1
the clock looks
at 2026-01-29 10:00 +09:00
step repair of R1: done, reference RR-1, serial_number SN-5
the clock looks
expect step release_repair READY, partner tokyo-device-repair, licence_required RESP_ENGINEER
step release_repair of R1: done, reference T-1
the clock looks
expect step label_repair READY, partner tokyo-device-repair, licence_required MD_REPAIR_9
step label_repair of R1: done, reference p2.jpg
expect step label_repair DONE, unlocks return_to_owner
expect 11 step, state DONE
return R1: repaired

# The seller's own gap stays until somebody holds the route.
expect blocker repair_route raised
