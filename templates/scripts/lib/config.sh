# shellcheck shell=bash disable=SC2034,SC2209 # read by the other files; a value may be the name of a command
# Written by dbguard {{{ tool_version }}} from dbguard.toml: change it there and run `dbguard init`.
# It names the places that hold credentials, never a credential.

UP_LEVELS={{{ up_levels|sh }}}
BACKUP_DIRECTORY={{{ paths.backups|sh }}}
MINIMUM_BYTES={{{ figures.minimum_bytes }}}
STALE_HOURS={{{ figures.stale_hours }}}
ENCRYPT_DEMANDED={{{ encryption.demanded }}}
ENCRYPT_METHOD={{{ encryption.method|sh }}}
ENCRYPT_RECIPIENTS={{{ encryption.recipients|join("\n")|sh }}}
ENCRYPT_IDENTITY={{{ encryption.identity|sh }}}
OFFSITE_METHOD={{{ offsite.method|sh }}}
OFFSITE_TARGET={{{ offsite.target|sh }}}
APPROVALS={{{ figures.approvals }}}
APPROVAL_MINUTES={{{ figures.approval_minutes }}}
AFFECTED_ROWS={{{ figures.affected_rows }}}
ARCHIVE_DIRECTORY={{{ (archive.directory or "")|sh }}}
ARCHIVE_AFTER_DAYS={{{ archive.after_days }}}
TOOL_VERSION={{{ tool_version|sh }}}
NOTIFY_MAIL={{{ notify.mail|sh }}}
NOTIFY_TEXTFILE={{{ notify.textfile|sh }}}
NOTIFY_REPEAT_HOURS={{{ notify.repeat_hours }}}
RESTORE_TEST_DAYS={{{ notify.restore_test_days }}}
DRILL_DAYS={{{ notify.drill_days }}}

# One a line: who may agree to a destructive operation in production (none: everybody but the one who asks), and the
# commands that migrate the databases forward.
APPROVERS={{{ figures.approvers|join("\n")|sh }}}
MIGRATE_COMMANDS={{{ migrate_commands|join("\n")|sh }}}

# How long backups are kept, by environment; one that cannot be told counts as production. Days of 0 are off.
retention_figures() {
  case "$1" in
{{% for figures in retention %}}
    {{{ "*" if figures.environment == "production" else figures.environment|sh }}})
      KEEP_LAST={{{ figures.keep_last }}}
      KEEP_DAYS={{{ figures.keep_days }}}
      DAILY_DAYS={{{ figures.daily_days }}}
      WEEKLY_DAYS={{{ figures.weekly_days }}}
      MONTHLY_DAYS={{{ figures.monthly_days }}}
      PRE_MIGRATION_DAYS={{{ figures.pre_migration_days }}}
      ;;
{{% endfor %}}
  esac
}

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
      DB_VOLUME={{{ (db.volume_name or db.volume or "")|sh }}}
      DB_VOLUME_NAME={{{ (db.volume_name or "")|sh }}}
      DB_DATA_DIRECTORIES={{{ db.data_directories|join("\n")|sh }}}
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

# Names under [volumes] of dbguard.toml that fit nothing, one a line.
VOLUMES_UNMATCHED={{{ unmatched_volumes|join("\n")|sh }}}

# db_volumes ID VISITOR: calls VISITOR KEY KIND NAME SERVICE DESTINATION CLASS HOLDS SERVICES for each volume and bind mount
# of its Compose files. NAME is the real one where it is certain; HOLDS the id of a guarded database, or the name of another.
db_volumes() {
  : "$2"
  case "$1" in
{{% for db in databases %}}
    {{{ db.id|sh }}})
{{% for volume in db.volumes %}}
      "$2" {{{ volume.key|sh }}} {{{ volume.kind }}} {{{ volume.name|sh }}} {{{ volume.service|sh }}} {{{ volume.destination|sh }}} {{{ volume.class }}} {{{ volume.holds|sh }}} {{{ volume.services|join("\n")|sh }}}
{{% endfor %}}
      ;;
{{% endfor %}}
    *) return 1 ;;
  esac
}

# How often a database of this environment is backed up; doubt is treated as production.
backup_every() {
  case "$1" in
{{% for cadence in cadences %}}
    {{{ cadence.environment }}}{{% if cadence.environment == "production" %}} | unknown{{% endif %}}) echo {{{ cadence.every|sh }}} ;;
{{% endfor %}}
    *) echo 6h ;;
  esac
}

# notify_places VISITOR: calls VISITOR TARGET DATABASE KIND PATH KEY for the place of each address.
notify_places() {
  : "$1"
{{% for place in notify.places %}}
  "$1" {{{ place.target }}} {{{ place.database|sh }}} {{{ place.kind|sh }}} {{{ place.path|sh }}} {{{ place.key|sh }}}
{{% endfor %}}
}

# uncovered_databases VISITOR: calls VISITOR ID ENGINE INSTEAD for each database that these scripts do not back up.
uncovered_databases() {
{{% for db in unguarded %}}
  "$1" {{{ db.id|sh }}} {{{ db.title|sh }}} {{{ (db.advice or instead)|sh }}}
{{% endfor %}}
  return 0
}
