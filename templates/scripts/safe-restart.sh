#!/usr/bin/env bash
# Restarts the application, and proves that the data is the same before and after.
set -euo pipefail
umask 077
HERE="$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)"
# shellcheck source-path=SCRIPTDIR
# shellcheck source=lib/core.sh
. "$HERE/lib/core.sh"

usage() {
  cat <<'USAGE'
Usage: safe-restart.sh [--db ID] [SERVICE…]

Restarts the application's services (those of dbguard.toml, or SERVICE…), never
the database's, in steps; the first one that fails ends it:

  1 the credentials agree in all places (validate-env.sh)
  2 the storage is the one that was last seen (preflight.sh)
  3 a verified backup is taken (backup.sh --label pre-restart)
  4 the database answers a query, with the password that the files hold
  5 the services are restarted
  6 the database is healthy, and no table has fewer rows than the backup

Exit status: 0 done, 1 failed, 2 usage, 3 refused, 4 rows are missing after the
             restart (how to bring them back is printed), 5 locked.
USAGE
}

main() {
  SERVICES=''
  arguments "$@"
  [ "$JSON" = no ] || usage_error 'safe-restart.sh has no --json: it talks to a person'
  start "$HERE"
  load restart
  COMPOSE_IDS="$(compose_databases)"
  [ -z "$WANTED" ] || COMPOSE_IDS="$WANTED"
  refuse_database_services
  export SERVICES_TO_RESTART="$SERVICES"
  each_step
}

option() {
  case "$1" in
    -*) return 1 ;;
    *) SERVICES="$SERVICES$1"$'\n' ;;
  esac
}

each_step() {
  local id
  while IFS= read -r id; do
    step "$id" 1 'credentials' validate-env.sh
    step "$id" 2 'storage' preflight.sh --no-backup
    step "$id" 3 'backup' backup.sh --label pre-restart
    in_own_process ready "$id" || stopped_at "$?" "$id" 4 'authenticated readiness'
  done <<<"$COMPOSE_IDS"
  in_own_process restart_services "$COMPOSE_IDS" || stopped_at "$?" '' 5 'restart'
  while IFS= read -r id; do
    in_own_process same_rows "$id" || rows_missing "$?" "$id"
  done <<<"$COMPOSE_IDS"
  say 'done:        the application runs again, and every table has at least the rows that it had'
}

main "$@"
