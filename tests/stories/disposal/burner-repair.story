story: gas and oil appliances are repaired by nobody before a person has said who is qualified
seller A1 has return_address.jp, policy.disclosed
at 2026-01-13 10:00 +09:00
order 250-1 on amazon.co.jp by A1: placed, ships from CN, class combustion_device
at 2026-01-20 10:00 +09:00
return R1 of 250-1: received, condition defective, wanted repair
expect return R1 RECEIVED, disposition stop
expect no step repair
