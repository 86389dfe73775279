story: what is said not to be a complaint is none
seller A1 has return_address.jp, policy.disclosed
at 2026-11-20 10:00 +09:00
order 250-1 on amazon.co.jp by A1: placed, ships from CN
inquiry I1 of 250-1: message received, says 苦情ではありません。素敵なランプです！
expect duty answer_message open
expect no duty answer_complaint
