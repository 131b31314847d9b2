# shellcheck shell=bash disable=SC2034 # variables are shared by the files of lib/
# SQLite: one file, read through SQLite itself (never cp: a copy of a file in use is damaged or misses its -wal), with the
# sqlite3 client or, where that is missing, with python3's module of the same name.

sqlite_connect() {
  DB_PRESENT=yes
  [ -n "$DB_PATH" ] || die failed "the path of database $DB_ID is not known" '' 'set it in dbguard.toml'
  sqlite_follow_links
  DB_DATABASE="${DB_PATH##*/}"
  DB_HOST='' DB_PORT=''
  if command -v sqlite3 >/dev/null 2>&1; then
    SQLITE=sqlite3
  elif python3 -c 'import sqlite3' 2>/dev/null; then
    SQLITE=python3
  else
    die failed 'neither sqlite3 nor python3 is installed' 'nothing was touched' 'install the sqlite3 client'
  fi
  DB_SERVER_VERSION="$(sqlite_sql :memory: <<<'SELECT sqlite_version();')"
}

# A rename over a link would replace the link, and leave the application with the old file.
sqlite_follow_links() {
  local target hops=0
  while [ -L "$DB_PATH" ] && [ "$hops" -lt 20 ]; do
    target="$(readlink "$DB_PATH")"
    case "$target" in /*) DB_PATH="$target" ;; *) DB_PATH="${DB_PATH%/*}/$target" ;; esac
    hops=$((hops + 1))
  done
}

# sqlite_sql FILE: runs standard input against a file that exists; prints columns separated by |.
sqlite_sql() {
  if [ "$SQLITE" = sqlite3 ]; then
    sqlite3 -batch -bail -init /dev/null -cmd '.timeout 10000' "$1" 2>&1
  else
    python3 -c "$(sqlite_python)" sql "$1" 2>&1
  fi
}

# Opening a missing file would create it: a wrong path must not turn into an empty database or an empty backup.
sqlite_require() {
  [ -f "$DB_PATH" ] || die failed "there is no database file $DB_PATH" 'older backups are untouched' \
    'if it was deleted: restore.sh brings back the newest backup'
  [ -r "$DB_PATH" ] || die failed "$DB_PATH cannot be read" 'older backups are untouched' 'look at its permissions'
  sqlite_is_database "$DB_PATH" || die failed "$DB_PATH is not an SQLite database (or it is encrypted)" \
    'older backups are untouched'
}

sqlite_is_database() {
  [ "$(head -c 15 <"$1" | tr -d '\0')" = 'SQLite format 3' ]
}

# sqlite_copy FROM TO: a copy of one moment, also while others write. A WAL database that nobody has open may need to be
# opened for writing, which only creates its side files.
sqlite_copy() {
  local dir="${2%/*}" name="${2##*/}"
  if [ "$SQLITE" = python3 ]; then
    python3 -c "$(sqlite_python)" copy "$1" "$2"
    return $?
  fi
  (
    cd -- "$dir" || exit 1
    sqlite3 -batch -bail -init /dev/null -readonly -cmd '.timeout 10000' "$1" ".backup $name" ||
      sqlite3 -batch -bail -init /dev/null -cmd '.timeout 10000' "$1" ".backup $name"
  ) </dev/null
}

sqlite_python() {
  cat <<'PYTHON'
import pathlib, sqlite3, sys
action, name = sys.argv[1], sys.argv[2]
def connect(path, mode):
    if path == ":memory:":
        return sqlite3.connect(path)
    return sqlite3.connect(pathlib.Path(path).as_uri() + "?mode=" + mode, uri=True, timeout=10, isolation_level=None)
def copy(mode):
    source, target = connect(name, mode), sqlite3.connect(sys.argv[3])
    source.backup(target)
    target.close()
try:
    if action == "copy":
        try:
            copy("ro")
        except sqlite3.OperationalError:
            copy("rw")
    else:
        database, statement = connect(name, "rw"), ""
        for line in sys.stdin:
            statement += line
            if sqlite3.complete_statement(statement):
                for row in database.execute(statement):
                    print("|".join("" if cell is None else str(cell) for cell in row))
                statement = ""
        if statement.strip():
            raise sqlite3.OperationalError("incomplete statement")
except sqlite3.Error as error:
    sys.exit("Error: " + str(error))
PYTHON
}

