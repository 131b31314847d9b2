# shellcheck shell=bash disable=SC2034 # variables are shared by the files of lib/
# PostgreSQL: statements in a transaction that is rolled back, and then for good. The client never reads them: they go to the
# server as hexadecimal text. In the trial the server's own EXECUTE runs them, which refuses COMMIT and ROLLBACK, alone or
# in a list, so that nothing that got through the splitting can end the transaction.

# What a rollback does not undo, or what acts outside of the transaction: an extended regular expression.
postgres_trial_escapes() {
  printf '%s' 'dblink|setval|lo_(ex|im)port|pg_(terminate|cancel)_backend|pg_reload_conf|pg_rotate_logfile|pg_switch_|pg_file_|' \
    'pg_create_|pg_drop_|pg_promote|pg_stat_reset|pg_logical_|pg_replication_|copy[^;]*program|query_to_file'
}

# Of first words, those that are refused.
postgres_trial_refused() {
  grep -xE 'BEGIN|START|COMMIT|END|ROLLBACK|ABORT|SAVEPOINT|RELEASE|PREPARE|EXECUTE|DEALLOCATE|COPY|VACUUM|LISTEN|DISCARD|LOAD|CHECKPOINT|DECLARE|FETCH|MOVE|CLOSE'
}

# Statements whose trial would take effect at once, so that there is none.
postgres_untried() {
  return 1
}

postgres_hex() {
  od -An -v -tx1 <"$1" | tr -d ' \n'
}

# postgres_trial DIR NUMBER: writes WORK/trial.rows (`1 5`: rows of a statement), WORK/trial.tables and WORK/trial.lost.
postgres_trial() {
  postgres_trial_sql "$1" "$2" | pg_sql "$DB_DATABASE" >"$WORK/trial.out" 2>"$WORK/trial.err" || return 1
  [ "$(tail -n 1 "$WORK/trial.out")" = '=finished' ] || return 1
  trial_part statements >"$WORK/trial.rows"
  trial_part columns-before | LC_ALL=C sort >"$WORK/columns.before"
  trial_part columns-after | LC_ALL=C sort >"$WORK/columns.after"
  LC_ALL=C comm -23 "$WORK/columns.before" "$WORK/columns.after" >"$WORK/trial.lost"
  trial_part counts-before >"$WORK/trial.before"
  trial_part counts-after >"$WORK/trial.after"
  trial_part changes >"$WORK/trial.changes"
  trial_tables
}

postgres_trial_sql() {
  local i
  printf '%s\n' 'BEGIN;' "SET LOCAL lock_timeout = '10s';" '\echo =counts-before'
  postgres_counts_sql
  printf '%s\n' '\echo =columns-before'
  postgres_columns_sql
  printf '%s\n' '\echo =statements'
  for ((i = 1; i <= $2; i++)); do
    printf "DO \$dbguard\$ DECLARE n bigint; BEGIN EXECUTE convert_from(decode('%s', 'hex'), 'UTF8'); GET DIAGNOSTICS n = ROW_COUNT;\n" \
      "$(postgres_hex "$1/$i.sql")"
    printf "PERFORM pg_catalog.set_config('dbguard.rows', n::text, true); END \$dbguard\$;\nSELECT '%s ' || current_setting('dbguard.rows');\n" "$i"
  done
  printf '%s\n' 'SET CONSTRAINTS ALL IMMEDIATE;' '\echo =changes'
  postgres_changes_sql
  printf '%s\n' '\echo =counts-after'
  postgres_counts_sql
  printf '%s\n' '\echo =columns-after'
  postgres_columns_sql
  printf '%s\n' '\echo =finished' 'ROLLBACK;'
}

# Rows that this transaction has inserted, updated or deleted, by cascades and triggers too.
postgres_changes_sql() {
  printf '%s' "SELECT to_json(shown)::text || ': ' || (n_tup_ins + n_tup_upd + n_tup_del) FROM ("
  postgres_tables_sql
  printf '%s\n' ') AS tables JOIN pg_stat_xact_all_tables s ON s.schemaname = nspname AND s.relname = tables.relname' \
    'WHERE n_tup_ins + n_tup_upd + n_tup_del > 0 ORDER BY 1;'
}

postgres_columns_sql() {
  printf '%s' "SELECT to_json(shown || '.' || a.attname)::text FROM ("
  postgres_tables_sql
  printf '%s\n' ') AS tables JOIN pg_namespace m ON m.nspname = tables.nspname' \
    'JOIN pg_class k ON k.relnamespace = m.oid AND k.relname = tables.relname' \
    'JOIN pg_attribute a ON a.attrelid = k.oid AND a.attnum > 0 AND NOT a.attisdropped;'
}

# postgres_apply DIR NUMBER LIMIT: the same statements for good, unless they now change more rows than LIMIT.
postgres_apply() {
  local i
  {
    printf '%s\n' 'BEGIN;' "SET LOCAL lock_timeout = '60s';"
    for ((i = 1; i <= $2; i++)); do
      printf "SELECT convert_from(decode('%s', 'hex'), 'UTF8') \\\\gexec\n" "$(postgres_hex "$1/$i.sql")"
    done
    printf '%s\n' 'SET CONSTRAINTS ALL IMMEDIATE;' '\set QUIET on' '\o /dev/null'
    printf 'SELECT 1 / (coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0) <= %s)::int AS within_the_trial FROM pg_stat_xact_user_tables;\n' "$3"
    printf '%s\n' '\o' '\set QUIET off' 'COMMIT;'
  } | pg psql -Xw -v ON_ERROR_STOP=1 -d "$(pg_target "$DB_DATABASE")"
}
