#!/usr/bin/env bash
# Says before any Compose operation whether the database's data is there and will be attached again.
set -euo pipefail
umask 077
HERE="$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)"
# shellcheck source-path=SCRIPTDIR
# shellcheck source=lib/core.sh
. "$HERE/lib/core.sh"

usage() {
  cat <<'USAGE'
Usage: preflight.sh [--db ID] [--no-backup] [--detach | --accept] [--json]

Compares where the data of each Compose database is (its container, else the
last record) with what `up` would mount: project name, volume, path, version of
the image. Looks whether the data is there, and takes a backup when the newest
verified one is older than stale_hours and the database is up. Nothing else is
changed; volumes are only looked into.

  --db ID      one database
  --no-backup  do not take a backup, only say that one is due
  --detach     before down and rm: refuse only what would part the data from its
               container, and a database that cannot be backed up
  --accept     what `up` would mount is right: remember that from now on (its
               name has to be typed; it is read from standard input)

Exit status: 0 go, 1 cannot tell, 2 usage, 3 refused: what is wrong, where the
             data is and how to attach it is printed.
USAGE
}

main() {
  ACCEPT=no TAKE=yes DETACH=no
  arguments "$@"
  start "$HERE"
  load compose_config volumes_would volumes_look preflight preflight_explain
  if [ -z "$WANTED" ] && several_databases; then
    [ "$ACCEPT" = no ] || usage_error 'there are several databases: which one? --db ID'
    each_database preflight.sh ${NO_BACKUP:+--no-backup} ${DETACHED:+--detach}
  fi
  preflight_one "${WANTED:-$DB_IDS}"
}

option() {
  case "$1" in
    --accept) ACCEPT=yes ;;
    --detach) DETACH=yes DETACHED=yes ;;
    --no-backup) TAKE=no NO_BACKUP=yes ;;
    *) return 1 ;;
  esac
}

preflight_one() {
  use_database "$1"
  if [ "$DB_RUN" != compose ]; then
    answer go 0
  fi
  work_prepare
  need_docker
  compare_storage
  if [ "$ACCEPT" = yes ]; then accept_storage; fi
  if [ "$DETACH" = yes ]; then only_what_detaches; fi
  [ -s "$WORK/problems" ] || [ -s "$WORK/doubts" ] || look_at_data
  if [ -s "$WORK/problems" ]; then
    show_findings
    explain_refusal
    audit preflight refused "$(head -n 1 "$WORK/problems")"
    answer refused 3
  fi
  show_findings
  [ ! -s "$WORK/doubts" ] || answer unknown 1
  # What was just proven is what the next comparison starts from.
  [ -z "$NOW_TYPE" ] || record_storage "$NOW_TYPE" "$NOW_VOLUME" "$NOW_DESTINATION" "$NOW_INSIDE" "$NOW_IMAGE" \
    "${NOW_MAJOR:-$KNOWN_MAJOR}" "$NOW_PROJECT"
  answer go 0
}

# Is the data there, and does a backup of it exist that is younger than stale_hours?
look_at_data() {
  local status=0
  HEALTH=stopped
  if [ "$NOW_RUNNING" = true ]; then
    "$BASH" "$SCRIPTS/health.sh" --db "$DB_ID" >/dev/null 2>"$WORK/health" </dev/null || status=$?
    case "$status" in 0) HEALTH=ok ;; 4) HEALTH=empty ;; *) HEALTH=unknown ;; esac
  fi
  case "$HEALTH" in
    empty)
      if [ -n "$(default_backup)" ] && [ "$(backup_rows)" -gt 0 ]; then
        problem empty "the database has no rows, and the backup $(default_backup) has $(backup_rows): restore it before anything writes (restore.sh --db $DB_ID)"
      fi
      ;;
    ok) need_fresh_backup ;;
    stopped) [ -n "$(fresh_backup)" ] || [ "$FIRST_START" = yes ] || remark stale 'the database is down and there is no fresh backup: take one as soon as it is up' ;;
    *)
      if [ -n "$(fresh_backup)" ] || [ "$DETACH" = yes ]; then
        remark health "the database does not answer properly: $(head -n 1 "$WORK/health")"
      else
        problem health "the database does not answer properly, and there is no fresh backup: $(head -n 1 "$WORK/health")"
      fi
      ;;
  esac
}

