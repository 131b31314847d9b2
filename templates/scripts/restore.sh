#!/usr/bin/env bash
# Brings a database back from a backup.
set -euo pipefail
umask 077
HERE="$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)"
# shellcheck source-path=SCRIPTDIR
# shellcheck source=lib/core.sh
. "$HERE/lib/core.sh"

usage() {
  cat <<'USAGE'
Usage: restore.sh [--db ID] [--yes] [--tables A,B | --schema-only | --volumes |
                  --cold] [BACKUP]

Brings a database back from BACKUP (without it: the newest one with rows that no
restore has made). The backup is read to its end first; the present state is
backed up; the restore happens beside the live database and takes its place only
when every table has the rows that the backup says. If anything fails, the
database stays as it was. PostgreSQL keeps the replaced database as
NAME_old_TIME. MySQL and MariaDB cannot swap: the backup is proven beside the
live database, which is then replaced, and put back on any failure.

  --db ID        needed when there are several databases
  --yes          ask nothing but the name of the database, which has to be typed
                 (it is read from standard input)
  --tables A,B   only these tables, the others stay as they are (schema.table
                 where it is not public)
  --schema-only  the tables without their rows
  --volumes      not the database, but the volumes that the backup holds (such
                 as uploads); services that use them are stopped meanwhile
  --cold         the database's own files, from backup.sh --cold, into a new
                 volume; it is not attached: how to do that is printed

Exit status: 0 done, 1 failed before anything was touched, 2 usage, 3 refused, 4
             the backup is damaged, 5 locked, 6 failed and rolled back, 7 failed
             and not rolled back (what to do is printed).
USAGE
}

main() {
  BACKUP='' MODE=full TABLE_LIST='' YES=no
  arguments "$@"
  [ "$JSON" = no ] || usage_error 'restore.sh has no --json: it talks to a person'
  start "$HERE"
  load confirm approval
  [ -n "$WANTED" ] || ! several_databases || usage_error 'there are several databases: which one? --db ID'
  case "$MODE" in volumes | cold) load compose_config volumes_would volumes_look volume_list volume_archive volume_restore ;; esac
  case "$MODE" in
    volumes) restore_volumes_of "${WANTED:-$DB_IDS}" "$BACKUP" ;;
    cold) restore_cold_of "${WANTED:-$DB_IDS}" "$BACKUP" ;;
    *) restore_one "${WANTED:-$DB_IDS}" "$BACKUP" "$MODE" "${TABLE_LIST//,/$NEWLINE}" ;;
  esac
}

option() {
  case "$1" in
    --tables)
      value_of "$@"
      TABLE_LIST="$VALUE"
      only_mode tables
      ;;
    --schema-only) only_mode schema ;;
    --volumes) only_mode volumes ;;
    --cold) only_mode cold ;;
    --yes) YES=yes ;;
    -*) return 1 ;;
    *) BACKUP="$1" ;;
  esac
}

only_mode() {
  case "$MODE" in full | "$1") MODE="$1" ;; *) usage_error '--tables, --schema-only, --volumes and --cold exclude each other' ;; esac
}

restore_one() {
  use_database "$1"
  tell_from_here restore
  audit_from_here restore
  take_lock
  work_prepare
  open_database
  refuse_production
  resolve_backup "$2"
  engine recover
  require_whole_backup
  choose_tables "$4"
  show_source "$3" "$TABLES"
  confirm_by_name "$YES" 'Everything above will replace the present data.'
  approve_restore
  SOURCE="$BACKUP_NAME" FROM="$READABLE"
  safety_backup
  engine restore "$FROM" "$3" "$TABLES"
  audit restore 'done' "$SOURCE"
  after_restore
}

