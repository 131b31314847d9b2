#!/usr/bin/env bash
# Two people for destructive operations in production: one asks, another one agrees.
set -euo pipefail
umask 077
HERE="$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)"
# shellcheck source-path=SCRIPTDIR
# shellcheck source=lib/core.sh
. "$HERE/lib/core.sh"

usage() {
  cat <<'USAGE'
Usage: approve.sh request [--db ID] OPERATION (--digest HEX | -- COMMAND…)
       approve.sh grant CODE
       approve.sh list
       approve.sh revoke CODE

A script that needs the approval of others makes the request itself, and prints
its code. Another person looks at it and agrees with `grant`: another account
(behind sudo: the one who called it) with another git e-mail address, or name in
the variable APPROVER, that the policy lists. The same command then runs, once,
until the request expires.

  --db ID       the database, when there are several
  --digest HEX  what a script printed for exactly this operation
  -- COMMAND…   the command that safe-run.sh will be given, from this directory

This is a procedure between people, written down in the audit log. It is not a
boundary against somebody who can write into the backup directory, edit these
scripts or use two accounts. Both accounts need the approvals directory's group.

Exit status: 0 done, 1 failed, 2 usage, 3 refused.
USAGE
}

main() {
  ACTION='' SUBJECT='' DIGEST='' COMMAND=()
  arguments "$@"
  [ "$JSON" = no ] || usage_error 'approve.sh has no --json: it talks to a person'
  start "$HERE"
  load approval wrap
  case "$ACTION" in
    request) request ;;
    grant) grant ;;
    list) list ;;
    revoke) revoke ;;
    *) usage_error 'what? request, grant, list or revoke' ;;
  esac
}

option() {
  case "$1" in
    --digest)
      value_of "$@"
      DIGEST="$VALUE"
      ;;
    --)
      USED=$#
      shift
      COMMAND=("$@")
      ;;
    -*) return 1 ;;
    *)
      if [ -z "$ACTION" ]; then
        ACTION="$1"
      elif [ -z "$SUBJECT" ]; then
        SUBJECT="$1"
      else
        return 1
      fi
      ;;
  esac
}

request() {
  local what="digest $DIGEST"
  [ -n "$SUBJECT" ] || usage_error 'which operation? for example: approve.sh request safe-run -- ./fix.sh'
  one_database
  if [ "${#COMMAND[@]}" -gt 0 ]; then
    DIGEST="$(command_digest ${COMMAND[@]+"${COMMAND[@]}"})"
    what="$(masked_command ${COMMAND[@]+"${COMMAND[@]}"})"
  fi
  case "$DIGEST" in '' | *[!0-9a-f]*) usage_error 'of what? --digest HEX, or -- COMMAND' ;; esac
  use_database "$WANTED"
  classify_environment
  approvals_open
  approval_request "$SUBJECT" "$DIGEST" "$what"
  say "next:        another person: approve.sh grant $APPROVAL_CODE (within $APPROVAL_MINUTES minutes)"
}

open_request() {
  SUBJECT="$(printf '%s' "$SUBJECT" | tr '[:lower:]' '[:upper:]')"
  approvals_open
  approval_is_known "$SUBJECT" || die refused "there is no open request '$SUBJECT'" '' 'look at them: approve.sh list'
  DB_ID="$(approval_field "$SUBJECT" database)"
  db_config "$DB_ID" || die refused "request $SUBJECT is for a database that is not guarded here"
  approval_is_open "$SUBJECT" || {
    approval_close "$SUBJECT" || true
    die refused "the request $SUBJECT has expired" 'nothing was approved' 'let it be made again'
  }
}

grant() {
  local file
  [ -n "$SUBJECT" ] || usage_error 'which request? approve.sh grant CODE'
  open_request
  approval_identity
  show_request "$SUBJECT"
  approver_is_another
  file="$APPROVAL_DIRECTORY/$SUBJECT/grant.$APPROVAL_UID"
  printf '%s\t%s\t%s\n' "$APPROVAL_UID" "$APPROVAL_NAME" "$NOW" >"$file.new" || die failed "$file cannot be written" \
    'nothing was approved' 'your account needs the group of that directory'
  chmod 644 "$file.new"
  mv -f -- "$file.new" "$file"
  audit approval granted "$SUBJECT: by $APPROVAL_NAME"
  say "approved by: $APPROVAL_NAME; the operation runs when it is started again"
}

approver_is_another() {
  local own_uid own_name
  own_uid="$(approval_field "$SUBJECT" uid)"
  own_name="$(approval_field "$SUBJECT" name | tr '[:upper:]' '[:lower:]')"
  [ "$APPROVAL_UID" != "$own_uid" ] || refuse_approver 'the account that made the request cannot approve it'
  [ "$(printf '%s' "$APPROVAL_NAME" | tr '[:upper:]' '[:lower:]')" != "$own_name" ] ||
    refuse_approver "$APPROVAL_NAME made the request, and cannot approve it"
  [ -z "$APPROVERS" ] || printf '%s\n' "$APPROVERS" | grep -qixF -- "$APPROVAL_NAME" ||
    refuse_approver "$APPROVAL_NAME is not on the list of approvers in dbguard.toml"
}

refuse_approver() {
  audit approval refused "$SUBJECT: $1"
  die refused "$1" 'nothing was approved' 'another person has to look at it'
}

show_request() {
  local state=expired
  if approval_is_open "$1"; then state="$((($(approval_field "$1" expires) - NOW + 59) / 60)) minutes left"; fi
  say "code:        $1 ($state, approved by: $(approval_people "$1" | paste -s -d , -))"
  say "database:    $(approval_field "$1" database)"
  say "operation:   $(approval_field "$1" operation)"
  say "what:        $(approval_field "$1" what)"
  say "digest:      $(approval_field "$1" digest)"
  say "asked by:    $(approval_field "$1" name)"
}

list() {
  local code found=no
  approvals_open
  while IFS= read -r code; do
    [ -n "$code" ] || continue
    [ "$found" = no ] || say ''
    found=yes
    show_request "$code"
  done <<<"$(approval_codes)"
  [ "$found" = yes ] || say 'there is no open request'
}

revoke() {
  [ -n "$SUBJECT" ] || usage_error 'which request? approve.sh revoke CODE'
  open_request
  approval_close "$SUBJECT" || die failed "request $SUBJECT cannot be closed"
  audit approval revoked "$SUBJECT"
  say "revoked:     $SUBJECT"
}

main "$@"
