# shellcheck shell=bash disable=SC2034 # variables are shared by the files of lib/
# MySQL and MariaDB: changes of rows can be tried in a transaction that is rolled back. Everything that commits by itself
# (CREATE, ALTER, DROP, TRUNCATE, RENAME), and tables without transactions, cannot: then there is no trial.

my_trial_escapes() {
  printf '%s' 'into[[:space:]]+(outfile|dumpfile)|load_file|load[[:space:]]+data|get_lock|release_lock|^[[:space:]]*delimiter'
}

my_trial_refused() {
  grep -vxE 'SELECT|INSERT|UPDATE|DELETE|REPLACE|WITH|VALUES|CREATE|ALTER|DROP|TRUNCATE|RENAME'
}

# my_untried WORDS: prints why these statements cannot be tried; status 1 when they can.
my_untried() {
  local others
  if grep -qE '^[0-9]+ (CREATE|ALTER|DROP|TRUNCATE|RENAME)( |$)' "$1"; then
    echo 'it has statements that take effect at once (CREATE, ALTER, DROP, TRUNCATE, RENAME)'
    return 0
  fi
  others="$(my_sql "$DB_DATABASE" <<<"SELECT COUNT(*) FROM information_schema.tables
    WHERE table_schema = DATABASE() AND table_type <> 'VIEW' AND engine <> 'InnoDB';")" || others=unknown
  [ "$others" != 0 ] || return 1
  echo "the database has tables without transactions ($others)"
}

my_session_sql() {
  echo "SET SESSION sql_mode = REPLACE(REPLACE(REPLACE(@@sql_mode, 'ANSI_QUOTES', ''), 'ANSI', ''), 'NO_BACKSLASH_ESCAPES', ''), lock_wait_timeout = 60;"
}

my_trial() {
  local counts
  counts="$(my_counts_sql | my_sql "$DB_DATABASE" 2>"$WORK/trial.err")" || return 1
  MARK="$(cat -- "$WORK/mark")"
  my_trial_sql "$1" "$2" "$counts" | my_sql "$DB_DATABASE" >"$WORK/trial.out" 2>"$WORK/trial.err" || return 1
  [ "$(tail -n 1 "$WORK/trial.out")" = "=$MARK finished" ] || return 1
  sed -n "s/^=$MARK rows //p" "$WORK/trial.out" >"$WORK/trial.rows"
  sed -n "/^=$MARK before/,/^=$MARK start/p" "$WORK/trial.out" | grep -v "^=$MARK" | LC_ALL=C sort >"$WORK/trial.before" || true
  sed -n "/^=$MARK after/,/^=$MARK finished/p" "$WORK/trial.out" | grep -v "^=$MARK" | LC_ALL=C sort >"$WORK/trial.after" || true
  : >"$WORK/trial.lost"
  : >"$WORK/trial.changes"
  trial_tables
}

my_trial_sql() {
  local i
  my_session_sql
  printf "SET autocommit = 0;\nSTART TRANSACTION;\nSELECT '=%s before';\n%s\nSELECT '=%s start';\n" "$MARK" "$3" "$MARK"
  for ((i = 1; i <= $2; i++)); do
    cat -- "$1/$i.sql"
    printf "\n;\nSELECT CONCAT('=%s rows %s ', GREATEST(ROW_COUNT(), 0));\n" "$MARK" "$i"
  done
  printf "SELECT '=%s after';\n%s\nROLLBACK;\nSELECT '=%s finished';\n" "$MARK" "$3" "$MARK"
}

my_apply() {
  local i
  {
    my_session_sql
    printf 'SET autocommit = 0;\nSTART TRANSACTION;\n'
    for ((i = 1; i <= $2; i++)); do
      cat -- "$1/$i.sql"
      printf '\n;\n'
    done
    echo 'COMMIT;'
  } | my_sql "$DB_DATABASE"
}
