SELECT c.is_first FROM public.bench_step s, henpin.complete_step(s.task_id, s.evidence) c WHERE s.n = (SELECT nextval('public.bench_next'));
