story: phones are repaired by registered repairers
seller A1 has return_address.jp, policy.disclosed
at 2026-01-13 10:00 +09:00
order 250-1 on amazon.co.jp by A1: placed, ships from CN, class smartphone
at 2026-01-20 10:00 +09:00
return R1 of 250-1: received, condition defective, wanted repair
expect return R1 RECEIVED, disposition repair
expect step repair CREATED, licence_required MIC_REG_REPAIRER
