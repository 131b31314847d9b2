# shellcheck shell=bash disable=SC2034,SC2016 # variables are shared by the files of lib/; backquotes are SQL
# MySQL and MariaDB: restoring. Nothing there can be undone by the server, so a backup is first loaded into a scratch
# database and counted; only then the live one is replaced, and the safety backup is loaded again if that fails.
# .pending says how far a killed run got: `scratch NAME`, or `live BACKUP` (the safety backup; - where nothing was there).

my_pending() {
  printf '%s %s\n' "$1" "$2" >"$STORE/.pending.new"
  mv -f -- "$STORE/.pending.new" "$STORE/.pending"
}

my_recover() {
  local phase name
  my_stop_loader
  [ -s "$STORE/.pending" ] || return 0
  IFS=' ' read -r phase name <"$STORE/.pending"
  case "$phase $name" in
    'scratch '*_dbguard_[0-9]*) warn 'an earlier restore or verification was cut short: it is undone now' ;;
    'live -') warn 'an earlier restore was cut short: the database did not exist before, and is dropped again' ;;
    'live '*) warn "an earlier restore was cut short: the state before it is brought back from $name" ;;
    *) die failed "$STORE/.pending is damaged" '' 'look at it, and remove it' ;;
  esac
  if [ "$phase" = scratch ]; then
    my_drop_scratch "$name" || die failed "the left-over database $name cannot be dropped" 'the database is as it was' 'drop it by hand'
  else
    my_bring_back "$name" || my_cannot_bring_back "$name"
  fi
  audit recover 'done' "$phase $name"
}

my_cannot_bring_back() {
  die not-rolled-back "the state before the restore could not be brought back: $(head -n 1 "$WORK/load.err" 2>/dev/null)" \
    "it is whole in $STORE/$1" 'run this again when the server is well; or load its database.sql by hand and remove .pending'
}

# Every load holds a lock of this name in the server: a client that outlived its script is found by it, and ended.
my_lock_name() {
  my_text "dbguard_$(printf '%s' "$DB_DATABASE" | sha256 | cut -c1-40)"
}

my_stop_loader() {
  local session tries=0
  while [ "$tries" -lt 50 ]; do
    session="$(my_sql '' <<<"SELECT IS_USED_LOCK($(my_lock_name));")" || return 0
    case "$session" in '' | NULL) return 0 ;; esac
    my_sql '' <<<"KILL $session;" 2>/dev/null || true
    tries=$((tries + 1))
    sleep 0.2
  done
  die failed "a load of an earlier run is still at work (session $session), and cannot be ended" 'nothing was touched' 'end it by hand'
}

# my_load DATABASE FILE…: status 0 only when the server has carried out everything up to the end of the last file. Without
# the line that switches newer clients to sandbox mode, which older ones do not know; binary mode has the same effect.
my_load() {
  local database="$1" file answer
  shift
  answer="$({
    printf "SET SESSION sql_mode = ''; DO GET_LOCK(%s, 10); SET autocommit = 0;\n" "$(my_lock_name)"
    for file in "$@"; do
      {
        IFS= read -r line || true
        case "$line" in *'enable the sandbox mode'*) echo ;; *) printf '%s\n' "$line" ;; esac
        my_without_name
      } <"$file"
    done
    printf "\nCOMMIT; SELECT 'everything is loaded';\n"
  } | my_sql "$database" 2>"$WORK/load.err")" || return 1
  [ "${answer##*"$NEWLINE"}" = 'everything is loaded' ]
}

# Around a routine of another character set, a dump changes the default of its database by name, which would be the live one.
my_without_name() {
  LC_ALL=C sed 's/^ALTER DATABASE `.*` \(CHARACTER SET [A-Za-z0-9_]* COLLATE [A-Za-z0-9_]* *;\)$/ALTER DATABASE \1/'
}

# my_create NAME DIR: an empty database with the defaults that the backup DIR remembers.
my_create() {
  local charset collation
  charset="$(metadata_value "$2/metadata.json" default_charset || echo utf8mb4)"
  collation="$(metadata_value "$2/metadata.json" default_collation || true)"
  case "$charset$collation" in *[!A-Za-z0-9_]*) return 1 ;; esac
  my_sql '' 2>"$WORK/load.err" <<<"CREATE DATABASE $(my_name "$1") CHARACTER SET $charset ${collation:+COLLATE $collation};"
}

my_drop() {
  my_sql '' 2>"$WORK/load.err" <<<"SET SESSION lock_wait_timeout = 60; DROP DATABASE IF EXISTS $(my_name "$1");"
}

# Loads DIR into a new scratch database SCRATCH and prints its counts.
my_fill_scratch() {
  local LC_ALL=C prefix
  prefix="${DB_DATABASE//[!A-Za-z0-9_]/}"
  SCRATCH="${prefix:0:28}_dbguard_$(timestamp)_$$"
  my_pending scratch "$SCRATCH"
  my_create "$SCRATCH" "$1" || return 1
  my_load "$SCRATCH" "$1/database.sql" || return 1
  my_counts_of "$SCRATCH"
}

my_drop_scratch() {
  case "$1" in *_dbguard_[0-9]*) ;; *) return 1 ;; esac
  my_drop "$1" || return 1
  rm -f -- "$STORE/.pending"
}

my_rehearse() {
  SCRATCH=''
  at_exit my_end_rehearsal
  my_fill_scratch "$1" || {
    head -n 3 "$WORK/load.err" >&2
    return 1
  }
}

