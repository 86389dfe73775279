story: An address that had ended and is entered again counts from when it was entered: what desks were told of the time between stands
seller A1 has policy.disclosed, representative.jp
at 2026-11-20 12:00 +09:00
seller A1 has return_address.jp until 2026-12-01 00:00 +09:00
order 250-1 on amazon.co.jp by A1: placed, ships from CN
the clock looks
expect no blocker return_address.jp raised

# It ends, an order meets that, and five days later the old entry is prolonged.
at 2026-12-02 12:00 +09:00
order 250-2 on amazon.co.jp by A1: placed, ships from CN
the clock looks
expect 1 blocker return_address.jp raised, instance 1, raised 2026-12-02 12:00 +09:00
at 2026-12-07 12:00 +09:00
seller A1 has return_address.jp until 2027-12-01 00:00 +09:00
the clock looks
expect 1 blocker return_address.jp resolved, resolved 2026-12-07 12:00 +09:00

# Prolonged in time it has been known all along; an entry that is made between two looks of the clock does not change that.
at 2026-12-08 12:00 +09:00
seller A1 has return_address.us
at 2026-12-09 12:00 +09:00
seller A1 has return_address.jp until 2028-12-01 00:00 +09:00
the clock looks
expect 1 blocker return_address.jp resolved, instance 1, resolved 2026-12-07 12:00 +09:00
expect 1 escalation return_address.jp raised
