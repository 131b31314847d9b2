# shellcheck shell=bash disable=SC2153 # variables are shared by the files of lib/
# Other databases of this project that log in with the same role: a place of theirs that is not rewritten would keep the old
# password.

check_shared_role() {
  local id others
  cut -f 2 "$WORK/places" >"$WORK/places.own"
  while IFS= read -r id; do
    [ "$id" != "$DB_ID" ] || continue
    others="$(places_of_role "$id" "$DB_ENGINE $(server_words)")"
    [ -z "$others" ] || die refused "database $id logs in with the same role, and these places would keep the old password:
$others" 'nothing was touched' \
      "add them to the credentials of $DB_ID in dbguard.toml, or give $id a role of its own; --leave PLACE leaves one to you"
  done <<<"$DB_IDS"
}

# places_of_role ID SERVER: what of that database's is not ours as well; nothing where it has another role or server. For a
# subshell: the configuration is that one's afterwards.
places_of_role() {
  db_config "$1"
  resolve_database
  [ "$DB_ENGINE $(server_words)" = "$2" ] || return 0
  # A user that is nowhere named is the server's first one, and may be this.
  [ -z "$DB_USER" ] || [ "$DB_USER" = "$ROLE" ] || return 0
  visit_places print_foreign_place
}

print_foreign_place() {
  grep -qxF -e "$PLACE" "$WORK/places.own" || printf '    %s\n' "$PLACE"
}

server_words() {
  local host="$DB_HOST" port="$DB_PORT"
  if [ "$DB_RUN" = compose ]; then
    printf 'service %s' "$DB_SERVICE"
    return 0
  fi
  case "$host" in '' | /* | localhost | ::1) host=127.0.0.1 ;; esac
  case "$DB_ENGINE:$port" in
    postgres:) port=5432 ;;
    mysql: | mariadb:) port=3306 ;;
    redis: | valkey:) port=6379 ;;
  esac
  printf '%s:%s' "$host" "$port"
}
