# shellcheck shell=bash disable=SC2034 # variables are shared by the files of lib/
# SQLite: statements are tried in a copy of the file, so that nothing they do can reach the real one, and then run for good in
# one transaction. Foreign keys are switched on in both, so that deletes cascade as they do in most applications.

sqlite_trial_escapes() {
  printf '%s' 'load_extension|writefile|readfile|fts3_tokenizer|writable_schema|edit[[:space:]]*\('
}

sqlite_trial_refused() {
  grep -xE 'BEGIN|COMMIT|END|ROLLBACK|SAVEPOINT|RELEASE|ATTACH|DETACH|VACUUM|PRAGMA'
}

sqlite_untried() {
  return 1
}

sqlite_trial() {
  sqlite_require
  sqlite_copy "$DB_PATH" "$WORK/trial.sqlite" 2>"$WORK/trial.err" || return 1
  sqlite_counts_of "$WORK/trial.sqlite" >"$WORK/trial.before" || return 1
  sqlite_columns_of "$WORK/trial.sqlite" >"$WORK/columns.before"
  sqlite_trial_sql "$1" "$2" | sqlite_sql "$WORK/trial.sqlite" >"$WORK/trial.out" || {
    grep -i 'error' "$WORK/trial.out" >"$WORK/trial.err" || true
    return 1
  }
  [ "$(tail -n 1 "$WORK/trial.out")" = '=finished' ] || return 1
  # What a statement of the user printed cannot know the mark.
  sed -n "s/^=$MARK //p" "$WORK/trial.out" | awk '{ print $1, $2 - before; before = $2 }' >"$WORK/trial.rows"
  sqlite_counts_of "$WORK/trial.sqlite" >"$WORK/trial.after" || return 1
  sqlite_columns_of "$WORK/trial.sqlite" >"$WORK/columns.after"
  LC_ALL=C comm -23 "$WORK/columns.before" "$WORK/columns.after" >"$WORK/trial.lost"
  : >"$WORK/trial.changes"
  trial_tables
  rm -f -- "$WORK"/trial.sqlite*
}

sqlite_trial_sql() {
  local i
  MARK="$(cat -- "$WORK/mark")"
  printf '%s\n' 'PRAGMA foreign_keys = ON;' 'BEGIN;'
  for ((i = 1; i <= $2; i++)); do
    cat -- "$1/$i.sql"
    printf "\n;\nSELECT '=%s %s ' || total_changes();\n" "$MARK" "$i"
  done
  printf '%s\n' 'COMMIT;' "SELECT '=finished';"
}

sqlite_columns_of() {
  sqlite_sql "$1" <<<"SELECT json_quote(m.name || '.' || c.name) FROM sqlite_master m JOIN pragma_table_info(m.name) c
    WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite~_%' ESCAPE '~' AND m.sql NOT LIKE 'create virtual%';" | LC_ALL=C sort
}

# A failed statement ends the client, and with it the transaction.
sqlite_apply() {
  local i answer status=0
  answer="$({
    printf '%s\n' 'PRAGMA foreign_keys = ON;' 'BEGIN IMMEDIATE;'
    for ((i = 1; i <= $2; i++)); do
      cat -- "$1/$i.sql"
      printf '\n;\n'
    done
    printf '%s\n' 'CREATE TEMP TABLE dbguard_limit (within_the_trial CHECK (within_the_trial));' \
      "INSERT INTO temp.dbguard_limit SELECT total_changes() <= $3;" 'COMMIT;'
  } | sqlite_sql "$DB_PATH")" || status=$?
  [ -z "$answer" ] || printf '%s\n' "$answer"
  return "$status"
}
