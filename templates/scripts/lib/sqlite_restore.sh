# shellcheck shell=bash disable=SC2034 # variables are shared by the files of lib/
# SQLite: restoring. The new file is complete and checked before one rename puts it in place. Until then the old one is
# only asked to fold its -wal or journal into itself: a left-over side file would be replayed into the new database.

sqlite_recover() {
  local name
  [ -s "$STORE/.pending" ] || return 0
  name="$(cat -- "$STORE/.pending")"
  case "$name" in
    "$DB_PATH".dbguard-new-*) ;;
    *) die failed "$STORE/.pending is damaged" '' 'look at it, and remove it' ;;
  esac
  warn 'an earlier restore was cut short: the database is either the old or the restored one, both whole'
  rm -f -- "$name" "$name"-wal "$name"-shm "$name"-journal "$STORE/.pending"
  audit recover 'done' "${name##*/}"
}

sqlite_rehearse() {
  local answer
  cp -- "$1/database.sqlite" "$WORK/rehearsal.sqlite"
  answer="$(sqlite_sql "$WORK/rehearsal.sqlite" <<<'PRAGMA foreign_key_check;')"
  [ -z "$answer" ] || warn "rows that refer to missing ones (as in the original): $(printf '%s\n' "$answer" | wc -l | tr -d ' ')"
  sqlite_counts_of "$WORK/rehearsal.sqlite"
}

sqlite_restore() {
  local why
  RESTORED=no
  at_exit sqlite_undo
  sqlite_nobody_writes
  case "$2" in
    full) cp -- "$1/database.sqlite" "$WORK/new.sqlite" ;;
    schema) sqlite_schema_of "$1/database.sqlite" ;;
    tables) sqlite_replace_tables "$1/database.sqlite" "$3" ;;
  esac
  why="$(sqlite_health_of "$WORK/new.sqlite")" || die rolled-back "the restored file is not whole: $why" 'the database is as it was'
  sqlite_expected "$1" "$2" "$3"
  sqlite_counts_of "$WORK/new.sqlite" >"$WORK/restored"
  compare_counts "$WORK/expected" "$WORK/restored" >&2 ||
    die rolled-back 'the restored tables do not match the backup' 'the database is as it was'
  sqlite_swap "$1"
}

sqlite_presence() {
  if [ ! -s "$DB_PATH" ]; then
    echo absent
  elif sqlite_copy "$DB_PATH" "$WORK/present.sqlite" >/dev/null 2>&1 && sqlite_health_of "$WORK/present.sqlite" >/dev/null; then
    echo present
  else
    echo damaged
  fi
}

sqlite_keep_damaged() {
  local file
  for file in "$DB_PATH" "$DB_PATH-wal" "$DB_PATH-shm" "$DB_PATH-journal"; do
    [ ! -f "$file" ] || cp -p -- "$file" "$1/"
  done
}

sqlite_undo() {
  [ "$RESTORED" = no ] || return 0
  [ -z "${ASIDE:-}" ] || rm -f -- "$ASIDE" "$STORE/.pending"
  [ "$EXIT_STATUS" -eq 7 ] || [ "$EXIT_STATUS" -eq 3 ] || EXIT_STATUS=6
}

# A process that has the old file open would go on writing into a file that nobody sees.
sqlite_nobody_writes() {
  local users=''
  [ -e "$DB_PATH" ] || return 0
  if command -v fuser >/dev/null 2>&1; then
    users="$(fuser "$DB_PATH" 2>/dev/null || true)"
  elif command -v lsof >/dev/null 2>&1; then
    users="$(lsof -t -- "$DB_PATH" 2>/dev/null || true)"
  fi
  users="${users//$'\n'/ }"
  [ -z "${users// /}" ] || die refused "the database file is in use by process $users" 'nothing was touched' \
    'stop the application, then run this again'
}

sqlite_expected() {
  metadata_counts "$1/metadata.json" >"$WORK/expected"
  case "$2" in
    schema) sed -i.old 's/: [0-9]*$/: 0/' "$WORK/expected" ;;
    tables) sqlite_expected_mixture "$3" ;;
  esac
}

# Puts WORK/new.sqlite in place.
sqlite_swap() {
  local mode
  ASIDE="$DB_PATH.dbguard-new-$$"
  printf '%s\n' "$ASIDE" >"$STORE/.pending"
  # Owner and mode of the old file are the application's concern: they are kept.
  if [ -f "$DB_PATH" ]; then cp -p -- "$DB_PATH" "$ASIDE"; else sqlite_create_like "$1"; fi
  cat -- "$WORK/new.sqlite" >"$ASIDE"
  [ "$(sha256_of "$ASIDE")" = "$(sha256_of "$WORK/new.sqlite")" ] ||
    die rolled-back "$ASIDE was not written completely" 'the database is as it was' 'is the disk full?'
  flush "$ASIDE"
  sqlite_settle_old
  mv -f -- "$ASIDE" "$DB_PATH"
  RESTORED=yes
  rm -f -- "$STORE/.pending"
}

# The file is gone: as the backup remembers it. Only root may give a file away.
sqlite_create_like() {
  local metadata="$1/metadata.json"
  mkdir -p -- "${DB_PATH%/*}"
  : >"$ASIDE"
  chmod "$(metadata_value "$metadata" path_mode || echo 600)" "$ASIDE"
  chown "$(metadata_value "$metadata" path_owner || echo :)" "$ASIDE" 2>/dev/null || true
}

# Afterwards the old database is whole without side files, so that being killed before the rename loses nothing.
sqlite_settle_old() {
  local file answer=''
  if [ -f "$DB_PATH" ] && sqlite_is_database "$DB_PATH"; then
    answer="$(sqlite_sql "$DB_PATH" <<<'PRAGMA journal_mode = DELETE; BEGIN IMMEDIATE; COMMIT;')" || true
  fi
  for file in "$DB_PATH-wal" "$DB_PATH-shm" "$DB_PATH-journal"; do
    [ -e "$file" ] || continue
    if [ "$answer" = delete ]; then
      rm -f -- "$file"
    elif [ -d "${DAMAGED:-}" ]; then
      rm -f -- "$file"
    else
      die rolled-back "the old database cannot be closed properly (${answer:-it is damaged}), and ${file##*/} belongs to it" \
        'the database is as it was' 'stop the application, then run this again'
    fi
  done
}
