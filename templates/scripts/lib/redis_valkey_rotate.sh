# shellcheck shell=bash disable=SC2034,SC2153 # variables are shared by the files of lib/
# Redis and Valkey: changing a password. A user of the access list has both passwords until the files are rewritten; the
# default user's is the server's `requirepass`, of which there is one. Either is kept by the server's own configuration
# file: without one, the change would be gone with the next restart, so it is not begun.

rdb_rotate_prepare() {
  ROLE="${ROLE:-default}"
  [ "$(rdb_fact role)" != slave ] || die refused 'the server is a replica: passwords are changed at its master' 'nothing was touched'
  [ -n "$(rdb_fact config_file)" ] || die refused \
    'the server runs without a configuration file, so its password is an argument of its command line: a change would be lost with its next start' \
    'nothing was touched' \
    "where that command is written (command: in the Compose file), use a variable of .env; change that, then recreate the service without -V"
  [ "$(rdb_fact connected_slaves)" = 0 ] || warn 'the replicas of this server log in with masterauth: change that as well'
}

rdb_rotate_overlaps() {
  [ "$ROLE" != default ]
}

# What it was is known by the old password itself; the access list could have more than one.
rdb_rotate_keep() {
  [ "$OLD_WORKS" = yes ] || die refused 'the old password is not known: nothing could be undone' 'nothing was touched'
}

rdb_rotate_set() {
  if rdb_rotate_overlaps; then
    rdb_tell "ACL SETUSER $(rdb_word "$ROLE") #$(printf '%s' "$1" | sha256)" || return 1
  else
    rdb_tell "CONFIG SET requirepass $(rdb_word "$1")" || return 1
    rdb_rotate_use "$1"
  fi
  rdb_rotate_write
}

rdb_rotate_finish() {
  rdb_rotate_use "$NEW_PASSWORD"
  [ "$OLD_PASSWORD" = "$NEW_PASSWORD" ] || rdb_withdraw "$OLD_PASSWORD"
}

# To withdraw a password that is not there is an error of the server, and no problem.
rdb_withdraw() {
  rdb_tell "ACL SETUSER $(rdb_word "$ROLE") !$(printf '%s' "$1" | sha256)" || grep -qi 'no such password\|not exist' "$WORK/rotate.err" ||
    return 1
  rdb_rotate_write
}

rdb_rotate_undo() {
  local password
  for password in "$NEW_PASSWORD" "$OLD_PASSWORD"; do
    rdb_rotate_use "$password"
    login "$password" || continue
    if rdb_rotate_set "$OLD_PASSWORD"; then
      rdb_rotate_use "$OLD_PASSWORD"
      if ! rdb_rotate_overlaps || rdb_withdraw "$NEW_PASSWORD"; then return 0; fi
    fi
  done
  return 1
}

rdb_rotate_use() {
  DB_PASSWORD="$1" RDB_PASSWORD_OF=ours
}

# Users are kept in a file of their own, or in the configuration.
rdb_rotate_write() {
  case "$(printf 'CONFIG GET aclfile\n' | rdb_client 2>/dev/null | sed -n 2p)" in
    '') rdb_tell 'CONFIG REWRITE' ;;
    *) if rdb_rotate_overlaps; then rdb_tell 'ACL SAVE'; else rdb_tell 'CONFIG REWRITE'; fi ;;
  esac
}

# One command by standard input; anything but OK is a failure.
rdb_tell() {
  printf '%s\n' "$1" | rdb_client >"$WORK/rotate.out" 2>"$WORK/rotate.err" || return 1
  [ "$(tr -d '\r' <"$WORK/rotate.out")" = OK ] || { cat -- "$WORK/rotate.out" >>"$WORK/rotate.err" && return 1; }
}

# A word for the client's own reader, every byte by its number.
rdb_word() {
  printf '"%s"' "$(printf '%s' "$1" | od -An -v -tx1 | tr -d '\n' | sed 's/ \{1,\}\([0-9a-f][0-9a-f]\)/\\x\1/g')"
}

rdb_rotate_addresses() {
  echo "${DB_HOST:-127.0.0.1}"
}

# A client of its own, so that it is a new login; PING is answered to whoever is not logged in, INFO is not.
rdb_rotate_login() {
  local status=0
  (
    DB_PASSWORD="$1" RDB_PASSWORD_OF=ours
    rdb_ask INFO server
  ) >"$WORK/login.out" 2>"$WORK/login.err" || status=$?
  [ "$status" -eq 0 ] && [ ! -s "$WORK/login.err" ] && grep -q '^redis_version:' "$WORK/login.out"
}
