# shellcheck shell=bash disable=SC2034,SC2016 # variables are shared by the files of lib/; quoted programs run elsewhere
# Redis and Valkey: the client, the connection, state and counts. Dumps are in redis_valkey_dump.sh, restoring in
# redis_valkey_restore.sh.

# Sets the names of the client, the server and the checker; an absent one is empty.
rdb_find_tools() {
  local first=redis second=valkey
  [ "$DB_ENGINE" != valkey ] || { first=valkey second=redis; }
  RDB_CLI="$(rdb_first_of "$first-cli" "$second-cli")"
  RDB_SERVER="$(rdb_first_of "$first-server" "$second-server")"
  RDB_CHECKER="$(rdb_first_of "$first-check-rdb" "$second-check-rdb")"
  [ -n "$RDB_CLI" ] || die failed "$first-cli is not installed, or not on PATH" 'nothing was touched' \
    "install the client of $first"
}

rdb_first_of() {
  rdb_shell 'for tool in "$@"; do command -v "$tool" >/dev/null && printf "%s" "$tool" && break; done' sh "$@" </dev/null || true
}

# rdb_program COMMAND…: here or in the container, without a password.
rdb_program() {
  if [ -n "$CONTAINER" ]; then container_exec "$@"; else "$@"; fi
}

# rdb_shell PROGRAM ARGS…: a program of the shell, here (where sh may not be on PATH) or in the container.
rdb_shell() {
  if [ -n "$CONTAINER" ]; then rdb_program sh -c "$@"; else "$BASH" -c "$@"; fi
}

# rdb_client ARGS…: the client, connected to the live server. The password goes by name.
rdb_client() {
  (
    unset REDISCLI_AUTH
    [ -z "$DB_PASSWORD" ] || export REDISCLI_AUTH="$DB_PASSWORD"
    if [ -n "$CONTAINER" ]; then
      container_exec -e REDISCLI_AUTH sh -c '
        if [ "$1" = own ]; then
          REDISCLI_AUTH="${REDIS_PASSWORD:-${VALKEY_PASSWORD:-}}"
          file="${REDIS_PASSWORD_FILE:-${VALKEY_PASSWORD_FILE:-}}"
          if [ -z "$REDISCLI_AUTH" ] && [ -r "$file" ]; then REDISCLI_AUTH=$(cat "$file"); fi
          export REDISCLI_AUTH
        fi
        [ -n "${REDISCLI_AUTH:-}" ] || unset REDISCLI_AUTH
        shift
        exec "$@"' sh "$RDB_PASSWORD_OF" "$RDB_CLI" ${RDB_TARGET[@]+"${RDB_TARGET[@]}"} "$@"
      exit
    fi
    exec "$RDB_CLI" ${RDB_TARGET[@]+"${RDB_TARGET[@]}"} "$@"
  )
}

# One command; its answer on standard output. A refused command is an error where the client can say so (-e, version 7).
rdb_ask() {
  rdb_client ${RDB_STRICT:+"$RDB_STRICT"} "$@" </dev/null
}

rdb_connect() {
  CONTAINER='' RDB_PASSWORD_OF=ours RDB_STRICT=''
  ! runs_in_container || find_container
  rdb_find_tools
  rdb_target
  if rdb_program "$RDB_CLI" -e --version >/dev/null 2>&1 </dev/null; then RDB_STRICT=-e; fi
  rdb_log_in
  DB_SERVER_VERSION="$(rdb_fact redis_version)"
  [ -z "$(rdb_fact valkey_version)" ] || DB_SERVER_VERSION="$(rdb_fact valkey_version)"
  case "$(rdb_fact redis_mode)" in
    standalone | '') ;;
    *) die failed "the server runs as $(rdb_fact redis_mode), of which one node holds only a part" 'nothing was touched' \
      'use the backups of whoever runs it' ;;
  esac
  rdb_scope
}

