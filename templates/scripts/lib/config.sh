# shellcheck shell=bash disable=SC2034,SC2209 # read by the other files; a value may be the name of a command
# Written by dbguard {{{ policy.tool_version }}} from dbguard.toml: change it there and run `dbguard update`.
# It names the places that hold credentials, never a credential.

UP_LEVELS={{{ policy.up_levels|sh }}}
BACKUP_DIRECTORY={{{ policy.backup_directory|sh }}}
KEEP_LAST={{{ policy.keep_last }}}
KEEP_DAYS={{{ policy.keep_days }}}
PRE_MIGRATION_DAYS={{{ policy.pre_migration_days }}}
MINIMUM_BYTES={{{ policy.minimum_bytes }}}
STALE_HOURS={{{ policy.stale_hours }}}
TOOL_VERSION={{{ policy.tool_version|sh }}}

# One id a line.
DB_IDS={{{ databases|map(attribute="id")|join("\n")|sh }}}

# An empty value is looked up when a script runs, in the places of db_credentials.
db_config() {
  case "$1" in
{{% for db in databases %}}
    {{{ db.id|sh }}})
      DB_ID={{{ db.id|sh }}}
      DB_ENGINE={{{ db.engine|sh }}}
      DB_ENVIRONMENT={{{ db.environment|sh }}}
      DB_RESTORE_IN_PRODUCTION={{{ db.restore_in_production|default(false)|string|lower|sh }}}
      DB_ARTEFACTS={{{ db.artefacts|default([])|join("\n")|sh }}}
      DB_RUN={{{ db.run|sh }}}
      DB_COMPOSE_FILES={{{ db.compose_files|join("\n")|sh }}}
      DB_SERVICE={{{ db.service|sh }}}
      DB_APP_SERVICES={{{ db.app_services|join("\n")|sh }}}
      DB_HOST={{{ db.host|sh }}}
      DB_PORT={{{ db.port|sh }}}
      DB_DATABASE={{{ db.database|sh }}}
      DB_USER={{{ db.user|sh }}}
      DB_PATH={{{ db.path|sh }}}
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
