story: good seller metrics matter: answered in time, late and at risk are counted by seller and marketplace
seller A1 has return_address.jp, policy.disclosed
at 2026-11-20 12:00 +09:00
order 250-1 on amazon.co.jp by A1: placed, ships from CN
inquiry I1 of 250-1: message received, declared ja
inquiry I2 of 250-1: message received, declared ja
expect scorecard answer_message 7, seller A1, marketplace amazon.co.jp, started 2, answered 0, standing 2, share_in_time none
at 2026-11-20 15:00 +09:00
inquiry I1 of 250-1: replied, author human, in ja
at 2026-11-21 12:01 +09:00
expect scorecard answer_message 7, in_time 1, unanswered 1, breached 1, late 0, at_risk 0, share_in_time 0.5
at 2026-11-23 15:00 +09:00
inquiry I2 of 250-1: replied, author human, in ja
expect 1 duty answer_message met, closed 2026-11-20 15:00 +09:00
expect 1 duty answer_message breached, closed 2026-11-23 15:00 +09:00
expect scorecard answer_message 7, started 2, answered 2, in_time 1, late 1, unanswered 0, breached 1, standing 0
expect scorecard answer_message 7, elapsed_median 39:00:00, line 24:00:00, within_line 1, share_within_line 0.5, wanted_share 0.9

# The spans are Amazon's own: 7, 30 and 90 days.
at 2026-11-27 12:00 +09:00
expect no scorecard answer_message 7
expect scorecard answer_message 30, started 2, late 1
at 2027-02-18 12:00 +09:00
expect no scorecard answer_message 30
