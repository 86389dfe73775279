story: refund or exchange: what is proposed follows from whose fault it is and what the buyer wants
seller A1 has return_address.jp, policy.disclosed
at 2026-11-20 12:00 +09:00
order 250-1 on amazon.co.jp by A1: placed, ships from CN
return R1 of 250-1: requested, reason CR-DEFECTIVE, wanted exchange
expect decision return_requested decided, rules has remedy-exchange
expect return R1 REQUESTED, remedy exchange
order 250-2 on amazon.co.jp by A1: placed, ships from CN
return R2 of 250-2: requested, reason CR-UNWANTED_ITEM
expect decision return_requested decided, rules has remedy-from-abroad
expect return R2 REQUESTED, remedy refund
order 250-3 on amazon.co.jp by A1: placed, ships from JP
return R3 of 250-3: requested, reason CR-UNWANTED_ITEM, in_policy yes
expect decision return_requested decided, rules has remedy-buyer-pays
expect return R3 REQUESTED, remedy refund_less_return_shipping

# What the inspection shows changes the offer.
at 2026-11-25 12:00 +09:00
return R3: inspected, condition used
expect return R3 INSPECTED, remedy partial_refund
