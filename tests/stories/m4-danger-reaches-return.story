story: a plan for damaged or returned goods: what a buyer writes of a danger reaches the open return of the order, and its parcel is stopped
seller A1 has return_address.jp, policy.disclosed
at 2026-11-20 12:00 +09:00
order 250-1 on amazon.co.jp by A1: placed, ships from CN, class power_bank, hazards LITHIUM_ION
return R1 of 250-1: requested, reason CR-DEFECTIVE, amount 5000
expect return R1 REQUESTED, destination own_address, signals none

at 2026-11-20 15:00 +09:00
inquiry I1 of 250-1: message received, says バッテリーが膨らんでいます。このまま返送していいですか
expect return R1, destination no_return_shipping, signals has swollen_battery, stopped 2026-11-20 15:00 +09:00
expect 1 escalation triage open, case_kind return, severity 4, desk triage, reason has nothing of this order may be sent by parcel
expect escalation triage open, details has "inquiry_id":"I1"

# What the return says later does not lift it, and the same word again tells nobody twice.
at 2026-11-21 12:00 +09:00
return R1: authorized
inquiry I1 of 250-1: message received, says まだ膨張したバッテリーを持っています。膨らんでいます
expect return R1 AUTHORIZED, destination no_return_shipping
expect 1 escalation triage open, case_kind return

# Written before the return was read: it begins stopped. Another order's return is not.
order 250-2 on amazon.co.jp by A1: placed, ships from CN, class power_bank, hazards LITHIUM_ION
inquiry I2 of 250-2: message received, says 充電中に発火しました
return R2 of 250-2: requested, reason CR-DEFECTIVE, amount 5000
return R3 of 250-2: requested, reason CR-UNWANTED_ITEM, amount 5000
expect return R2, destination no_return_shipping, signals has fire
expect return R3, destination no_return_shipping, signals has fire
expect 3 escalation triage open, case_kind return
order 250-3 on amazon.co.jp by A1: placed, ships from CN, class power_bank, hazards LITHIUM_ION
return R4 of 250-3: requested, reason CR-DEFECTIVE, amount 5000
expect return R4, destination own_address, stopped none

# Data on a device, and who will not dispose of it, reach the return, too; they stop no parcel.
inquiry I3 of 250-3: message received, says 返品した端末に個人情報が残っています。自分で処分したくありません
expect return R4, destination own_address, signals has personal_data, stopped none
expect 1 escalation triage open, case_kind return, severity 3, order 250-3, reason has personal_data
