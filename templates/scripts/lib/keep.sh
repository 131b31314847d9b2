# shellcheck shell=bash disable=SC2016,SC2034,SC2153 # variables are shared by the files of lib/; quoted programs run elsewhere
# Which backups stay (retention.awk decides), and how others go: the lock is held and WORK exists.

# WORK/decided: one line a backup, of here and of the archive: database, name, place, action, reason.
decide_what_stays() {
  retention_figures "$ENVIRONMENT"
  history_lines >"$WORK/history"
  LC_ALL=C awk -f "$LIB/retention.awk" <"$WORK/history" >"$WORK/decided"
}

history_lines() {
  printf 'figures\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$DB_ID" "$(date +%s)" "$KEEP_LAST" "$KEEP_DAYS" "$DAILY_DAYS" \
    "$WEEKLY_DAYS" "$MONTHLY_DAYS" "$PRE_MIGRATION_DAYS" "$(if [ -n "$ARCHIVE_DIRECTORY" ]; then echo "$ARCHIVE_AFTER_DAYS"; else echo 0; fi)"
  backup_names | history_of "$STORE" here
  [ "$ARCHIVE_IS_OURS" != yes ] || archived_names | history_of "$ARCHIVE" archive
}

history_of() {
  table_of "$1" created_epoch label verified row_count pinned | awk -v place="$2" '{ print "backup\t" $0 "\t" place }'
}

# names_to ACTION PLACE: what was decided so. Whatever the decision, only something named like a backup is ever touched.
names_to() {
  local id name place action why
  while IFS=$'\t' read -r id name place action why; do
    if [ "$action" = "$1" ] && [ "$place" = "$2" ] && is_backup_name "$name"; then printf '%s\n' "$name"; fi
  done <"$WORK/decided"
}

# Only ever called after a success.
apply_retention() {
  decide_what_stays
  names_to remove here | awk -v own="$BACKUP_NAME" '$0 != own' >"$WORK/expired"
  drop_backups "$STORE" <"$WORK/expired"
  [ "$ARCHIVE_IS_OURS" = yes ] || return 0
  names_to remove archive >"$WORK/expired"
  drop_backups "$ARCHIVE" <"$WORK/expired"
}

# drop_backups DIR: the names are read from standard input. They are renamed first, each by one step: a deletion that is cut
# short must not leave half a backup in the list.
drop_backups() {
  local names name
  names="$(cat)"
  [ -n "$names" ] || return 0
  mkdir -p -- "$1/.gone.$$"
  printf '%s\n' "$names" | (cd -- "$1" && GONE=".gone.$$" xargs "$BASH" -c 'mv -- "$@" "$GONE/"' bash)
  # In the order of their making: thousands lie on the disk in that order too, and go in half the time.
  printf '%s\n' "$names" | LC_ALL=C sort | (cd -- "$1/.gone.$$" && xargs rm -rf --)
  rm -rf -- "$1/.gone.$$"
  while IFS= read -r name; do say "removed by retention: $name"; done <<<"$names"
  audit_names retention removed <<<"$names"
}

# bytes_of_backups DIR: how much the backups, whose names are read from standard input, take up there.
bytes_of_backups() {
  (cd -- "$1" && xargs "$BASH" -c '[ "$#" -eq 0 ] || find "$@" -type f -exec wc -c {} +' bash) |
    awk '$2 != "total" { n += $1 } END { printf "%.0f\n", n }'
}

# Before anything goes: the newest verified backup, read to its end, is what its metadata says. A history without one has
# nothing that may go.
require_newest() {
  local id name place action why reason
  while IFS=$'\t' read -r id name place action why; do
    [ "$why" = newest ] || continue
    reason="$(check_files "$(place_of "$place")/$name")" ||
      die unverified "the newest backup, $name, cannot be trusted: $reason" 'nothing was removed or moved' \
        'take a new backup (backup.sh), then run this again'
  done <"$WORK/decided"
}

place_of() {
  if [ "$1" = archive ]; then printf '%s' "$ARCHIVE"; else printf '%s' "$STORE"; fi
}

# pin_backup NAME: a file beside the dump, for metadata.json stays as it was verified.
pin_backup() {
  printf '{\n  "backup": %s,\n  "pinned_at": "%s",\n  "pinned_by": %s\n}\n' "$(json_string "$1")" \
    "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$(json_string "$(who_and_where)")" >"$BACKUP_DIR/.pinned.$$"
  flush "$BACKUP_DIR/.pinned.$$"
  mv -f -- "$BACKUP_DIR/.pinned.$$" "$BACKUP_DIR/pinned.json"
}
