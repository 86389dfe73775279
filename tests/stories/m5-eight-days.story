story: where no return policy is shown before the purchase, the buyer in Japan may withdraw for eight days
seller open has return_address.jp, policy.disclosed
seller silent has return_address.jp
at 2026-11-20 12:00 +09:00
order 250-1 on amazon.co.jp by silent: delivered, ships from CN
order 250-2 on amazon.co.jp by open: delivered, ships from CN
expect 1 duty, rule jp-eight-days, order 250-1, due 2026-11-28 00:00 +09:00
expect 1 duty
