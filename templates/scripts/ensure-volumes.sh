#!/usr/bin/env bash
# Creates the external volumes of the Compose files on a fresh machine, and only there.
set -euo pipefail
umask 077
HERE="$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)"
# shellcheck source-path=SCRIPTDIR
# shellcheck source=lib/core.sh
. "$HERE/lib/core.sh"

usage() {
  cat <<'USAGE'
Usage: ensure-volumes.sh [--db ID]

An external volume is never removed by Compose, and never created either. This
creates those that the Compose files of each database (or of ID) declare and
that do not exist: for a fresh machine or CI. It refuses where anything says
that the missing volume of a database held data: a record of its storage, a
backup with rows, or a database that is production.

Exit status: 0 all are there, 1 failed or cannot tell, 2 usage, 3 refused.
USAGE
}

main() {
  arguments "$@"
  [ "$JSON" = no ] || usage_error 'ensure-volumes.sh has no --json'
  start "$HERE"
  load compose_config volumes_would volumes_look preflight preflight_explain
  if [ -z "$WANTED" ] && several_databases; then each_database ensure-volumes.sh; fi
  ensure_for "${WANTED:-$DB_IDS}"
}

option() {
  return 1
}

ensure_for() {
  local key name external
  use_database "$1"
  [ "$DB_RUN" = compose ] || exit 0
  work_prepare
  need_docker
  resolve_database
  classify_environment
  storage_would || die failed "cannot tell which volumes are needed: $WHY_UNKNOWN" 'nothing was created'
  while IFS=$'\037' read -r key name external; do
    [ "$external" = yes ] || continue
    if volume_exists "$name"; then
      say "$name: is there"
      continue
    fi
    [ "$name" != "$WOULD_VOLUME" ] || refuse_if_data_existed "$name"
    docker volume create "$name" >/dev/null </dev/null || die failed "the volume $name ($key) cannot be created"
    audit create-volume 'done' "$name"
    say "$name: created, empty"
  done <<<"$(fact volume)"
}

refuse_if_data_existed() {
  local newest why='' others
  newest="$(default_backup)"
  storage_known || true
  [ "$KNOWN_NEW" != yes ] || return 0
  if [ -f "$STORE/identity.json" ]; then
    why="$KNOWN_FROM says that the data of $DB_ID was on $(storage_name "$KNOWN_TYPE" "$KNOWN_VOLUME")"
  elif [ -n "$newest" ] && [ "$(metadata_value "$STORE/$newest/metadata.json" row_count || echo 1)" -gt 0 ]; then
    why="there is a backup of $DB_ID with rows ($newest)"
  elif [ "$ENVIRONMENT" = production ]; then
    why="$DB_ID is production ($ENVIRONMENT_REASON), where a missing volume is never normal"
  fi
  [ -n "$why" ] || return 0
  others="$(list_other_databases "$1")"
  [ -z "$others" ] || say "volumes with a database of this engine:$NEWLINE$others"
  die refused "the volume $1 is missing, and $why" 'nothing was created' \
    "look where it went. If it is really lost: preflight.sh --db $DB_ID --accept, then this again, then restore.sh --db $DB_ID"
}

main "$@"
