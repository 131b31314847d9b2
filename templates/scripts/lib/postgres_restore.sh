# shellcheck shell=bash disable=SC2034 # variables are shared by the files of lib/
# PostgreSQL: restoring. Everything happens in a new database; the old one is renamed away at the very end, in one
# transaction, and kept. A killed run leaves a new database behind, which .pending names for the next run.

# Creates an empty database NAME like the one in the backup DIR.
postgres_create() {
  printf '%s\n' "$2" >"$STORE/.pending"
  ASIDE="$2"
  pg_sql "$MAINTENANCE" -v db="$2" <"$1/create.sql"
}

postgres_drop_aside() {
  postgres_end_sessions "$1" || return 1
  pg_sql "$MAINTENANCE" -v db="$1" >/dev/null <<<'DROP DATABASE IF EXISTS :"db";' || return 1
  rm -f -- "$STORE/.pending"
}

# Ends every session that is in the database NAME or works on it. A killed client's statement lives on in the server, and a
# database that is still being created or renamed would escape a drop. A statement may also be under way between client and
# server, so only two looks in a row that find nothing count.
postgres_end_sessions() {
  local found looks=0 quiet=0
  while [ "$quiet" -lt 2 ]; do
    [ "$looks" -lt 100 ] || return 1
    found="$(pg_sql "$MAINTENANCE" -v db="$1" <<'SQL'
SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
WHERE pid <> pg_backend_pid() AND (datname = :'db' OR (state <> 'idle' AND strpos(query, :'db') > 0));
SQL
    )" || return 1
    if [ "$found" = 0 ]; then quiet=$((quiet + 1)); else quiet=0; fi
    looks=$((looks + 1))
    sleep 0.2
  done
}

postgres_recover() {
  local name
  [ -s "$STORE/.pending" ] || return 0
  name="$(cat -- "$STORE/.pending")"
  case "$name" in
    dbguard_new_* | dbguard_check_*) ;;
    *) die failed "$STORE/.pending is damaged" '' "look at it, and remove it" ;;
  esac
  warn 'an earlier restore or verification was cut short: it is undone now'
  postgres_end_sessions "$name" || die failed "sessions that work on the left-over database $name cannot be ended" \
    'the database is as it was' 'run this again in a minute'
  if postgres_exists "$DB_DATABASE"; then
    pg_sql "$MAINTENANCE" -v db="$DB_DATABASE" <<<'ALTER DATABASE :"db" ALLOW_CONNECTIONS true;' || true
  fi
  postgres_drop_aside "$name" || die failed "the left-over database $name cannot be dropped" 'the database is as it was' \
    'drop it by hand'
  audit recover 'done' "$name"
}

# Restores DIR into a scratch database, prints its counts, and drops it again.
postgres_rehearse() {
  local may
  may="$(pg_sql "$MAINTENANCE" <<<'SELECT rolsuper OR rolcreatedb FROM pg_roles WHERE rolname = current_user;')"
  [ "$may" = t ] || die failed "the role $DB_USER cannot create a scratch database, so nothing can be said about this backup's rows" \
    'its files are whole: digests, and a read of every byte of the dump' \
    'run this with a role that has CREATEDB; or restore it on another server, with its own policy'
  at_exit postgres_end_rehearsal
  postgres_create "$1" "dbguard_check_$(timestamp)_$$" >&2
  postgres_load "$1" --no-owner --no-acl >&2 || return 1
  postgres_counts_of "$ASIDE"
}

postgres_end_rehearsal() {
  postgres_drop_aside "$ASIDE" || warn "the scratch database $ASIDE is left; the next run drops it"
}

postgres_restore() {
  local why
  why="$(postgres_why_in_place)"
  if [ -n "$why" ]; then
    postgres_restore_in_place "$1" "$2" "$why"
    return
  fi
  RESTORED=no
  at_exit postgres_undo
  if [ "$2" = tables ]; then
    postgres_restore_tables "$1" "$3"
    return $?
  fi
  postgres_fill_aside "$1" "$2"
  pg_sql "$MAINTENANCE" -v db="$ASIDE" <"$1/settings.sql" >/dev/null ||
    die rolled-back 'owner, settings or grants of the database could not be applied' 'the database is as it was'
  postgres_swap
}

# A PostgreSQL database is never thrown away by a restore, so a damaged one needs no other copy.
postgres_presence() {
  if postgres_exists "$DB_DATABASE"; then echo present; else echo absent; fi
}

postgres_keep_damaged() {
  return 0
}

# What is undone when anything failed after this point; a failed restore is exit status 6, not 1.
postgres_undo() {
  [ "$RESTORED" = no ] || return 0
  if ! postgres_drop_aside "$ASIDE"; then warn "the unfinished database $ASIDE is left; the next run drops it"; fi
  [ "$EXIT_STATUS" -eq 7 ] || EXIT_STATUS=6
}

