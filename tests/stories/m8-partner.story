story: a service partner provides repair and disposal as the seller's arm in Japan: what needs a licence is the partner's who holds it
seller A1 has return_address.jp, policy.disclosed, repair_route, licence_holder.jp, representative.jp
at 2026-01-13 12:00 +09:00
order 250-1 on amazon.co.jp by A1: placed, ships from CN, class medical_class_2, hazards REPAIR_CATEGORY_2
return R1 of 250-1: requested, reason CR-DEFECTIVE, wanted repair, condition defective
expect duty answer_return open, desk inhouse-tokyo

# Here again, it is no matter for the desk that writes letters: each step names the licence, and goes to the partner who holds it.
at 2026-01-20 10:00 +09:00
return R1: received
expect step contract_repair CREATED, licence_required MD_REPAIR_2, responsible licensed_repairer, partner none
step quarantine of R1: done, reference p.jpg
step screen_for_incident of R1: done
step identify_device of R1: done, class II, licence_holder MAH-1
step decontaminate of R1: done, reference D-1
step tell_licence_holder of R1: done, reference N-1
step follow_licence_holder of R1: done, reference W-1
the clock looks
expect step contract_repair READY, partner tokyo-device-repair, site returns-chiba

# A specially maintained device is for another: the licence for one kind is none for the other.
order 250-2 on amazon.co.jp by A1: placed, ships from CN, class medical_class_2, hazards SPECIALLY_MAINTAINED REPAIR_CATEGORY_2
return R2 of 250-2: received, reason CR-DEFECTIVE, wanted repair, condition defective
step quarantine of R2: done, reference p.jpg
step screen_for_incident of R2: done
step identify_device of R2: done, class II, licence_holder MAH-1
step decontaminate of R2: done, reference D-1
step tell_licence_holder of R2: done, reference N-1
step follow_licence_holder of R2: done, reference W-1
the clock looks
expect step contract_repair READY, partner kanto-special-devices, licence_required MD_REPAIR_TOKKAN_2

# Waste goes to the carrier; two lines of one return are each the matter of those who may.
order 250-3 on amazon.co.jp by A1: placed, ships from CN, class packaging
return R3 of 250-3: received, reason CR-DEFECTIVE, condition used, line 2, class corrosive_liquid, condition opened
step check_contract of R3: done, line 1, reference C-1, licence_until 2030-01-01
step segregate of R3: done, line 2, reference p.jpg
step measure_ph of R3: done, line 2, ph 12.9
step check_poison of R3: done, line 2, reference SDS-1
the clock looks
expect step hand_over READY, line_id 1, partner kanto-carrier
expect step notify_contractor_in_writing READY, line_id 2, partner returns-centre
expect no escalation triage
