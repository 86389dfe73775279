story: in an order that the marketplace fulfils, the one line that the seller ships is the seller's to work
seller A1 has return_address.jp, policy.disclosed
at 2026-11-20 12:00 +09:00
order 250-1 on amazon.co.jp by A1: placed, ships from CN, fulfilled by marketplace, line 2, sku sku-2, in hands of seller
expect decision order_placed decided
return R1 of 250-1: requested, reason CR-DEFECTIVE
expect decision return_requested not_ours
expect no duty
return R2 of 250-1: requested, reason CR-DEFECTIVE, only line 2, sku sku-2
expect 1 duty answer_return open
# Nobody says which line: it may be the seller's, so it is worked.
return R3 of 250-1: requested, reason CR-DEFECTIVE, no lines
expect 2 duty answer_return open

# Conversations and claims: by the line that they name.
inquiry I1 of 250-1: message received, about line 1, says いつ届きますか。
expect decision message_received not_ours
expect inquiry I1 MESSAGE_RECEIVED, line 1
inquiry I1: message received, says もしもし。
expect no duty answer_message
inquiry I2 of 250-1: message received, about line 2, says いつ届きますか。
expect 1 duty answer_message open
inquiry I3 of 250-1: message received, says いつ届きますか。
expect 2 duty answer_message open
inquiry I4 of 250-1: claim opened, about line 1
expect 1 duty look_at_handed_back open
inquiry I5 of 250-1: claim opened, about line 2
expect 1 duty look_at_handed_back
expect no escalation triage

# A conversation that comes to the seller's line is the seller's from there on.
inquiry I1: message received, about line 2, says それと、もう一つ。
expect 3 duty answer_message open
expect inquiry I1 MESSAGE_RECEIVED, line 2
