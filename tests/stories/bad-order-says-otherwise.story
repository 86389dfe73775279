story: an order that says otherwise later is shown to a person once; what was decided stands on what it said first
seller A1 has return_address.jp, policy.disclosed
at 2026-11-20 12:00 +09:00
order 250-1 on amazon.co.jp by A1: placed, ships from CN, class power_bank, hazards LITHIUM_ION
return R1 of 250-1: requested, reason CR-DEFECTIVE
order 250-1: confirmed, price 4500
expect no escalation triage, case_kind order

at 2026-11-20 13:00 +09:00
order 250-1: shipped, class general, quantity 2
expect 1 escalation triage open, case_kind order, order 250-1, reason has the order changed: its cases may stand on what it said before
expect escalation triage open, details has product_class
expect escalation triage open, details has quantity
expect no escalation triage, details has hazards

# Once an order, whatever it says then, and however often.
order 250-1: delivered, fulfilled by marketplace
again
expect 1 escalation triage, case_kind order
expect order 250-1 DELIVERED, fulfilment SELLER
expect 1 duty answer_return open, due 2026-11-25 12:00 +09:00

# What is read late adds what nobody had said, and takes nothing back.
order 250-1: updated, occurred 2026-11-20 12:30 +09:00, promised for 2026-11-24 20:00 +09:00
expect order 250-1 DELIVERED, latest_delivery 2026-11-24 20:00 +09:00
