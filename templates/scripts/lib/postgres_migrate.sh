# shellcheck shell=bash disable=SC2034 # variables are shared by the files of lib/
# PostgreSQL: a scratch copy that stays for a while, what its schema looks like, and an empty database in place of a full one.

# Restores DIR into a scratch database, SCRATCH; when this run is killed, the next one drops it.
postgres_scratch() {
  postgres_create "$1" "dbguard_check_$(timestamp)_$$" >&2
  SCRATCH="$ASIDE"
  pg pg_restore -w --exit-on-error --single-transaction --no-owner --no-acl -d "$(pg_target "$SCRATCH")" \
    <"$1/database.dump" >&2
}

postgres_unscratch() {
  postgres_end_rehearsal
}

postgres_live() {
  printf '%s' "$DB_DATABASE"
}

# Owners and grants are not in the scratch copy, so they are left out of both.
postgres_shape_of() {
  pg pg_dump -w -s --no-owner --no-acl -d "$(pg_target "$1")" </dev/null >"$WORK/schema"
  grep -vE '^(--|SET |SELECT pg_catalog|\\(un)?restrict |$)' "$WORK/schema" || true
}

postgres_columns_of() {
  postgres_columns_sql | pg_sql "$1" | LC_ALL=C sort
}

# An empty database like the one that the backup DIR remembers takes the place of the live one, which is then dropped.
postgres_empty() {
  RESTORED=no
  ASIDE="dbguard_new_$(timestamp)_$$"
  at_exit postgres_undo
  postgres_create "$1" "$ASIDE" || die rolled-back 'a new database cannot be created' 'the database is as it was' \
    'the role needs CREATEDB; or give the command that resets it: reset.sh -- COMMAND'
  pg_sql "$MAINTENANCE" -v db="$ASIDE" <"$1/settings.sql" >/dev/null ||
    die rolled-back 'owner, settings or grants of the database could not be applied' 'the database is as it was'
  postgres_swap >/dev/null
  postgres_drop_aside "$OLD" || warn "the replaced database $OLD is left: drop it by hand"
}
