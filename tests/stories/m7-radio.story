story: phones are repaired in Japan only by registered repairers, and a radio without its mark is not powered on
seller A1 has return_address.jp, policy.disclosed, battery_takeback, administrator.jp
at 2026-11-20 12:00 +09:00
order 250-1 on amazon.co.jp by A1: placed, ships from CN, class smartphone
order 250-2 on amazon.co.jp by A1: placed, ships from CN, class small_electronics
at 2026-11-27 10:00 +09:00
return R1 of 250-1: received, condition defective, wanted repair
expect return R1 RECEIVED, disposition repair
expect task repair CREATED, licence_required MIC_REG_REPAIRER, responsible registered_repairer
return R2 of 250-2: received, condition defective, wanted repair, hazards RADIO_MARK_MISSING
expect return R2 RECEIVED, disposition stop
expect task do_not_power_on READY
expect task decide_by_person CREATED, responsible compliance
