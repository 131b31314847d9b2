# shellcheck shell=bash disable=SC2034 # variables are shared by the files of lib/
# How things stand, from what was written down when it happened: metadata.json, verified.json and the audit log. The time
# of a file says nothing, because copying and restoring change it.

# newest_verified: sets VERIFIED_NAME, _EPOCH, _FINISHED, _BYTES and _ROWS to the newest backup that can be relied on, by
# its own account: taken on purpose, with rows if any has rows, its dump there in the size that was written, and not found
# wanting by a restore test. Status 1: there is none. FUTURE_NAME is one from a time that is still to come; UNREADABLE
# counts those that cannot be judged.
newest_verified() {
  VERIFIED_NAME='' FUTURE_NAME='' UNREADABLE=0
  local kind name epoch finished bytes rows label verified file now
  now="$(date +%s)"
  while IFS=$'\t' read -r kind name epoch finished bytes rows label verified file; do
    case "$kind" in
      '') continue ;;
      unreadable)
        UNREADABLE=$((UNREADABLE + 1))
        continue
        ;;
    esac
    if [ "$verified" != true ] || [ "$label" = pre-restore ] || ! is_intact; then continue; fi
    if [ "$epoch" -gt $((now + 300)) ]; then
      FUTURE_NAME="$name"
      continue
    fi
    VERIFIED_NAME="$name" VERIFIED_EPOCH="$epoch" VERIFIED_FINISHED="$finished" VERIFIED_BYTES="$bytes" VERIFIED_ROWS="$rows"
    return 0
  done <<<"$(backups_to_judge)"
  return 1
}

# What cannot be judged first, so that all of it is seen; then those with rows, then those without, each newest first.
backups_to_judge() {
  backup_table created_epoch finished_epoch bytes_database row_count label verified file_database | LC_ALL=C awk -F '\t' -v OFS='\t' '
    $2 $3 $4 $5 ~ /[^0-9]/ { print "unreadable", $0; next }
    { print ($5 > 0 ? "rows" : "empty"), $0 }' | LC_ALL=C sort -k1,1r -k3,3nr
}