# The dump in the same backup is not looked at: the database and its neighbours come back one by one.
restore_volumes_of() {
  prepare_volumes "$1"
  open_database
  refuse_production
  storage_now "$CONTAINER" || die failed 'Docker does not tell about the container' 'nothing was touched'
  volumes_prepare || die failed "cannot tell where the volumes are: $WHY_UNKNOWN" 'nothing was touched'
  resolve_backup "${2:-$(newest_with '^volume')}"
  require_archives '^volume'
  say "backup:      $BACKUP_NAME"
  find_targets
  confirm_by_name "$YES" 'The volumes above will be replaced.'
  approve_restore
  SOURCE="$BACKUP_NAME"
  restore_volumes
  audit restore-volumes 'done' "$SOURCE"
  say 'next:        look at the application; the replaced files are in the pre-restore backup'
}

# Needs no running database: that may be what was lost.
restore_cold_of() {
  prepare_volumes "$1"
  resolve_database
  classify_environment
  resolve_backup "${2:-$(newest_with '^cold')}"
  require_archives '^cold'
  say "backup:      $BACKUP_NAME"
  restore_cold
  audit restore-cold 'done' "$BACKUP_NAME to $NEW_VOLUME"
  tell_how_to_attach
}

prepare_volumes() {
  use_database "$1"
  [ "$DB_RUN" = compose ] || die refused "database $DB_ID is not in Compose: its backups hold no volumes" 'nothing was touched'
  tell_from_here restore
  audit_from_here restore
  take_lock
  work_prepare
  need_docker
}

# A name that the backup does not know is a mistake, found before anything happens.
choose_tables() {
  local name found
  TABLES=''
  [ -n "$1" ] || return 0
  while IFS= read -r name; do
    [ -n "$name" ] || continue
    found="$(table_in_backup "$BACKUP_DIR/metadata.json" "$name")" ||
      usage_error "there is no table '$name' in backup $BACKUP_NAME"
    TABLES="${TABLES:+$TABLES$NEWLINE}$found"
  done <<<"$1"
}

refuse_production() {
  is_protected || return 0
  [ "$DB_RESTORE_IN_PRODUCTION" != true ] || return 0
  die refused "this database is treated as production ($ENVIRONMENT: $ENVIRONMENT_REASON), and restoring there is not allowed" \
    'nothing was touched' 'if it is not production, set its environment in dbguard.toml; else restore_in_production = true'
}

# Where restoring into production is allowed at all, it may need a second person.
approve_restore() {
  is_protected || return 0
  require_approval restore "$(words_digest "$BACKUP_NAME" "$MODE" "$TABLES")" "restore $BACKUP_NAME ($MODE${TABLES:+: ${TABLES//$NEWLINE/, }})"
}

show_source() {
  local file="$BACKUP_DIR/metadata.json"
  say "backup:      $BACKUP_NAME"
  say "taken:       $(metadata_value "$file" created_at) of $(metadata_value "$file" database), $(metadata_value "$file" environment)"
  say "holds:       $(metadata_value "$file" table_count) tables, $(metadata_value "$file" row_count) rows"
  say "restores:    $1${2:+ (${2//$'\n'/, })}"
  if engine counts >"$WORK/before" 2>/dev/null; then
    say "now:         $(lines_in "$WORK/before") tables, $(rows_in "$WORK/before") rows"
  else
    say 'now:         the present tables cannot be counted'
  fi
}

# What is there now may be worth more than it seems: it is kept before anything replaces it.
safety_backup() {
  case "$(engine presence)" in
    present)
      say 'safety:      the present database is backed up first'
      take_backup pre-restore
      ;;
    damaged)
      DAMAGED="$STORE/damaged-$(timestamp)"
      mkdir -- "$DAMAGED"
      engine keep_damaged "$DAMAGED"
      say "safety:      the present database is damaged; what is left of it is in $DAMAGED"
      ;;
    *) say 'safety:      there is no present database to keep' ;;
  esac
}

after_restore() {
  restart_applications
  engine counts >"$WORK/after"
  say "restored:    $(lines_in "$WORK/after") tables, $(rows_in "$WORK/after") rows"
  say 'next:        look at the application, then take a backup: backup.sh'
}

main "$@"
