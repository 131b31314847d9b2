# shellcheck shell=bash disable=SC2034 # variables are shared by the files of lib/
# PostgreSQL: state, counts, dump and the check of a dump. The way to the server is in postgres_client.sh, restoring in
# postgres_restore.sh.

postgres_require() {
  postgres_exists "$DB_DATABASE" || die failed "the server answers, but it has no database '$DB_DATABASE'" \
    'older backups are untouched' 'do not create it anew: restore.sh brings back the newest backup'
}

# A query of all tables that hold a user's rows: nspname, relname, shown, mode. Extensions fill theirs themselves. Children
# of an inheritance or partition tree are counted one by one, chunks of TimescaleDB through their parent.
postgres_tables_sql() {
  cat <<'SQL'
SELECT n.nspname, c.relname,
  CASE WHEN n.nspname ~ '[."]' THEN '"' || replace(n.nspname, '"', '""') || '"' ELSE n.nspname END || '.' ||
  CASE WHEN c.relname ~ '[."]' THEN '"' || replace(c.relname, '"', '""') || '"' ELSE c.relname END AS shown,
  CASE WHEN EXISTS (SELECT FROM pg_inherits i JOIN pg_class k ON k.oid = i.inhrelid
    JOIN pg_namespace m ON m.oid = k.relnamespace WHERE i.inhparent = c.oid AND m.nspname = '_timescaledb_internal')
    THEN '' ELSE 'ONLY' END AS mode
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't' AND n.nspname <> 'information_schema'
  AND n.nspname !~ '^(pg_|_timescaledb_)'
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
SQL
}

# psql statements that print `"schema.table": rows` for every table; $1 may say how to count.
postgres_counts_sql() {
  echo 'SET row_security = off;'
  echo "SELECT format('SELECT %L || count(*) FROM ${1:-%s %I.%I};', to_json(shown)::text || ': ', mode, nspname, relname) FROM ("
  postgres_tables_sql
  printf '%s\n' ') AS tables ORDER BY shown' '\gexec'
  printf '%s\n' "SELECT '\"(large objects)\": ' || count(*) FROM pg_largeobject_metadata HAVING count(*) > 0;"
}

postgres_counts() {
  postgres_counts_of "$DB_DATABASE"
}

postgres_counts_of() {
  postgres_counts_sql | pg_sql "$1" | LC_ALL=C sort
}

postgres_state() {
  if ! postgres_exists "$DB_DATABASE" 2>/dev/null; then
    # No answer at all is not the same as the answer "no".
    if pg_sql "$MAINTENANCE" <<<'SELECT 1;' >/dev/null 2>&1; then echo empty; else echo unknown; fi
    return 0
  fi
  local rows
  if ! rows="$(postgres_counts_sql '(SELECT FROM %s %I.%I LIMIT 1) AS one' | pg_sql "$DB_DATABASE" | awk '{ sub(/^.*": /, ""); n += $0 } END { print n + 0 }')"; then
    echo unknown
  elif [ "$rows" -eq 0 ]; then
    echo empty
  else
    echo ok
  fi
}

postgres_bytes() {
  postgres_require
  pg_sql "$DB_DATABASE" <<<'SELECT pg_database_size(current_database());'
}

# A session that keeps one snapshot open and counts in it while pg_dump reads the same one, whatever others write meanwhile.
postgres_snapshot_open() {
  pipe_open "$WORK/snapshot.in"
  exec 7>"$WORK/snapshot.in"
  pg psql -XqAtw -v ON_ERROR_STOP=1 -d "$(pg_target "$DB_DATABASE")" \
    <&6 >"$WORK/snapshot.out" 2>"$WORK/snapshot.err" 6<&- 7>&- &
  SNAPSHOT_PROCESS=$!
  exec 6<&-
  at_exit postgres_snapshot_close
  {
    echo 'SET idle_in_transaction_session_timeout = 0;'
    # Counting goes on beside pg_dump: with workers of its own it would take the cores that pg_dump and the application need.
    echo 'SET max_parallel_workers_per_gather = 0;'
    echo 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;'
    echo 'SELECT pg_export_snapshot();'
    printf '%s\n' '\echo exported'
    postgres_counts_sql
    printf '%s\n' '\echo counted'
  } >&7
  postgres_snapshot_await exported
  SNAPSHOT="$(sed -n '/^exported$/q; p' "$WORK/snapshot.out" | tail -n 1)"
}

