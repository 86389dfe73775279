#include "common/io/pg_session.h"

#define BY_KEY(is_local)                                                                 \
    "SELECT set_config('idle_in_transaction_session_timeout',"                           \
    "  ($1::bigint / 1000)::text, " is_local ")," /* milliseconds */                     \
    " set_config('enable_seqscan', 'off', " is_local "),"                                \
    " set_config('enable_hashjoin', 'off', " is_local "),"                               \
    " set_config('enable_mergejoin', 'off', " is_local "),"                              \
    " set_config('jit', 'off', " is_local "),"                                           \
    " set_config('plan_cache_mode', 'force_generic_plan', " is_local ")"

static const struct pg_statement for_session = {"pg_session_by_key", BY_KEY("false")};
static const struct pg_statement for_transaction = {"pg_begin_by_key", BY_KEY("true")};

void pg_session_by_key(struct pg_script *s, int64_t idle_us) {
    pg_param_i64(pg_script_query(s, &for_session), idle_us);
}

void pg_begin_by_key(struct pg_script *s, int64_t idle_us) {
    (void)pg_script_query(s, &pg_begin);
    pg_param_i64(pg_script_query(s, &for_transaction), idle_us);
}
