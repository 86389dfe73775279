story: a complaint goes to a person, with a clock and a priority of its own, and no automatic answer ends it
seller A1 has return_address.jp, policy.disclosed
at 2026-11-20 10:00 +09:00
order 250-1 on amazon.co.jp by A1: placed, ships from CN
inquiry I1 of 250-1: message received, says こんなひどい対応は初めてです。苦情を申し上げます。
expect inquiry I1 MESSAGE_RECEIVED, signals has complaint, language ja
expect duty answer_complaint open, due 2026-11-21 10:00 +09:00, severity 3
expect escalation answer_complaint open, details has answer_in_person

# Neither a machine nor the mark that no reply is needed ends it.
at 2026-11-20 10:05 +09:00
inquiry I1 of 250-1: replied, author automatic
inquiry I1 of 250-1: no reply needed
expect duty answer_complaint open

at 2026-11-20 12:00 +09:00
inquiry I1 of 250-1: replied, author human, in ja
expect duty answer_complaint met
