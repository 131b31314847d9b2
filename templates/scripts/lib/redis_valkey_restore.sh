# shellcheck shell=bash disable=SC2034 # variables are shared by the files of lib/
# Redis and Valkey: restoring. The dump is loaded by a scratch server, and its keys are handed over (DUMP there, RESTORE
# here) in one transaction of the live server. So it works over any connection that the client has, and never touches the
# server's files: a copied dump.rdb is overwritten at shutdown, and ignored where the server keeps an append-only file.
# Until EXEC arrives the server has changed nothing, and then it does everything at once: a killed restore is one of both.
# Making the live server a replica of the scratch one was not chosen: it would have to reach back to this machine.

rdb_recover() {
  local marker
  [ -s "$STORE/.pending" ] || return 0
  marker="$(cat -- "$STORE/.pending")"
  case "$marker" in
    [0-9]*' dbguard:restored:'*) ;;
    *) die failed "$STORE/.pending is damaged" '' 'look at it, and remove it' ;;
  esac
  warn 'an earlier restore was cut short: the database is either the old or the restored one, both whole'
  rdb_ask -n "${marker%% *}" DEL "${marker#* }" >/dev/null || warn "the key ${marker#* } is left; it expires by itself"
  rm -f -- "$STORE/.pending"
  audit recover 'done' "${marker#* }"
}

# A server that answers is always backed up as present.
rdb_keep_damaged() {
  return 0
}

rdb_restore() {
  [ "$2" != schema ] || die usage "$DB_ENGINE has no schema: --schema-only means nothing here" 'the database was not touched'
  [ "$(rdb_fact role)" = master ] || die refused 'the server is a replica: what it is given is overwritten by its master' \
    'the database was not touched' "restore into the master: $(rdb_fact master_host):$(rdb_fact master_port)"
  local safety=''
  [ "$BACKUP_NAME" = "${1##*/}" ] || safety="$BACKUP_NAME"
  RESTORED=no
  at_exit rdb_undo
  if rdb_hand_over "$1" "$2" "$3"; then
    RESTORED=yes
    rdb_persist
    return 0
  fi
  [ "$RDB_DONE" = yes ] || die rolled-back "$RDB_WHY" 'the database is as it was: the transaction was not carried out'
  rdb_put_back "$safety" "$2" "$3"
}

# A failed restore is exit status 6, not 1.
rdb_undo() {
  [ "$RESTORED" = no ] || return 0
  [ "$EXIT_STATUS" -eq 7 ] || EXIT_STATUS=6
}

# The transaction was carried out, and the result is not what it should be.
rdb_put_back() {
  local why="$RDB_WHY"
  warn "$why: the safety backup is put back"
  if [ -n "$1" ]; then
    readable_backup "$STORE/$1" && rdb_hand_over "$READABLE" "$2" "$3" && die rolled-back "$why" 'the database is as it was: its safety backup was put back'
  else
    rdb_hand_over '' "$2" "$3" && die rolled-back "$why" 'the database is empty, as it was'
  fi
  die not-rolled-back "$why, and then: $RDB_WHY" "the state before is whole in ${1:-no backup, it was empty}" \
    "when the server is well again: restore.sh --db $DB_ID $1"
}

# rdb_hand_over DIR MODE DATABASES: the chosen databases become those of the backup DIR (without it: empty). On failure
# RDB_WHY says why, and RDB_DONE whether the server has changed anything.
rdb_hand_over() {
  local status=0 home key
  RDB_DONE=no RDB_WHY=''
  : >"$WORK/expected"
  if [ -n "$1" ]; then
    rdb_scratch_start "$1/database.rdb" || return 1
    rdb_scratch_counts >"$WORK/expected"
  fi
  rdb_chosen "$2" "$3" >"$WORK/chosen" || {
    RDB_WHY='the present keys cannot be counted'
    return 1
  }
  rdb_only_chosen "$WORK/expected"
  home="$(grep -v functions "$WORK/chosen" | head -n 1)"
  home="${home:-0}"
  key="dbguard:restored:$(timestamp):$$"
  if rdb_fits; then
    printf '%s %s\n' "$home" "$key" >"$STORE/.pending"
    flush "$STORE/.pending"
    # Our end of the leash stays with this process alone: when it is killed, nothing is left that could finish the stream.
    { rdb_stream "$home" "$key" | rdb_client --pipe --pipe-timeout 3600 >"$WORK/pipe" 2>&1; } 8>&- || true
    rdb_judge "$home" "$key" || status=1
  else
    status=1
  fi
  [ -z "$1" ] || rdb_scratch_stop
  return "$status"
}

