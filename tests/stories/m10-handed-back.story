story: marketplace-fulfilled orders are watched only: what the marketplace hands back, a claim, a chargeback, feedback that names the seller, becomes an escalation
seller A1 has return_address.jp, policy.disclosed
at 2026-11-20 12:00 +09:00
order 250-1 on amazon.co.jp by A1: placed, ships from CN, fulfilled by marketplace
inquiry I1 of 250-1: message received, says いつ届きますか。
expect decision message_received not_ours
expect no duty
expect no escalation

inquiry I2 of 250-1: claim opened
expect 1 duty look_at_handed_back open, due 2026-11-21 12:00 +09:00, severity 3
expect 1 escalation look_at_handed_back open, order 250-1
inquiry I3 of 250-1: chargeback
expect 2 duty look_at_handed_back open

# Bad feedback that names the seller reaches the seller, and a person.
inquiry I4 of 250-1: message received, topic complaint, says 最悪です。二度と買いません。
expect 1 duty look_at_feedback open, due 2026-11-21 12:00 +09:00
expect no duty answer_message

# The return itself stays the marketplace's.
return R1 of 250-1: requested, reason CR-DEFECTIVE
expect decision return_requested not_ours
expect no duty answer_return