is_intact() {
  case "$file" in - | */* | .*) return 1 ;; esac
  [ -f "$STORE/$name/$file" ] && [ "$(file_bytes "$STORE/$name/$file")" = "$bytes" ] || return 1
  [ "$(rehearsal_of "$name")" != differs ]
}

# equal or differs, or nothing where the backup has not been tried.
rehearsal_of() {
  metadata_value "$STORE/$1/verified.json" result 2>/dev/null || true
}

# judge_backups: sets BACKUP_STATE to ok, stale, small, none or unknown, and BACKUP_REASON to a sentence; then what
# newest_verified and audit_dates set.
judge_backups() {
  local age
  BACKUP_REASON=''
  audit_dates
  if [ ! -r "$STORE" ] || [ ! -x "$STORE" ]; then
    BACKUP_STATE=unknown BACKUP_REASON="$STORE cannot be read"
  elif ! newest_verified; then
    no_verified_backup
  else
    age=$(($(date +%s) - VERIFIED_EPOCH))
    if [ "$age" -gt $((STALE_HOURS * 3600)) ]; then
      BACKUP_STATE=stale
      BACKUP_REASON="the newest verified backup, $VERIFIED_NAME, is $(duration "$age") old (stale_hours is $STALE_HOURS)"
    elif [ "$VERIFIED_BYTES" -lt "$MINIMUM_BYTES" ]; then
      BACKUP_STATE=small
      BACKUP_REASON="the newest verified backup, $VERIFIED_NAME, has only $VERIFIED_BYTES bytes (minimum_bytes is $MINIMUM_BYTES)"
    else
      BACKUP_STATE=ok
    fi
  fi
}

no_verified_backup() {
  if [ -n "$FUTURE_NAME" ]; then
    BACKUP_STATE=unknown
    BACKUP_REASON="the only verified backup, $FUTURE_NAME, is dated in the future: check this machine's clock, then run backup.sh"
  elif [ "$UNREADABLE" -gt 0 ]; then
    BACKUP_STATE=unknown BACKUP_REASON="no backup can be judged: $UNREADABLE with a damaged metadata.json in $STORE"
  else
    BACKUP_STATE=none BACKUP_REASON="there is no verified backup in $STORE: run backup.sh --db $DB_ID"
  fi
}

# One warning a line about what does not make the newest backup worse, and still has to be seen to.
backup_warnings() {
  [ -z "$FUTURE_NAME" ] || [ -z "$VERIFIED_NAME" ] ||
    echo "$FUTURE_NAME is dated in the future and was not looked at: was the clock of this machine set back?"
  [ "$UNREADABLE" -eq 0 ] || [ -z "$VERIFIED_NAME" ] || echo "$UNREADABLE backups have a damaged metadata.json"
  if [ "$FAILED_TEST" -gt "$LAST_TEST" ]; then
    echo "the last restore test failed, $(duration $(($(date +%s) - FAILED_TEST))) ago: verify-backup.sh --db $DB_ID"
  else
    overdue 'restore test' "$LAST_TEST" "$RESTORE_TEST_DAYS" "verify-backup.sh --db $DB_ID"
  fi
  overdue 'restore drill' "$LAST_DRILL" "$DRILL_DAYS" "somebody restores by the guide alone, then: status.sh --drill-done 'who, what'"
}

# overdue WHAT EPOCH DAYS HOW: what was never done is overdue from the first backup on.
overdue() {
  local since="$2" last='was never done'
  if [ "$since" -gt 0 ]; then last="was $(duration $(($(date +%s) - since))) ago"; else since="$FIRST_BACKUP"; fi
  [ "$since" -gt 0 ] && [ $(($(date +%s) - since)) -gt $(($3 * 86400)) ] || return 0
  echo "the last $1 $last (every $3 days): $4"
}

# audit_dates: sets LAST_TEST, FAILED_TEST, LAST_DRILL and FIRST_BACKUP to epochs of this database, 0 for never. A line
# from the future is not believed.
audit_dates() {
  local dates='0 0 0 0'
  [ ! -r "$BACKUPS/audit.jsonl" ] || dates="$(DATABASE="\"database\": $(json_string "$DB_ID")," \
    LC_ALL=C awk -v limit="$(($(date +%s) + 300))" "$(audit_reader)" <"$BACKUPS/audit.jsonl")"
  IFS=' ' read -r LAST_TEST FAILED_TEST LAST_DRILL FIRST_BACKUP <<<"$dates"
}

audit_reader() {
  cat <<'AWK'
    !index($0, ENVIRON["DATABASE"]) || !match($0, /"time": "[0-9][0-9-]*T[0-9:]*Z"/) { next }
    { at = epoch(substr($0, RSTART + 9, 19)); if (at > limit) next }
    index($0, "\"action\": \"verify\"") && index($0, "\"result\": \"equal\"") && at > test { test = at }
    index($0, "\"action\": \"verify\"") && index($0, "\"result\": \"exit 4\"") && at > failed { failed = at }
    index($0, "\"action\": \"drill\"") && at > drill { drill = at }
    index($0, "\"action\": \"backup\"") && index($0, "\"result\": \"done\"") && (!first || at < first) { first = at }
    END { printf "%d %d %d %d\n", test, failed, drill, first }
    # Days from the civil calendar, counted in years that begin in March.
    function epoch(text,   part, y, m, era, years, day) {
      split(text, part, /[-T:]/)
      y = part[1] - (part[2] <= 2); m = part[2] + (part[2] > 2 ? -3 : 9)
      era = int(y / 400); years = y - era * 400
      day = years * 365 + int(years / 4) - int(years / 100) + int((153 * m + 2) / 5) + part[3] - 1
      return (era * 146097 + day - 719468) * 86400 + part[4] * 3600 + part[5] * 60 + part[6]
    }
AWK
}

# Seconds in words that a tired person takes in: the two largest units.
duration() {
  local seconds="$1"
  if [ "$seconds" -lt 0 ]; then
    echo 'a negative time'
  elif [ "$seconds" -lt 120 ]; then
    echo "$seconds s"
  elif [ "$seconds" -lt 7200 ]; then
    echo "$((seconds / 60)) min"
  elif [ "$seconds" -lt 172800 ]; then
    echo "$((seconds / 3600)) h"
  else
    echo "$((seconds / 86400)) days"
  fi
}

# Asks the database itself, in a subshell: a connection that fails ends that, and is an answer here. Prints the state;
# what else was learnt is left in WORK/seen_*. With `shown`, says on file descriptor 3 who is asked.
state_of_database() {
  JSON=yes
  resolve_database
  classify_environment
  printf '%s (%s)\n' "$ENVIRONMENT" "$ENVIRONMENT_REASON" >"$WORK/seen_environment"
  engine connect
  printf '%s\n' "${DB_SERVER_VERSION:-}" >"$WORK/seen_version"
  printf '%s\n' "${CONTAINER:-}" >"$WORK/seen_container"
  if [ "${1:-}" = shown ]; then show_target 2>&3; else (engine bytes >"$WORK/seen_bytes") 2>/dev/null || true; fi
  engine state
}

# 0 stands for never.
or_null() {
  if [ "$1" -eq 0 ]; then echo null; else echo "$1"; fi
}

# json_lines TEXT: a list with one string a line.
json_lines() {
  local line comma=''
  printf '['
  while IFS= read -r line; do
    [ -n "$line" ] || continue
    printf '%s%s' "$comma" "$(json_string "$line")"
    comma=', '
  done <<<"$1"
  printf ']'
}
