#!/usr/bin/env bash
# Puts the regular jobs into cron, systemd or launchd, and runs each of them when its time has come.
set -euo pipefail
umask 077
HERE="$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)"
# shellcheck source-path=SCRIPTDIR
# shellcheck source=lib/core.sh
. "$HERE/lib/core.sh"

usage() {
  cat <<'USAGE'
Usage: schedule.sh print|install|remove|status [--kind cron|systemd|launchd]
       schedule.sh run JOB [--db ID]

Regular backups (as often as the policy says for the environment of each
database, as it is judged now), health checks, verification, restore tests, and
what other scripts are here. Installing again replaces what was installed: there
is never a second copy. The rest of the crontab stays as it is, byte by byte.

  print     what would be installed
  install   put it into your crontab, systemd user timers, or launchd
  remove    take it out again
  status    what is installed, and how each job ended last
  run JOB   what the schedule calls: does the job and logs to backups/log;
            JOB is a name that `status` shows
  --kind    launchd on macOS, else cron where there is one, else systemd; for
            status and remove, what is installed

Exit status: 0 done, 1 failed (status: not installed, or a job failed), 2 usage,
             3 refused: the crontab is not in a state to be edited. For `run`,
             that of the job.
USAGE
}

main() {
  ACTION='' JOB='' KIND=''
  arguments "$@"
  start "$HERE"
  local topic
  for topic in schedule schedule_cron schedule_units schedule_run; do
    # shellcheck source=/dev/null
    . "$LIB/$topic.sh"
  done
  case "$ACTION" in
    run) run_job ;;
    print | install | remove | status)
      [ -z "$JOB$WANTED" ] || usage_error "$ACTION takes no job and no --db"
      choose_kind
      "schedule_$ACTION"
      ;;
    '') usage_error 'what is to be done? print, install, remove, status or run' ;;
    *) usage_error "unknown action: $ACTION" ;;
  esac
}

# What is installed can be looked at and taken out without saying where it is.
choose_kind() {
  local installed=''
  [ -z "$KIND" ] || return 0
  case "$ACTION" in status | remove) installed="$(installed_kinds | head -n 1)" ;; esac
  KIND="${installed:-$(default_kind)}"
}

option() {
  case "$1" in
    --kind)
      value_of "$@"
      case "$VALUE" in cron | systemd | launchd) KIND="$VALUE" ;; *) usage_error "unknown kind: $VALUE" ;; esac
      ;;
    -*) return 1 ;;
    *) if [ -z "$ACTION" ]; then ACTION="$1"; elif [ -z "$JOB" ]; then JOB="$1"; else return 1; fi ;;
  esac
}

main "$@"
