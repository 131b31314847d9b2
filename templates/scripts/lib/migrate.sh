# shellcheck shell=bash disable=SC2034,SC2153 # variables are shared by the files of lib/
# Trying a migration on a restored copy. An engine that can do it provides, in lib/ENGINE_migrate.sh:
#   ENGINE_scratch DIR     restore DIR into a scratch copy; sets SCRATCH, its name or file
#   ENGINE_unscratch       remove it again
#   ENGINE_live            print the name or file of the live database, in the same form
#   ENGINE_shape_of X, ENGINE_columns_of X, ENGINE_counts_of X   what X looks like
#   ENGINE_empty DIR       put an empty database, like the one in the backup DIR, in place of the live one

can_rehearse() {
  engine_has scratch
}

# take_look NAME X: the schema, columns and counts of X, as WORK/NAME.schema and so on.
take_look() {
  engine shape_of "$2" >"$WORK/$1.schema"
  engine columns_of "$2" >"$WORK/$1.columns"
  engine counts_of "$2" >"$WORK/$1.counts"
}

same_look() {
  cmp -s "$WORK/$1.schema" "$WORK/$2.schema" && cmp -s "$WORK/$1.counts" "$WORK/$2.counts"
}

# Sets the variables that tell a program its database, of those that dbguard.toml names; POINTED counts them.
point_to_scratch() {
  POINTED=0
  db_credentials "$DB_ID" point_place
  point_place url dotenv .env DATABASE_URL ''
  case "$DB_ENGINE" in postgres) export PGDATABASE="$SCRATCH" ;; esac
}

# point_place WHAT KIND PATH KEY SERVICE, as db_credentials visits.
point_place() {
  local value=''
  case "$4" in '' | [0-9]* | *[!A-Za-z0-9_]*) return 0 ;; esac
  # What the shell of this script has is what a program sees first.
  value="${!4:-}"
  if [ -z "$value" ] && read_place "$2" "$3" "$4" "$5"; then value="$FOUND_VALUE"; fi
  [ -n "$value" ] || return 0
  case "$1" in
    url) value="$(url_of_scratch "$value")" || return 0 ;;
    database | path) value="$SCRATCH" ;;
    *) return 0 ;;
  esac
  export "$4=$value"
  POINTED=$((POINTED + 1))
}

# The same URL with another database.
url_of_scratch() {
  local scheme rest query='' login=''
  case "$1" in
    file:*) printf 'file:%s' "$SCRATCH" && return 0 ;;
    sqlite*://*) printf '%s:///%s' "${1%%://*}" "$SCRATCH" && return 0 ;;
    *://*) scheme="${1%%://*}" rest="${1#*://}" ;;
    *) return 1 ;;
  esac
  # Cut as parse_url does: a password may hold a raw ? or /.
  case "${rest%%\?*}" in *@*) query="${rest#"${rest%%\?*}"}" rest="${rest%%\?*}" ;; esac
  case "$rest" in *@*) login="${rest%@*}@" rest="${rest##*@}" ;; esac
  case "$rest" in *\?*) query="?${rest#*\?}" rest="${rest%%\?*}" ;; esac
  printf '%s://%s%s/%s%s' "$scheme" "$login" "${rest%%/*}" "$SCRATCH" "$query"
}

# rehearse_migration FUNCTION: FUNCTION runs the migration. Sets LOST (columns that go) and CHANGED.
rehearse_migration() {
  local live
  take_lock
  SCRATCHING=yes
  at_exit end_scratch
  engine scratch "$STORE/$BACKUP_NAME" || die failed 'the backup cannot be restored into a scratch copy' \
    'the database is as it was' "look at it: verify-backup.sh --db $DB_ID"
  live="$(engine live)"
  take_look scratch-before "$SCRATCH"
  take_look live-before "$live"
  say "rehearsal:   in the scratch copy $SCRATCH"
  run_pointed "$1"
  take_look live-after "$live"
  cmp -s "$WORK/live-before.schema" "$WORK/live-after.schema" || rehearsal_missed
  [ "$POINTED_STATUS" -eq 0 ] || die failed "the migration failed in the rehearsal (status $POINTED_STATUS)" \
    'the database was not touched: it ran in a copy' 'repair the migration, then run this again'
  take_look scratch-after "$SCRATCH"
  show_schema_changes
  end_scratch
  release_lock
  # From now on the lock may be somebody else's.
  LOCK="$WORK/no-lock"
}

end_scratch() {
  [ "$SCRATCHING" = yes ] || return 0
  SCRATCHING=no
  engine unscratch
}

# In a subshell, so that the variables end with it. Standard input is for the real run, and for the name before it.
run_pointed() {
  POINTED_STATUS=0
  (
    trap - EXIT
    point_to_scratch
    [ "$POINTED" -gt 0 ] || exit 250
    "$1"
    exit "$COMMAND_STATUS"
  ) </dev/null || POINTED_STATUS=$?
  [ "$POINTED_STATUS" -ne 250 ] || die refused 'it is not known which variable tells the migration its database' 'nothing was run' \
    'name it in dbguard.toml, in credentials (what = "url", "database" or "path"); or leave the rehearsal out: --no-rehearsal'
}

rehearsal_missed() {
  diff "$WORK/live-before.schema" "$WORK/live-after.schema" | head -n 40 >&2 || true
  log_operation migration-failures safe-migrate 'rehearsal reached the live database' "$REASON"
  die failed 'the schema of the live database changed during the rehearsal: the migration does not read the variables it was given' \
    "the backup from before is $BACKUP_NAME" "look at the changes above; to go back: restore.sh --db $DB_ID $BACKUP_NAME"
}

show_schema_changes() {
  LOST="$(LC_ALL=C comm -23 "$WORK/scratch-before.columns" "$WORK/scratch-after.columns")"
  rows_are_lower "$WORK/scratch-before.counts" "$WORK/scratch-after.counts" >"$WORK/lower" || true
  REHEARSED=changed
  if same_look scratch-before scratch-after; then
    REHEARSED=nothing
    warn 'the rehearsal changed nothing: there is nothing to migrate, or the command looks elsewhere for its database'
    return 0
  fi
  say 'schema:      (- before, + after)'
  diff -U 2 "$WORK/scratch-before.schema" "$WORK/scratch-after.schema" >"$WORK/diff" || true
  say "$(sed -n -e '3,200s/^/  /p' "$WORK/diff")"
  [ -z "$LOST" ] || say "destroys:    columns ${LOST//$NEWLINE/, }"
  [ ! -s "$WORK/lower" ] || say "loses rows:$NEWLINE$(cat -- "$WORK/lower")"
}