# The numbers of the databases that are replaced, and `functions`: those of the backup and those that are there now.
rdb_chosen() {
  if [ "$1" = tables ]; then
    printf '%s\n' "$2" | sed -e 's/^db//' -e 's/ (expiring)$//' -e 's/^(functions)$/functions/'
  elif [ -n "$RDB_ONLY" ]; then
    printf '%s\n' "$RDB_ONLY"
  else
    rdb_counts >"$WORK/replaced" || return 1
    sed -n 's/^"db\([0-9]*\)[" ].*/\1/p' "$WORK/expected" "$WORK/replaced"
    echo functions
  fi >"$WORK/choice" || return 1
  LC_ALL=C sort -u "$WORK/choice"
}

# Keeps in FILE the counts of what is chosen.
rdb_only_chosen() {
  awk '
    FILENAME == ARGV[1] { chosen[$0 == "functions" ? "(functions)" : "db" $0] = 1; next }
    { name = $0; sub(/^"/, "", name); sub(/( \(expiring\))?": [0-9]*$/, "", name); if (name in chosen) print }
  ' "$WORK/chosen" "$1" >"$WORK/kept"
  mv -f -- "$WORK/kept" "$1"
}

# An older server refuses what a newer one has dumped. In a transaction it would say so too late: one key is tried first.
rdb_fits() {
  local number probe
  number="$(sed -n 's/^"db\([0-9]*\)[" ].*/\1/p' "$WORK/expected" | head -n 1)"
  [ -n "$number" ] || return 0
  probe="dbguard:probe:$$"
  {
    rdb_command SELECT "$number"
    rdb_scratch -n "$number" EVAL "$(rdb_probe_lua)" 0 "$probe" </dev/null
    rdb_command DEL "$probe"
  } | rdb_client --pipe >"$WORK/pipe" 2>&1 && return 0
  RDB_WHY="the server does not take keys of this dump: $(rdb_pipe_reason)"
  return 1
}

rdb_probe_lua() {
  rdb_resp_lua
  cat <<'LUA'
local key = redis.call('RANDOMKEY')
local value = key and redis.call('DUMP', key)
if value then send('RESTORE', ARGV[1], '10000', value, 'REPLACE') end
return table.concat(out)
LUA
}

# Everything that the live server is told. If the scratch server fails, DISCARD ends the transaction without effect.
rdb_stream() {
  rdb_command MULTI
  if ! rdb_stream_keys; then
    rdb_command DISCARD
    return 1
  fi
  rdb_command SELECT "$1"
  rdb_command EVAL "redis.call('SET', KEYS[1], redis.call('INFO', 'keyspace'), 'PX', 600000)" 1 "$2"
  rdb_command EXEC
}

# Not FLUSHALL: that would write an empty dump.rdb, which a server that crashes next would start from.
rdb_stream_keys() {
  local number
  while IFS= read -r number; do
    if [ "$number" = functions ]; then
      rdb_stream_functions || return 1
    else
      rdb_command SELECT "$number"
      rdb_command FLUSHDB
      ! grep -q "^\"db${number}[\" ]" "$WORK/expected" || rdb_stream_database "$number" || return 1
    fi
  done <"$WORK/chosen"
}

rdb_stream_functions() {
  local bytes
  if grep -q '^"(functions)"' "$WORK/expected"; then
    rdb_scratch FUNCTION DUMP </dev/null >"$WORK/batch" || return 1
    # The client ends its answer with a line end of its own.
    bytes="$(file_bytes "$WORK/batch")"
    bytes=$((bytes - 1))
    printf '*4\r\n'
    rdb_words FUNCTION RESTORE
    printf '$%d\r\n' "$bytes"
    head -c "$bytes" <"$WORK/batch"
    printf '\r\n'
    rdb_words FLUSH
  elif [ -n "$(rdb_ask FUNCTION LIST 2>/dev/null | rdb_functions_from)" ]; then
    rdb_command FUNCTION FLUSH
  fi
}

# Whole batches only; each ends with the place where the next one starts, inside of a command that changes nothing.
rdb_stream_database() {
  local cursor=0
  while :; do
    rdb_scratch -n "$1" EVAL "$(rdb_batch_lua)" 0 "$cursor" </dev/null >"$WORK/batch" || return 1
    cursor="$(tail -c 23 <"$WORK/batch" | head -c 20)"
    case "$cursor" in '' | *[!0-9]*) return 1 ;; esac
    [ "${#cursor}" -eq 20 ] || return 1
    cat -- "$WORK/batch" || return 1
    [ "$cursor" != 00000000000000000000 ] || return 0
  done
}

