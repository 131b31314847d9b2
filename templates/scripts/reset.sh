#!/usr/bin/env bash
# Empties a development or test database, with a backup and a reason. Never production, whoever approves.
set -euo pipefail
umask 077
HERE="$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)"
# shellcheck source-path=SCRIPTDIR
# shellcheck source=lib/core.sh
. "$HERE/lib/core.sh"

usage() {
  cat <<'USAGE'
Usage: reset.sh [--db ID] --reason TEXT [--yes] [-- COMMAND [ARGUMENT…]]

Empties a database: the name of the database has to be typed, a verified backup
is taken (label pre-reset), and then COMMAND runs (the framework's own reset).
Without one an empty database takes the place of this one (PostgreSQL, SQLite,
MySQL, MariaDB). Reason, commit and backup go into the log resets.jsonl.

  --reason TEXT  why; needed
  --yes          ask nothing but the name, read from standard input

Refused: production and what may be production, whatever was approved; and a
machine of continuous integration (variable CI), unless the environment is test.

Exit status: 0 done (with COMMAND: its own), 1 failed, 2 usage, 3 refused, 5
             locked, 6 failed and the database is as it was.
USAGE
}

main() {
  COMMAND=() REASON='' YES=no
  arguments "$@"
  [ "$JSON" = no ] || usage_error 'reset.sh has no --json: it talks to a person'
  [ -n "${REASON//[[:space:]]/}" ] || usage_error 'why? --reason TEXT'
  start "$HERE"
  load wrap confirm
  one_database
  reset_one "$WANTED"
}

option() {
  case "$1" in
    --reason)
      value_of "$@"
      REASON="$VALUE"
      ;;
    --yes) YES=yes ;;
    --)
      USED=$#
      shift
      COMMAND=("$@")
      ;;
    *) return 1 ;;
  esac
}

reset_one() {
  wrap_open "$1"
  refuse_here
  if [ "${#COMMAND[@]}" -eq 0 ]; then can_empty; fi
  confirm_by_name "$YES" 'Everything in it will be gone, except from the backup that is taken now.'
  wrap_backup pre-reset
  if [ "${#COMMAND[@]}" -gt 0 ]; then
    run_command ${COMMAND[@]+"${COMMAND[@]}"}
  else
    empty_it
  fi
  wrap_report
  log_operation resets reset "exit $COMMAND_STATUS" "$REASON" ${COMMAND[@]+"${COMMAND[@]}"}
  exit "$COMMAND_STATUS"
}

refuse_here() {
  if is_protected; then
    audit reset refused "$ENVIRONMENT: $REASON"
    die refused "this database is treated as production ($ENVIRONMENT: $ENVIRONMENT_REASON): it is never reset" 'nothing was touched' \
      'no approval changes that; if it is not production, set its environment in dbguard.toml'
  fi
  case "${CI:-}" in '' | 0 | false) return 0 ;; esac
  [ "$ENVIRONMENT" != 'test' ] || return 0
  audit reset refused "CI: $REASON"
  die refused "this is a machine of continuous integration, and the environment is $ENVIRONMENT, not test" 'nothing was touched' \
    'only a test database is reset there: set its environment in dbguard.toml'
}

can_empty() {
  engine_has empty || die refused "these scripts do not empty $DB_ENGINE themselves" \
    'nothing was touched' 'give the command: reset.sh --reason TEXT -- COMMAND'
}

empty_it() {
  COMMAND_STATUS=0
  [ -n "$BACKUP_NAME" ] || die failed 'there is no database to empty' 'nothing was touched' 'create it with your own command'
  take_lock
  engine empty "$STORE/$BACKUP_NAME"
}

main "$@"
