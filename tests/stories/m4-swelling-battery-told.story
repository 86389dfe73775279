story: a swelling battery that a buyer tells of stops return shipping, by whoever is on call
seller A1 has return_address.jp, policy.disclosed
at 2026-11-21 23:00 +09:00
order 250-1 on amazon.co.jp by A1: placed, ships from CN, class power_bank, hazards LITHIUM_ION
return R1 of 250-1: requested, reason CR-DEFECTIVE, condition defective
inquiry I1 of 250-1: message received, says バッテリーが膨らんでいます。このまま返送していいですか
expect duty stop_return_shipping open, due 2026-11-22 03:00 +09:00, desk triage, severity 4
expect escalation stop_return_shipping open, order 250-1, details has swollen_battery
expect inquiry I1, signals has swollen_battery

# The message itself waits for the desk that speaks the buyer's language.
expect duty answer_message open, due 2026-11-22 23:00 +09:00

at 2026-11-21 23:40 +09:00
inquiry I1 of 250-1: replied, author human, says 使用を中止し、お送りにならないでください。
expect duty stop_return_shipping met
expect duty answer_message met