# Inside a container the server is on its own default port; the port of the policy is the published one.
rdb_target() {
  RDB_TARGET=()
  if [ -n "$CONTAINER" ]; then
    DB_HOST="$CONTAINER_PLACE"
    DB_PORT="${DB_PORT:-6379}"
  else
    DB_HOST="${DB_HOST:-127.0.0.1}"
    DB_PORT="${DB_PORT:-6379}"
    case "$DB_HOST" in /*) RDB_TARGET=(-s "$DB_HOST") ;; *) RDB_TARGET=(-h "$DB_HOST" -p "$DB_PORT") ;; esac
    case "$DB_SSLMODE" in '' | disable) ;; *) RDB_TARGET+=(--tls) ;; esac
  fi
  case "$DB_USER" in '' | default) ;; *) [ -z "$DB_PASSWORD" ] || RDB_TARGET+=(--user "$DB_USER") ;; esac
}

# PING succeeds with a wrong password, so the proof is an answer that only a logged-in client gets.
rdb_log_in() {
  rdb_facts && return 0
  case "$RDB_WHY" in
    *'without any password configured'*)
      DB_PASSWORD=''
      warn "database $DB_ID asks for no password, although one is configured"
      rdb_facts && return 0
      ;;
  esac
  if [ -n "$CONTAINER" ]; then
    RDB_PASSWORD_OF=own
    rdb_facts && return 0
  fi
  die failed "database $DB_ID cannot be reached: $RDB_WHY" 'nothing was touched; older backups are as they were' \
    'check that the server runs, then the credentials: validate-env.sh'
}

# Reads what the server says about itself; RDB_WHY says why not.
rdb_facts() {
  local status=0
  rdb_ask INFO >"$WORK/info" 2>"$WORK/info.err" || status=$?
  RDB_WHY="$(cat "$WORK/info.err" "$WORK/info" | grep -v '^$' | tr -d '\r' | head -n 1)"
  [ "$status" -eq 0 ] && [ ! -s "$WORK/info.err" ] && grep -q '^redis_version:' "$WORK/info"
}

rdb_fact() {
  tr -d '\r' <"$WORK/info" | sed -n "s/^$1://p"
}

# A number in the policy is the one database that is guarded; without one it is all that the server holds.
rdb_scope() {
  RDB_ONLY=''
  case "$DB_DATABASE" in
    '' | all) DB_DATABASE=all ;;
    *[!0-9]*) die failed "'$DB_DATABASE' is not the number of a database" 'nothing was touched' \
      'in dbguard.toml, set it to a number, or leave it out to guard all databases of the server' ;;
    *) RDB_ONLY="$DB_DATABASE" ;;
  esac
}

# INFO keyspace on standard input as counts. Keys that expire are counted apart: they become fewer by themselves.
rdb_counts_from() {
  tr -d '\r' | ONLY="$RDB_ONLY" awk -F '[:=,]' '
    /^db[0-9]+:keys=/ {
      if (ENVIRON["ONLY"] != "" && $1 != "db" ENVIRON["ONLY"]) next
      printf "\"%s\": %d\n", $1, $3 - $5
      if ($5 > 0) printf "\"%s (expiring)\": %d\n", $1, $5
    }' | LC_ALL=C sort
}

# FUNCTION LIST on standard input as a count. They belong to the server, not to one of its databases.
rdb_functions_from() {
  [ -z "$RDB_ONLY" ] || return 0
  awk '$0 == "library_name" { n++ } END { if (n) printf "\"(functions)\": %d\n", n }'
}

rdb_counts() {
  rdb_ask INFO keyspace >"$WORK/keyspace" || return 1
  {
    { rdb_ask FUNCTION LIST 2>/dev/null || true; } | rdb_functions_from
    rdb_counts_from <"$WORK/keyspace"
  } | LC_ALL=C sort
}

rdb_state() {
  if ! rdb_counts >"$WORK/state"; then
    echo unknown
  elif [ "$(rdb_fact loading)" = 1 ]; then
    echo 'the server is still loading its data' >&2
    echo unknown
  elif [ "$(rows_in "$WORK/state")" -eq 0 ]; then
    echo empty
  else
    echo ok
  fi
}

rdb_bytes() {
  rdb_fact used_memory
}

rdb_presence() {
  rdb_counts >"$WORK/present" || die failed 'the present keys cannot be counted' 'nothing was touched'
  if [ "$(rows_in "$WORK/present")" -gt 0 ]; then echo present; else echo absent; fi
}
