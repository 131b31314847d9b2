#!/usr/bin/env bash
# Runs any command that writes to a database, with a backup first.
set -euo pipefail
umask 077
HERE="$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)"
# shellcheck source-path=SCRIPTDIR
# shellcheck source=lib/core.sh
. "$HERE/lib/core.sh"

usage() {
  cat <<'USAGE'
Usage: safe-run.sh [--db ID] [--reason TEXT] [--yes] [--] COMMAND [ARGUMENT…]

Runs COMMAND, such as a seed, an import or a data script: the environment is
shown, a verified backup is taken (label pre-run), and afterwards the tables
whose number of rows changed are named, with the way back.

  --db ID        the database to look after, when there are several
  --reason TEXT  for the log
  --yes          in production: ask nothing but the name of the database, which
                 is the first line of standard input; the rest is the command's

In production it asks for the database's name and, where the policy says so, for
the approval of a second person (approve.sh).

Exit status: that of COMMAND (128 + n when a signal ended it). Before it runs: 1
             no backup could be taken, 2 usage, 3 refused, 5 locked.
USAGE
}

main() {
  COMMAND=() REASON='' YES=no
  arguments "$@"
  [ "$JSON" = no ] || usage_error 'safe-run.sh has no --json: what is printed belongs to the command'
  [ "${#COMMAND[@]}" -gt 0 ] || usage_error 'which command? safe-run.sh -- ./seed.sh'
  start "$HERE"
  load wrap confirm approval
  one_database
  run_one "$WANTED"
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
    -*) return 1 ;;
    *)
      USED=$#
      COMMAND=("$@")
      ;;
  esac
}

run_one() {
  wrap_open "$1"
  if is_protected; then ask_for_production; fi
  wrap_backup pre-run
  run_command ${COMMAND[@]+"${COMMAND[@]}"}
  wrap_report
  say "status:      $COMMAND_STATUS"
  log_operation operations safe-run "exit $COMMAND_STATUS" "$REASON" ${COMMAND[@]+"${COMMAND[@]}"}
  exit "$COMMAND_STATUS"
}

ask_for_production() {
  if [ "$YES" = no ] && [ ! -t 0 ]; then
    die refused "this database is treated as production ($ENVIRONMENT: $ENVIRONMENT_REASON), and nobody is here to ask" \
      'nothing was run' 'run it at a terminal, or with --yes and the name of the database on standard input'
  fi
  confirm_by_name "$YES" "This command may change production: $(masked_command ${COMMAND[@]+"${COMMAND[@]}"})"
  require_approval safe-run "$(command_digest ${COMMAND[@]+"${COMMAND[@]}"})" "$(masked_command ${COMMAND[@]+"${COMMAND[@]}"})"
}

main "$@"
