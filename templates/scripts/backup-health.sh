#!/usr/bin/env bash
# Says of each database whether its newest verified backup is there, young and large enough. Nothing is changed.
set -euo pipefail
umask 077
HERE="$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)"
# shellcheck source-path=SCRIPTDIR
# shellcheck source=lib/core.sh
. "$HERE/lib/core.sh"

usage() {
  cat <<'USAGE'
Usage: backup-health.sh [--db ID] [--json]

Looks at the newest verified backup of each database (or of ID), by what was
written down when it was taken. A backup whose dump is missing or cut short, and
one that a restore test found wanting, does not count; nor does the state that a
restore replaced, or that of an emptied database while one with rows is there.

  ok        younger than stale_hours, larger than minimum_bytes (dbguard.toml)
  stale     older: do the scheduled backups still run?
  small     fewer bytes than it should have
  none      there is no verified backup
  unknown   it cannot be told: damaged metadata, or a date in the future

Restore tests and drills that are overdue are warned about. Who is told about
anything but ok is in the section [notify] of dbguard.toml.

Exit status: 0 all ok, 1 something is not ok, 2 usage.
USAGE
}

main() {
  arguments "$@"
  start "$HERE"
  if [ -z "$WANTED" ] && several_databases; then each_database backup-health.sh; fi
  backup_health_of "${WANTED:-$DB_IDS}"
}

option() {
  return 1
}

backup_health_of() {
  local warnings line
  use_database "$1"
  tell_from_here backup-health
  judge_backups
  warnings="$(backup_warnings)"
  if [ "$JSON" = yes ]; then
    backup_health_json "$warnings"
  else
    printf '%s: %s%s\n' "$DB_ID" "$BACKUP_STATE" "${VERIFIED_NAME:+ ($VERIFIED_NAME, $(duration $(($(date +%s) - VERIFIED_EPOCH))) old, $VERIFIED_BYTES bytes, $VERIFIED_ROWS rows)}"
    [ -z "$BACKUP_REASON" ] || printf '%s\n' "$BACKUP_REASON" >&2
    while IFS= read -r line; do [ -z "$line" ] || warn "$DB_ID: $line"; done <<<"$warnings"
  fi
  [ "$BACKUP_STATE" = ok ] || {
    tell_reason "$BACKUP_STATE: $BACKUP_REASON"
    exit 1
  }
}

backup_health_json() {
  printf '{"id": %s, "engine": %s, "state": "%s", "reason": %s, ' "$(json_string "$DB_ID")" "$(json_string "$DB_ENGINE")" \
    "$BACKUP_STATE" "$(json_string "$BACKUP_REASON")"
  if [ -n "${VERIFIED_NAME:-}" ]; then
    printf '"backup": "%s", "age_seconds": %s, "bytes": %s, "rows": %s, ' "$VERIFIED_NAME" \
      $(($(date +%s) - VERIFIED_EPOCH)) "$VERIFIED_BYTES" "$VERIFIED_ROWS"
  else
    printf '"backup": null, "age_seconds": null, "bytes": null, "rows": null, '
  fi
  printf '"stale_hours": %s, "minimum_bytes": %s, "last_restore_test": %s, "last_drill": %s, "warnings": %s}\n' \
    "$STALE_HOURS" "$MINIMUM_BYTES" "$(or_null "$LAST_TEST")" "$(or_null "$LAST_DRILL")" "$(json_lines "$1")"
}

main "$@"
