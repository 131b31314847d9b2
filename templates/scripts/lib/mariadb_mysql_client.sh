# shellcheck shell=bash disable=SC2034,SC2016,SC2153 # variables are shared by the files of lib/; quoted programs run elsewhere
# MySQL and MariaDB: the client programs, the connection, and what can be asked without changing anything.

# my TOOL ARGS…: a client program, here or in the container. The password goes by a private file, or by name.
my() {
  local tool="$1"
  shift
  if [ -n "$CONTAINER" ]; then
    my_in_container "$tool" --user="$DB_USER" "$@"
    return $?
  fi
  (
    unset MYSQL_PWD MYSQL_HOST MYSQL_TCP_PORT MYSQL_UNIX_PORT
    # A personal file is read after ours and would replace the password.
    [ -z "$DB_PASSWORD" ] || export HOME="$WORK"
    exec "$tool" --defaults-extra-file="$WORK/my.cnf" "$@"
  )
}

# The account's password as the container was given it, by value or by file; with MY_GIVEN=yes ours, by name.
my_in_container() {
  if [ "$MY_GIVEN" = yes ]; then
    MYSQL_PWD="$DB_PASSWORD" container_exec -e MYSQL_PWD "$@"
    return $?
  fi
  container_exec sh -c '
    case "$1" in
      root) set -- "${MARIADB_ROOT_PASSWORD:-${MYSQL_ROOT_PASSWORD:-}}" \
        "${MARIADB_ROOT_PASSWORD_FILE:-${MYSQL_ROOT_PASSWORD_FILE:-}}" "$@" ;;
      *) set -- "${MARIADB_PASSWORD:-${MYSQL_PASSWORD:-}}" "${MARIADB_PASSWORD_FILE:-${MYSQL_PASSWORD_FILE:-}}" "$@" ;;
    esac
    MYSQL_PWD=$1
    if [ -z "$MYSQL_PWD" ] && [ -n "$2" ] && [ -r "$2" ]; then MYSQL_PWD=$(cat "$2"); fi
    export MYSQL_PWD
    [ -n "$MYSQL_PWD" ] || unset MYSQL_PWD
    shift 3
    exec "$@"' sh "$DB_USER" "$@"
}

# my_sql DATABASE [ARGS…]: runs standard input and stops at the first error. In binary mode a dump cannot give commands to
# the client, such as \! for a shell. Without a database: an empty name.
my_sql() {
  local database="$1"
  shift
  my "$MY_CLIENT" --batch --raw --skip-column-names --no-auto-rehash --binary-mode --connect-timeout=10 \
    --max-allowed-packet=1G --default-character-set=utf8mb4 ${database:+"--database=$database"} "$@"
}

# An SQL string; sessions that use it have no sql_mode, which could turn the backslash off.
my_text() {
  printf "'%s'" "$(printf '%s' "$1" | sed -e 's/\\/\\\\/g' -e "s/'/''/g")"
}

my_name() {
  printf '`%s`' "$(printf '%s' "$1" | sed 's/`/``/g')"
}

my_connect() {
  local why
  CONTAINER='' DB_PRESENT=yes MY_GIVEN=yes
  if runs_in_container; then
    my_find_container
  else
    my_find_clients command -v
    DB_USER="${DB_USER:-$(id -un)}"
    my_option_file >"$WORK/my.cnf"
  fi
  why="$(my_server_version 2>&1)" ||
    die failed "database $DB_ID cannot be reached: $why" 'nothing was touched; older backups are as they were' \
      'check that the server runs, then the credentials: validate-env.sh'
  DB_SERVER_VERSION="$why"
  [ -n "$DB_DATABASE" ] || die failed "the name of database $DB_ID is not known" 'nothing was touched' 'set it in dbguard.toml'
}

my_server_version() {
  my_sql '' <<<'SELECT VERSION();'
}

# my_find_clients COMMAND…: COMMAND tells whether a program is there.
my_find_clients() {
  MY_CLIENT="$(my_first_of "$MY_CLIENTS" "$@")" || my_no_client "$MY_CLIENTS"
  MY_DUMP="$(my_first_of "$MY_DUMPERS" "$@")" || my_no_client "$MY_DUMPERS"
}

my_no_client() {
  die failed "a client is not installed, or not on PATH (looked for: ${1// /, })" 'nothing was touched' \
    "install the client of $DB_ENGINE"
}

