story: a service partner is a target with services, licences, hours and languages: a licence of a desk that ends is told ahead, with what it will stop
at 2029-01-10 12:00 +09:00
the clock looks
expect no escalation medical_device ends_soon (story clock)
at 2029-02-01 12:00 +09:00
the clock looks
expect 1 escalation medical_device ends_soon, due 2029-03-31 00:00 Z, case_kind desk, reason has route-jp-medical (then triage) (story clock)
the clock looks
expect 1 escalation medical_device ends_soon (story clock)
