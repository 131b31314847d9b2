# shellcheck shell=bash disable=SC2034,SC2016 # variables are shared by the files of lib/; quoted programs run elsewhere
# MongoDB: the client programs, the connection, counts, the dump and its check. Restoring is in mongodb_restore.sh.

# mongo_program COMMAND…: here or in the container. The connection string goes by name, never as an argument.
mongo_program() {
  if [ -n "$CONTAINER" ]; then
    DBGUARD_URI="$MONGO_URI" container_exec -e DBGUARD_URI -e DBGUARD_DO="$MONGO_DO" -e DBGUARD_DATABASE="$MONGO_IN" \
      -e DBGUARD_NAMES="$MONGO_NAMES" "$@"
  else
    DBGUARD_URI="$MONGO_URI" DBGUARD_DO="$MONGO_DO" DBGUARD_DATABASE="$MONGO_IN" DBGUARD_NAMES="$MONGO_NAMES" "$@"
  fi
}

# mongo_tool TOOL ARGS…: mongodump or mongorestore, which read the connection string from a private file.
mongo_tool() {
  MONGO_DO='' MONGO_IN='' MONGO_NAMES=''
  mongo_program sh -c '
    umask 077
    f=$(mktemp) || exit 1
    trap "rm -f \"$f\"" EXIT
    printf "uri: %s\n" "\"$DBGUARD_URI\"" >"$f"
    unset DBGUARD_URI
    "$@" --config="$f"' sh "$@"
}

# mongo_ask WHAT DATABASE [NAMES]: WHAT is one of the things that mongo_script knows.
mongo_ask() {
  MONGO_DO="$1" MONGO_IN="$2" MONGO_NAMES="${3:-}"
  mongo_program mongosh --quiet --norc --nodb --eval "$(mongo_script)" </dev/null
}

mongo_script() {
  cat <<'JS'
const wanted = process.env.DBGUARD_DO, it = new Mongo(process.env.DBGUARD_URI).getDB(process.env.DBGUARD_DATABASE);
const own = () => it.getCollectionInfos({ type: "collection" }).map(c => c.name).filter(n => !n.startsWith("system."));
if (wanted === "version") print(it.version());
if (wanted === "replica") print(it.hello().setName ? "yes" : "no");
if (wanted === "bytes") print(Math.ceil(it.stats().dataSize));
if (wanted === "counts") own().forEach(n => print(JSON.stringify(n) + ": " + it.getCollection(n).countDocuments({})));
if (wanted === "drop") it.dropDatabase();
if (wanted === "keep-only") own().filter(n => !process.env.DBGUARD_NAMES.split("\n").includes(n)).forEach(n => it.getCollection(n).drop());
JS
}

mongodb_connect() {
  local why tool
  CONTAINER='' DB_PRESENT=yes MONGO_DO='' MONGO_IN='' MONGO_NAMES='' MONGO_URI=''
  ! runs_in_container || mongo_in_container
  mongo_uri
  case "$DB_DATABASE" in
    '' | *[!A-Za-z0-9_-]*) die failed "'$DB_DATABASE' is not a database name that can be used here" 'nothing was touched' \
      'set database in dbguard.toml; letters, digits, - and _' ;;
  esac
  for tool in mongosh mongodump mongorestore; do
    mongo_program sh -c 'command -v "$1"' sh "$tool" >/dev/null 2>&1 </dev/null || die failed "$tool is not installed, or not on PATH" \
      'nothing was touched' 'install mongosh and the MongoDB Database Tools'
  done
  why="$(mongo_ask version "$DB_DATABASE" 2>&1)" || die failed "database $DB_ID cannot be reached: $(printf '%s\n' "$why" | mongo_without_uri | head -n 1)" \
    'nothing was touched; older backups are as they were' 'check that the server runs, then the credentials: validate-env.sh'
  DB_SERVER_VERSION="$why"
}

# Error messages of drivers may quote the connection string.
mongo_without_uri() {
  sed 's#mongodb[a-z+]*://[^ ]*#(the connection string)#g'
}

mongo_in_container() {
  find_container
  DB_USER="${DB_USER:-$(container_variable MONGO_INITDB_ROOT_USERNAME)}"
  DB_DATABASE="${DB_DATABASE:-$(container_variable MONGO_INITDB_DATABASE)}"
  DB_HOST="$CONTAINER_PLACE" DB_PORT="${DB_PORT:-27017}" DB_URL=''
}

