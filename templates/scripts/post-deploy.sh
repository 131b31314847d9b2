#!/usr/bin/env bash
# Looks after a deployment: does the database answer, and is every row still there.
set -euo pipefail
umask 077
HERE="$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)"
# shellcheck source-path=SCRIPTDIR
# shellcheck source=lib/core.sh
. "$HERE/lib/core.sh"

usage() {
  cat <<'USAGE'
Usage: post-deploy.sh [--db ID]

Run it after a deployment: each database answers an authenticated query and has
data, and no table has fewer rows than pre-deploy.sh noted. Then the commit is
noted as what runs now, and a checklist for what only a person sees is printed.

  --db ID  only this database

Exit status: 0 all is there, 1 cannot tell, 2 usage, 3 pre-deploy.sh did not
             run, 4 rows are missing.
USAGE
}

main() {
  arguments "$@"
  [ "$JSON" = no ] || usage_error 'post-deploy.sh has no --json'
  start "$HERE"
  load wrap deploy
  if [ -z "$WANTED" ] && several_databases; then each_database post-deploy.sh; fi
  compare_one "${WANTED:-$DB_IDS}"
}

option() {
  return 1
}

compare_one() {
  local state noted="$BACKUPS/deploy/$1.counts"
  wrap_open "$1"
  audit_from_here post-deploy
  BACKUP_NAME="$(default_backup)"
  state="$( (engine state) 2>"$WORK/reason")" || state=unknown
  say "data:        $state"
  [ "$state" != unknown ] || die failed "it cannot be told whether $DB_ID has data: $(head -n 2 "$WORK/reason")" \
    'nothing was changed' 'do not deploy again: repair the connection first (validate-env.sh)'
  [ -f "$noted" ] || die refused "pre-deploy.sh has noted no rows of $DB_ID" 'nothing was changed' \
    'next time: pre-deploy.sh, then the deployment, then this'
  count_now || die failed "the tables of $DB_ID cannot be counted: $(head -n 1 "$WORK/count.err")" 'nothing was changed'
  if rows_are_lower "$noted" "$WORK/after" >"$WORK/lower"; then
    die unverified "rows are missing that were there before the deployment:$NEWLINE$(cat -- "$WORK/lower")" \
      "the newest backup with rows is $BACKUP_NAME" \
      "stop what writes; is it the same volume? (docker volume ls); to go back: restore.sh --db $DB_ID $BACKUP_NAME"
  fi
  say "rows:        $(rows_in "$noted") before, $(rows_in "$WORK/after") now"
  note_commit
  audit post-deploy 'done' "$(git_answer rev-parse HEAD)"
  checklist
}

# A note of an earlier deployment must not make the next one look compared.
note_commit() {
  mv -f -- "$BACKUPS/deploy/$DB_ID.counts" "$BACKUPS/deploy/$DB_ID.counts.last"
  git_answer rev-parse HEAD >"$BACKUPS/deploy/commit.new"
  [ ! -s "$BACKUPS/deploy/commit.new" ] || mv -f -- "$BACKUPS/deploy/commit.new" "$BACKUPS/deploy/commit"
  rm -f -- "$BACKUPS/deploy/commit.new"
}

checklist() {
  cat <<'LIST'
Now look yourself:
  [ ] a person can sign in, and sees what was there before
  [ ] something new can be written, and is still there after a reload
  [ ] uploaded files open
  [ ] the log of the application has no database errors
  [ ] the next scheduled backup ran (list-backups.sh), and a copy is off-site
LIST
}

main "$@"
