story: without a holder of MIC_REG_REPAIRER no phone is repaired
seller A1 has return_address.jp, policy.disclosed
at 2026-01-13 10:00 +09:00
order 250-1 on amazon.co.jp by A1: placed, ships from CN, class smartphone
at 2026-01-20 10:00 +09:00
return R1 of 250-1: received, condition defective, wanted repair
step screen_for_accident of R1: done
step check_battery of R1: done, reference p
the clock looks
expect step repair, licence_required MIC_REG_REPAIRER, blocked has MIC_REG_REPAIRER, partner none
expect escalation disposal_step blocked, reason has MIC_REG_REPAIRER
step repair of R1: done, refused is blocked
