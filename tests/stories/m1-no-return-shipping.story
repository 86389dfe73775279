story: Amazon Japan requires a Japanese return address from sellers abroad: what is refunded without a return, and what is dangerous, is not sent
seller A1 has partner.jp, policy.disclosed
at 2026-11-20 12:00 +09:00
order 250-1 on amazon.co.jp by A1: placed, ships from CN
return R1 of 250-1: requested, reason CR-UNWANTED_ITEM, amount 900
expect return R1 REQUESTED, destination no_return_shipping, remedy refund_without_return

# Dangerous goods stay where they are, even where there is an address.
seller A2 has return_address.jp, policy.disclosed
order 250-2 on amazon.co.jp by A2: placed, ships from CN, class power_bank
return R2 of 250-2: requested, reason CR-DEFECTIVE, amount 5000, hazards LITHIUM_ION SWOLLEN_BATTERY
expect return R2 REQUESTED, destination no_return_shipping, remedy refund_without_return, disposition no_return_shipping
expect no escalation triage

# A label for it is one too many: a person is told, once.
at 2026-11-21 12:00 +09:00
return R2: label issued
return R2: in transit
expect return R2 IN_TRANSIT, destination no_return_shipping
expect 1 escalation triage open, order 250-2, reason has the goods may be on their way
