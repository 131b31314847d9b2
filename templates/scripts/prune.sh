#!/usr/bin/env bash
# Removes the backups that the policy no longer keeps, and moves old ones to the archive.
set -euo pipefail
umask 077
HERE="$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)"
# shellcheck source-path=SCRIPTDIR
# shellcheck source=lib/core.sh
. "$HERE/lib/core.sh"

usage() {
  cat <<'USAGE'
Usage: prune.sh [--db ID] [--dry-run] [--json]
       prune.sh [--db ID] --pin BACKUP | --unpin BACKUP

Removes the backups that dbguard.toml no longer keeps, moves old ones to its
archive, and shows why each of the others stays. Nothing goes while the newest
verified backup is not whole. The database itself is not needed.

  --dry-run       only show what would be done
  --pin BACKUP    keep this one for ever; --unpin takes that back
  --json          print what was done for a machine

Exit status: 0 done, 1 failed (a backup could not be moved: it stays), 2 usage,
             3 refused, 4 the newest backup is damaged, 5 locked.
USAGE
}

main() {
  DRY=no PIN='' BACKUP=''
  arguments "$@"
  start "$HERE"
  if [ -z "$WANTED" ] && several_databases; then
    [ -z "$PIN" ] || usage_error 'there are several databases: which one? --db ID'
    if [ "$DRY" = yes ]; then each_database prune.sh --dry-run; fi
    each_database prune.sh
  fi
  use_database "${WANTED:-$DB_IDS}"
  audit_from_here prune
  take_lock
  work_prepare
  resolve_database
  classify_environment
  case "$PIN" in
    '') prune_one ;;
    *) change_pin ;;
  esac
}

option() {
  case "$1" in
    --dry-run) DRY=yes ;;
    --pin | --unpin)
      [ -z "$PIN" ] || usage_error 'one backup at a time: --pin or --unpin'
      value_of "$@"
      PIN="$1"
      BACKUP="$VALUE"
      ;;
    *) return 1 ;;
  esac
}

change_pin() {
  [ -n "$BACKUP" ] || usage_error "$PIN needs the name of a backup: list-backups.sh"
  resolve_backup "$BACKUP"
  if [ "$PIN" = --pin ]; then
    pin_backup "$BACKUP_NAME"
    say "pinned:      $BACKUP_NAME (kept for ever)"
  else
    rm -f -- "$BACKUP_DIR/pinned.json"
    say "unpinned:    $BACKUP_NAME (kept as the policy says)"
  fi
  audit "${PIN#--}" 'done' "$BACKUP_NAME"
  [ "$JSON" = no ] || printf '{"database": %s, "backup": "%s", "pinned": %s}\n' "$(json_string "$DB_ID")" "$BACKUP_NAME" \
    "$(if [ "$PIN" = --pin ]; then echo true; else echo false; fi)"
}

prune_one() {
  refuse_pending
  say "database:    $DB_ID"
  say "environment: $ENVIRONMENT ($ENVIRONMENT_REASON)"
  [ "$DRY" = yes ] || archive_recover
  decide_what_stays
  say "policy:      newest $KEEP_LAST, all $KEEP_DAYS days, daily $DAILY_DAYS, weekly $WEEKLY_DAYS, monthly $MONTHLY_DAYS"
  if [ -n "$(awk -F '\t' '$4 != "keep"' <"$WORK/decided")" ]; then require_newest; fi
  names_to remove here >"$WORK/here"
  names_to remove archive >"$WORK/there"
  FREED="$(bytes_below "$STORE" <"$WORK/here")"
  [ ! -s "$WORK/there" ] || FREED=$((FREED + $(bytes_below "$ARCHIVE" <"$WORK/there")))
  MOVED=0
  show_decided
  [ "$DRY" = yes ] || carry_out
  summary
  [ "${NOT_ARCHIVED:-0}" -eq 0 ] || die failed "$NOT_ARCHIVED backups could not be moved to the archive" \
    'they are where they were' 'see the warnings above'
}

# A restore that was cut short needs the backup that it names, whatever its age.
refuse_pending() {
  local file
  for file in "$STORE"/.pending*; do
    [ ! -e "$file" ] || die refused 'an earlier restore was cut short, and may need any of these backups' \
      'nothing was removed or moved' 'run backup.sh, which puts it in order first'
  done
}

show_decided() {
  [ "$JSON" = no ] || return 0
  local id name place action why
  while IFS=$'\t' read -r id name place action why; do
    [ "$place" = here ] || why="$why, in the archive"
    printf '  %-40s %-8s %s\n' "$name" "$action" "$why"
  done <"$WORK/decided"
}

carry_out() {
  local name
  drop_backups "$STORE" <"$WORK/here"
  [ ! -s "$WORK/there" ] || drop_backups "$ARCHIVE" <"$WORK/there"
  names_to archive here >"$WORK/old"
  [ -s "$WORK/old" ] || return 0
  archive_prepare
  while IFS= read -r name; do
    if [ "$name" = "$(cat -- "$STORE/latest" 2>/dev/null || true)" ]; then continue; fi
    if archive_backup "$name"; then MOVED=$((MOVED + 1)); fi
  done <"$WORK/old"
}

summary() {
  local removed
  removed="$(cat -- "$WORK/here" "$WORK/there" | awk 'END { print NR }')"
  if [ "$JSON" = yes ]; then
    printf '{"database": %s, "environment": "%s", "dry_run": %s, "removed": %s, "moved": %s, "bytes_freed": %s, "backups": [' \
      "$(json_string "$DB_ID")" "$ENVIRONMENT" "$(if [ "$DRY" = yes ]; then echo true; else echo false; fi)" "$removed" "$MOVED" "$FREED"
    awk -F '\t' '{ printf "%s\n  {\"backup\": \"%s\", \"where\": \"%s\", \"action\": \"%s\", \"reason\": \"%s\"}", (NR > 1 ? "," : ""), $2, $3, $4, $5 }
      END { print "\n]}" }' <"$WORK/decided"
  elif [ "$DRY" = yes ]; then
    say "would remove $removed backups, $FREED bytes, and move $(names_to archive here | awk 'END { print NR }') to the archive"
  else
    say "removed $removed backups, $FREED bytes, and moved $MOVED to the archive"
  fi
}

main "$@"
