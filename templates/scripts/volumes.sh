#!/usr/bin/env bash
# Lists the volumes of the Compose files: how much each one matters, how large it is, and which backup holds it.
set -euo pipefail
umask 077
HERE="$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)"
# shellcheck source-path=SCRIPTDIR
# shellcheck source=lib/core.sh
. "$HERE/lib/core.sh"

usage() {
  cat <<'USAGE'
Usage: volumes.sh [--db ID] [--json]

A line for each volume and bind mount of the Compose files: its class, its real
name, service and path, size, and the last backup that holds it. A critical one
(databases, uploads, and whatever nothing tells about) that no backup holds is
marked with !. Important ones (certificates, logs) and recreatable ones (caches,
metrics, source code) are not archived; dbguard.toml can say otherwise under
[volumes]. Nothing is changed.

Exit status: 0 every critical volume is in a backup, 1 one is not, or something
             cannot be told, 2 usage.
USAGE
}

main() {
  arguments "$@"
  start "$HERE"
  load compose_config volumes_would volumes_look volume_list volume_report
  if [ -z "$WANTED" ] && several_databases; then each_database volumes.sh; fi
  list_volumes "${WANTED:-$DB_IDS}"
}

option() {
  return 1
}

list_volumes() {
  local attention=0
  use_database "$1"
  if [ "$DB_RUN" != compose ]; then
    [ "$JSON" = no ] || echo '[]'
    exit 0
  fi
  work_prepare
  need_docker
  volumes_prepare || die failed "cannot tell where the volumes are: $WHY_UNKNOWN" 'nothing was touched'
  : >"$WORK/volumes"
  archived_volumes >"$WORK/archived"
  db_volumes "$DB_ID" look_up
  add_sizes
  if [ "$JSON" = yes ]; then volumes_json; else volumes_text; fi
  grep -q '^!' "$WORK/listed" && attention=1
  tell_unmatched || attention=1
  exit "$attention"
}

main "$@"
