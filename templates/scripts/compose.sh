#!/usr/bin/env bash
# Compose with this repository's files, that never loses a volume.
CALLER_UMASK="$(umask)"
set -euo pipefail
umask 077
HERE="$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)"
# shellcheck source-path=SCRIPTDIR
# shellcheck source=lib/core.sh
. "$HERE/lib/core.sh"

usage() {
  cat <<'USAGE'
Usage: compose.sh [COMPOSE-OPTIONS] COMMAND [ARGS…]

Runs docker compose (or docker-compose) with the Compose files of this
repository: compose.sh up -d, compose.sh logs -f web. Before a command that
attaches or detaches storage (up, start, restart, create, run, scale, watch,
down, rm) it runs preflight.sh for each database. It refuses what deletes
volumes (down -v, rm -v, up -V, volume rm) unless every volume of the files is
external, which Compose never removes. All else, standard input and the
terminal are passed on.

Exit status: 3 refused, 1 the preflight cannot tell, 2 usage, else that of
             Compose.
USAGE
}

main() {
  case "${1:-}" in
    '' | -h | --help)
      usage
      [ -n "${1:-}" ] || exit 2
      exit 0
      ;;
  esac
  start "$HERE"
  load compose_config volumes_would volumes_look compose_words
  split_words "$@"
  choose_compose_database
  find_compose
  [ "${#COMPOSE[@]}" -gt 0 ] || die failed 'there is no Compose: neither docker compose nor docker-compose' 'nothing was touched'
  guard_words ${REST[@]+"${REST[@]}"}
  # Standard input, the terminal and the exit status are those of Compose itself.
  trap - EXIT HUP INT TERM PIPE
  umask "$CALLER_UMASK"
  compose_becomes ${REST[@]+"${REST[@]}"}
}

# Any of the Compose databases tells which files belong to this repository; different sets of files are different projects.
choose_compose_database() {
  local id files='' chosen=''
  COMPOSE_IDS=''
  while IFS= read -r id; do
    db_config "$id"
    [ "$DB_RUN" = compose ] || continue
    COMPOSE_IDS="${COMPOSE_IDS:+$COMPOSE_IDS$NEWLINE}$id"
    [ -z "$chosen" ] || [ "$files" = "$DB_COMPOSE_FILES" ] || [ -n "${DBGUARD_DB:-}" ] ||
      usage_error "the databases have different Compose files: say which one with the variable DBGUARD_DB=ID (${DB_IDS//$'\n'/, })"
    chosen="$id" files="$DB_COMPOSE_FILES"
  done <<<"$DB_IDS"
  if [ -n "${DBGUARD_DB:-}" ]; then chosen="$DBGUARD_DB" COMPOSE_IDS="$DBGUARD_DB"; fi
  [ -n "$chosen" ] || die failed 'no database of this repository is in Compose'
  db_config "$chosen" || usage_error "there is no database '$chosen'"
}

guard_words() {
  local command="${1:-}" why
  why="$(deletes_volumes "$@")" || why=''
  if [ -n "$why" ] && ! every_volume_is_external; then
    WORDS="$*"
    audit compose refused "${WORDS:0:200}"
    die refused "$why" 'nothing was touched; the volumes are as they were' \
      'leave that option away. To start from nothing on purpose: a backup first, then Docker by its own name, not by this script'
  fi
  case "$command" in
    up | start | restart | create | run | scale | watch) check_each ;;
    down | rm) check_each --detach ;;
  esac
}

check_each() {
  local id status=0
  while IFS= read -r id; do
    "$BASH" "$SCRIPTS/preflight.sh" --db "$id" "$@" </dev/null >&2 || status=$?
    [ "$status" -eq 0 ] || exit "$status"
  done <<<"$COMPOSE_IDS"
}

main "$@"
