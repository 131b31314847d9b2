# shellcheck shell=bash disable=SC2034,SC2016 # variables are shared by the files of lib/; quoted programs run elsewhere
# Redis and Valkey: the dump, its check, and a scratch server that holds a dump for as long as this script runs.

# The server sends what it would send to a new replica: one moment, all databases, without touching its files.
rdb_dump() {
  rdb_transfer "$1/database.rdb" >"$WORK/dump.out" 2>"$WORK/dump.err" || die failed \
    "the server sent no dump: $(grep -iv '^sending \|^SYNC sent' "$WORK/dump.err" | head -n 2)" 'older backups are untouched' \
    'the user needs the rights of a replica (the commands SYNC, PSYNC and REPLCONF)'
  if [ -n "$RDB_SERVER" ]; then
    rdb_scratch_start "$1/database.rdb" || die failed "the dump cannot be loaded: $RDB_WHY" 'older backups are untouched' \
      "a $RDB_SERVER of the server's version ($DB_SERVER_VERSION) is needed here"
    rdb_scratch_counts >"$WORK/counts"
    rdb_tell_of_others
    rdb_scratch_stop
    meta counts exact
  else
    warn "redis-server is not installed here: the keys are counted in the live server, not in the dump"
    rdb_counts >"$WORK/counts"
    meta counts approximate
  fi
  # A few keys make a small dump; it was loaded, which proves more than its size.
  MINIMUM_BYTES=32
  meta client_version "$(rdb_program "$RDB_CLI" --version </dev/null)"
  meta_file database database.rdb
}

# The dump always holds the whole server; what is counted and restored is what the policy guards.
rdb_tell_of_others() {
  [ -n "$RDB_ONLY" ] || return 0
  local others
  others="$(rdb_scratch INFO keyspace </dev/null | RDB_ONLY='' rdb_counts_from | grep -v "^\"db${RDB_ONLY}[\" ]" | awk '{ sub(/^.*": /, ""); n += $0 } END { print n + 0 }')"
  [ "$others" -eq 0 ] ||
    warn "$others keys are in other databases than $RDB_ONLY: they are in the dump, but restore.sh would not bring them back (dbguard.toml: leave out 'database' to guard all)"
}

# To a file even in the container: on standard output, old and new clients leave the marker of the transfer's end in the dump.
rdb_transfer() {
  if [ -z "$CONTAINER" ]; then
    rdb_client --rdb "$1" </dev/null
    return $?
  fi
  local inside status=0
  inside="$(rdb_program mktemp </dev/null)" || return 1
  rdb_client --rdb "$inside" </dev/null || status=1
  [ "$status" -ne 0 ] || rdb_program cat "$inside" </dev/null >"$1" || status=1
  rdb_program rm -f "$inside" </dev/null
  return "$status"
}

# The checksum at the dump's end covers every byte.
rdb_check() {
  local dump="$1/database.rdb"
  [ -f "$dump" ] || {
    echo 'database.rdb is missing'
    return 1
  }
  case "$(head -c 9 <"$dump" | tr -d '\0')" in
    REDIS[0-9][0-9][0-9][0-9] | VALKEY[0-9][0-9][0-9]) ;;
    *)
      echo 'it is not a dump of Redis or Valkey'
      return 1
      ;;
  esac
  [ "$(tail -c 9 <"$dump" | head -c 1 | od -An -tx1 | tr -d ' ')" = ff ] || {
    echo 'it has no end'
    return 1
  }
  [ -n "$RDB_CHECKER" ] || return 0
  rdb_shell 'f=$(mktemp) || exit 1; cat >"$f"; "$1" "$f"; status=$?; rm -f "$f"; exit "$status"' sh "$RDB_CHECKER" \
    <"$dump" >"$WORK/check.out" 2>&1 || {
    echo "$RDB_CHECKER says: $(grep -i 'error\|fail\|unexpected\|can.t' "$WORK/check.out" | tail -n 1)"
    return 1
  }
}

