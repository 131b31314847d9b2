# shellcheck shell=bash disable=SC2034,SC2153 # variables are shared by the files of lib/
# Running one scheduled job: its environment, its log, and what nobody else can tell about how it ended.

run_job() {
  local title status=0
  case "$JOB" in '') usage_error 'which job? schedule.sh status names them' ;; esac
  case "$JOB$WANTED" in *[!A-Za-z0-9_-]*) usage_error "unknown job: $JOB" ;; esac
  job_is_known || usage_error "unknown job: $JOB"
  recall_environment
  mkdir -p -- "$BACKUPS/log"
  title="$(job_title "$JOB" "${WANTED:--}")"
  LOG="$BACKUPS/log/$title-$(date -u +%Y-%m).log"
  rotate_logs "$title"
  {
    printf '== %s %s\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$title"
    job_patiently || status=$?
    printf '== %s exit %s\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$status"
  } >>"$LOG" 2>&1 </dev/null
  printf '%s %s\n' "$(date +%s)" "$status" >"$BACKUPS/log/$title.last"
  tell_about_job "$title" "$status"
  # Printed only now: cron mails what a job prints.
  [ "$status" -eq 0 ] || printf '%s failed (exit %s): see %s\n' "$title" "$status" "$LOG"
  exit "$status"
}

job_is_known() {
  case "$JOB" in
    backup) [ -n "$WANTED" ] ;;
    full | verify | restore-test | health | backup-health) ;;
    prune) [ -f "$SCRIPTS/prune.sh" ] ;;
    offsite) [ -n "$OFFSITE_METHOD" ] ;;
    *) return 1 ;;
  esac
}

# Another run that holds the lock is usually about to end.
job_patiently() {
  local tries=1 status=0
  job_once || status=$?
  while [ "$status" -eq 5 ] && [ "$tries" -lt "${DBGUARD_LOCK_TRIES:-5}" ]; do
    sleep "${DBGUARD_LOCK_WAIT:-60}"
    tries=$((tries + 1)) status=0
    job_once || status=$?
  done
  return "$status"
}

job_once() {
  case "$JOB" in
    backup) script backup.sh --db "$WANTED" --label scheduled ;;
    full) script backup.sh --label weekly --volumes ;;
    verify) script verify-backup.sh ;;
    restore-test) oldest_backups_restore ;;
    *) script "$JOB.sh" ;;
  esac
}

script() {
  local file="$1"
  shift
  "$BASH" "$SCRIPTS/$file" "$@"
}

# The weekly verification looks at the newest backup; whether an old one can still be restored by the server of today is
# another question.
oldest_backups_restore() {
  local id oldest first=0 one
  while IFS= read -r id; do
    oldest="$(STORE="$BACKUPS/$id" backup_names | head -n 1)"
    one=0
    script verify-backup.sh --db "$id" ${oldest:+"$oldest"} </dev/null || one=$?
    [ "$first" -ne 0 ] || first="$one"
  done <<<"$DB_IDS"
  return "$first"
}

# The scripts tell of their own failures, except of a wrong call (a database that dbguard.toml no longer has), a lock that
# never opens, and their own violent death. Other scripts tell nothing.
tell_about_job() {
  local reason=''
  DB_ID="$WANTED" DB_ENGINE='' ENVIRONMENT=unknown NOTIFY_TEXTFILE=''
  TELL_STATE="$BACKUPS/log/told/.jobs"
  mkdir -p -- "$TELL_STATE"
  case "$2" in
    0) ;;
    2) reason='the schedule does not fit the scripts any more: schedule.sh install' ;;
    5) reason='another run holds the lock' ;;
    *)
      if [ "$2" -ge 126 ]; then
        reason='it was killed, or could not be started'
      else
        case "$JOB" in prune | offsite) reason="see $BACKUP_DIRECTORY/log" ;; *) return 0 ;; esac
      fi
      ;;
  esac
  tell "schedule-$1" "$2" "$reason"
}

# What remember_environment kept; other names are not taken from a file.
recall_environment() {
  local line
  [ -r "$BACKUPS/log/schedule.conf" ] || return 0
  while IFS= read -r line; do
    case "$line" in
      PATH=* | LANG=* | LC_ALL=* | DOCKER_HOST=* | DOCKER_CONTEXT=*) export "${line?}" ;;
    esac
  done <"$BACKUPS/log/schedule.conf"
}

# One file a month and job, the last six of them; a job that writes endlessly loses its beginning.
rotate_logs() {
  local file old
  if [ -f "$LOG" ] && [ "$(file_bytes "$LOG")" -gt 2000000 ]; then mv -f -- "$LOG" "$LOG.1"; fi
  for file in "$BACKUPS/log/$1-"[0-9][0-9][0-9][0-9]-[0-9][0-9].log; do
    [ ! -f "$file" ] || printf '%s\n' "${file##*/}"
  done | LC_ALL=C sort -r | tail -n +6 | while IFS= read -r old; do
    [ "$BACKUPS/log/$old" = "$LOG" ] || rm -f -- "$BACKUPS/log/$old" "$BACKUPS/log/$old.1"
  done
}

# schedule_status: each installed job with its last end.
schedule_status() {
  local name id fields title attention=0
  if ! is_installed "$KIND"; then
    say "$KIND: not installed (schedule.sh install)"
    exit 1
  fi
  say "$KIND: installed for $ROOT"
  while IFS=$'\t' read -r name id fields; do
    title="$(job_title "$name" "$id")"
    printf '  %-24s %-18s %s\n' "$title" "$fields" "$(last_run "$title")"
    case "$(last_status "$title")" in '' | 0) ;; *) attention=1 ;; esac
  done <<<"$(schedule_jobs)"
  is_current || {
    warn 'what is installed is not what the policy, the scripts and this folder want now: schedule.sh install'
    attention=1
  }
  exit "$attention"
}
