#!/usr/bin/env bash
# Says of each database whether its data is there: ok, empty or unknown. Nothing is changed.
set -euo pipefail
umask 077
HERE="$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)"
# shellcheck source-path=SCRIPTDIR
# shellcheck source=lib/core.sh
. "$HERE/lib/core.sh"

usage() {
  cat <<'USAGE'
Usage: health.sh [--db ID] [--json]

Prints one line a database: `ID: STATE`, and the reason on standard error when
the state is not ok.

  ok        it answers an authenticated query, and has rows
  empty     it answers, and has no table or no row (or does not exist): if that
            is a surprise, restore before anything writes to it
  unknown   it does not answer, the login fails, or a table cannot be read: this
            is never taken for empty

Exit status: 0 all ok, 1 something is unknown, 2 usage, 4 something is empty.
USAGE
}

main() {
  arguments "$@"
  start "$HERE"
  [ -n "$WANTED" ] || tell_uncovered
  if [ -z "$WANTED" ] && several_databases; then each_database health.sh; fi
  health_of "${WANTED:-$DB_IDS}"
}

option() {
  return 1
}

health_of() {
  local state=unknown reason=''
  use_database "$1"
  tell_from_here health
  work_prepare
  exec 3>&2
  state="$(state_of_database shown 2>"$WORK/reason")" || state=unknown
  reason="$(head -n 3 "$WORK/reason")"
  if [ "$state" = empty ] && [ -n "$(default_backup)" ]; then
    reason="it has no rows; the newest backup with rows is $(default_backup) (restore.sh --db $DB_ID)"
  fi
  if [ "$JSON" = yes ]; then
    printf '{"id": %s, "engine": %s, "state": "%s", "reason": %s}\n' "$(json_string "$DB_ID")" "$(json_string "$DB_ENGINE")" \
      "$state" "$(json_string "$reason")"
  else
    printf '%s: %s\n' "$DB_ID" "$state"
    [ "$state" = ok ] || [ -z "$reason" ] || printf '%s\n' "$reason" >&2
  fi
  [ "$state" = ok ] || tell_reason "the data is $state"
  case "$state" in ok) exit 0 ;; empty) exit 4 ;; *) exit 1 ;; esac
}

main "$@"
