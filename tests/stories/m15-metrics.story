story: good seller metrics matter: answered in time, late and at risk are counted by seller and marketplace
seller A1 has return_address.jp, policy.disclosed
at 2026-11-20 12:00 +09:00
order 250-1 on amazon.co.jp by A1: placed, ships from CN
inquiry I1 of 250-1: message received, declared ja
inquiry I2 of 250-1: message received, declared ja
at 2026-11-20 15:00 +09:00
inquiry I1 of 250-1: replied, author human, in ja
at 2026-11-23 15:00 +09:00
inquiry I2 of 250-1: replied, author human, in ja
expect 1 duty answer_message met, closed 2026-11-20 15:00 +09:00
expect 1 duty answer_message breached, closed 2026-11-23 15:00 +09:00
