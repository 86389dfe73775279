story: goods that hurt are reported whoever fulfilled them, also of orders in several hands
seller A1 has return_address.jp, policy.disclosed
at 2026-01-13 10:00 +09:00
order 250-1 on amazon.co.jp by A1: placed, ships from CN, class small_appliance, fulfilled by marketplace
order 250-2 on amazon.co.jp by A1: placed, ships from CN, class small_appliance, fulfilled by marketplace, line 2, sku sku-2, class small_appliance, in hands of seller
order 250-3 on amazon.co.jp by A1: placed, ships from CN, class small_appliance, line 2, sku sku-2, class small_appliance, in hands of marketplace
return R1 of 250-1: received, condition damaged
return R2 of 250-2: received, only line 2, sku sku-2, condition damaged
return R3 of 250-3: received, only line 2, sku sku-2, condition damaged
at 2026-01-14 10:00 +09:00

# All of it the marketplace's; the seller's line of such an order; the marketplace's line of the seller's.
return R1 of 250-1: inspected, condition damaged, hazards FIRE
the clock looks
expect 1 step report_accident READY, about accident, due 2026-01-24 00:00 +09:00
return R2 of 250-2: inspected, only line 2, sku sku-2, condition damaged, hazards FIRE
the clock looks
expect 2 step report_accident READY, about accident, due 2026-01-24 00:00 +09:00
return R3 of 250-3: inspected, only line 2, sku sku-2, condition damaged, hazards FIRE
the clock looks
expect 3 step report_accident READY, about accident, due 2026-01-24 00:00 +09:00
expect no escalation triage