my_first_of() {
  local name names="$1"
  shift
  for name in $names; do
    if "$@" "$name" >/dev/null 2>&1 </dev/null; then
      printf '%s' "$name"
      return 0
    fi
  done
  return 1
}

# The account of the container's own environment; where its password was changed since, the one that the project has.
my_find_container() {
  local own given="$DB_USER" candidate
  find_container
  my_find_clients container_exec sh -c 'command -v "$1"' sh
  DB_HOST="$CONTAINER_PLACE, socket in the container"
  DB_PORT="${DB_PORT:-3306}"
  own="$(my_container_value USER)"
  DB_DATABASE="${DB_DATABASE:-$(my_container_value DATABASE)}"
  for candidate in 'no root' "no $own" "yes $given" 'yes root'; do
    MY_GIVEN="${candidate%% *}"
    DB_USER="${candidate#* }"
    [ -n "$DB_USER" ] || continue
    if my_server_version >/dev/null 2>&1; then return 0; fi
  done
  MY_GIVEN=no DB_USER=root
}

my_container_value() {
  local value
  value="$(container_variable "MARIADB_$1")"
  [ -n "$value" ] || value="$(container_variable "MYSQL_$1")"
  printf '%s' "$value"
}

# Read by both programs, so it holds only what both know. A host name with a port means TCP, also where it is localhost.
my_option_file() {
  echo '[client]'
  my_option user "$DB_USER"
  my_option password "$DB_PASSWORD"
  my_option port "$DB_PORT"
  case "$DB_HOST" in
    /*) my_option socket "$DB_HOST" ;;
    *)
      my_option host "$DB_HOST"
      if [ -n "$DB_HOST" ] && [ -n "$DB_PORT" ]; then my_option protocol tcp; fi
      ;;
  esac
}

my_option() {
  [ -n "$2" ] || return 0
  printf '%s="%s"\n' "$1" "$(printf '%s' "$2" | sed 's/[\\"]/\\&/g' | awk 'NR > 1 { printf "\\n" } { printf "%s", $0 }')"
}

# my_exists DATABASE: names differ by letter case on most servers, and comparisons of text do not.
my_exists() {
  local answer
  answer="$(my_sql '' <<<"SET SESSION sql_mode = ''; SELECT COUNT(*) FROM information_schema.schemata
    WHERE CAST(schema_name AS BINARY) = CAST($(my_text "$1") AS BINARY);")" || return 2
  [ "$answer" = 1 ]
}

my_require() {
  my_exists "$DB_DATABASE" || die failed "the server answers, but it has no database '$DB_DATABASE'" \
    'older backups are untouched' 'do not create it anew: restore.sh brings back the newest backup'
}

# Statements that print `"table": rows` for every table; $1 may say what to count of a table.
my_counts_sql() {
  cat <<SQL
SET SESSION sql_mode = '';
SELECT CONCAT('SELECT CONCAT(', QUOTE(CONCAT(JSON_QUOTE(table_name), ': ')), ', ${1:-COUNT(*)}) FROM ${2:-}\`',
    REPLACE(table_name, '\`', '\`\`'), '\`${3:-};')
  FROM information_schema.tables WHERE table_schema = DATABASE() AND table_type IN ('BASE TABLE', 'SYSTEM VERSIONED');
SQL
}

my_counts() {
  my_counts_of "$DB_DATABASE"
}

my_counts_of() {
  local statements
  statements="$(my_counts_sql | my_sql "$1")" || return 1
  printf "SET SESSION sql_mode = '';\n%s\n" "$statements" | my_sql "$1" | LC_ALL=C sort
}

my_state() {
  local statements status=0
  my_exists "$DB_DATABASE" || status=$?
  case "$status" in
    1) echo empty && return 0 ;;
    2) echo unknown && return 0 ;;
  esac
  if ! statements="$(my_counts_sql 'COUNT(*)' '(SELECT 1 FROM ' ' LIMIT 1) AS one;' | my_sql "$DB_DATABASE")" ||
    ! printf "SET SESSION sql_mode = '';\n%s\n" "$statements" | my_sql "$DB_DATABASE" >"$WORK/state"; then
    echo unknown
  elif [ "$(rows_in "$WORK/state")" -eq 0 ]; then
    echo empty
  else
    echo ok
  fi
}

my_bytes() {
  my_require
  my_sql "$DB_DATABASE" <<<'SELECT CAST(COALESCE(SUM(data_length + index_length), 0) AS UNSIGNED)
    FROM information_schema.tables WHERE table_schema = DATABASE();'
}
