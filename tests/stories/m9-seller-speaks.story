story: sellers must support customers in the marketplace's language: where no desk of ours speaks it, the seller's own people must
at 2026-11-20 09:00 +08:00
seller A1 has policy.disclosed
seller A1 sells on amazon.com.br, ships from CN, opens 2026-12-01 00:00 +08:00
the clock looks
expect 1 blocker language.pt raised
seller A1 has language.pt, language.zh
the clock looks
expect 1 blocker language.pt resolved

# Whoever answers sees what the seller's people speak; of what is open, too, as soon as it changes.
at 2026-12-01 10:00 +08:00
order 701-1 on amazon.com.br by A1: placed, ships from CN
inquiry I1 of 701-1: message received, declared pt
expect to_answer answer_message open, details has "answer_in":"pt"
expect to_answer answer_message open, details has "seller_speaks":["pt"
expect no blocker language.pt raised
seller A1 has language.en
expect to_answer answer_message open, details has "seller_speaks":["en"

# The last who spoke it has left.
at 2026-12-02 09:00 +08:00
seller A1 loses language.pt
the clock looks
expect 1 blocker language.pt raised, instance 2
