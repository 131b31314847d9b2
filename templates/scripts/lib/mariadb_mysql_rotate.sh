# shellcheck shell=bash disable=SC2034,SC2153 # variables are shared by the files of lib/
# MySQL and MariaDB: changing an account's password, in each of its rows (user@host) that has one.

# Sets MY_ACCOUNTS: the rows, one a line, as SQL names them.
my_rotate_prepare() {
  local sql account made
  sql="SET SESSION sql_mode = ''; SELECT CONCAT(QUOTE(User), '@', QUOTE(Host)) FROM mysql.user WHERE User = $(my_text "$ROLE");"
  MY_ACCOUNTS=''
  while IFS= read -r account; do
    [ -n "$account" ] || continue
    made="$(my_account "$account")" || die refused "the account $account cannot be read: $(rotate_reason)" 'nothing was touched'
    if [ -n "$made" ]; then
      MY_ACCOUNTS="${MY_ACCOUNTS:+$MY_ACCOUNTS$NEWLINE}$account"
    else
      warn "the account $account logs in by other means than a password: it is left as it is"
    fi
  done <<<"$(my_sql '' <<<"$sql" 2>/dev/null || my_own_account)"
  [ -n "$MY_ACCOUNTS" ] || die refused "the server has no account of '$ROLE' with a password that can be changed" \
    'nothing was touched' 'set the right user in dbguard.toml'
}

# Without the right to read mysql.user, the row that this login belongs to.
my_own_account() {
  my_sql '' <<<"SET SESSION sql_mode = '';
    SELECT CONCAT(QUOTE(SUBSTRING_INDEX(CURRENT_USER(), '@', CHAR_LENGTH(CURRENT_USER()) - CHAR_LENGTH(REPLACE(CURRENT_USER(), '@', '')))),
      '@', QUOTE(SUBSTRING_INDEX(CURRENT_USER(), '@', -1)));" 2>"$WORK/rotate.err"
}

# The statement that gives an account its present password, by its digest; nothing where it has none.
my_account() {
  local statement
  statement="$({
    echo "SET SESSION sql_mode = '';"
    [ "$DB_ENGINE" != mysql ] || echo '/*!80017 SET SESSION print_identified_with_as_hex = ON */;'
    echo "SHOW CREATE USER $1;"
  } | my_sql '' 2>"$WORK/rotate.err")" || return 1
  statement="${statement%% REQUIRE *}"
  statement="${statement%% DEFAULT ROLE *}"
  statement="${statement%% WITH MAX_*}"
  case "${statement#CREATE USER }" in
    *' OR '* | *"USING 'invalid'"*) ;;
    *" IDENTIFIED BY PASSWORD '"* | *" IDENTIFIED WITH 'mysql_native_password' AS "* | \
      *" IDENTIFIED WITH 'caching_sha2_password' AS "* | *" IDENTIFIED WITH 'sha256_password' AS "*)
      printf 'ALTER USER %s;' "${statement#CREATE USER }"
      ;;
  esac
}

# An account by its digest where the server takes one, so that no log holds the plain text.
my_rotate_set() {
  local account how
  how="BY $(my_text "$1")"
  if [ "$DB_ENGINE" = mariadb ]; then how="BY PASSWORD '$(my_digest "$1")'" || return 1; fi
  {
    echo "SET SESSION sql_mode = '';"
    while IFS= read -r account; do
      printf 'ALTER USER %s IDENTIFIED %s;\n' "$account" "$how"
    done <<<"$MY_ACCOUNTS"
  } | my_sql '' >/dev/null 2>"$WORK/rotate.err"
}

# mysql_native_password: SHA1 of SHA1, in upper-case hexadecimal digits.
my_digest() {
  local first second
  first="$(printf '%s' "$1" | sha1)"
  # shellcheck disable=SC2059 # the format is the bytes themselves
  second="$(printf "$(printf '%s' "$first" | sed 's/../\\x&/g')" | sha1 | tr 'a-f' 'A-F')"
  [ "${#second}" -eq 40 ] || return 1
  printf '*%s' "$second"
}

sha1() {
  if command -v sha1sum >/dev/null 2>&1; then
    sha1sum | cut -c1-40
  elif command -v shasum >/dev/null 2>&1; then
    shasum -a 1 | cut -c1-40
  else
    openssl dgst -sha1 | sed 's/^.*= *//'
  fi
}

my_rotate_keep() {
  local account
  while IFS= read -r account; do
    my_account "$account" && echo
  done <<<"$MY_ACCOUNTS" >"$1/undo"
  [ -s "$1/undo" ] || die refused "the present password of $ROLE cannot be read: nothing could be undone" 'nothing was touched'
}

my_rotate_undo() {
  local password
  for password in "$NEW_PASSWORD" "$OLD_PASSWORD"; do
    my_rotate_use "$password"
    if { echo "SET SESSION sql_mode = '';" && cat -- "$1/undo"; } | my_sql '' >/dev/null 2>"$WORK/rotate.err"; then return 0; fi
  done
  return 1
}

# A connection of another role, such as root in the container, goes on as it was.
my_rotate_use() {
  [ "$DB_USER" = "$ROLE" ] || return 0
  DB_PASSWORD="$1" MY_GIVEN=yes
  [ -n "$CONTAINER" ] || my_option_file >"$WORK/my.cnf"
}

my_rotate_addresses() {
  if [ -n "$CONTAINER" ]; then
    container_addresses
    echo 127.0.0.1
  else
    case "$DB_HOST" in '' | /*) printf '%s\n' 127.0.0.1 "$DB_HOST" ;; *) printf '%s\n' "$DB_HOST" ;; esac
  fi
}

my_rotate_login() {
  local where=(--protocol=tcp --host="$LOGIN_ADDRESS")
  case "$LOGIN_ADDRESS" in /*) where=(--protocol=socket --socket="$LOGIN_ADDRESS") ;; esac
  if [ -n "$CONTAINER" ]; then
    MYSQL_PWD="$1" container_exec -e MYSQL_PWD "$MY_CLIENT" --no-defaults --user="$ROLE" --port=3306 \
      ${where[@]+"${where[@]}"} --connect-timeout=10 --batch -e 'SELECT 1' >/dev/null 2>"$WORK/login.err" </dev/null
    return $?
  fi
  (
    unset MYSQL_HOST MYSQL_TCP_PORT MYSQL_UNIX_PORT
    export MYSQL_PWD="$1"
    exec "$MY_CLIENT" --no-defaults --user="$ROLE" --port="${DB_PORT:-3306}" ${where[@]+"${where[@]}"} --connect-timeout=10 \
      --batch -e 'SELECT 1'
  ) >/dev/null 2>"$WORK/login.err" </dev/null
}