# Waits until the session has said this word.
postgres_snapshot_await() {
  until grep -qx "$1" "$WORK/snapshot.out" 2>/dev/null; do
    kill -0 "$SNAPSHOT_PROCESS" 2>/dev/null || postgres_snapshot_failed
    sleep 0.1
  done
}

postgres_snapshot_failed() {
  die failed "the tables cannot be counted: $(head -n 1 "$WORK/snapshot.err")" \
    'older backups are untouched' 'a role that may read every table is needed'
}

postgres_snapshot_close() {
  exec 7>&-
  wait "$SNAPSHOT_PROCESS" 2>/dev/null || true
}

postgres_dump() {
  postgres_require
  postgres_snapshot_open
  postgres_dump_stream >"$1/database.dump" 2>"$WORK/dump.err" || postgres_dump_failed
  postgres_snapshot_await counted
  sed -e '1,/^exported$/d' -e '/^counted$/,$d' "$WORK/snapshot.out" >"$WORK/counts"
  if [ -n "$CONTAINER" ] && [ "$(cat "$WORK/digest")" != "$(sha256_of "$1/database.dump")" ]; then
    die failed 'the dump changed on its way out of the container' 'older backups are untouched' 'is the disk full?'
  fi
  postgres_snapshot_close
  meta counts exact
  meta_file database database.dump
  meta client_version "$(pg_major pg_dump)"
  postgres_globals "$1"
  postgres_settings_sql | pg_sql "$DB_DATABASE" >"$1/settings.sql"
  meta_file settings settings.sql
  postgres_creation_sql | pg_sql "$DB_DATABASE" >"$1/create.sql"
  meta_file creation create.sql
  postgres_artefacts "$1"
}

# Where the session with the snapshot has failed, its reason is the first one.
postgres_dump_failed() {
  [ ! -s "$WORK/snapshot.err" ] || postgres_snapshot_failed
  die failed "pg_dump failed: $(grep -v '^digest ' "$WORK/dump.err" | head -n 3)" 'older backups are untouched'
}

postgres_dump_stream() {
  set -- pg_dump -w -Fc --lock-wait-timeout=60s --snapshot="$SNAPSHOT" -d "$(pg_target "$DB_DATABASE")"
  if [ -n "$CONTAINER" ]; then
    stream_from_container in_container "$WORK/digest" "$@" </dev/null
  else
    pg "$@" </dev/null
  fi
}

# Roles live outside the database. Their password digests can be read by a superuser only.
postgres_globals() {
  local passwords=true
  if ! pg pg_dumpall -w --globals-only -d "$(pg_target "$MAINTENANCE")" >"$1/globals.sql" 2>/dev/null </dev/null; then
    passwords=false
    if ! pg pg_dumpall -w --globals-only --no-role-passwords -d "$(pg_target "$MAINTENANCE")" >"$1/globals.sql" \
      2>/dev/null </dev/null; then
      rm -f -- "$1/globals.sql"
      warn "the roles could not be read: the backup has no globals.sql"
      return 0
    fi
    warn 'globals.sql holds the roles without their passwords (that needs a superuser)'
  fi
  meta_file globals globals.sql
  meta_raw globals_passwords "$passwords"
}

