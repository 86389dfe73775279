story: what is said of goods and cannot all be true goes to a person with both words; the dangerous one counts, and nothing is shipped or sold on the other
seller A1 has return_address.jp, policy.disclosed
at 2026-11-20 12:00 +09:00
order 250-1 on amazon.co.jp by A1: placed, ships from CN, class power_bank
return R1 of 250-1: requested, reason CR-DEFECTIVE, condition unopened, hazards LITHIUM_ION SWOLLEN_BATTERY
expect escalation triage open, order 250-1, reason has condition unopened and hazards swollen_battery contradict each other
expect return R1, destination no_return_shipping
expect step tell_buyer_not_to_ship READY
again
expect 1 escalation triage

# It came all the same: it is isolated, and the same is not told a second time.
at 2026-11-27 10:00 +09:00
return R1: received, condition unopened, hazards SWOLLEN_BATTERY
expect return R1 RECEIVED, disposition hazmat
expect step isolate READY
expect 1 escalation triage

# One line contradicts itself, the other does not; of two lines together nothing is said.
order 250-2 on amazon.co.jp by A1: placed, ships from CN, class corrosive_liquid
return R2 of 250-2: received, condition opened, hazards CORROSIVE_LIQUID PH_2_OR_LESS PH_12_5_OR_MORE, line 2, condition unopened, hazards CORROSIVE_LIQUID
expect escalation triage open, order 250-2, reason has traits ph_2_or_less and traits ph_12_5_or_more contradict each other
expect step measure_ph
order 250-3 on amazon.co.jp by A1: placed, ships from CN, class corrosive_liquid
return R3 of 250-3: received, condition opened, hazards CORROSIVE_LIQUID PH_2_OR_LESS, line 2, condition opened, hazards CORROSIVE_LIQUID PH_12_5_OR_MORE
expect no escalation triage, order 250-3, reason has contradict
