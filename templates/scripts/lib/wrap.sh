# shellcheck shell=bash disable=SC2034,SC2153 # variables are shared by the files of lib/
# What the wrappers have in common: a backup first, the command as if nobody stood between it and its caller, and afterwards
# the tables whose rows changed.

# wrap_open ID: the target is shown and its connection proven. No lock is held: backup.sh takes its own, and the command may
# be one of these scripts.
wrap_open() {
  use_database "$1"
  work_prepare
  open_database
}

# Sets WANTED: one database, and never a guess.
one_database() {
  [ -n "$WANTED" ] || ! several_databases || usage_error 'there are several databases: which one? --db ID'
  WANTED="${WANTED:-$DB_IDS}"
}

# wrap_backup LABEL: sets BACKUP_NAME and writes its counts to WORK/before. A database that does not exist and never had a
# backup has nothing to lose; one that had is missing, and nothing may be built in its place.
wrap_backup() {
  BACKUP_NAME=''
  : >"$WORK/before"
  if [ "$(engine presence)" = absent ]; then
    [ -z "$(newest_backup)" ] || die refused "database $DB_ID does not exist, and it has backups" 'nothing was run' \
      "bring it back first: restore.sh --db $DB_ID"
    say 'backup:      none: the database does not exist yet, and never had a backup'
    return 0
  fi
  "$BASH" "$SCRIPTS/backup.sh" --db "$DB_ID" --label "$1" --json </dev/null >"$WORK/taken" 2>"$WORK/backup.log" || {
    local status=$?
    cat -- "$WORK/backup.log" >&2
    die "$(kind_of_backup_failure "$status")" 'no backup could be taken' 'nothing was run' \
      "repair the backup first: backup.sh --db $DB_ID"
  }
  BACKUP_NAME="$(metadata_value "$WORK/taken" basename)"
  metadata_counts "$WORK/taken" >"$WORK/before"
  say "backup:      $STORE/$BACKUP_NAME"
}

kind_of_backup_failure() {
  case "$1" in 5) echo locked ;; 3) echo refused ;; *) echo failed ;; esac
}

# run_command WORDS…: sets COMMAND_STATUS to what the shell would say, 128 + n for a signal. At a terminal the keys reach the
# command by themselves; elsewhere a signal for this script is passed on, and this script stays for the report.
run_command() {
  COMMAND_STATUS=0
  trap '' PIPE
  if [ -t 0 ]; then
    trap : HUP INT TERM
    (
      trap - HUP INT TERM PIPE EXIT
      exec "$@"
    ) || COMMAND_STATUS=$?
  else
    run_in_background "$@"
  fi
  trap 'exit 1' HUP INT TERM PIPE
}

run_in_background() {
  local again=yes
  COMMAND_PROCESS=''
  trap 'pass_on HUP' HUP
  trap 'pass_on INT' INT
  trap 'pass_on TERM' TERM
  (
    trap - HUP INT QUIT TERM PIPE EXIT
    exec "$@"
  ) <&0 &
  COMMAND_PROCESS=$!
  while [ "$again" = yes ]; do
    again=no COMMAND_STATUS=0
    SIGNAL_CAME=no
    wait "$COMMAND_PROCESS" || COMMAND_STATUS=$?
    # A wait that a signal ended says nothing about the command.
    again="$SIGNAL_CAME"
  done
}

pass_on() {
  SIGNAL_CAME=yes
  [ -z "$COMMAND_PROCESS" ] || kill -s "$1" "$COMMAND_PROCESS" 2>/dev/null || true
}

# wrap_report: WORK/after, WORK/drift, and a sentence about them. A database that cannot be counted any more is said aloud,
# and never changes the command's own status.
wrap_report() {
  : >"$WORK/drift"
  if ! count_now; then
    warn "the tables of $DB_ID can no longer be counted: is the database still there? (health.sh --db $DB_ID)"
    how_to_get_back
    return 0
  fi
  drift_of "$WORK/before" "$WORK/after" >"$WORK/drift"
  if [ -s "$WORK/drift" ]; then
    say "rows:        changed in $(lines_in "$WORK/drift") of $(lines_in "$WORK/after") tables"
    say "$(cat -- "$WORK/drift")"
    how_to_get_back
  else
    say "rows:        the same in all $(lines_in "$WORK/after") tables (a changed row does not show here)"
  fi
}

# A subshell, because an engine that cannot answer ends the script.
count_now() {
  (engine counts) >"$WORK/after" 2>"$WORK/count.err"
}

how_to_get_back() {
  [ -z "$BACKUP_NAME" ] || say "back:        restore.sh --db $DB_ID $BACKUP_NAME"
}

# drift_of BEFORE AFTER: one line a table whose number of rows differs.
drift_of() {
  LC_ALL=C awk '
    { at = length($0); while (at > 0 && substr($0, at, 2) != ": ") at--; name = substr($0, 1, at - 1); rows = substr($0, at + 2) }
    FILENAME == ARGV[1] { before[name] = rows; order[++n] = name; next }
    { seen[name] = 1
      if (!(name in before)) printf "  %s: new, %d rows\n", name, rows
      else if (before[name] != rows) printf "  %s: %d -> %d rows (%+d)\n", name, before[name], rows, rows - before[name] }
    END { for (i = 1; i <= n; i++) if (!(order[i] in seen)) printf "  %s: gone, with %d rows\n", order[i], before[order[i]] }
  ' "$1" "$2"
}

# rows_are_lower BEFORE AFTER: prints each table that lost rows or is gone; status 1 when there is none.
rows_are_lower() {
  drift_of "$1" "$2" | awk '/ rows \(-[0-9]+\)$/ || /: gone, with [1-9][0-9]* rows$/ { print; n++ } END { exit !n }'
}

# log_operation LOG ACTION RESULT REASON WORDS…: one line of BACKUPS/log/LOG.jsonl and one of the audit log. Of the command only
# its program and a digest are kept: arguments may hold secrets.
log_operation() {
  local log="$BACKUPS/log/$1.jsonl" action="$2" result="$3" reason="$4" file="$STORE/$BACKUP_NAME/metadata.json"
  shift 4
  mkdir -p -- "$BACKUPS/log"
  {
    printf '{"time": "%s", "action": %s, "database": %s, ' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$(json_string "$action")" \
      "$(json_string "$DB_ID")"
    printf '"environment": %s, "by": %s, "result": %s, ' "$(json_string "$ENVIRONMENT")" "$(json_string "$(who_and_where)")" \
      "$(json_string "$result")"
    printf '"reason": %s, "commit": %s, "branch": %s, ' "$(json_string "$reason")" \
      "$(json_string "$(git_answer rev-parse HEAD)")" "$(json_string "$(git_answer rev-parse --abbrev-ref HEAD)")"
    printf '"program": %s, "command_sha256": "%s", ' "$(json_string "${1:-}")" "$(words_digest "$@")"
    if [ -n "$BACKUP_NAME" ] && [ -f "$file" ]; then
      printf '"backup": %s, "size": %s, "verified": %s}\n' "$(json_string "$BACKUP_NAME")" \
        "$(metadata_value "$file" bytes_database)" "$(metadata_value "$file" verified)"
    else
      printf '"backup": null, "size": 0, "verified": false}\n'
    fi
  } >>"$log" || warn "the log $log cannot be written"
  audit "$action" "$result" "${BACKUP_NAME:+backup $BACKUP_NAME; }$reason"
}