# Owner, settings and grants of the database itself: pg_dump leaves them out. :"db" is put in when they are applied.
postgres_settings_sql() {
  cat <<'SQL'
SELECT format('ALTER DATABASE :"db" OWNER TO %I;', pg_get_userbyid(datdba)) FROM pg_database WHERE datname = current_database();
SELECT format('ALTER DATABASE :"db" CONNECTION LIMIT %s;', datconnlimit) FROM pg_database
  WHERE datname = current_database() AND datconnlimit >= 0;
SELECT format('ALTER %s SET %I TO %s;',
    CASE WHEN setrole = 0 THEN 'DATABASE :"db"' ELSE format('ROLE %I IN DATABASE :"db"', pg_get_userbyid(setrole)) END,
    split_part(one, '=', 1),
    CASE WHEN split_part(one, '=', 1) IN ('search_path', 'session_preload_libraries', 'local_preload_libraries', 'temp_tablespaces')
      THEN substr(one, strpos(one, '=') + 1) ELSE quote_literal(substr(one, strpos(one, '=') + 1)) END)
  FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase, unnest(setconfig) AS one
  WHERE d.datname = current_database();
SELECT 'REVOKE ALL ON DATABASE :"db" FROM PUBLIC;' FROM pg_database WHERE datname = current_database() AND datacl IS NOT NULL;
SELECT format('GRANT %s ON DATABASE :"db" TO %s%s;', privilege_type,
    CASE WHEN grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END,
    CASE WHEN is_grantable AND grantee <> 0 THEN ' WITH GRANT OPTION' ELSE '' END)
  FROM pg_database d, aclexplode(d.datacl) WHERE d.datname = current_database();
SQL
}

# The statement that creates an empty database like this one. Fields of newer servers are read through jsonb.
postgres_creation_sql() {
  cat <<'SQL'
SELECT format('CREATE DATABASE :"db" TEMPLATE template0 ENCODING %L LC_COLLATE %L LC_CTYPE %L%s;',
    pg_encoding_to_char(encoding), coalesce(datcollate, j ->> 'datcollate'), coalesce(datctype, j ->> 'datctype'),
    CASE j ->> 'datlocprovider'
      WHEN 'i' THEN format(' LOCALE_PROVIDER icu ICU_LOCALE %L%s', coalesce(j ->> 'daticulocale', j ->> 'datlocale'),
        CASE WHEN j ->> 'daticurules' IS NOT NULL THEN format(' ICU_RULES %L', j ->> 'daticurules') ELSE '' END)
      WHEN 'b' THEN format(' LOCALE_PROVIDER builtin BUILTIN_LOCALE %L', j ->> 'datlocale')
      ELSE '' END)
  FROM pg_database d, to_jsonb(d) AS j WHERE datname = current_database();
SQL
}

# Plain SQL for people and other tools, on request: made from the dump, so that it holds the same moment.
postgres_artefacts() {
  local kind
  while IFS= read -r kind; do
    case "$kind" in
      full) pg pg_restore -f - <"$1/database.dump" >"$1/full.sql" ;;
      schema) pg pg_restore -f - --schema-only <"$1/database.dump" >"$1/schema.sql" ;;
      data) pg pg_restore -f - --data-only <"$1/database.dump" >"$1/data.sql" ;;
      *) continue ;;
    esac
    grep -q 'PostgreSQL database dump complete' "$1/$kind.sql" || die failed "$kind.sql could not be written" \
      'older backups are untouched'
    meta_file "$kind" "$kind.sql"
  done <<<"$DB_ARTEFACTS"
}

# A listing succeeds on damaged files: only reading every byte of the data shows that it is there.
postgres_check() {
  local dump="$1/database.dump" entries tables made
  made="$(metadata_value "$1/metadata.json" client_version || echo 0)"
  [ "$(pg_major pg_restore)" -ge "${made:-0}" ] || {
    echo "it was made by pg_dump $made, and pg_restore here is older ($(pg_major pg_restore))"
    return 1
  }
  entries="$(pg pg_restore -l <"$dump" 2>/dev/null | awk '!/^;/ { n++ } END { print n + 0 }')" || {
    echo 'its table of contents cannot be read'
    return 1
  }
  tables="$(metadata_value "$1/metadata.json" table_count || echo 1)"
  [ "$entries" -ge "$tables" ] || {
    echo "it has $entries entries, and $tables tables were counted"
    return 1
  }
  pg pg_restore -f /dev/null <"$dump" 2>"$WORK/check.err" || {
    echo "it cannot be read to its end: $(head -n 1 "$WORK/check.err")"
    return 1
  }
}
