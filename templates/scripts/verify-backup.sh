#!/usr/bin/env bash
# Proves that a backup can be restored: into a scratch database, every table counted, and thrown away again.
set -euo pipefail
umask 077
HERE="$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)"
# shellcheck source-path=SCRIPTDIR
# shellcheck source=lib/core.sh
. "$HERE/lib/core.sh"

usage() {
  cat <<'USAGE'
Usage: verify-backup.sh [--db ID] [--json] [BACKUP]

Checks the files of a backup (without BACKUP: the newest one), restores it into
a scratch database on the same server, compares the rows of every table with
what was counted when it was taken, and drops the scratch database. Archives of
volumes are read to their end and counted. The result is kept beside the backup
in verified.json. The live database is not touched.

Exit status: 0 equal, 1 failed, 2 usage, 4 the backup is damaged or does not
             bring back what it should, 5 locked.
USAGE
}

main() {
  BACKUP=''
  arguments "$@"
  start "$HERE"
  load volume_archive
  if [ -z "$WANTED" ] && several_databases; then
    [ -z "$BACKUP" ] || usage_error 'there are several databases: which one? --db ID'
    each_database verify-backup.sh
  fi
  verify_one "${WANTED:-$DB_IDS}" "$BACKUP"
}

option() {
  case "$1" in
    -*) return 1 ;;
    *) BACKUP="$1" ;;
  esac
}

verify_one() {
  use_database "$1"
  tell_from_here verify
  audit_from_here verify
  resolve_backup "$2"
  take_lock
  work_prepare
  open_database
  engine recover
  say "backup:      $BACKUP_NAME"
  require_whole_backup
  local dir="$BACKUP_DIR" differences
  engine rehearse "$READABLE" >"$WORK/rehearsed" || rehearsal_failed 'it cannot be restored'
  metadata_counts "$dir/metadata.json" >"$WORK/expected"
  differences="$(compare_counts "$WORK/expected" "$WORK/rehearsed")" || rehearsal_failed "$differences"
  differences="$(check_archives "$READABLE")" || rehearsal_failed "$differences"
  record equal
  audit verify equal "$BACKUP_NAME"
  say "verified:    $(lines_in "$WORK/rehearsed") tables and $(rows_in "$WORK/rehearsed") rows came back"
  [ "$JSON" = no ] || cat -- "$WORK/verified.json"
}

rehearsal_failed() {
  record differs
  die unverified "backup $BACKUP_NAME does not bring back what it should: $1" 'the live database was not touched' \
    'take a new backup now, and do not rely on this one'
}

record() {
  printf '{\n  "database": %s,\n  "backup": %s,\n  "result": "%s",\n  "verified_at": "%s"\n}\n' "$(json_string "$DB_ID")" \
    "$(json_string "$BACKUP_NAME")" "$1" "$(date -u +%Y-%m-%dT%H:%M:%SZ)" >"$WORK/verified.json"
  # An archive may be read-only: the result is the same, and the audit log has it.
  { cp -- "$WORK/verified.json" "$BACKUP_DIR/.verified.$$" && mv -f -- "$BACKUP_DIR/.verified.$$" "$BACKUP_DIR/verified.json"; } 2>/dev/null ||
    warn "the result ($1) cannot be written beside the backup: $BACKUP_DIR is read-only, or its disk is full"
}

main "$@"
