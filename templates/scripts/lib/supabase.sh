# shellcheck shell=bash disable=SC2034 # variables are shared by the files of lib/
# Supabase: PostgreSQL with schemas of its own (auth, storage, …). All the work is done by lib/postgres*.sh; here is what
# differs: where the local stack is, which ports will not do, and that its database can be refilled but not renamed.

supabase_library() {
  ENGINE=postgres
}

supabase_connect() {
  PG_IN_PLACE="Supabase's services hold this database by its name"
  if ! runs_in_container; then
    supabase_refuse_pooler
    if is_loopback "$DB_HOST"; then supabase_local; else DB_SSLMODE="${DB_SSLMODE:-require}"; fi
  fi
  DB_DATABASE="${DB_DATABASE:-postgres}"
  postgres_connect
}

# Where a pooler hands each transaction to another session, a dump has no snapshot. Its session mode does not.
supabase_refuse_pooler() {
  case "$DB_HOST:$DB_PORT" in
    *:6543) die refused 'port 6543 is the transaction pooler, through which no dump of one moment can be made' \
      'nothing was touched' 'use the direct connection or the session pooler (port 5432) in the URL or in dbguard.toml' ;;
  esac
}

# The local stack is at the port of supabase/config.toml, with the password that its tool gives to every one. Its own
# administrator sees all schemas; postgres does not own auth and storage.
supabase_local() {
  local given
  DB_HOST="${DB_HOST:-127.0.0.1}"
  DB_PORT="${DB_PORT:-$(supabase_configured_port)}"
  DB_PORT="${DB_PORT:-54322}"
  DB_PASSWORD="${DB_PASSWORD:-postgres}"
  given="${DB_USER:-postgres}"
  DB_DATABASE="${DB_DATABASE:-postgres}"
  DB_USER=supabase_admin
  supabase_answers || DB_USER="$given"
}

# The answer of a server that is of no use to us does not matter here: postgres_connect asks again, and tells.
supabase_answers() {
  (postgres_connect) >/dev/null 2>&1 </dev/null
}

supabase_configured_port() {
  local file="$ROOT/supabase/config.toml"
  [ ! -f "$file" ] || LC_ALL=C awk '
    /^[ \t]*\[/ { inside = ($0 ~ /^[ \t]*\[db\]/) }
    inside && /^[ \t]*port[ \t]*=[ \t]*[0-9]+/ { sub(/^[^=]*=[ \t]*/, ""); sub(/[^0-9].*$/, ""); print; exit }' <"$file"
}

# Unless the policy says otherwise, plain SQL of all three kinds is written besides the dump.
supabase_dump() {
  local objects
  DB_ARTEFACTS="${DB_ARTEFACTS:-full${NEWLINE}schema${NEWLINE}data}"
  postgres_dump "$1"
  objects="$(sed -n 's/^"storage\.objects": //p' "$WORK/counts")"
  [ "${objects:-0}" -eq 0 ] || warn "$objects files of Storage are named in this backup, but they are not in the database: copy the buckets as well"
  supabase_require_its_schemas
}

# A dump without them would be the one that `supabase db dump` makes.
supabase_require_its_schemas() {
  local schema
  pg pg_restore -l <"$WORK/stage/database.dump" >"$WORK/toc"
  for schema in auth storage; do
    [ "$(pg_sql "$DB_DATABASE" -v schema="$schema" <<<"SELECT count(*) FROM pg_tables WHERE schemaname = :'schema';")" = 0 ] ||
      grep -q " TABLE DATA $schema " "$WORK/toc" || die failed "the dump lacks the schema $schema" 'older backups are untouched'
  done
}
