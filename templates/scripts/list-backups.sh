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

Lists the complete backups of each database (or of ID), the newest first. Half a backup is never listed. STATE is
`whole` (size as written), `damaged` (a file is missing or has another size), and `rehearsed` after verify-backup.sh.

Exit status: 0 done, 1 failed, 2 usage.
USAGE
}

main() {
  local id=''
  JSON=no
  while [ "$#" -gt 0 ]; do
    case "$1" in
      --db)
        id="$(argument_of "$@")"
        shift
        ;;
      --json) JSON=yes ;;
      -h | --help)
        usage
        exit 0
        ;;
      *) usage_error "unknown argument: $1" ;;
    esac
    shift
  done
  start "$HERE"
  [ -z "$id" ] || db_config "$id" || usage_error "there is no database '$id'"
  [ "$JSON" = no ] || printf '['
  local one comma=''
  while IFS= read -r one; do
    use_database "$one"
    list_one
  done <<<"${id:-$DB_IDS}"
  [ "$JSON" = no ] || printf '%s]\n' "${comma:+$'\n'}"
}

list_one() {
  local name
  say "$DB_ID ($DB_ENGINE), in $STORE:"
  [ -n "$(newest_backup)" ] || say '  no backup yet: run backup.sh'
  while IFS= read -r name; do
    [ -z "$name" ] || list_line "$name"
  done <<<"$(backup_names | LC_ALL=C sort -r)"
}

list_line() {
  local file="$STORE/$1/metadata.json" bytes rows tables created state
  bytes="$(metadata_value "$file" bytes_database || echo 0)"
  rows="$(metadata_value "$file" row_count || echo 0)"
  tables="$(metadata_value "$file" table_count || echo 0)"
  created="$(metadata_value "$file" created_at || echo unknown)"
  state="$(state_of "$1")"
  if [ "$JSON" = yes ]; then
    printf '%s\n  {"database": %s, "engine": %s, "backup": %s, "label": %s, "created_at": %s, "age_seconds": %s, "bytes": %s, ' \
      "$comma" "$(json_string "$DB_ID")" "$(json_string "$DB_ENGINE")" "$(json_string "$1")" \
      "$(json_string "$(metadata_value "$file" label || true)")" "$(json_string "$created")" \
      "$(($(date +%s) - $(metadata_value "$file" created_epoch || echo 0)))" "$bytes"
    printf '"tables": %s, "rows": %s, "state": "%s"}' "$tables" "$rows" "$state"
    comma=','
  else
    printf '  %-40s %12s bytes %8s tables %12s rows  %s\n' "$1" "$bytes" "$tables" "$rows" "$state"
  fi
}

# Cheap on purpose: the digests are compared before a restore, and by verify-backup.sh.
state_of() {
  local file="$STORE/$1/metadata.json" dump
  dump="$STORE/$1/$(metadata_value "$file" file_database || echo none)"
  if [ ! -f "$dump" ] || [ "$(file_bytes "$dump")" != "$(metadata_value "$file" bytes_database || true)" ]; then
    echo damaged
  elif [ "$(metadata_value "$STORE/$1/verified.json" result 2>/dev/null || true)" = equal ]; then
    echo rehearsed
  else
    echo whole
  fi
}

main "$@"