# Statements that count every table; shadow tables of extensions count like others, virtual ones need their extension.
sqlite_counts_sql() {
  cat <<'SQL'
SELECT 'SELECT json_quote(' || quote(name) || ') || '': '' || count(*) FROM "' || replace(name, '"', '""') || '";'
  FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite~_%' ESCAPE '~' AND sql NOT LIKE 'create virtual%';
SQL
}

sqlite_counts() {
  sqlite_counts_of "$DB_PATH"
}

sqlite_counts_of() {
  local statements
  statements="$(sqlite_counts_sql | sqlite_sql "$1")" || {
    printf '%s\n' "$statements"
    return 1
  }
  printf '%s\n' "$statements" | sqlite_sql "$1" | LC_ALL=C sort
}

# An empty file is what SQLite creates for a wrong path: no database yet. Anything unreadable is unknown.
sqlite_state() {
  local rows
  if [ ! -e "$DB_PATH" ] || { [ -f "$DB_PATH" ] && [ ! -s "$DB_PATH" ]; }; then
    echo empty
  elif [ ! -f "$DB_PATH" ] || [ ! -r "$DB_PATH" ] || ! sqlite_is_database "$DB_PATH"; then
    echo 'the file cannot be read, or is not an SQLite database' >&2
    echo unknown
  elif ! sqlite_counts_of "$DB_PATH" >"$WORK/state"; then
    head -n 1 "$WORK/state" >&2
    echo unknown
  elif [ "$(rows_in "$WORK/state")" -eq 0 ]; then
    echo empty
  else
    echo ok
  fi
}

sqlite_bytes() {
  sqlite_require
  file_bytes "$DB_PATH"
}

sqlite_dump() {
  local why
  sqlite_require
  why="$(sqlite_copy "$DB_PATH" "$1/database.sqlite" 2>&1)" ||
    die failed "SQLite could not copy $DB_PATH: $why" 'older backups are untouched'
  [ -s "$1/database.sqlite" ] || die failed "the copy of $DB_PATH is empty" 'older backups are untouched'
  sqlite_counts_of "$1/database.sqlite" >"$WORK/counts" || die failed 'the tables of the copy cannot be counted' \
    'older backups are untouched'
  rm -f -- "$1"/database.sqlite-*
  meta counts exact
  meta client_version "$SQLITE $DB_SERVER_VERSION"
  meta path_owner "$(sqlite_listing | awk '{ print $3 ":" $4 }')"
  meta path_mode "$(sqlite_listing | awk '{ for (i = 2; i <= 10; i++) mode = mode * 2 + (substr($1, i, 1) != "-"); printf "%03o", mode }')"
  meta_file database database.sqlite
}

# Mode and owner in the one form that every system prints alike; the name is not read from it.
sqlite_listing() {
  # shellcheck disable=SC2012
  ls -lnd -- "$DB_PATH" | head -n 1
}

sqlite_check() {
  local file="$1/database.sqlite" why
  [ -f "$file" ] || {
    echo 'database.sqlite is missing'
    return 1
  }
  # Looked at in a copy: opening a WAL database puts files beside it, and a backup must stay as it was written.
  cp -- "$file" "$WORK/look.sqlite"
  why="$(sqlite_health_of "$WORK/look.sqlite")" || {
    echo "$why"
    return 1
  }
  sqlite_has_all_pages "$WORK/look.sqlite" "$file" || {
    echo 'its last page is cut short'
    return 1
  }
  sqlite_counts_of "$WORK/look.sqlite" >"$WORK/look.counts" || {
    echo 'its tables cannot be counted'
    return 1
  }
  metadata_counts "$1/metadata.json" >"$WORK/look.expected"
  why="$(compare_counts "$WORK/look.expected" "$WORK/look.counts")" || {
    echo "its tables are not those that were counted: $why"
    return 1
  }
  rm -f -- "$WORK"/look.*
}

# A missing end is read as zeros, and integrity_check has nothing to say about a zero within a text.
sqlite_has_all_pages() {
  local pages size
  pages="$(sqlite_sql "$1" <<<'PRAGMA page_count;')"
  size="$(sqlite_sql "$1" <<<'PRAGMA page_size;')"
  [ "$(file_bytes "$2")" = $((pages * size)) ]
}

# integrity_check ends with status 0 whatever it finds: its output must be exactly ok.
sqlite_health_of() {
  local answer
  sqlite_is_database "$1" || {
    echo 'it is not an SQLite database'
    return 1
  }
  answer="$(sqlite_sql "$1" <<<'PRAGMA integrity_check;')" || true
  [ "$answer" = ok ] || {
    echo "integrity_check says: $(printf '%s' "$answer" | head -n 1)"
    return 1
  }
}
