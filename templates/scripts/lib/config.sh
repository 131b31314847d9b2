# shellcheck shell=bash disable=SC2034,SC2209 # read by the other files; a value may be the name of a command
# Written by dbguard {{{ tool_version }}} from dbguard.toml: change it there and run `dbguard init`.
# It names the places that hold credentials, never a credential.

UP_LEVELS={{{ up_levels|sh }}}
BACKUP_DIRECTORY={{{ paths.backups|sh }}}
KEEP_LAST={{{ figures.keep_last }}}
KEEP_DAYS={{{ figures.keep_days }}}
PRE_MIGRATION_DAYS={{{ figures.pre_migration_days }}}
MINIMUM_BYTES={{{ figures.minimum_bytes }}}
STALE_HOURS={{{ figures.stale_hours }}}
TOOL_VERSION={{{ tool_version|sh }}}

# One id a line.
DB_IDS={{{ databases|map(attribute="id")|join("\n")|sh }}}

# An empty value is looked up when a script runs, in the places of db_credentials.
db_config() {
  case "$1" in
{{% for db in databases %}}
    {{{ db.id|sh }}})
      DB_ID={{{ db.id|sh }}}
      DB_ENGINE={{{ db.engine|sh }}}
      DB_ENGINE_BASE={{{ (db.built_on or "")|sh }}}
      DB_ENVIRONMENT={{{ db.environment|sh }}}
      DB_RESTORE_IN_PRODUCTION={{{ db.restore_in_production }}}
      DB_ARTEFACTS={{{ figures.artefacts|join("\n")|sh }}}
      DB_RUN={{{ db.run|sh }}}
      DB_COMPOSE_FILES={{{ db.compose_files|join("\n")|sh }}}
      DB_SERVICE={{{ (db.service or "")|sh }}}
      DB_CONTAINER={{{ (db.container or "")|sh }}}
      DB_CONTEXT={{{ (db.context or "")|sh }}}
      DB_NAMESPACE={{{ (db.namespace or "")|sh }}}
      DB_SELECTOR={{{ (db.selector or "")|sh }}}
      DB_APP_SERVICES={{{ db.app_services|join("\n")|sh }}}
      DB_HOST={{{ (db.host or "")|sh }}}
      DB_PORT={{{ (db.port or "")|sh }}}
      DB_DATABASE={{{ (db.database or "")|sh }}}
      DB_USER={{{ (db.user or "")|sh }}}
      DB_PATH={{{ (db.path or "")|sh }}}
      ;;
{{% endfor %}}
    *) return 1 ;;
  esac
}

# db_credentials ID VISITOR: calls VISITOR WHAT KIND PATH KEY SERVICE for each place, the preferred one first.
db_credentials() {
  case "$1" in
{{% for db in databases %}}
    {{{ db.id|sh }}})
{{% for place in db.credentials %}}
      "$2" {{{ place.what|sh }}} {{{ place.kind|sh }}} {{{ place.path|sh }}} {{{ place.key|sh }}} {{{ place.service|sh }}}
{{% endfor %}}
      ;;
{{% endfor %}}
    *) return 1 ;;
  esac
}

# uncovered_databases VISITOR: calls VISITOR ID ENGINE INSTEAD for each database that these scripts do not back up.
uncovered_databases() {
{{% for db in unguarded %}}
  "$1" {{{ db.id|sh }}} {{{ db.title|sh }}} {{{ (db.advice or instead)|sh }}}
{{% endfor %}}
  return 0
}
