story: mixed orders are decided by line: a return is worked for the seller's line and watched for the marketplace's
seller A1 has return_address.jp, policy.disclosed
at 2026-11-20 12:00 +09:00
order 250-1 on amazon.co.jp by A1: placed, ships from CN, price 3000, class apparel, line 2, sku sku-2, price 1000, in hands of marketplace
expect order 250-1, is_mixed yes
expect decision order_placed decided

# Of the money at stake, the seller's line.
return R1 of 250-1: requested, reason CR-DEFECTIVE, amount 4000, condition used, line 2, sku sku-2
expect decision return_requested decided
expect duty answer_return open, due 2026-11-25 12:00 +09:00
expect return R1 REQUESTED, amount_minor 3000

# What the marketplace does with its own line answers nothing for the seller's, and has no steps.
at 2026-11-22 12:00 +09:00
return R1: authorized, only line 2
expect decision return_authorized not_ours
expect 1 duty answer_return open
return R1: received, only line 2, condition damaged
expect decision return_received not_ours
expect no step
expect return R1 RECEIVED, amount_minor 3000

# An event that names no line is about those of the return: one of them is the seller's.
at 2026-11-23 12:00 +09:00
return R1: authorized, no lines
expect 1 duty answer_return met
return R1: received, only line 1
expect step remove_brand READY, line 1
expect no step, line 2
expect no escalation triage

# The marketplace's line alone is the marketplace's return.
return R2 of 250-1: requested, reason CR-DEFECTIVE, amount 1000, only line 2, sku sku-2
expect return R2 REQUESTED, amount_minor none
expect 1 duty answer_return

# A line that the order does not have may be the seller's.
return R3 of 250-1: requested, reason CR-DEFECTIVE, only line 9, sku sku-9
expect 2 duty answer_return

# Germany's two business days begin with the seller's goods, and end with the refund of these.
seller A2 has return_address.de
order 306-1 on amazon.de by A2: placed, ships from CN, buyer in DE, language de, line 2, sku sku-2, in hands of marketplace
return R4 of 306-1: received, only line 2, sku sku-2
expect no duty refund_after_receipt
return R4: received, only line 1, sku sku-1
expect 1 duty refund_after_receipt open
return R4: refunded, only line 2, sku sku-2
expect 1 duty refund_after_receipt open
return R4: refunded, only line 1, sku sku-1
expect 1 duty refund_after_receipt met
