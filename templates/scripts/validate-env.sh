#!/usr/bin/env bash
# Compares every place that holds a credential of a database. Values are never shown.
set -euo pipefail
umask 077
HERE="$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)"
# shellcheck source-path=SCRIPTDIR
# shellcheck source=lib/core.sh
. "$HERE/lib/core.sh"

usage() {
  cat <<'USAGE'
Usage: validate-env.sh [--db ID] [--json]

Shows, for each database, every place that holds its password, user or name,
with file and line, and whether they agree. What is compared are digests with a
random salt; neither values nor digests are printed. Equal values have the same
letter.

Exit status: 0 all places agree, 1 some differ, 2 usage, 3 a place could not be
             read, so that nothing can be said.
USAGE
}

main() {
  arguments "$@"
  start "$HERE"
  if [ -z "$WANTED" ] && several_databases; then each_database validate-env.sh; fi
  validate_one "${WANTED:-$DB_IDS}"
}

option() {
  return 1
}

validate_one() {
  use_database "$1"
  work_prepare
  look_at_all_places
  local what verdict worst=0 comma=''
  say "$DB_ID ($DB_ENGINE):"
  [ "$JSON" = no ] || printf '{"id": %s, "places": [' "$(json_string "$DB_ID")"
  for what in password user database; do
    grep -q "^$what"$'\t' "$WORK/seen" || continue
    verdict="$(verdict_on "$what")"
    say "  $what: $verdict"
    report_places "$what"
    case "$verdict" in
      differ*) worst=1 ;;
      unknown*) [ "$worst" -eq 1 ] || worst=3 ;;
    esac
  done
  [ "$JSON" = no ] || printf '], "exit": %s}\n' "$worst"
  [ -s "$WORK/seen" ] || say '  no place with credentials is known'
  [ "$worst" -eq 0 ] || advise "$worst"
  exit "$worst"
}

main "$@"
