story: marketplace-fulfilled orders are answered and returned by the marketplace: the return is not ours
at 2026-11-20 12:00 +09:00
order 250-1 on amazon.co.jp by A1: placed, ships from CN, fulfilled by marketplace
return R1 of 250-1: requested, reason CR-DEFECTIVE
expect decision order_placed not_ours
expect decision return_requested not_ours
expect no duty
expect no blocker
expect no escalation
