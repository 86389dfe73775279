story: the marketplace's word on the buyer's language counts before the text, and the order's where there is neither
seller A1 has return_address.jp, policy.disclosed
at 2026-11-20 10:00 +09:00
order 250-1 on amazon.co.jp by A1: placed, ships from CN, language zh
inquiry I1 of 250-1: message received, declared ja, says Where is my order? It should have arrived on Monday.
expect inquiry I1, language ja, language_from declared, language_confidence none
inquiry I2 of 250-1: message received, says ok
expect inquiry I2, language zh, language_from order
