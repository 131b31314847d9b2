# shellcheck shell=bash disable=SC2034 # variables are shared by the files of lib/
# SQLite: a scratch copy, what its schema looks like, and an empty file in place of a full one.

sqlite_scratch() {
  SCRATCH="$WORK/scratch.sqlite"
  cp -- "$1/database.sqlite" "$SCRATCH"
}

sqlite_unscratch() {
  rm -f -- "$SCRATCH" "$SCRATCH"-wal "$SCRATCH"-shm "$SCRATCH"-journal
}

sqlite_live() {
  printf '%s' "$DB_PATH"
}

sqlite_shape_of() {
  sqlite_sql "$1" <<<"SELECT sql || ';' FROM sqlite_master WHERE sql IS NOT NULL ORDER BY type, name;"
}

sqlite_empty() {
  RESTORED=no
  at_exit sqlite_undo
  sqlite_nobody_writes
  # A file is an SQLite database only once it has a first page.
  sqlite_sql_new <<<'CREATE TABLE first_page (x); DROP TABLE first_page; VACUUM;' >/dev/null
  sqlite_swap "$1"
}