# A whole URL has options that its parts do not tell; otherwise one is made from the parts.
mongo_uri() {
  local login='' place="${DB_HOST:-127.0.0.1}:${DB_PORT:-27017}"
  DB_HOST="${DB_HOST:-127.0.0.1}" DB_PORT="${DB_PORT:-27017}"
  MONGO_URI="$(mongo_uri_of "$DB_URL")"
  [ -z "$MONGO_URI" ] || return 0
  [ -z "$CONTAINER" ] || place=127.0.0.1:27017
  [ -z "$DB_USER" ] || login="$(mongo_encoded "$DB_USER"):$(mongo_encoded "$DB_PASSWORD")@"
  MONGO_URI="mongodb://$login$place/${login:+?authSource=admin}"
}

# The database leaves the URL, since the tools would take it for --db; it was also where the account is looked up, unless the
# URL or (with +srv) the name service says that. What would end a quoted string is encoded.
mongo_uri_of() {
  [ -n "$1" ] || return 0
  printf '%s\n' "$1" | LC_ALL=C sed -e 's/\\/%5C/g' -e 's/"/%22/g' | LC_ALL=C awk '{
    at = match($0, /:\/\//); head = substr($0, 1, at + 2); rest = substr($0, at + 3)
    login = ""
    if (match(rest, /^[^@]*@/)) { login = substr(rest, 1, RLENGTH); rest = substr(rest, RLENGTH + 1) }
    query = ""
    if ((q = index(rest, "?"))) { query = substr(rest, q + 1); rest = substr(rest, 1, q - 1) }
    path = ""
    if ((s = index(rest, "/"))) { path = substr(rest, s + 1); rest = substr(rest, 1, s - 1) }
    if (login != "" && path != "" && query !~ /(&|^)authSource=/ && head !~ /srv/) query = "authSource=" path (query == "" ? "" : "&" query)
    printf "%s%s%s/%s", head, login, rest, (query == "" ? "" : "?" query)
  }'
}

mongo_encoded() {
  printf '%s' "$1" | od -An -v -tx1 | tr -d ' \n' | sed 's/../%&/g'
}

mongodb_counts() {
  mongo_counts_of "$DB_DATABASE"
}

mongo_counts_of() {
  local answer
  answer="$(mongo_ask counts "$1")" || return 1
  [ -z "$answer" ] || printf '%s\n' "$answer" | LC_ALL=C sort
}

mongodb_state() {
  if ! mongodb_counts >"$WORK/state"; then
    echo unknown
  elif [ "$(rows_in "$WORK/state")" -eq 0 ]; then
    echo empty
  else
    echo ok
  fi
}

mongodb_bytes() {
  mongo_ask bytes "$DB_DATABASE"
}

mongodb_presence() {
  mongodb_counts >"$WORK/present" || die failed 'the present collections cannot be counted' 'nothing was touched'
  if [ -s "$WORK/present" ]; then echo present; else echo absent; fi
}

mongodb_keep_damaged() {
  return 0
}

# mongodump itself says how many documents it has written of each collection: those are the counts of this very dump.
mongodb_dump() {
  if [ "$(mongo_ask replica "$DB_DATABASE")" = yes ]; then
    warn 'collections are read one after the other: the oplog, which makes a dump one moment, is only for dumps of a whole server'
  fi
  mongo_dump_stream >"$1/database.archive" 2>"$WORK/dump.err" ||
    die failed "mongodump failed: $(grep -v '^digest ' "$WORK/dump.err" | mongo_without_uri | tail -n 2)" 'older backups are untouched'
  if [ -n "$CONTAINER" ] && [ "$(cat "$WORK/digest")" != "$(sha256_of "$1/database.archive")" ]; then
    die failed 'the dump changed on its way out of the container' 'older backups are untouched' 'is the disk full?'
  fi
  LC_ALL=C sed -n "s/^.*done dumping $DB_DATABASE\.\(.*\) (\([0-9]*\) documents*)\$/\2 \1/p" <"$WORK/dump.err" | mongo_count_lines >"$WORK/counts"
  # Compressed, a few documents make a small dump; gzip's own checksum covers every byte.
  MINIMUM_BYTES=32
  meta counts exact
  meta client_version "$(mongo_program mongodump --version </dev/null | sed -n 's/^mongodump version: *//p')"
  meta_file database database.archive
}

mongo_dump_stream() {
  set -- mongodump --db="$DB_DATABASE" --archive --gzip
  if [ -n "$CONTAINER" ]; then
    stream_from_container mongo_tool "$WORK/digest" "$@" </dev/null
  else
    mongo_tool "$@" </dev/null
  fi
}

mongo_count_lines() {
  local rows name
  while IFS=' ' read -r rows name; do
    case "$name" in system.*) ;; *) printf '%s: %s\n' "$(json_string "$name")" "$rows" ;; esac
  done | LC_ALL=C sort
}

mongodb_check() {
  gzip -t <"$1/database.archive" 2>"$WORK/check.err" || {
    echo "it cannot be read to its end: $(head -n 1 "$WORK/check.err")"
    return 1
  }
}
