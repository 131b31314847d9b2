#!/usr/bin/env bash
# One screen about everything: the data, the backups, the schedule, and what needs attention. Changes nothing.
set -euo pipefail
umask 077
HERE="$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)"
# shellcheck source-path=SCRIPTDIR
# shellcheck source=lib/core.sh
. "$HERE/lib/core.sh"

usage() {
  cat <<'USAGE'
Usage: status.sh [--db ID] [--json] [--drill-done TEXT]

Shows for each database (or for ID) whether its data is there, where it lives,
the newest verified backup, the last restore test and drill, and the last
scheduled run. Lines that begin with ! need somebody's attention.

  --json             the same for a machine
  --drill-done TEXT  write into the audit log that a restore drill was held, and
                     by whom, such as "Ann restored main in 20 minutes"

Exit status: 0 fine, 1 something needs attention, 2 usage.
USAGE
}

main() {
  DRILL=''
  arguments "$@"
  start "$HERE"
  local topic
  for topic in offsite report report_copies schedule schedule_cron schedule_units; do
    # shellcheck source=/dev/null
    . "$LIB/$topic.sh"
  done
  [ -z "$WANTED" ] || db_config "$WANTED" || usage_error "there is no database '$WANTED'"
  if [ -n "$DRILL" ]; then drill_done; else report; fi
}

option() {
  case "$1" in
    --drill-done)
      value_of "$@"
      DRILL="$VALUE"
      [ -n "$DRILL" ] || usage_error '--drill-done needs to say who did what'
      ;;
    *) return 1 ;;
  esac
}

drill_done() {
  local id
  while IFS= read -r id; do
    use_database "$id"
    resolve_database
    classify_environment
    audit drill "done" "$DRILL"
    say "$id: drill noted"
  done <<<"${WANTED:-$DB_IDS}"
}

# One process a database: what an engine defines must not be there for the next one.
report() {
  local id attention=0 comma=''
  if [ "$JSON" = yes ]; then printf '{"databases": ['; else report_heading; fi
  while IFS= read -r id; do
    [ -z "$comma" ] || [ "$JSON" = no ] || printf '%s' "$comma"
    (
      # The traps of the outer shell are not those of this one.
      trap 'EXIT_STATUS=$?; finish' EXIT
      trap 'exit 1' HUP INT TERM PIPE
      CLEANUPS=''
      report_database "$id"
    ) || attention=1
    comma=','
  done <<<"${WANTED:-$DB_IDS}"
  report_rest || attention=1
  exit "$attention"
}

main "$@"
