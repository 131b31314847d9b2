# shellcheck shell=bash disable=SC2034 # variables are shared by the files of lib/
# MySQL and MariaDB: the dump, and the check of a dump.

# database.sql holds everything but events, which a rehearsal must not load: the server would carry them out.
my_dump() {
  my_require
  my_warn_about_engines
  my_leave_out_invalid_views "$1"
  my_counts >"$WORK/before" || die failed 'the tables cannot be counted' 'older backups are untouched' \
    'an account that may read every table is needed'
  my_dump_to "$1/database.sql" --routines --triggers --skip-events ${MY_LEFT_OUT[@]+"${MY_LEFT_OUT[@]}"}
  my_rows "$1/database.sql" >"$WORK/counts" || die failed 'the dump would leave its database' 'older backups are untouched'
  my_require_tables
  meta counts exact
  meta client_version "$(my "$MY_DUMP" --version </dev/null)"
  meta default_charset "$(my_sql "$DB_DATABASE" <<<'SELECT @@character_set_database;')"
  meta default_collation "$(my_sql "$DB_DATABASE" <<<'SELECT @@collation_database;')"
  meta_file database database.sql
  my_dump_events "$1"
}

my_dump_events() {
  local events
  events="$(my_sql "$DB_DATABASE" <<<'SELECT COUNT(*) FROM information_schema.events WHERE event_schema = DATABASE();')"
  meta_raw event_count "$events"
  [ "$events" -gt 0 ] || return 0
  my_dump_to "$1/events.sql" --events --no-create-info --no-data --skip-triggers --skip-routines
  meta_file events events.sql
}

# my_dump_to FILE OPTIONS…: dumps DB_DATABASE (or MY_SOURCE); what a personal or global option file could change is said here.
my_dump_to() {
  local file="$1" status=0
  shift
  my_dump_options
  set -- "$MY_DUMP" --single-transaction --quick --opt --comments --skip-force --hex-blob --no-tablespaces \
    --default-character-set=utf8mb4 --max-allowed-packet=1G ${MY_OPTIONS[@]+"${MY_OPTIONS[@]}"} "$@"
  set -- "$@" -- "${MY_SOURCE:-$DB_DATABASE}" ${MY_TABLES[@]+"${MY_TABLES[@]}"}
  if [ -n "$CONTAINER" ]; then
    my_dump_in_container "$@" >"$file" 2>"$WORK/dump.err" || status=$?
  else
    my "$@" </dev/null >"$file" 2>"$WORK/dump.err" || status=$?
  fi
  [ "$status" -eq 0 ] || die failed "$MY_DUMP failed: $(grep -v '^digest ' "$WORK/dump.err" | head -n 3)" 'older backups are untouched'
  my_is_complete "$file" || die failed "$MY_DUMP ended too early" 'older backups are untouched'
}

my_dump_in_container() {
  local tool="$1"
  shift
  stream_from_container my_in_container "$WORK/digest" "$tool" --user="$DB_USER" "$@" </dev/null || return 1
  [ "$(cat "$WORK/digest")" = "$(sha256_of "$file")" ] || {
    echo 'the dump changed on its way out of the container' >&2
    return 1
  }
}

# Options that only some of the programs know: MySQL's would stop MariaDB's.
my_dump_options() {
  local help option
  MY_OPTIONS=()
  help="$(my "$MY_DUMP" --help </dev/null 2>/dev/null)"
  for option in set-gtid-purged=OFF column-statistics=0; do
    case "$help" in *"--${option%=*}"*) MY_OPTIONS+=("--$option") ;; esac
  done
}

my_is_complete() {
  case "$(tail -n 1 <"$1")" in '-- Dump completed'*) return 0 ;; *) return 1 ;; esac
}

my_rows() {
  LC_ALL=C awk -f "$LIB/mariadb_mysql_rows.awk" <"$1" >"$WORK/rows" || return 1
  LC_ALL=C sort "$WORK/rows"
}

# Only tables of a transactional engine are of one moment.
my_warn_about_engines() {
  local names
  names="$(my_sql "$DB_DATABASE" <<<"SELECT CONCAT(table_name, ' (', t.engine, ')') FROM information_schema.tables t
    JOIN information_schema.engines e ON e.engine = t.engine
    WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE' AND COALESCE(e.transactions, 'NO') <> 'YES';")"
  [ -z "$names" ] || warn "not of the same moment as the other tables, for their engine has no transactions: ${names//$'\n'/, }"
  meta non_transactional "$names"
}

# A view whose tables or definer are gone stops a dump: it is left out, and its definition is kept for a person.
my_leave_out_invalid_views() {
  local view names=''
  MY_LEFT_OUT=()
  my_sql "$DB_DATABASE" >"$WORK/views" <<<"SELECT table_name FROM information_schema.tables
    WHERE table_schema = DATABASE() AND table_type = 'VIEW';"
  while IFS= read -r view; do
    my_view_is_valid "$view" && continue
    names="${names:+$names, }$view"
    MY_LEFT_OUT+=("--ignore-table=$DB_DATABASE.$view")
    my_sql "$DB_DATABASE" <<<"SHOW CREATE VIEW $(my_name "$view");" >>"$1/invalid.txt" ||
      printf '%s: its definition cannot be read\n' "$view" >>"$1/invalid.txt"
  done <"$WORK/views"
  [ -n "$names" ] || return 0
  warn "views that refer to something missing are not in the dump, only their text in invalid.txt: $names"
  meta invalid_views "$names"
  meta_file invalid invalid.txt
}

# Asked in the way of the dump itself. Any other failure than these two is one of the dump, too.
my_view_is_valid() {
  my_sql "$DB_DATABASE" >/dev/null 2>"$WORK/view.err" <<<"SHOW FIELDS FROM $(my_name "$1");" && return 0
  ! grep -Eq 'ERROR (1356|1449) ' "$WORK/view.err"
}

# Every table that the server has is in the dump, and none that had rows all the time has lost them on the way.
my_require_tables() {
  local why
  my_counts >"$WORK/after" || die failed 'the tables cannot be counted' 'older backups are untouched'
  for why in before after; do sed 's/: [1-9][0-9]*$/: some/' "$WORK/$why" | LC_ALL=C sort >"$WORK/$why.some"; done
  LC_ALL=C comm -12 "$WORK/before.some" "$WORK/after.some" >"$WORK/lasting"
  why="$(sed 's/: [1-9][0-9]*$/: some/' "$WORK/counts" | LC_ALL=C sort | LC_ALL=C comm -13 - "$WORK/lasting" | head -n 3)"
  # A table that was emptied and filled again while the dump ran has its place here as well.
  why="$(printf '%s' "$why" | grep -v ': 0$' || true)"
  [ -z "$why" ] || die failed "the dump lacks rows of ${why//$'\n'/, }" 'older backups are untouched'
}

my_check() {
  local file why
  for file in "$1/database.sql" "$1/events.sql"; do
    [ -f "$file" ] || continue
    my_is_complete "$file" || {
      echo "${file##*/} does not end as a complete dump does"
      return 1
    }
    my_rows "$file" >"$WORK/check.rows" || {
      echo "${file##*/} would leave its database: it holds USE, CREATE DATABASE or DROP DATABASE"
      return 1
    }
    [ "$file" != "$1/events.sql" ] || continue
    metadata_counts "$1/metadata.json" >"$WORK/check.expected"
    why="$(compare_counts "$WORK/check.expected" "$WORK/check.rows")" || {
      echo "it cannot be read to its end as it was written:$NEWLINE$why"
      return 1
    }
  done
}
