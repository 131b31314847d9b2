# shellcheck shell=bash disable=SC2034,SC2016 # variables are shared by the files of lib/; quoted programs run elsewhere
# PostgreSQL: restoring into the live database itself, where no other can be created or renamed. One transaction drops and
# fills every object of the backup, is counted, and is committed only when every table has the rows that the backup says.
# Until then the server has changed nothing for anybody else; a killed run is rolled back by the server.

# Prints why the live database cannot be replaced by a new one; nothing when it can.
postgres_why_in_place() {
  local why="${PG_IN_PLACE:-}"
  [ -n "$why" ] || why="$(pg_sql "$MAINTENANCE" -v name="$DB_DATABASE" <<'SQL'
SELECT CASE
  WHEN NOT (rolsuper OR rolcreatedb) THEN format('the role %I cannot create databases', rolname)
  WHEN NOT rolsuper AND EXISTS (SELECT FROM pg_database WHERE datname = :'name' AND NOT pg_has_role(datdba, 'USAGE'))
    THEN format('the role %I does not own the database', rolname)
  ELSE '' END
FROM pg_roles WHERE rolname = current_user;
SQL
  )"
  printf '%s' "$why"
}

# postgres_restore_in_place DIR MODE WHY
postgres_restore_in_place() {
  [ "$2" != tables ] || die refused "single tables are restored from a copy beside the live database, and $3" \
    'the database was not touched' 'use a role that can create databases, or restore everything'
  postgres_exists "$DB_DATABASE" || die refused "there is no database $DB_DATABASE, and $3" 'nothing was touched' \
    'have it created empty, then run this again'
  ! postgres_dump_has_extension "$1" timescaledb || die refused "TimescaleDB cannot be refilled in place, and $3" \
    'the database was not touched' 'use a role that can create databases'
  RESTORED=no
  at_exit postgres_in_place_undo
  say "in place:    $3, so the live database is refilled in one transaction"
  postgres_require_roles "$1"
  postgres_in_place_entries "$1"
  postgres_expected "$1" "$2"
  postgres_in_place_open
  postgres_in_place_send "$1" "$2" || true
  postgres_in_place_await counted || postgres_in_place_failed 'the backup could not be put in its place'
  sed -e '1,/^counting$/d' -e '/^counted$/,$d' "$WORK/in-place.out" | LC_ALL=C sort >"$WORK/found"
  postgres_in_place_compare
  postgres_in_place_commit
}

# Whatever happens before the commit, the server rolls back; a failed restore is exit status 6, not 1.
postgres_in_place_undo() {
  [ "$RESTORED" = no ] || return 0
  exec 9>&-
  [ "$EXIT_STATUS" -eq 7 ] || EXIT_STATUS=6
}

# What the transaction carries out, for pg_restore -L: schemas and extensions that are there already stay, since others may
# own them, or may have put something into them.
postgres_in_place_entries() {
  pg pg_restore -l <"$1/database.dump" >"$WORK/entries.all"
  pg_sql "$DB_DATABASE" >"$WORK/there" <<<"SELECT 'SCHEMA ' || nspname FROM pg_namespace UNION ALL SELECT 'EXTENSION ' || extname FROM pg_extension;"
  LC_ALL=C awk '
    FILENAME == ARGV[1] { there[$0]; next }
    / (COMMENT|ACL|SECURITY LABEL) - (SCHEMA|EXTENSION) / { for (i = 4; i <= NF; i++) if ($i == "-") break; if (($(i + 1) " " $(i + 2)) in there) next }
    / (SCHEMA|EXTENSION) - / && $4 ~ /^(SCHEMA|EXTENSION)$/ { if (($4 " " $6) in there) next }
    { print }' "$WORK/there" "$WORK/entries.all" >"$WORK/entries"
}

# The session is fed through a pipe that stays open, so that nothing is committed by the mere end of its input.
postgres_in_place_open() {
  pipe_open "$WORK/in-place.in"
  exec 9>"$WORK/in-place.in"
  : >"$WORK/in-place.out"
  pg psql -XqAtw -v ON_ERROR_STOP=1 -d "$(pg_target "$DB_DATABASE")" \
    <&6 >"$WORK/in-place.out" 2>"$WORK/in-place.err" 6<&- 9>&- &
  IN_PLACE_PROCESS=$!
  exec 6<&-
}

