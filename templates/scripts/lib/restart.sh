# shellcheck shell=bash disable=SC2016,SC2034,SC2153 # variables are shared by the files of lib/; quoted programs run elsewhere
# The steps of a safe restart.

compose_databases() {
  local id
  while IFS= read -r id; do
    db_config "$id"
    [ "$DB_RUN" != compose ] || printf '%s\n' "$id"
  done <<<"$DB_IDS"
}

# A database that is restarted drops every connection, and is no part of the application.
refuse_database_services() {
  local id service
  while IFS= read -r id; do
    db_config "$id" || usage_error "there is no database '$id'"
    [ "$DB_RUN" = compose ] || usage_error "database $id is not in Compose"
    while IFS= read -r service; do
      [ "$service" != "$DB_SERVICE" ] || die refused "$service is the database, not the application" 'nothing was touched' \
        "name the application's services only"
    done <<<"$SERVICES"
  done <<<"$COMPOSE_IDS"
}

# step ID NUMBER NAME SCRIPT ARGS…
step() {
  local id="$1" number="$2" name="$3" script="$4" status=0
  shift 4
  say "step $number:      $name ($script)"
  "$BASH" "$SCRIPTS/$script" --db "$id" "$@" </dev/null || status=$?
  [ "$status" -eq 0 ] || stopped_at "$status" "$id" "$number" "$name"
}

stopped_at() {
  local safe='no service was restarted; the database and its backups are as they were'
  [ "$3" -lt 5 ] || safe='the database was not restarted; the backup of step 3 is in the list'
  printf 'error: stopped at step %s, %s%s\n  safe: %s\n  next: see above; then run this again\n' \
    "$3" "$4" "${2:+ (database $2)}" "$safe" >&2
  exit "$1"
}

# in_own_process FUNCTION ARGS…: what a database's engine sets, and what ends with die, stays in there.
in_own_process() {
  "$BASH" -c 'set -euo pipefail; umask 077; . "$1/lib/core.sh"; start "$1"; load restart; shift; "$@"' \
    sh "$SCRIPTS" "$@" </dev/null
}

quiet_database() {
  use_database "$1"
  work_prepare
  JSON=yes
  open_database 2>"$WORK/target" || die failed "database $1 cannot be opened" 'nothing was changed'
}

ready() {
  say 'step 4:      authenticated readiness'
  quiet_database "$1"
  [ "$(engine state)" != unknown ] || die failed "database $1 does not answer a query" 'nothing was changed'
  [ "$DB_ENGINE" != postgres ] || postgres_logs_in
}

# Inside the official image, the socket and loopback need no password: only another address proves that the password of
# the files is the server's.
postgres_logs_in() {
  local answer
  if [ -z "$DB_PASSWORD" ]; then
    warn 'no password is known here: that the application can log in was not proven'
    return 0
  fi
  answer="$(PGPASSWORD="$DB_PASSWORD" container_exec -e PGPASSWORD sh -c '
    address=$(hostname -i) || exit 1
    psql -XqAtw -h "${address%% *}" -U "$1" -d "$2" -c "SELECT 1"' sh "$DB_USER" "$DB_DATABASE" 2>&1 </dev/null)" || true
  [ "$answer" = 1 ] || die failed "the password of the files does not open $DB_ID over the network: ${answer%%$'\n'*}" \
    'nothing was changed' \
    'make the files agree with the server (validate-env.sh), or change the password in the server; never delete the volume'
}

restart_services() {
  local id service names=() services="${SERVICES_TO_RESTART:-}"
  say 'step 5:      restart'
  while IFS= read -r id; do
    db_config "$id"
    services="${services:-$DB_APP_SERVICES}"
  done <<<"$1"
  while IFS= read -r service; do
    [ -z "$service" ] || names+=("$service")
  done <<<"$services"
  [ "${#names[@]}" -gt 0 ] || die failed 'no service of the application is known' 'nothing was restarted' \
    'name them: safe-restart.sh SERVICE…'
  find_compose
  [ "${#COMPOSE[@]}" -gt 0 ] || die failed 'there is no Compose: neither docker compose nor docker-compose'
  compose restart ${names[@]+"${names[@]}"} </dev/null || die failed 'Compose could not restart them'
}

# At least the rows of the backup of step 3, table by table. A server that has just been asked for much may need a moment.
same_rows() {
  local tries=0 name
  say "step 6:      health and rows of $1"
  until "$BASH" "$SCRIPTS/health.sh" --db "$1" >/dev/null 2>&1 </dev/null || [ "$tries" -ge 10 ]; do
    tries=$((tries + 1))
    sleep 2
  done
  quiet_database "$1"
  name="$(backup_table label | awk -F '\t' '$2 == "pre-restart" { name = $1 } END { print name }')"
  metadata_counts "$STORE/$name/metadata.json" >"$WORK/before"
  engine counts >"$WORK/after"
  fewer_rows "$WORK/before" "$WORK/after" >"$WORK/fewer" || {
    cat -- "$WORK/fewer" >&2
    audit safe-restart 'rows missing' "$name"
    exit 4
  }
  audit safe-restart 'done' "$name"
}

# Tables that have fewer rows than before, or are gone.
fewer_rows() {
  LC_ALL=C awk '
    { at = length($0); while (substr($0, at, 2) != ": ") at--; name = substr($0, 1, at - 1); rows = substr($0, at + 2) + 0 }
    FILENAME == ARGV[1] { before[name] = rows; next }
    { after[name] = rows; seen[name] = 1 }
    END {
      for (name in before)
        if (!(name in seen)) { printf "  %s: gone, had %d rows\n", name, before[name]; worse = 1 }
        else if (after[name] < before[name]) { printf "  %s: %d rows, had %d\n", name, after[name], before[name]; worse = 1 }
      exit worse
    }' "$1" "$2"
}

rows_missing() {
  [ "$1" -eq 4 ] || stopped_at "$1" "$2" 6 'health after the restart'
  die unverified "after the restart, database $2 has fewer rows than before it" 'the backup pre-restart has them all' \
    "stop the application, find out what it did, then restore.sh --db $2"
}