# rdb_scratch_start FILE: a server without a port and without files of its own, which loads FILE and ends with this
# script, however that ends: its leash is our end of a pipe. It believes to be a replica, so that it drops no expired key.
rdb_scratch_start() {
  [ -n "$RDB_SERVER" ] || die failed 'redis-server is not installed here, and a dump has to be loaded to be looked at' \
    'nothing was touched' 'install the server package; it does not need to run'
  local answer
  rm -f -- "$WORK/leash" "$WORK/scratch"
  pipe_open "$WORK/leash"
  exec 8>"$WORK/leash"
  (
    export TMPDIR="$WORK"
    rdb_shell "$(rdb_scratch_program)" sh "$(file_bytes "$1")" "$RDB_SERVER" >"$WORK/scratch" 2>&1
  ) <&6 6<&- 8>&- &
  RDB_SCRATCH_PROCESS=$!
  exec 6<&-
  at_exit rdb_scratch_stop
  cat -- "$1" >&8
  RDB_WHY='the scratch server did not start'
  while kill -0 "$RDB_SCRATCH_PROCESS" 2>/dev/null; do
    SCRATCH="$(sed -n 's/^scratch //p' "$WORK/scratch")"
    if [ -n "$SCRATCH" ]; then
      answer="$(rdb_scratch DBSIZE </dev/null 2>/dev/null)" || answer=''
      case "$answer" in '' | *[!0-9]*) ;; *) return 0 ;; esac
    fi
    sleep 0.1
  done
  RDB_WHY="$(grep -v '^scratch \|signal-handler\|oO0O' "$WORK/scratch" | grep -i ' # \|can.t\|error\|not found' | grep -v 'WARNING' | tail -n 1)"
  return 1
}

# Arguments: how many bytes of standard input are the dump, and the server. The rest of standard input is the leash.
rdb_scratch_program() {
  cat <<'SH'
umask 077
d=$(mktemp -d) || exit 1
# Nothing in it is worth saving, and a gentler signal can be lost by a process that has just been started.
trap 'kill -9 ${server:-$!} ${watcher:-} 2>/dev/null; cd /; rm -rf "$d"' EXIT
trap 'exit 1' HUP INT TERM PIPE
head -c "$1" >"$d/dump.rdb" && cd "$d" || exit 1
exec 3<&0
"$2" --port 0 --unixsocket scratch.sock --unixsocketperm 700 --dir . --dbfilename dump.rdb --save '' --appendonly no \
  --databases 1024 --replicaof 127.0.0.1 1 --logfile '' --daemonize no </dev/null >&2 3<&- &
server=$!
{
  read -r _
  kill "$$"
} <&3 >/dev/null 2>&1 &
watcher=$!
echo "scratch $d"
# It may refuse the dump: then there is nothing to wait for.
wait "$server"
SH
}

rdb_scratch_stop() {
  exec 8>&-
  [ -z "${RDB_SCRATCH_PROCESS:-}" ] || wait "$RDB_SCRATCH_PROCESS" 2>/dev/null || true
  RDB_SCRATCH_PROCESS=''
}

# rdb_scratch ARGS…: the client, connected to the scratch server. Its socket is named relatively: long paths are refused.
rdb_scratch() {
  (
    unset REDISCLI_AUTH
    rdb_shell 'cd "$1" && shift && exec "$@"' sh "$SCRATCH" "$RDB_CLI" -s scratch.sock "$@"
  )
}

rdb_scratch_counts() {
  {
    { rdb_scratch FUNCTION LIST </dev/null 2>/dev/null || true; } | rdb_functions_from
    rdb_scratch INFO keyspace </dev/null | rdb_counts_from
  } | LC_ALL=C sort
}

rdb_rehearse() {
  rdb_scratch_start "$1/database.rdb" || {
    printf '%s\n' "$RDB_WHY" >&2
    return 1
  }
  rdb_scratch_counts
  rdb_scratch_stop
}
