#!/usr/bin/env bash
# Lists the complete backups, the newest first.
set -euo pipefail
umask 077
HERE="$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)"
# shellcheck source-path=SCRIPTDIR
# shellcheck source=lib/core.sh
. "$HERE/lib/core.sh"

usage() {
  cat <<'USAGE'
Usage: list-backups.sh [--db ID] [--json]

Lists the complete backups of each database (or of ID), the newest first. Half a
backup is never listed. STATE is `whole` (size as written), `damaged` (a file is
missing or has another size), and `rehearsed` after verify-backup.sh.

Exit status: 0 done, 1 failed, 2 usage.
USAGE
}

main() {
  arguments "$@"
  start "$HERE"
  [ -n "$WANTED" ] || tell_uncovered
  [ -z "$WANTED" ] || db_config "$WANTED" || usage_error "there is no database '$WANTED'"
  [ "$JSON" = no ] || printf '['
  local one comma='' name created epoch label dump bytes tables
  while IFS= read -r one; do
    use_database "$one"
    list_one
  done <<<"${WANTED:-$DB_IDS}"
  [ "$JSON" = no ] || printf '%s]\n' "${comma:+$NEWLINE}"
}

option() {
  return 1
}

list_one() {
  local rows
  say "$DB_ID ($DB_ENGINE), in $STORE:"
  rows="$(backup_table created_at created_epoch label file_database bytes_database table_count row_count | LC_ALL=C sort -r)"
  [ -n "$rows" ] || say '  no backup yet: run backup.sh'
  while IFS=$'\t' read -r name created epoch label dump bytes tables rows; do
    [ -z "$name" ] || list_line
  done <<<"$rows"
}

list_line() {
  local state
  state="$(state_of)"
  if [ "$JSON" = yes ]; then
    printf '%s\n  {"database": %s, "engine": %s, "backup": "%s", "label": "%s", "created_at": "%s", "age_seconds": %s, "bytes": %s, ' \
      "$comma" "$(json_string "$DB_ID")" "$(json_string "$DB_ENGINE")" "$name" "$label" "$created" \
      "$(($(date +%s) - $(number "$epoch")))" "$(number "$bytes")"
    printf '"tables": %s, "rows": %s, "state": "%s"}' "$(number "$tables")" "$(number "$rows")" "$state"
    comma=','
  else
    printf '  %-40s %12s bytes %8s tables %12s rows  %s\n' "$name" "$bytes" "$tables" "$rows" "$state"
  fi
}

# A damaged metadata.json must not make the list unreadable.
number() {
  case "$1" in '' | *[!0-9]*) echo 0 ;; *) echo "$1" ;; esac
}

# Cheap on purpose: the digests are compared before a restore, and by verify-backup.sh.
state_of() {
  if [ ! -f "$STORE/$name/$dump" ] || [ "$(file_bytes "$STORE/$name/$dump")" != "$bytes" ]; then
    echo damaged
  elif [ "$(metadata_value "$STORE/$name/verified.json" result 2>/dev/null || true)" = equal ]; then
    echo rehearsed
  else
    echo whole
  fi
}

main "$@"
