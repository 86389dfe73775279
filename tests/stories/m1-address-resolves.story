story: Amazon Japan requires a Japanese return address from sellers abroad: it lifts the blocker, and when it is gone the blocker is back
seller A1 has policy.disclosed, representative.jp
at 2026-11-20 12:00 +09:00
order 250-1 on amazon.co.jp by A1: placed, ships from CN
the clock looks
expect 1 blocker return_address.jp raised, instance 1

# An address is entered: nobody has to tidy up.
at 2026-11-21 09:00 +09:00
seller A1 has return_address.jp until 2026-12-01 00:00 +09:00
the clock looks
expect 1 blocker return_address.jp resolved, resolved 2026-11-21 09:00 +09:00
expect 1 escalation return_address.jp resolved, severity 0, reason has holds return_address.jp
at 2026-11-22 12:00 +09:00
order 250-2 on amazon.co.jp by A1: placed, ships from CN
# An order of the day before the address came, learnt late, does not bring it back.
order 250-3 on amazon.co.jp by A1: placed, ships from CN, occurred 2026-11-20 13:00 +09:00
the clock looks
expect 1 blocker return_address.jp resolved, instance 1
expect 1 escalation return_address.jp raised

# It has ended: the next order meets the blocker, before the clock does.
at 2026-12-02 12:00 +09:00
order 250-4 on amazon.co.jp by A1: placed, ships from CN
expect 1 blocker return_address.jp raised, instance 2, raised 2026-12-02 12:00 +09:00
the clock looks
expect 1 blocker return_address.jp raised, instance 2
expect 2 escalation return_address.jp raised
expect 1 escalation return_address.jp ended, due 2026-12-01 00:00 +09:00
