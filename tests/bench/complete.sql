SELECT c.is_first FROM bench_step s, henpin.complete_step(s.task_id, s.evidence) c WHERE s.n = (SELECT nextval('bench_next'));
