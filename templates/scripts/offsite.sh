#!/usr/bin/env bash
# Copies backups to another machine, and proves that they arrived; brings one back.
set -euo pipefail
umask 077
HERE="$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)"
# shellcheck source-path=SCRIPTDIR
# shellcheck source=lib/core.sh
. "$HERE/lib/core.sh"

usage() {
  cat <<'USAGE'
Usage: offsite.sh [--db ID] [--newest | --all | BACKUP] [--json]
       offsite.sh --list [--db ID]
       offsite.sh --fetch --db ID BACKUP

Copies every verified backup that has not been copied yet (--all: all again,
--newest: only the newest) to the place that [offsite] in dbguard.toml names, by
rsync, s3, rclone or restic. Then size and SHA-256 of every file are compared
with what arrived; only that counts as copied. Nothing over there is deleted.

  --list   the backups that are over there
  --fetch  bring one back into the list; it is checked before it is listed

Keys and passwords are those that the program itself finds (ssh, AWS_PROFILE,
rclone's configuration, RESTIC_PASSWORD_FILE).

Exit status: 0 done, 1 failed, 2 usage, 3 refused (nothing is configured, or
             encryption is demanded and missing), 4 what arrived differs,
             5 locked.
USAGE
}

main() {
  MODE=missing BACKUP='' FLAG=''
  arguments "$@"
  start "$HERE"
  load offsite
  if [ -z "$WANTED" ] && several_databases; then
    case "$MODE" in fetch | one) usage_error 'there are several databases: which one? --db ID' ;; esac
    each_database offsite.sh ${FLAG:+"$FLAG"}
  fi
  use_database "${WANTED:-$DB_IDS}"
  offsite_require
  case "$MODE" in
    list) "offsite_${OFFSITE_METHOD}_list" ;;
    fetch) bring_back "$BACKUP" ;;
    *) copy_out ;;
  esac
}

option() {
  case "$1" in
    --all | --newest | --list | --fetch)
      FLAG="$1"
      MODE="${1#--}"
      ;;
    -*) return 1 ;;
    *)
      BACKUP="$1"
      [ "$MODE" = fetch ] || MODE=one
      ;;
  esac
}

copy_out() {
  local name copied=0 wanted
  audit_from_here offsite
  take_lock
  work_prepare
  wanted="$(backups_to_copy)"
  while IFS= read -r name; do
    [ -n "$name" ] || continue
    copy_one "$name"
    copied=$((copied + 1))
  done <<<"$wanted"
  say "offsite:     $copied copied to $OFFSITE_TARGET, $(backup_names | offsite_recorded | awk 'END { print NR }') in all"
  [ "$JSON" = no ] || printf '{"id": %s, "target": %s, "copied": %s}\n' "$(json_string "$DB_ID")" "$(json_string "$OFFSITE_TARGET")" "$copied"
}

backups_to_copy() {
  case "$MODE" in
    one)
      resolve_backup "$BACKUP"
      printf '%s\n' "$BACKUP_NAME"
      ;;
    newest) newest_backup ;;
    all) backup_names ;;
    *) backup_names | offsite_missing ;;
  esac
}

# The files are checked before they leave and compared after they have arrived.
copy_one() {
  local why dir="$STORE/$1"
  why="$(check_files "$dir")" || {
    audit offsite failed "$1: $why"
    die unverified "backup $1 is damaged and is not copied: $why" 'what was copied before is as it was' \
      "look at list-backups.sh --db $DB_ID"
  }
  offsite_may_leave "$dir"
  "offsite_${OFFSITE_METHOD}_send" "$1" >"$WORK/offsite.out" 2>&1 || die failed \
    "$OFFSITE_METHOD could not copy $1: $(tail -n 1 "$WORK/offsite.out")" 'the backup here is as it was' \
    'look at the connection and at the credentials of that program, then run this again'
  offsite_compare "$1" || die unverified "what arrived of $1 differs from what was sent: $WHY" \
    'the backup here is as it was' 'run this again; if it happens twice, do not trust that place'
  offsite_record "$1"
  audit offsite 'done' "$1 to $OFFSITE_TARGET"
  say "copied:      $1"
}

# bring_back NAME: into the store, by the same rename that makes every backup.
bring_back() {
  local why arrived
  is_backup_name "$1" || usage_error 'which one? offsite.sh --list shows the names'
  [ ! -e "$STORE/$1" ] || die refused "backup $1 is already here" 'nothing was touched'
  audit_from_here fetch
  take_lock
  work_prepare
  arrived="$WORK/fetched/$1"
  mkdir -p -- "$arrived"
  "offsite_${OFFSITE_METHOD}_fetch" "$1" "$arrived" >"$WORK/offsite.out" 2>&1 || die failed \
    "$OFFSITE_METHOD could not bring back $1: $(tail -n 1 "$WORK/offsite.out")" 'nothing was touched'
  why="$(check_files "$arrived")" || die unverified "what came back of $1 is damaged: $why" 'nothing was touched' \
    'choose another one: offsite.sh --list'
  chmod 600 "$arrived"/*
  flush "$arrived"/*
  mv -- "$arrived" "$STORE/$1"
  audit fetch 'done' "$1"
  say "fetched:     $STORE/$1"
  say "next:        verify-backup.sh --db $DB_ID $1, or restore.sh --db $DB_ID $1"
}

main "$@"
