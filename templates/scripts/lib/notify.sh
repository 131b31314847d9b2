# shellcheck shell=bash disable=SC2034 # variables are shared by the files of lib/
# Telling people what happened, once. Nothing here can fail or hold up what it reports on: a message goes out after the
# work is done and the lock released, is bounded in time, and its failure is only said and logged. What no script can tell
# is that it was killed outright or never started: a dead man's ping notices that. Sending is in send.sh.

# tell_from_here EVENT: from here on, however the script ends, what came of it is told.
tell_from_here() {
  TELL_EVENT="$1"
  TELL_STATE="$BACKUPS/log/told/$DB_ID"
  TELL_REASON="$TELL_STATE/reason.$$"
  TELL_PING=''
  mkdir -p -- "$TELL_STATE" 2>/dev/null || TELL_REASON=''
  local old
  for old in "$TELL_STATE"/reason.*; do
    # Of a run that was killed.
    if [ -f "$old" ] && ! is_alive "${old##*.}"; then rm -f -- "$old"; fi
  done
  at_exit tell_outcome
}

# tell_reason TEXT: the first one counts, since what comes later follows from it. Written to a file, because it may be
# found in a subshell.
tell_reason() {
  [ -n "${TELL_REASON:-}" ] && [ ! -s "$TELL_REASON" ] || return 0
  printf '%s\n' "$1" 2>/dev/null >"$TELL_REASON" || true
}

# The ping that a run has begun, beside it, so that a slow server does not hold it up.
tell_start() {
  notify_places ping_place
  [ -n "${PING_KIND:-}" ] || return 0
  send_ping /start </dev/null >/dev/null &
  TELL_PING=$!
}

# Usage errors, refusals and a held lock are answers to the person who asked; what they mean in a scheduled run is told by
# schedule.sh.
tell_outcome() {
  local reason=''
  if [ -n "$TELL_REASON" ]; then
    reason="$(head -n 1 "$TELL_REASON" 2>/dev/null)"
    rm -f -- "$TELL_REASON"
  fi
  case "$EXIT_STATUS" in 2 | 3 | 5) return 0 ;; esac
  [ -z "$TELL_PING" ] || wait "$TELL_PING" 2>/dev/null
  tell "$TELL_EVENT" "$EXIT_STATUS" "$reason"
}

# tell EVENT STATUS REASON: a failure is told when it begins, when its status changes and every NOTIFY_REPEAT_HOURS; its
# end is told once. A ping and the figures for Prometheus go out every time.
tell() {
  local result
  result="$(tell_result "$1" "$2")"
  tell_remember "$1" "$2" "$result"
  send_all "$1" "$2" "$result" "$3"
  [ -z "$NOTIFY_TEXTFILE" ] || write_textfile || notify_failed textfile "$NOTIFY_TEXTFILE cannot be written"
}

# Prints failed or recovered when people are to be told, else quiet.
tell_result() {
  local status='' told=0 now
  now="$(date +%s)"
  if [ -f "$TELL_STATE/$1" ]; then IFS=' ' read -r status told <"$TELL_STATE/$1" || true; fi
  case "$told" in '' | *[!0-9]*) told=0 ;; esac
  if [ "$2" -eq 0 ]; then
    if [ -n "$status" ]; then echo recovered; else echo quiet; fi
  elif [ "$status" != "$2" ] || [ "$told" -gt "$now" ] || [ $((now - told)) -ge $((NOTIFY_REPEAT_HOURS * 3600)) ]; then
    echo failed
  else
    echo quiet
  fi
}

# A file for each thing that is failing, with its status and when it was told; and when each last failed.
tell_remember() {
  [ -d "$TELL_STATE" ] || return 0
  if [ "$2" -eq 0 ]; then
    rm -f -- "$TELL_STATE/$1"
    return 0
  fi
  printf '%s\n' "$(date +%s)" >"$TELL_STATE/$1.failed" || true
  [ "$3" != failed ] || printf '%s %s\n' "$2" "$(date +%s)" >"$TELL_STATE/$1" || true
}

notify_failed() {
  warn "a notification did not get through: $1: $2"
  audit notify failed "$1: $2"
}

# The figures of one database, replaced in one step, for the textfile collector of Prometheus' node_exporter.
write_textfile() {
  local folder="$NOTIFY_TEXTFILE" name labels
  case "$folder" in /*) ;; *) folder="$ROOT/$folder" ;; esac
  [ -d "$folder" ] || return 1
  name="dbguard_$(printf '%s' "$ROOT" | cksum | cut -d ' ' -f 1)_$DB_ID"
  # Backslash, quote and newline are written in a label as in JSON.
  labels="database=$(json_string "$DB_ID"),project=$(json_string "${ROOT##*/}")"
  textfile_figures "$labels" 2>/dev/null >"$folder/.$name.$$" && chmod 644 "$folder/.$name.$$" &&
    mv -f -- "$folder/.$name.$$" "$folder/$name.prom" && return 0
  rm -f -- "$folder/.$name.$$"
  return 1
}

textfile_figures() {
  local event now
  now="$(date +%s)"
  audit_dates
  if newest_verified; then
    figure backup_last_success_timestamp_seconds "$1" "$VERIFIED_FINISHED"
    figure backup_size_bytes "$1" "$VERIFIED_BYTES"
    figure backup_rows "$1" "$VERIFIED_ROWS"
    figure backup_duration_seconds "$1" $((VERIFIED_FINISHED - VERIFIED_EPOCH))
    figure backup_verified_age_seconds "$1" $((now - VERIFIED_EPOCH))
  fi
  [ "$LAST_TEST" -eq 0 ] || figure restore_test_timestamp_seconds "$1" "$LAST_TEST"
  [ ! -s "$TELL_STATE/backup.failed" ] || figure backup_last_failure_timestamp_seconds "$1" "$(cat "$TELL_STATE/backup.failed")"
  printf '# TYPE dbguard_failing gauge\n'
  for event in backup verify restore health backup-health; do
    printf 'dbguard_failing{%s,what="%s"} %s\n' "$1" "$event" "$(if [ -f "$TELL_STATE/$event" ]; then echo 1; else echo 0; fi)"
  done
}

figure() {
  printf '# TYPE dbguard_%s gauge\ndbguard_%s{%s} %s\n' "$1" "$1" "$2" "$3"
}
