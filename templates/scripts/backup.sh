#!/usr/bin/env bash
# Takes a verified backup of one database, or of all that are managed here.
set -euo pipefail
umask 077
HERE="$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)"
# shellcheck source-path=SCRIPTDIR
# shellcheck source=lib/core.sh
. "$HERE/lib/core.sh"

usage() {
  cat <<'USAGE'
Usage: backup.sh [--db ID] [--label LABEL] [--artefacts full,schema,data]
                 [--volumes | --cold] [--yes] [--json]

Takes a backup of each database (or of ID). It appears in the list only when it
is complete and was read back to its end; older backups are removed only after
that, by the rules of dbguard.toml.

  --db ID          one database; the ids are in lib/config.sh
  --label LABEL    a word that says why, such as pre-migration (kept longer) or
                   pre-deploy (kept for ever)
  --artefacts LIST also write plain SQL, made from the dump (PostgreSQL)
  --volumes        also archive the critical volumes that are no database, such
                   as uploads (volumes.sh lists them), beside the dump
  --cold           the same, and the files of the database itself: stops the
                   application and the database meanwhile, and starts them again
  --yes            with --cold in production: ask only for the database's name
  --json           print the backup's metadata for a machine

Exit status: 0 done, 1 failed, 2 usage, 3 refused, 5 locked by another run.
USAGE
}

main() {
  LABEL=manual ARTEFACTS='' WITH_VOLUMES=no COLD=no YES=no
  arguments "$@"
  start "$HERE"
  [ -n "$WANTED" ] || tell_uncovered
  if [ -z "$WANTED" ] && several_databases; then
    [ "$COLD" = no ] || usage_error 'there are several databases: which one? --db ID'
    [ "$WITH_VOLUMES" = no ] || VOLUMES_TOO=yes
    each_database backup.sh --label "$LABEL" ${ARTEFACTS:+--artefacts "$ARTEFACTS"} ${VOLUMES_TOO:+--volumes}
  fi
  backup_one "${WANTED:-$DB_IDS}" "$(clean_label "$LABEL")" "$ARTEFACTS"
}

option() {
  case "$1" in
    --label)
      value_of "$@"
      LABEL="$VALUE"
      ;;
    --artefacts)
      value_of "$@"
      ARTEFACTS="$VALUE"
      ;;
    --volumes) WITH_VOLUMES=yes ;;
    --cold) WITH_VOLUMES=yes COLD=yes ;;
    --yes) YES=yes ;;
    *) return 1 ;;
  esac
}

backup_one() {
  use_database "$1"
  choose_volumes
  # shellcheck disable=SC2034 # read by the engine
  [ -z "$3" ] || DB_ARTEFACTS="${3//,/$NEWLINE}"
  tell_from_here backup
  audit_from_here backup
  take_lock
  tell_start
  work_prepare
  open_database
  if [ "$COLD" = yes ] && is_protected; then
    confirm_by_name "$YES" 'The application and the database will be stopped while the files are copied.'
  fi
  engine recover
  take_backup "$2"
  apply_retention
  if [ "$JSON" = yes ]; then cat -- "$STORE/$BACKUP_NAME/metadata.json"; fi
  say "next:        verify-backup.sh --db $DB_ID (restores it into a scratch database), or restore.sh --db $DB_ID"
}

# A database that is not in Compose has no volumes that these scripts know of.
choose_volumes() {
  if [ "$DB_RUN" != compose ]; then
    [ "$COLD" = no ] || die refused "database $DB_ID is not in Compose: nothing here can stop it" 'nothing was touched'
    WITH_VOLUMES=no
  fi
  [ "$WITH_VOLUMES" = no ] || load confirm compose_config volumes_would volumes_look volume_list volume_archive
}

main "$@"
