#!/usr/bin/env bash
# Migrates a database: tried on a restored copy first, with a backup before and after.
set -euo pipefail
umask 077
HERE="$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)"
# shellcheck source-path=SCRIPTDIR
# shellcheck source=lib/core.sh
. "$HERE/lib/core.sh"

usage() {
  cat <<'USAGE'
Usage: safe-migrate.sh [--db ID] [--rehearse-only | --no-rehearsal]
                       [--allow-dirty] [--reason TEXT] [--yes]
                       [-- COMMAND [ARGUMENT…]]

Runs the migration (COMMAND, or what was found in this repository) like this:
backup (label pre-migration); rehearsal in a scratch copy of it, with the
variables that tell a program its database pointed there; the difference of the
schemas; the real run; are all rows there; backup (label post-migration).

Dropped tables or columns, and rows that become fewer, need the name of the
database to be typed; in production a migration always does, and one that
destroys may need the approval of a second person (approve.sh).

  --rehearse-only  stop after the rehearsal
  --no-rehearsal   leave it out; then the name has to be typed
  --allow-dirty    also with changes that are not committed
  --reason TEXT    for the log
  --yes            ask nothing but the name, read from standard input

A migration that failed is never migrated back down: the way back is printed.

Exit status: 0 done, 1 the rehearsal failed or no backup could be taken, 2
             usage, 3 refused, 4 rows are missing afterwards, 5 locked; else
             that of the command that failed.
USAGE
}

main() {
  COMMAND=() REASON='' YES=no ONLY=no REHEARSE=yes DIRTY=no LOST='' REHEARSED=no
  arguments "$@"
  [ "$JSON" = no ] || usage_error 'safe-migrate.sh has no --json: what is printed belongs to the command'
  [ "$ONLY" = no ] || [ "$REHEARSE" = yes ] || usage_error '--rehearse-only and --no-rehearsal exclude each other'
  start "$HERE"
  load wrap confirm approval migrate
  if [ "${#COMMAND[@]}" -eq 0 ] && [ -z "$MIGRATE_COMMANDS" ]; then usage_error 'which command? safe-migrate.sh -- ./migrate.sh'; fi
  one_database
  migrate_one "$WANTED"
}

option() {
  case "$1" in
    --rehearse-only) ONLY=yes ;;
    --no-rehearsal) REHEARSE=no ;;
    --allow-dirty) DIRTY=yes ;;
    --yes) YES=yes ;;
    --reason)
      value_of "$@"
      REASON="$VALUE"
      ;;
    --)
      USED=$#
      shift
      COMMAND=("$@")
      ;;
    *) return 1 ;;
  esac
}

migrate_one() {
  require_clean_tree
  wrap_open "$1"
  wrap_backup pre-migration
  : >"$WORK/lower"
  if [ -z "$BACKUP_NAME" ]; then
    REHEARSE=no
    [ "$ONLY" = no ] || die refused 'there is nothing to rehearse with' 'nothing was run'
  elif [ "$REHEARSE" = yes ]; then
    can_rehearse || die refused "a migration of $DB_ENGINE cannot be rehearsed" 'nothing was run' 'leave the rehearsal out: --no-rehearsal'
    rehearse_migration migrate
  fi
  [ "$ONLY" = no ] || exit 0
  ask_for_migration
  migrate
  after_migration
}

# What is migrated must be what somebody can look at afterwards.
require_clean_tree() {
  local changes
  [ "$DIRTY" = no ] || return 0
  changes="$(git -C "$ROOT" status --porcelain -- . ":(exclude)$BACKUP_DIRECTORY" 2>/dev/null </dev/null)" ||
    die refused 'this is no git repository (or git does not answer)' 'nothing was run' 'to migrate all the same: --allow-dirty'
  [ -z "$changes" ] || die refused "there are changes that are not committed: $(printf '%s\n' "$changes" | head -n 5 | tr '\n' ' ')" \
    'nothing was run' 'commit them; to migrate all the same: --allow-dirty'
}

# The commands of the repository run from its root, one after the other.
migrate() {
  local line
  if [ "${#COMMAND[@]}" -gt 0 ]; then
    run_command ${COMMAND[@]+"${COMMAND[@]}"}
    return 0
  fi
  while IFS= read -r line <&3; do
    say "runs:        $line"
    # shellcheck disable=SC2016 # the inner shell's words
    run_command sh -c 'cd -- "$1" && eval "$2"' sh "$ROOT" "$line"
    [ "$COMMAND_STATUS" -eq 0 ] || return 0
  done 3<<<"$MIGRATE_COMMANDS"
}

ask_for_migration() {
  local what destroys=no
  what="$(if [ "${#COMMAND[@]}" -gt 0 ]; then masked_command ${COMMAND[@]+"${COMMAND[@]}"}; else one_line "$MIGRATE_COMMANDS"; fi)"
  what="$what${LOST:+; drops ${LOST//$NEWLINE/, }}"
  if [ -n "$LOST" ] || [ -s "$WORK/lower" ]; then destroys=yes; fi
  # Nobody knows what a migration does that was not rehearsed, or whose rehearsal did nothing.
  if [ -n "$BACKUP_NAME" ] && [ "$REHEARSED" = no ]; then destroys=yes; fi
  if [ "$destroys" = yes ] || is_protected; then confirm_by_name "$YES" "This migrates $DB_DATABASE: $what"; fi
  if [ "$destroys" = yes ] || [ "$REHEARSED" = nothing ]; then
    require_approval safe-migrate "$(command_digest "$MIGRATE_COMMANDS" ${COMMAND[@]+"${COMMAND[@]}"})" "$what"
  fi
}

after_migration() {
  local missing='' before="$BACKUP_NAME"
  [ "$COMMAND_STATUS" -eq 0 ] || migration_failed "the migration ended with status $COMMAND_STATUS" "$COMMAND_STATUS"
  count_now || migration_failed 'the tables cannot be counted any more' 4
  if rows_are_lower "$WORK/before" "$WORK/after" >"$WORK/missing"; then
    # What the rehearsal showed, a person has agreed to.
    missing="$(awk '{ at = match($0, /: ([0-9]+ ->|gone,)/); name = substr($0, 1, at - 1) }
      FILENAME == ARGV[1] { known[name] = 1; next } !(name in known)' "$WORK/lower" "$WORK/missing")"
  fi
  [ -z "$missing" ] || migration_failed "rows are missing that were there before:$NEWLINE$missing" 4
  log_operation operations safe-migrate 'done' "$REASON" ${COMMAND[@]+"${COMMAND[@]}"}
  say "rows:        $(rows_in "$WORK/before") before, $(rows_in "$WORK/after") now"
  wrap_backup post-migration
  say "migrated:    the state before is ${before:-that of no database}"
}

migration_failed() {
  log_operation migration-failures safe-migrate failed "${REASON:+$REASON; }${1%%"$NEWLINE"*}" ${COMMAND[@]+"${COMMAND[@]}"}
  printf 'error: %s\n' "$1" >&2
  if [ -n "$BACKUP_NAME" ]; then
    printf '  safe: the state before is in the backup %s\n  next: %s\n' "$BACKUP_NAME" \
      "stop what writes, do not migrate down, look; to go back: restore.sh --db $DB_ID $BACKUP_NAME" >&2
  fi
  exit "$2"
}

main "$@"