backup_rows() {
  metadata_value "$STORE/$(default_backup)/metadata.json" row_count || echo 0
}

# The newest verified backup that no restore has made, if it is young enough.
fresh_backup() {
  backup_table verified created_epoch | NOW="$(date +%s)" HOURS="$STALE_HOURS" awk -F '\t' '
    $1 !~ /-pre-restore$/ && $2 == "true" && $3 > ENVIRON["NOW"] - ENVIRON["HOURS"] * 3600 { name = $1 } END { printf "%s", name }'
}

need_fresh_backup() {
  [ -z "$(fresh_backup)" ] || return 0
  if [ "$TAKE" = no ]; then
    remark stale 'there is no fresh backup'
    return 0
  fi
  say "backup:      there is no fresh one of $DB_ID: taking it"
  "$BASH" "$SCRIPTS/backup.sh" --db "$DB_ID" --label preflight >"$WORK/backup" 2>&1 </dev/null ||
    problem backup "there is no fresh backup, and taking one failed: $(sed -n 's/^error: //p' "$WORK/backup" | head -n 1)"
}

# A container that goes takes with it what has no name; what `up` would do next is not its business.
only_what_detaches() {
  sed 's/^/was-/' "$WORK/problems" >>"$WORK/remarks"
  : >"$WORK/problems"
  case "$NOW_TYPE" in
    anonymous) problem detach "the data is on $(storage_name anonymous "$NOW_VOLUME"): once the container is gone, no \`up\` attaches it again" ;;
    container) problem detach "the data is in the container itself, and goes with it" ;;
  esac
}

# A person decides that the data is somewhere else from now on.
accept_storage() {
  local typed='' name="${WOULD_VOLUME:-$WOULD_TYPE}"
  [ ! -s "$WORK/doubts" ] || { show_findings; answer unknown 1; }
  show_findings
  [ ! -s "$WORK/problems" ] || explain_refusal
  say "from now on: $(storage_name "$WOULD_TYPE" "$WOULD_VOLUME")"
  printf 'Type %s to go on: ' "$name" >&2
  IFS= read -r typed || true
  [ "$typed" = "$name" ] || die refused 'the name was not typed' 'nothing was changed'
  # Where the new place is still empty, it is allowed to be so once.
  # shellcheck disable=SC2034 # read by record_storage
  case "$WOULD_TYPE/$(volume_state "$WOULD_VOLUME")" in volume/data) STORAGE_NEW=no ;; *) STORAGE_NEW=yes ;; esac
  record_storage "$WOULD_TYPE" "$WOULD_VOLUME" "$WOULD_DESTINATION" "$WOULD_INSIDE" "$WOULD_IMAGE" "$WOULD_MAJOR" "$WOULD_PROJECT"
  audit accept-storage 'done' "$name"
  answer go 0
}

show_findings() {
  local line
  while IFS= read -r line; do [ -z "$line" ] || say "note:        ${line#* }"; done <"$WORK/remarks"
  while IFS= read -r line; do [ -z "$line" ] || warn "cannot tell: ${line#* }"; done <"$WORK/doubts"
  while IFS= read -r line; do [ -z "$line" ] || printf 'refused: %s\n' "${line#* }" >&2; done <"$WORK/problems"
}

# answer VERDICT STATUS: the last word.
answer() {
  if [ "$JSON" = no ]; then
    printf '%s: %s\n' "$DB_ID" "$1"
    exit "$2"
  fi
  printf '{"id": %s, "verdict": "%s", "state": "%s", "known": %s, "now": %s, "would": %s, "findings": [' "$(json_string "$DB_ID")" "$1" \
    "${HEALTH:-unknown}" "$(json_string "${KNOWN_VOLUME:-}")" "$(json_string "${NOW_VOLUME:-}")" "$(json_string "${WOULD_VOLUME:-}")"
  [ -z "${WORK:-}" ] || json_findings
  printf ']}\n'
  exit "$2"
}

json_findings() {
  local kind line comma=''
  for kind in problems doubts remarks; do
    while IFS= read -r line; do
      [ -n "$line" ] || continue
      printf '%s{"kind": "%s", "code": "%s", "text": %s}' "$comma" "${kind%s}" "${line%% *}" "$(json_string "${line#* }")"
      comma=', '
    done <"$WORK/$kind"
  done
}

main "$@"
