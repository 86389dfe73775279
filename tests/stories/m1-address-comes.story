story: Amazon Japan requires a Japanese return address from sellers abroad: one that is entered counts from the next order on
seller A1 has policy.disclosed
at 2026-11-20 12:00 +09:00
# The workers have read what is known of the seller.
order 113-1 on amazon.com by A1: placed, ships from CN, buyer in US
seller A1 has return_address.jp
order 250-1 on amazon.co.jp by A1: placed, ships from CN
expect 2 decision order_placed decided
expect no blocker
