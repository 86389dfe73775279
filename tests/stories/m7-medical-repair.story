story: medical devices are repaired in Japan only by licensed sites: a seller without a licence holder and a repair route is told so, and each step of the repair names its licence
seller A1 has return_address.jp, policy.disclosed
at 2026-11-20 12:00 +09:00
order 250-1 on amazon.co.jp by A1: placed, ships from CN, class medical_class_2
expect blocker licence_holder.jp raised, rule med-licence-holder
expect blocker repair_route raised, rule med-repair-route

# Whoever sends a used device back is asked on the next business day whether it is clean; Monday is a holiday.
return R1 of 250-1: requested, reason CR-DEFECTIVE, wanted repair, condition defective
expect duty ask_decontamination open, due 2026-11-24 12:00 +09:00

at 2026-11-27 10:00 +09:00
return R1: received
expect return R1 RECEIVED, disposition repair
expect task quarantine READY, evidence_required photo, due 2026-11-27 14:00 +09:00
expect task tell_licence_holder CREATED, evidence_required written_notice
expect task contract_repair CREATED, licence_required MD_REPAIR, responsible licensed_repairer
expect task repair CREATED, licence_required MD_REPAIR, evidence_required repair_record
expect task release_repair CREATED, licence_required RESP_ENGINEER
expect duty ask_decontamination met
expect decision return_received decided, rules has med-repair