# Restores DIR into a new database and compares every count with what the backup says.
postgres_fill_aside() {
  local options=()
  ASIDE="dbguard_new_$(timestamp)_$$"
  postgres_require_roles "$1"
  postgres_create "$1" "$ASIDE" || die rolled-back 'a new database cannot be created' 'the database is as it was' \
    'the role needs CREATEDB'
  [ "$2" != schema ] || options=(--schema-only)
  postgres_load "$1" ${options[@]+"${options[@]}"} || die rolled-back 'pg_restore failed' 'the database is as it was: the restore went into a new one'
  postgres_expected "$1" "$2"
  postgres_counts_of "$ASIDE" >"$WORK/restored"
  compare_counts "$WORK/expected" "$WORK/restored" >&2 ||
    die rolled-back 'the restored tables do not match the backup' 'the database is as it was'
}

postgres_expected() {
  metadata_counts "$1/metadata.json" >"$WORK/expected"
  [ "$2" = schema ] || return 0
  sed -e '/^"(large objects)": /d' -e 's/: [0-9]*$/: 0/' "$WORK/expected" >"$WORK/zero"
  mv -f -- "$WORK/zero" "$WORK/expected"
}

# Owners must exist before the objects do: which of the backup's are unknown to this server?
postgres_require_roles() {
  local missing role
  [ -f "$1/globals.sql" ] || return 0
  pg pg_restore -l <"$1/database.dump" >"$WORK/toc"
  missing="$(sed -n 's/^CREATE ROLE \(.*\);$/\1/p' "$1/globals.sql" | while IFS= read -r role; do
    if grep -qF -- " $role;" "$1/settings.sql" || grep -q -- "[0-9] .* ${role//\"/}\$" "$WORK/toc"; then
      printf "SELECT q FROM (SELECT %s AS q) AS role WHERE NOT EXISTS (SELECT FROM pg_roles WHERE quote_ident(rolname) = q);\n" \
        "\$role\$$role\$role\$"
    fi
  done | pg_sql "$MAINTENANCE")"
  [ -z "$missing" ] || die failed "the server lacks roles that the backup needs: ${missing//$'\n'/, }" \
    'the database was not touched' "create them (their statements are in $1/globals.sql), then run this again"
}

# One message to the server, so that it is carried out to its end even when this process is killed in the middle of it.
postgres_swap() {
  local old
  postgres_name_old
  old="$OLD"
  if postgres_exists "$DB_DATABASE"; then
    postgres_swap_sql | pg_sql "$MAINTENANCE" -v live="$DB_DATABASE" -v new="$ASIDE" -v old="$old" >/dev/null || postgres_swap_failed
  else
    OLD=''
    pg_sql "$MAINTENANCE" -v live="$DB_DATABASE" -v new="$ASIDE" <<<'ALTER DATABASE :"new" RENAME TO :"live";' || postgres_swap_failed
  fi
  RESTORED=yes
  rm -f -- "$STORE/.pending"
  [ -z "$OLD" ] || say "kept:        the replaced database, as $OLD; drop it when you are sure"
}

# A name has 63 bytes, and must not end within a character.
postgres_name_old() {
  OLD="$(pg_sql "$MAINTENANCE" -v name="$DB_DATABASE" -v suffix="_old_$(timestamp)" <<<"
    SELECT CASE WHEN octet_length(:'name') <= 42 THEN :'name' ELSE left(:'name', 10) END || :'suffix';")"
}

postgres_swap_sql() {
  cat <<'SQL'
BEGIN \; ALTER DATABASE :"live" ALLOW_CONNECTIONS false \; COMMIT \;
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname IN (:'live', :'new') AND pid <> pg_backend_pid() \;
BEGIN \;
ALTER DATABASE :"live" RENAME TO :"old" \;
ALTER DATABASE :"new" RENAME TO :"live" \;
ALTER DATABASE :"old" ALLOW_CONNECTIONS true \;
COMMIT;
SQL
}

# The client's word is not enough: look at which databases are there.
postgres_swap_failed() {
  if postgres_exists "$DB_DATABASE" && ! postgres_exists "$ASIDE"; then return 0; fi
  if pg_sql "$MAINTENANCE" -v db="$DB_DATABASE" <<<'ALTER DATABASE :"db" ALLOW_CONNECTIONS true;'; then
    die rolled-back 'the databases could not be swapped' 'the database is as it was' \
      'stop the application, so that nobody is connected, and run this again'
  fi
  die not-rolled-back "the swap failed and the server does not answer" \
    "nothing was deleted: the data is in $DB_DATABASE or $OLD, the restored one in $ASIDE" \
    'when the server is back, run this again: it first brings the databases in order'
}
