story: goods of a class that nobody knows are not disposed of before a person has said what they are
seller A1 has return_address.jp, policy.disclosed
at 2026-11-20 12:00 +09:00
order 250-1 on amazon.co.jp by A1: placed, ships from CN, class hovercraft
return R1 of 250-1: requested, reason CR-DEFECTIVE, condition defective
at 2026-11-27 10:00 +09:00
return R1: received
expect return R1 RECEIVED, disposition classify
expect task quarantine READY, evidence_required photo
expect task classify_goods CREATED, responsible environment_manager
expect no task hand_over