# In a subshell: when the session ends early, only that is ended by the broken pipe.
postgres_in_place_send() {
  (
    trap - PIPE
    set -o pipefail
    echo 'BEGIN;'
    postgres_in_place_sql "$1" "$2" | postgres_without_commit || exit 1
    printf '%s\n' '\echo counting'
    postgres_counts_sql
    printf '%s\n' '\echo counted'
  ) >&9 2>"$WORK/in-place.send"
}

# The script's own COMMIT is within its last lines; the one that counts comes after the counts. A lock that somebody else
# holds for ever must not hold up everybody.
postgres_without_commit() {
  LC_ALL=C awk '
    NR <= 40 && $0 == "SET lock_timeout = 0;" { print "SET lock_timeout = 60000;"; next }
    held && ++after > 30 { printf "%s", text; held = 0 }
    $0 == "COMMIT;" { if (held) printf "%s", text; held = 1; after = 0; text = $0 "\n"; next }
    held { text = text $0 "\n"; next }
    { print }
    END { if (held) printf "%s", substr(text, 9); else { print "the script of pg_restore has no end" >"/dev/stderr"; exit 1 } }'
}

# As a single transaction: otherwise the script commits by itself around the large objects.
postgres_in_place_sql() {
  local options=(--clean --if-exists --single-transaction) bytes
  [ "$2" != schema ] || options+=(--schema-only)
  if [ -z "$CONTAINER" ]; then
    pg pg_restore ${options[@]+"${options[@]}"} -L "$WORK/entries" -f - <"$1/database.dump"
    return
  fi
  bytes="$(file_bytes "$WORK/entries")"
  cat -- "$WORK/entries" "$1/database.dump" | in_container sh -c '
    list=$(mktemp) || exit 1
    dd bs=1 count="$1" of="$list" 2>/dev/null
    shift
    status=0
    pg_restore "$@" -L "$list" -f - || status=$?
    rm -f "$list"
    exit "$status"' sh "$bytes" ${options[@]+"${options[@]}"}
}

# postgres_in_place_await WORD: waits for the session to say it; status 1 when the session ended without.
postgres_in_place_await() {
  until grep -qx "$1" "$WORK/in-place.out"; do
    kill -0 "$IN_PLACE_PROCESS" 2>/dev/null || {
      grep -qx "$1" "$WORK/in-place.out"
      return
    }
    [ ! -s "$WORK/in-place.send" ] || return 1
    sleep 0.1
  done
}

postgres_in_place_failed() {
  local why
  why="$(grep -m 1 'ERROR' "$WORK/in-place.err" || cat "$WORK/in-place.err" "$WORK/in-place.send" | head -n 1)"
  die rolled-back "$1: $why" 'the database is as it was: it was one transaction' \
    'newer tables or views that depend on old ones have to be dropped first; a role that can create databases needs none of this'
}

# Tables that the backup does not know stay, and are named.
postgres_in_place_compare() {
  local extra
  extra="$(sed 's/: [0-9]*$//' "$WORK/expected" | LC_ALL=C sort >"$WORK/known" &&
    sed 's/: [0-9]*$//' "$WORK/found" | LC_ALL=C sort | LC_ALL=C comm -13 "$WORK/known" -)"
  [ -z "$extra" ] || warn "tables that the backup does not have stay as they are: ${extra//$'\n'/, }"
  LC_ALL=C awk 'FILENAME == ARGV[1] { known[$0]; next } { name = $0; sub(/: [0-9]*$/, "", name); if (name in known) print }' \
    "$WORK/known" "$WORK/found" >"$WORK/compared"
  compare_counts "$WORK/expected" "$WORK/compared" >&2 ||
    die rolled-back 'the restored tables do not match the backup' 'the database is as it was: nothing was committed'
}

postgres_in_place_commit() {
  (
    trap - PIPE
    printf '%s\n' 'COMMIT;' '\echo committed'
  ) >&9 || true
  if postgres_in_place_await committed; then
    RESTORED=yes
    exec 9>&-
    wait "$IN_PLACE_PROCESS" 2>/dev/null || true
    return 0
  fi
  if grep -q 'ERROR' "$WORK/in-place.err"; then postgres_in_place_failed 'the transaction could not be committed'; fi
  die not-rolled-back 'the connection was lost while the transaction was being committed' \
    'the database is either the old or the restored one, both whole; the safety backup has the old one' \
    'when the server is back: health.sh, then look at the data'
}