# The rehearsal may have run in a subshell, so the name comes from the file.
my_end_rehearsal() {
  local phase name
  [ -s "$STORE/.pending" ] || return 0
  IFS=' ' read -r phase name <"$STORE/.pending"
  my_drop_scratch "$name" || warn "the scratch database $name is left; the next run drops it"
}

my_presence() {
  local status=0
  my_exists "$DB_DATABASE" || status=$?
  case "$status" in
    0) echo present ;;
    1) echo absent ;;
    *) die failed 'the server does not answer' 'nothing was touched' ;;
  esac
}

# A database that exists is always backed up as present, or the restore does not begin.
my_keep_damaged() {
  return 0
}

my_restore() {
  RESTORED=no LIVE=untouched SAFETY="$BACKUP_NAME"
  [ "$SAFETY" != "$SOURCE" ] || SAFETY=-
  at_exit my_undo
  my_warn_about_definers "$1"
  my_fill_scratch "$1" >"$WORK/restored" ||
    die rolled-back "the backup cannot be loaded: $(head -n 1 "$WORK/load.err")" 'the database is as it was: it was only tried beside it'
  metadata_counts "$1/metadata.json" >"$WORK/expected"
  compare_counts "$WORK/expected" "$WORK/restored" >&2 ||
    die rolled-back 'the restored tables do not match the backup' 'the database is as it was'
  my_prepare_load "$1" "$2" "$3"
  my_drop_scratch "$SCRATCH" || die rolled-back 'the scratch database cannot be dropped' 'the database is as it was'
  my_replace "$1" "$2"
  RESTORED=yes
  rm -f -- "$STORE/.pending"
}

# Sets NEW, the file that is to be loaded, and WORK/expected, what its tables then hold.
my_prepare_load() {
  NEW="$1/database.sql"
  case "$2" in
    schema)
      MY_SOURCE="$SCRATCH" my_dump_to "$WORK/new.sql" --no-data --routines --triggers
      sed 's/: [0-9]*$/: 0/' "$WORK/expected" >"$WORK/zero"
      mv -f -- "$WORK/zero" "$WORK/expected"
      NEW="$WORK/new.sql"
      ;;
    tables)
      my_prepare_tables "$3"
      NEW="$WORK/new.sql"
      ;;
  esac
}

# my_replace DIR MODE: from here on the live database is in pieces until the load has ended.
my_replace() {
  my_pending live "$SAFETY"
  LIVE=touched
  if [ "$2" != tables ]; then
    my_drop "$DB_DATABASE" || my_replace_failed
    my_create "$DB_DATABASE" "$1" || my_replace_failed
  elif [ "$SAFETY" = - ]; then
    my_create "$DB_DATABASE" "$1" || my_replace_failed
  fi
  my_load "$DB_DATABASE" "$NEW" || my_replace_failed
  my_counts >"$WORK/restored" || my_replace_failed
  if [ "$2" = tables ]; then my_only_chosen; fi
  compare_counts "$WORK/expected" "$WORK/restored" >&2 || die rolled-back 'the restored tables do not match the backup'
  [ "$2" = tables ] || my_load_events "$1" || my_replace_failed
}

# After the count: the server carries an event out from the moment it exists, and what it writes would be a difference.
my_load_events() {
  [ ! -f "$1/events.sql" ] || my_load "$DB_DATABASE" "$1/events.sql"
}

my_replace_failed() {
  die rolled-back "the live database could not be replaced: $(head -n 1 "$WORK/load.err")"
}

my_undo() {
  [ "$RESTORED" = no ] || return 0
  [ "$EXIT_STATUS" -eq 7 ] || EXIT_STATUS=6
  if [ "$LIVE" = untouched ]; then
    [ ! -s "$STORE/.pending" ] || my_end_rehearsal
    return 0
  fi
  say 'rolling back: the state before the restore is brought back'
  if my_stop_loader_quietly && my_bring_back "$SAFETY"; then
    say 'rolled back: the database is as it was'
  else
    printf 'error: it could not be rolled back: %s\n  safe: the state before is whole in %s\n  next: %s\n' \
      "$(head -n 1 "$WORK/load.err")" "$STORE/$SAFETY" 'when the server is well, run any of these scripts: it tries again first' >&2
    EXIT_STATUS=7
  fi
}

my_stop_loader_quietly() {
  (my_stop_loader)
}

# my_bring_back BACKUP: makes the live database what it was before the restore; - means that there was none.
my_bring_back() {
  local dir="$STORE/$1"
  if [ "$1" = - ]; then
    my_drop "$DB_DATABASE" || return 1
  else
    is_backup_name "$1" && check_files "$dir" >"$WORK/load.err" && readable_backup "$dir" || return 1
    dir="$READABLE"
    my_check "$dir" >"$WORK/load.err" || return 1
    my_drop "$DB_DATABASE" && my_create "$DB_DATABASE" "$dir" || return 1
    my_load "$DB_DATABASE" "$dir/database.sql" || return 1
    my_counts >"$WORK/back" || return 1
    metadata_counts "$dir/metadata.json" >"$WORK/back.expected"
    compare_counts "$WORK/back.expected" "$WORK/back" >"$WORK/load.err" || return 1
    my_load_events "$dir" || return 1
  fi
  rm -f -- "$STORE/.pending"
}
