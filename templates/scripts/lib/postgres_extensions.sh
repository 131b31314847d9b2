# shellcheck shell=bash
# PostgreSQL: extensions that want to be told of a restore.

# postgres_load DIR OPTIONS…: restores the dump of DIR into the new database ASIDE.
postgres_load() {
  local dir="$1" timescale=no
  shift
  if postgres_dump_has_extension "$dir" timescaledb; then timescale=yes; fi
  [ "$timescale" = no ] || postgres_before_timescale || return 1
  pg pg_restore -w --exit-on-error --single-transaction "$@" -d "$(pg_target "$ASIDE")" <"$dir/database.dump" || return 1
  [ "$timescale" = no ] || pg_sql "$ASIDE" >/dev/null <<<'SELECT timescaledb_post_restore();'
}

postgres_dump_has_extension() {
  pg pg_restore -l <"$1/database.dump" >"$WORK/toc" || return 1
  grep -q " EXTENSION - $2 " "$WORK/toc"
}

# Its background jobs and triggers must not touch half-restored hypertables. The setting counts for sessions that begin later.
postgres_before_timescale() {
  pg_sql "$ASIDE" >/dev/null <<<'CREATE EXTENSION IF NOT EXISTS timescaledb; SELECT timescaledb_pre_restore();' || {
    echo 'TimescaleDB has to be installed in the server, in the version that the backup was made with' >&2
    return 1
  }
}
