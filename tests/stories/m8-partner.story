story: a service partner provides repair and disposal as the seller's arm in Japan: what needs a licence is the partner's who holds it
seller A1 has return_address.jp, policy.disclosed, repair_route, licence_holder.jp, representative.jp
at 2026-11-20 12:00 +09:00
order 250-1 on amazon.co.jp by A1: placed, ships from CN, class medical_class_2
return R1 of 250-1: requested, reason CR-DEFECTIVE, wanted repair, condition defective
expect duty answer_return open, desk inhouse-tokyo

# Here again, it is no matter for the desk that writes letters: each step names the licence, and what a person must decide goes
# to the licensed site.
at 2026-11-27 10:00 +09:00
return R1: received
expect task repair CREATED, licence_required MD_REPAIR, responsible licensed_repairer
order 250-2 on amazon.co.jp by A1: placed, ships from CN, class medical_class_2
return R2 of 250-2: received, reason CR-DEFECTIVE, condition defective, line 2, class medical_class_2, condition used
expect 1 escalation triage open, order 250-2, desk medical-repair-jp, reason has their disposition must be decided one by one

# Other goods are the returns centre's.
order 250-3 on amazon.co.jp by A1: placed, ships from CN, class general
return R3 of 250-3: received, reason CR-DEFECTIVE, condition defective, line 2, class general, condition used
expect 1 escalation triage open, order 250-3, desk warehouse-jp
