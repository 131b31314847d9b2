#!/usr/bin/env bash
# Lists the complete backups, the newest first.
set -euo pipefail
umask 077
HERE="$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)"
# shellcheck source-path=SCRIPTDIR
# shellcheck source=lib/core.sh
. "$HERE/lib/core.sh"

usage() {
  cat <<'USAGE'
Usage: list-backups.sh [--db ID] [--json]

Lists the complete backups of each database (or of ID), the newest first. Half a
backup is never listed. STATE is `whole` (size as written), `damaged` (a file is
missing or has another size), and `rehearsed` after verify-backup.sh. `pinned`
ones are kept for ever (prune.sh --pin); `archived` ones lie in the archive.

Exit status: 0 done, 1 failed, 2 usage.
USAGE
}

main() {
  arguments "$@"
  start "$HERE"
  [ -n "$WANTED" ] || tell_uncovered
  [ -z "$WANTED" ] || db_config "$WANTED" || usage_error "there is no database '$WANTED'"
  [ "$JSON" = no ] || printf '['
  local one comma=''
  while IFS= read -r one; do
    use_database "$one"
    list_one
  done <<<"${WANTED:-$DB_IDS}"
  [ "$JSON" = no ] || printf '%s]\n' "${comma:+$NEWLINE}"
}

option() {
  return 1
}

list_one() {
  local lines
  # Where encryption is demanded, it is also logged who looked.
  [ "$ENCRYPT_DEMANDED" != true ] || audit list 'done'
  say "$DB_ID ($DB_ENGINE), in $STORE${ARCHIVE:+ and $ARCHIVE}:"
  lines="$({
    backup_names | listed_in "$STORE" backups
    archived_names | listed_in "${ARCHIVE:-$STORE}" archive
  } | LC_ALL=C sort -r)"
  if [ -z "$lines" ]; then
    say '  no backup yet: run backup.sh'
  elif [ "$JSON" = yes ]; then
    printf '%s\n' "$lines" | LIST_DB="$(json_string "$DB_ID")" LIST_ENGINE="$(json_string "$DB_ENGINE")" \
      LC_ALL=C awk -v now="$(date +%s)" -v comma="$comma" -f "$LIB/list.awk"
    comma=','
  else
    printf '%s\n' "$lines" | LC_ALL=C awk -f "$LIB/list.awk"
  fi
}

# listed_in DIR WHERE: the names are read from standard input. Cheap on purpose: the digests are compared before a restore,
# and by verify-backup.sh.
listed_in() {
  table_of "$1" created_at created_epoch label file_database bytes_database table_count row_count rehearsed pinned |
    awk -v where="$2" '{ print $0 "\t" where }' | (cd -- "$1" && with_sizes)
}

# The size that each dump has: one `wc` for hundreds of files.
with_sizes() {
  local table
  table="$(cat)"
  {
    printf '%s\n' "$table" | awk -F '\t' '$5 ~ /^[A-Za-z0-9_][A-Za-z0-9._-]*$/ { print $1 "/" $5 }' |
      xargs "$BASH" -c '[ "$#" -eq 0 ] || wc -c -- "$@" 2>/dev/null || true' bash
    printf '%s\n' "$table"
  } | LC_ALL=C awk 'BEGIN { FS = OFS = "\t" }
    NF == 1 { sub(/^ */, ""); at = index($0, " "); size[substr($0, at + 1)] = substr($0, 1, at - 1); next }
    NF > 1 { print $0, (($1 "/" $5) in size ? size[$1 "/" $5] : "-") }'
}

main "$@"
