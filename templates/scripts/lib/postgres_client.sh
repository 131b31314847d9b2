# shellcheck shell=bash disable=SC2034 # variables are shared by the files of lib/
# PostgreSQL: the client programs, here or in the container, and the server that they reach.

# pg TOOL ARGS…: a client program, here or in the container. Passwords go by a private file or by name.
pg() {
  local tool="$1"
  shift
  if [ -n "$CONTAINER" ]; then
    in_container "$tool" "$@"
    return $?
  fi
  (
    unset PGPASSWORD PGSERVICE PGDATABASE PGUSER PGHOST PGHOSTADDR PGPORT PGOPTIONS
    [ ! -f "$WORK/pgpass" ] || export PGPASSFILE="$WORK/pgpass"
    export PGCLIENTENCODING=UTF8
    exec "$PG_BIN$tool" "$@"
  )
}

# A connection string: a bare name with = in it would be taken for one.
pg_target() {
  [ -n "$CONTAINER" ] || pg_parameter host "$DB_HOST"
  [ -n "$CONTAINER" ] || pg_parameter port "$DB_PORT"
  [ -n "$CONTAINER" ] || pg_parameter sslmode "$DB_SSLMODE"
  pg_parameter user "$DB_USER"
  pg_parameter dbname "$1"
  printf 'connect_timeout=5'
}

pg_parameter() {
  [ -z "$2" ] || printf "%s='%s' " "$1" "$(printf '%s' "$2" | sed "s/[\\\\']/\\\\&/g")"
}

# pg_sql DATABASE [PSQL-ARGS…]: runs standard input, stops at the first error, never asks for a password.
pg_sql() {
  local database="$1"
  shift
  pg psql -XqAtw -v ON_ERROR_STOP=1 "$@" -d "$(pg_target "$database")"
}

pg_major() {
  pg "$1" --version 2>/dev/null </dev/null | sed 's/^.*(PostgreSQL) *\([0-9]*\).*$/\1/'
}

postgres_connect() {
  local why
  CONTAINER='' PG_BIN='' DB_PRESENT=yes
  if runs_in_container; then
    postgres_in_container
  else
    DB_USER="${DB_USER:-$(id -un)}"
    DB_DATABASE="${DB_DATABASE:-$DB_USER}"
    [ -z "$DB_PASSWORD" ] || printf '*:*:*:*:%s\n' "$(printf '%s' "$DB_PASSWORD" | sed 's/[\\:]/\\&/g')" >"$WORK/pgpass"
    command -v psql >/dev/null 2>&1 || postgres_find_client 99
  fi
  why="$(postgres_server_version 2>&1)" ||
    die failed "database $DB_ID cannot be reached: $why" 'nothing was touched; older backups are as they were' \
      'check that the server runs, then the credentials: validate-env.sh'
  DB_SERVER_VERSION="${why#* }"
  PG_SERVER_MAJOR=$((${why%% *} / 10000))
  MAINTENANCE="$(postgres_maintenance)"
  [ -n "$CONTAINER" ] || postgres_find_client "$PG_SERVER_MAJOR"
}

# The socket inside the official image needs no password, so it works when the password in a file is the wrong one.
postgres_in_container() {
  local own candidate
  find_container
  own="$(container_variable POSTGRES_USER)"
  [ -n "$own" ] || own="$(container_variable POSTGRESQL_USERNAME)"
  DB_HOST="$CONTAINER_PLACE, socket in the container"
  DB_PORT="${DB_PORT:-5432}"
  DB_DATABASE="${DB_DATABASE:-$(container_variable POSTGRES_DB)}"
  DB_DATABASE="${DB_DATABASE:-$(container_variable POSTGRESQL_DATABASE)}"
  DB_DATABASE="${DB_DATABASE:-${own:-postgres}}"
  for candidate in "$own" "$DB_USER" postgres; do
    [ -n "$candidate" ] || continue
    DB_USER="$candidate"
    if postgres_server_version >/dev/null 2>&1; then return 0; fi
  done
  DB_USER="${own:-${DB_USER:-postgres}}"
}

# `150018 15.18`; where the database itself is gone, the server still answers.
postgres_server_version() {
  local sql="SELECT current_setting('server_version_num') || ' ' || current_setting('server_version');" name why=''
  for name in "$DB_DATABASE" postgres template1; do
    if why="${why:-}$(pg_sql "$name" <<<"$sql" 2>&1)"; then
      printf '%s\n' "${why##*$'\n'}"
      return 0
    fi
    why="$why"$'\n'
  done
  printf '%s\n' "${why%%$'\n'*}" >&2
  return 1
}

# Another database than ours, from which ours can be created, renamed and dropped.
postgres_maintenance() {
  local name
  for name in postgres template1; do
    [ "$name" != "$DB_DATABASE" ] || continue
    if pg_sql "$name" <<<'SELECT 1;' >/dev/null 2>&1; then
      printf '%s' "$name"
      return 0
    fi
  done
  printf '%s' "$DB_DATABASE"
}

postgres_exists() {
  [ "$(pg_sql "$MAINTENANCE" -v name="$1" <<<"SELECT count(*) FROM pg_database WHERE datname = :'name';")" = 1 ]
}

# An older pg_dump refuses a newer server: take the server's own major where several are installed, else the client of the
# container that the server runs in.
postgres_find_client() {
  local dir major=''
  PG_BIN=''
  for dir in "/usr/lib/postgresql/$1/bin" "/usr/pgsql-$1/bin" "/opt/homebrew/opt/postgresql@$1/bin" "/usr/local/opt/postgresql@$1/bin"; do
    [ ! -x "$dir/pg_dump" ] || PG_BIN="$dir/"
  done
  if command -v "${PG_BIN}pg_dump" >/dev/null 2>&1; then
    [ "$1" -lt 99 ] || return 0
    major="$(pg_major pg_dump)"
    [ "${major:-0}" -lt "$1" ] || return 0
  fi
  postgres_borrow_client "$1" || die failed "$(postgres_no_client "$1" "$major")" \
    'nothing was touched' "install the PostgreSQL client of version $1"
}

postgres_no_client() {
  if [ -n "$2" ]; then echo "pg_dump is of version $2, and the server is $1"; else echo 'pg_dump is not installed, or not on PATH'; fi
}

# A local container that publishes our port has a client of exactly the server's version. Where both answer, both have to
# be the same server.
postgres_borrow_client() {
  local here='' there
  local sql="SELECT system_identifier || ' ' || pg_postmaster_start_time() FROM pg_control_system();"
  is_loopback "$DB_HOST" || return 1
  [ "$1" -ge 99 ] || here="$(pg_sql "$MAINTENANCE" <<<"$sql" 2>/dev/null)" || return 1
  find_publishing_container "${DB_PORT:-5432}" || return 1
  there="$(pg_sql "${MAINTENANCE:-$DB_DATABASE}" <<<"$sql" 2>/dev/null)" || there=''
  if [ -z "$there" ] || [ "${here:-$there}" != "$there" ]; then
    CONTAINER=''
    return 1
  fi
  say "client:      that of $CONTAINER_PLACE ($CONTAINER_TOOL), since the one here does not fit"
}
