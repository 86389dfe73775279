story: bad input ends with a person, or waits, and never in a wrong clock
seller A1 has return_address.jp, policy.disclosed
at 2026-11-20 12:00 +09:00
order 250-1 on amazon.co.jp by A1: placed, ships from CN

# A kind of event and a language that nobody knows: the first goes to a person, the second is answered by who is on call.
inquiry I1 of 250-1: unknown
expect 1 escalation triage open, case_kind inquiry, reason has the kind of event is not known
expect no duty
inquiry I2 of 250-1: message received, declared xx
expect 1 duty answer_message open, due 2026-11-21 12:00 +09:00, desk triage
expect inquiry I2, language xx

# A reply before its message answers nothing that came later; the message's clock runs from the message.
inquiry I3 of 250-1: replied, author human, occurred 2026-11-20 11:00 +09:00
expect 1 duty answer_message
inquiry I3 of 250-1: message received, declared ja, occurred 2026-11-20 11:30 +09:00
expect 1 duty answer_message open, due 2026-11-21 11:30 +09:00
# One that is read before its message but was sent after it is its answer.
inquiry I4 of 250-1: replied, author human, in ja, occurred 2026-11-20 11:50 +09:00
inquiry I4 of 250-1: message received, declared ja, occurred 2026-11-20 11:40 +09:00
expect 1 duty answer_message met, start 2026-11-20 11:40 +09:00, closed 2026-11-20 11:50 +09:00

# A delivery that is read before the order was placed, and one that was told by nobody.
order 250-2 on amazon.co.jp by A1: delivered, occurred 2026-11-20 10:00 +09:00
order 250-2: placed, occurred 2026-11-18 10:00 +09:00
expect order 250-2 DELIVERED
expect no escalation triage, order 250-2

# What is learnt of an hour before it happens: a clock is ahead, and no duty is begun by it. A few minutes are let pass.
inquiry I5 of 250-1: message received, declared ja, occurred 2026-11-20 13:00 +09:00
expect no duty, start 2026-11-20 13:00 +09:00
expect 1 dead_letter event.field, reason has occurred_at lies 60 minutes after observed_at
inquiry I5 of 250-1: message received, declared ja, occurred 2026-11-20 12:04 +09:00
expect 1 duty answer_message open, start 2026-11-20 12:04 +09:00

# An event of 2009: breached long ago, and it says so with its own instants.
order 250-9 on amazon.co.jp by A1: placed, ships from CN, occurred 2009-03-02 12:00 +09:00
inquiry I9 of 250-9: message received, declared ja, occurred 2009-03-02 12:00 +09:00
expect 1 duty answer_message, start 2009-03-02 12:00 +09:00, due 2009-03-03 12:00 +09:00
the clock looks
expect 1 escalation answer_message breached, due 2009-03-03 12:00 +09:00 (story clock)

# An empty text is read for nothing.
inquiry I6 of 250-1: message received, declared ja, says  .
expect inquiry I6, signals []
expect 1 dead_letter
