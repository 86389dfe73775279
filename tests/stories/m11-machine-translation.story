story: machine translation is a risk to the seller's rating: it stops no clock, and a native speaker reads what was sent
seller A1 has return_address.jp, policy.disclosed
at 2026-11-20 10:00 +09:00
order 250-1 on amazon.co.jp by A1: placed, ships from CN
inquiry I1 of 250-1: message received, declared ja
at 2026-11-20 11:00 +09:00
inquiry I1 of 250-1: replied, author machine translation, in ja
expect duty answer_message open, due 2026-11-21 10:00 +09:00
expect duty review_translation open, due 2026-11-21 10:00 +09:00
expect decision replied_by_translation decided
expect inquiry I1, language ja

# A person's own words are the answer, and the review.
at 2026-11-20 15:00 +09:00
inquiry I1 of 250-1: replied, author human, in ja
expect duty answer_message met
expect duty review_translation met
