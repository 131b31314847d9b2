# shellcheck shell=bash disable=SC2030,SC2031,SC2034,SC2153 # variables are shared by the files of lib/
# PostgreSQL: changing a role's password.

postgres_rotate_prepare() {
  case "$ROLE" in *$'\n'*) die refused 'the name of the role has a line end' 'nothing was touched' ;; esac
  [ "$(printf "SELECT count(*) FROM pg_roles WHERE rolname = :'role' AND rolcanlogin;\n" |
    pg_sql "$MAINTENANCE" -v role="$ROLE")" = 1 ] ||
    die refused "the server has no role '$ROLE' that may log in" 'nothing was touched' 'set the right user in dbguard.toml'
  PG_INNER_PORT="$(pg_sql "$MAINTENANCE" <<<'SHOW port;')"
  pg_detachment
}

# psql asks for a new password on the terminal where there is one: it has to have none, to take it from standard input.
pg_detachment() {
  PG_DETACHED=()
  [ -z "$CONTAINER" ] || return 0
  if ! (: </dev/tty) 2>/dev/null; then return 0; fi
  if command -v setsid >/dev/null 2>&1; then
    PG_DETACHED=(setsid)
  elif command -v perl >/dev/null 2>&1; then
    # shellcheck disable=SC2016 # perl's own variables
    PG_DETACHED=(perl -MPOSIX -e 'POSIX::setsid(); exec { $ARGV[0] } @ARGV; exit 127')
  else
    die refused 'the password cannot be handed over without showing it to the log of the server' 'nothing was touched' \
      'run this without a terminal (from cron, or over ssh -T), or install setsid or perl'
  fi
}

# \password computes the verifier here, so that neither the wire nor a log of statements sees the plain text.
postgres_rotate_set() {
  printf '%s\n%s\n' "$1" "$1" | pg_detached psql -XqAtw -v ON_ERROR_STOP=1 -d "$(pg_target "$MAINTENANCE")" \
    -c "\\password $(pg_meta_name "$ROLE")" >/dev/null 2>"$WORK/rotate.err"
}

pg_detached() {
  if [ -n "$CONTAINER" ]; then
    in_container "$@"
    return $?
  fi
  (
    unset PGPASSWORD PGSERVICE PGDATABASE PGUSER PGHOST PGHOSTADDR PGPORT PGOPTIONS
    [ ! -f "$WORK/pgpass" ] || export PGPASSFILE="$WORK/pgpass"
    export PGCLIENTENCODING=UTF8
    exec ${PG_DETACHED[@]+"${PG_DETACHED[@]}"} "$PG_BIN$1" "${@:2}"
  )
}

pg_meta_name() {
  printf '"%s"' "$(printf '%s' "$1" | sed 's/"/""/g')"
}

# rotate_keep DIR: a superuser can read the present verifier, which brings the password back without knowing it.
postgres_rotate_keep() {
  printf "SELECT format('ALTER ROLE %%I PASSWORD %%L;', rolname, rolpassword) FROM pg_authid WHERE rolname = :'role';\n" |
    pg_sql "$MAINTENANCE" -v role="$ROLE" >"$1/undo" 2>/dev/null || rm -f -- "$1/undo"
  [ -s "$1/undo" ] || [ "$OLD_WORKS" = yes ] ||
    die refused 'the old password is not known, and its verifier can be read by a superuser only: nothing could be undone' \
      'nothing was touched'
}

postgres_rotate_undo() {
  local password status=1
  # Whichever of the two the server has: the other one is refused.
  for password in "$NEW_PASSWORD" "$OLD_PASSWORD"; do
    postgres_rotate_use "$password"
    if [ -s "$1/undo" ]; then
      if pg_sql "$MAINTENANCE" <"$1/undo" 2>"$WORK/rotate.err"; then status=0; fi
    elif postgres_rotate_set "$OLD_PASSWORD"; then
      status=0
    fi
    [ "$status" -ne 0 ] || return 0
  done
  return 1
}

postgres_rotate_use() {
  DB_PASSWORD="$1"
  [ -n "$CONTAINER" ] || printf '*:*:*:*:%s\n' "$(printf '%s' "$1" | sed 's/[\\:]/\\&/g')" >"$WORK/pgpass"
}

# In the official image the socket and 127.0.0.1 are trusted, so a login there proves nothing: the container's own address.
postgres_rotate_addresses() {
  if [ -n "$CONTAINER" ]; then
    container_addresses
  else
    case "$DB_HOST" in '' | /*) printf '%s\n' 127.0.0.1 "$DB_HOST" ;; *) printf '%s\n' "$DB_HOST" ;; esac
  fi
}

postgres_rotate_login() {
  local target
  target="$(pg_parameter host "$LOGIN_ADDRESS")$(pg_parameter user "$ROLE")$(pg_parameter dbname "$MAINTENANCE")connect_timeout=5"
  if [ -n "$CONTAINER" ]; then
    PGPASSWORD="$1" container_exec -e PGPASSWORD psql -XqAtw -d "$target port=$PG_INNER_PORT" -c 'SELECT 1' \
      >/dev/null 2>"$WORK/login.err" </dev/null
    return $?
  fi
  (
    unset PGSERVICE PGDATABASE PGUSER PGHOST PGHOSTADDR PGPORT PGOPTIONS
    export PGPASSWORD="$1" PGPASSFILE=/dev/null
    exec "${PG_BIN}psql" -XqAtw -d "$target $(pg_parameter port "$DB_PORT")$(pg_parameter sslmode "$DB_SSLMODE")" -c 'SELECT 1'
  ) >/dev/null 2>"$WORK/login.err" </dev/null
}
