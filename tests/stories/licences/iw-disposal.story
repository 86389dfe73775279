story: without a holder of IW_DISPOSAL nobody takes waste apart
seller A1 has return_address.jp, policy.disclosed
at 2026-01-13 10:00 +09:00
order 250-1 on amazon.co.jp by A1: placed, ships from CN, class small_appliance
at 2026-01-20 10:00 +09:00
return R1 of 250-1: received, condition defective
step screen_for_accident of R1: done
step record_disposal_decision of R1: done, decided_by Sato, owner A1, reason worth nothing
the clock looks
expect step dismantle, licence_required IW_DISPOSAL, blocked has IW_DISPOSAL, partner none
expect escalation disposal_step blocked, reason has IW_DISPOSAL
step dismantle of R1: done, refused is blocked