# Commands in the server's own form, in which keys and values may hold any byte.
rdb_resp_lua() {
  cat <<'LUA'
local out, size = {}, 0
local function send(...)
  local words = {...}
  out[#out + 1] = '*' .. #words .. '\r\n'
  for _, word in ipairs(words) do
    out[#out + 1] = '$' .. #word .. '\r\n' .. word .. '\r\n'
    size = size + #word
  end
end
LUA
}

rdb_batch_lua() {
  rdb_resp_lua
  cat <<'LUA'
local cursor, time = ARGV[1], redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
repeat
  local page = redis.call('SCAN', cursor, 'COUNT', 10)
  cursor = page[1]
  for _, key in ipairs(page[2]) do
    local left, value = redis.call('PTTL', key), redis.call('DUMP', key)
    local expires = left >= 0 and string.format('%.0f', now + left) or '0'
    if value then send('RESTORE', key, expires, value, 'REPLACE', 'ABSTTL') end
  end
until cursor == '0' or size > 4000000
send('ECHO', string.rep('0', 20 - #cursor) .. cursor)
return table.concat(out)
LUA
}

# rdb_command WORD…: words are ASCII.
rdb_command() {
  printf '*%d\r\n' "$#"
  rdb_words "$@"
}

rdb_words() {
  local word
  for word in "$@"; do printf '$%d\r\n%s\r\n' "${#word}" "$word"; done
}

# The client sees only that EXEC was answered. The key that the transaction wrote last says what there was at that moment,
# before applications went on working with it.
rdb_judge() {
  local difference
  if ! rdb_ask -n "$1" GET "$2" >"$WORK/marker" 2>/dev/null; then
    RDB_WHY="the server does not answer: $(rdb_pipe_reason)" RDB_DONE=yes
    return 1
  fi
  if [ ! -s "$WORK/marker" ] || ! grep -q Keyspace "$WORK/marker"; then
    rm -f -- "$STORE/.pending"
    RDB_WHY="the server did not take the keys: $(rdb_pipe_reason)"
    return 1
  fi
  RDB_DONE=yes
  rdb_ask -n "$1" DEL "$2" >/dev/null || warn "the key $2 is left; it expires by itself"
  rm -f -- "$STORE/.pending"
  {
    { rdb_ask FUNCTION LIST 2>/dev/null || true; } | rdb_functions_from
    rdb_counts_from <"$WORK/marker"
  } >"$WORK/restored"
  rdb_only_chosen "$WORK/restored"
  difference="$(rdb_compare "$WORK/expected" "$WORK/restored")" || {
    RDB_WHY="the restored keys do not match the backup: $difference"
    return 1
  }
}

rdb_pipe_reason() {
  grep -v '^All data transferred\|^Last reply\|^errors: ' "$WORK/pipe" | head -n 2 | tr '\n' ' '
}

# Keys that expire may have become fewer since the dump, but never more; a database of which nothing is left has no line.
rdb_compare() {
  awk '
    { at = match($0, /: [0-9]+$/); name = substr($0, 1, at - 1); n = substr($0, at + 2) }
    FILENAME == ARGV[1] { expected[name] = n; names[name] = 1; next }
    { found[name] = n; names[name] = 1 }
    END {
      for (name in names) {
        if (found[name] + 0 == expected[name] + 0 || (name ~ / \(expiring\)"$/ && found[name] + 0 < expected[name] + 0)) continue
        printf "  %s: expected %d, found %d\n", name, expected[name], found[name]; differs = 1
      }
      exit differs
    }' "$1" "$2"
}

# A server without an append-only file would start from the old dump.rdb if it crashed now.
rdb_persist() {
  local answer tries=0
  [ "$(rdb_fact aof_enabled)" = 0 ] || return 0
  answer="$(rdb_ask CONFIG GET save 2>/dev/null | sed -n 2p)" || return 0
  [ -n "$answer" ] || return 0
  rdb_ask BGSAVE >/dev/null 2>&1 || true
  until rdb_facts && [ "$(rdb_fact rdb_bgsave_in_progress)" = 0 ]; do
    tries=$((tries + 1))
    [ "$tries" -le 600 ] || break
    sleep 0.5
  done
  [ "$(rdb_fact rdb_last_bgsave_status)" = ok ] || warn 'the server cannot save to its disk (BGSAVE): the restored keys are in its memory only'
}
