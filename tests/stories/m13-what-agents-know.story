story: agents must know the product, where it is and when it arrives: the order is beside every escalation of a conversation
seller A1 has return_address.jp, policy.disclosed
at 2026-11-20 12:00 +09:00
order 250-1 on amazon.co.jp by A1: placed, ships from CN, sku LAMP-7, quantity 2, promised for 2026-11-28 20:00 +09:00
return R1 of 250-1: requested, reason CR-DEFECTIVE
at 2026-11-22 12:00 +09:00
order 250-1: shipped
inquiry I1 of 250-1: message received, declared ja
expect escalation answer_message open, details has "answer_in":"ja"
expect escalation answer_message open, details has "days_since_order":2
expect to_answer answer_message open, details has "sku":"LAMP-7"
expect to_answer answer_message open, details has "quantity":2
expect to_answer answer_message open, details has "shipment":"SHIPPED"
expect to_answer answer_message open, details has "promised_at":"2026-11-28T11:00:00Z"
expect to_answer answer_message open, details has "returns":{"R1":"REQUESTED"}

# What moves on is shown as it stands when somebody looks.
at 2026-11-23 12:00 +09:00
order 250-1: delivered
return R1 of 250-1: authorized
expect to_answer answer_message open, details has "shipment":"DELIVERED"
expect to_answer answer_message open, details has "returns":{"R1":"AUTHORIZED"}
