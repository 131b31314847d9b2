#!/usr/bin/env bash
# Looks before a deployment: is the data there, is there a fresh backup, does the change take a volume away.
set -euo pipefail
umask 077
HERE="$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)"
# shellcheck source-path=SCRIPTDIR
# shellcheck source=lib/core.sh
. "$HERE/lib/core.sh"

usage() {
  cat <<'USAGE'
Usage: pre-deploy.sh [--db ID] [--since REF] [--accept-empty]

Run it before a deployment, and deploy only after 0:
  1. Nothing that changed since REF takes the data of a database away: a volume
     that is removed or renamed, another project name, mount or major version of
     the image, a new line that deletes volumes.
  2. The data is there. `empty` and `cannot tell` both stop the deployment.
  3. A backup is fresh; else one is taken (label pre-deploy, kept for ever).
  4. The rows are noted, for post-deploy.sh to compare with.

  --db ID         only this database
  --since REF     what runs now; without it the commit that post-deploy.sh noted
                  last, else HEAD~1
  --accept-empty  an empty database that never had a row is right (first start)

Exit status: 0 go on, 1 cannot tell or no backup, 2 usage, 3 refused.
USAGE
}

main() {
  SINCE='' EMPTY=no
  arguments "$@"
  [ "$JSON" = no ] || usage_error 'pre-deploy.sh has no --json'
  start "$HERE"
  load wrap deploy
  if [ -z "$WANTED" ] && several_databases; then
    if [ "$EMPTY" = yes ]; then each_database pre-deploy.sh ${SINCE:+--since "$SINCE"} --accept-empty; fi
    each_database pre-deploy.sh ${SINCE:+--since "$SINCE"}
  fi
  check_one "${WANTED:-$DB_IDS}"
}

option() {
  case "$1" in
    --since)
      value_of "$@"
      SINCE="$VALUE"
      ;;
    --accept-empty) EMPTY=yes ;;
    *) return 1 ;;
  esac
}

check_one() {
  use_database "$1"
  work_prepare
  audit_from_here pre-deploy
  look_at_change
  open_database
  find_data
  look_at_backup
  deploy_folder
  count_now || die failed "the tables of $DB_ID cannot be counted: $(head -n 1 "$WORK/count.err")" 'nothing was deployed'
  LC_ALL=C sort "$WORK/after" >"$BACKUPS/deploy/$DB_ID.counts.new"
  mv -f -- "$BACKUPS/deploy/$DB_ID.counts.new" "$BACKUPS/deploy/$DB_ID.counts"
  audit pre-deploy 'done' "$BACKUP_NAME"
  say "noted:       $(lines_in "$WORK/after") tables, $(rows_in "$WORK/after") rows"
  say "next:        deploy, then post-deploy.sh --db $DB_ID"
}

look_at_change() {
  local lost lines
  if [ -n "$SINCE" ]; then
    git_answer rev-parse -q --verify "$SINCE^{commit}" | grep -q . || die refused "there is no commit $SINCE" \
      'nothing was deployed' 'in a shallow clone: git fetch --unshallow'
  else
    SINCE="$(deployed_commit)"
  fi
  if [ -z "$SINCE" ]; then
    [ -z "$(compose_files_of_all)" ] || warn 'there is no earlier commit to compare the Compose files with: say which one, with --since'
    return 0
  fi
  say "change:      since $(git_answer rev-parse --short "$SINCE")"
  lost="$(removed_facts "$SINCE")"
  lines="$(deleting_lines "$SINCE")"
  [ -z "$lost" ] || die refused "the change takes something away that says where the data is:$NEWLINE$lost" 'nothing was deployed' \
    'put it back; to move data on purpose: backup.sh, then restore.sh into the new place'
  [ -z "$lines" ] || die refused "the change adds lines that delete data:$NEWLINE$lines" 'nothing was deployed' \
    'take them out: a deployment never deletes a volume, and a new password needs none of it'
}

# Three answers; a login that fails is never an empty database.
find_data() {
  local state
  state="$( (engine state) 2>"$WORK/reason")" || state=unknown
  say "data:        $state"
  case "$state" in
    ok) return 0 ;;
    empty) ;;
    *) die failed "it cannot be told whether $DB_ID has data: $(head -n 2 "$WORK/reason")" 'nothing was deployed' \
      'a deployment now could hide a lost database: repair the connection first (validate-env.sh)' ;;
  esac
  if [ "$EMPTY" = yes ] && ! had_rows; then return 0; fi
  die refused "database $DB_ID is empty" 'nothing was deployed' "$(
    if had_rows; then echo "it had rows once: restore.sh --db $DB_ID"; else echo 'if this is the first start: --accept-empty'; fi)"
}

had_rows() {
  backup_table row_count | awk -F '\t' '$2 > 0 { n++ } END { exit !n }'
}

look_at_backup() {
  local taken age limit=$((STALE_HOURS * 3600))
  BACKUP_NAME="$(backup_table row_count | awk -F '\t' '$2 > 0 { name = $1 } END { print name }')"
  if [ -n "$BACKUP_NAME" ]; then
    taken="$(metadata_value "$STORE/$BACKUP_NAME/metadata.json" created_epoch)"
    age=$(($(date +%s) - taken))
    if [ "$age" -ge 0 ] && [ "$age" -le "$limit" ] && check_files "$STORE/$BACKUP_NAME" >/dev/null; then
      say "backup:      $BACKUP_NAME, $((age / 60)) minutes old"
      return 0
    fi
  fi
  wrap_backup pre-deploy
}

main "$@"
