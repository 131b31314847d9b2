#!/usr/bin/env bash
# Runs tests, or anything else that should leave a database alone, with a backup first and a look at the rows afterwards.
set -euo pipefail
umask 077
HERE="$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)"
# shellcheck source-path=SCRIPTDIR
# shellcheck source=lib/core.sh
. "$HERE/lib/core.sh"

usage() {
  cat <<'USAGE'
Usage: safe-test.sh [--db ID] [--] COMMAND [ARGUMENT…]

Runs COMMAND, such as `pytest` or `npm test`: the environment is checked, a
verified backup is taken (label pre-test), and afterwards the tables whose
number of rows changed are named. If there are any, the tests run against the
real database: give them one of their own.

  --db ID  the database to look after, when there are several

A database that is treated as production is refused, and nothing is run.

Exit status: that of COMMAND (128 + n when a signal ended it). Before it runs: 1
             no backup could be taken, 2 usage, 3 refused, 5 locked.
USAGE
}

main() {
  COMMAND=()
  arguments "$@"
  [ "$JSON" = no ] || usage_error 'safe-test.sh has no --json: what is printed belongs to the command'
  [ "${#COMMAND[@]}" -gt 0 ] || usage_error 'which command? safe-test.sh -- pytest'
  start "$HERE"
  load wrap
  one_database
  test_one "$WANTED"
}

option() {
  case "$1" in
    --)
      USED=$#
      shift
      COMMAND=("$@")
      ;;
    -*) return 1 ;;
    *)
      USED=$#
      COMMAND=("$@")
      ;;
  esac
}

test_one() {
  wrap_open "$1"
  if is_protected; then
    audit safe-test refused "$ENVIRONMENT"
    die refused "this database is treated as production ($ENVIRONMENT: $ENVIRONMENT_REASON): no tests run against it" \
      'nothing was run' 'point the tests to a database of their own; if it is not production, set its environment in dbguard.toml'
  fi
  wrap_backup pre-test
  run_command ${COMMAND[@]+"${COMMAND[@]}"}
  wrap_report
  [ ! -s "$WORK/drift" ] || warn "the tests wrote to the database $DB_DATABASE: give them one of their own"
  say "status:      $COMMAND_STATUS"
  log_operation operations safe-test "exit $COMMAND_STATUS" '' ${COMMAND[@]+"${COMMAND[@]}"}
  exit "$COMMAND_STATUS"
}

main "$@"
