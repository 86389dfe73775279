story: Importers of medical devices must offer repair under a licence: one that is about to end is told ahead, each level once
at 2026-11-20 12:00 +09:00
seller A1 has licence MD_REPAIR_9 until 2027-03-01 00:00 +09:00, licence_holder.jp, policy.disclosed, representative.jp, return_address.jp
seller A1 sells on amazon.co.jp, ships from CN, class medical_class_2
the clock looks
# 180 days before the end are over: told at once.
expect 1 escalation MD_REPAIR_9 ends_soon, severity 2, due 2027-03-01 00:00 +09:00, reason has repair_route on amazon.co.jp
expect no blocker
the clock looks
expect 1 escalation MD_REPAIR_9 ends_soon

# A week of sleep over two levels tells the later one.
at 2027-02-25 12:00 +09:00
the clock looks
expect 2 escalation MD_REPAIR_9 ends_soon
expect 1 escalation MD_REPAIR_9 ends_soon, occurred 2027-02-22 00:00 +09:00

at 2027-03-02 12:00 +09:00
the clock looks
expect 1 escalation MD_REPAIR_9 ended
expect 1 blocker repair_route raised, raised 2027-03-01 00:00 +09:00, rule med-repair-route
# The new one.
seller A1 has licence MD_REPAIR_TOKKAN_1
the clock looks
expect 1 blocker repair_route resolved, resolved 2027-03-02 12:00 +09:00
