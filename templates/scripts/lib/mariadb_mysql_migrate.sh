# shellcheck shell=bash disable=SC2034 # variables are shared by the files of lib/
# MySQL and MariaDB: a scratch copy, what its schema looks like, and an empty database in place of a full one.

my_scratch() {
  my_fill_scratch "$1" >/dev/null
}

my_unscratch() {
  my_end_rehearsal
}

my_live() {
  printf '%s' "$DB_DATABASE"
}

my_shape_of() {
  my "$MY_DUMP" --no-data --skip-comments --routines --triggers "$1" </dev/null >"$WORK/schema"
  LC_ALL=C sed -e 's/ AUTO_INCREMENT=[0-9]*//' -e '/^\/\*/d' -e '/^$/d' "$WORK/schema"
}

my_columns_of() {
  my_sql "$1" <<<"SET SESSION sql_mode = ''; SELECT JSON_QUOTE(CONCAT(c.table_name, '.', c.column_name)) FROM information_schema.columns c
    JOIN information_schema.tables t USING (table_schema, table_name)
    WHERE table_schema = DATABASE() AND t.table_type <> 'VIEW';" | LC_ALL=C sort
}

# Killed in between, the next run brings the state before back from the backup.
my_empty() {
  my_pending live "$BACKUP_NAME"
  { my_drop "$DB_DATABASE" && my_create "$DB_DATABASE" "$1"; } || die failed \
    "the database could not be dropped and created: $(head -n 1 "$WORK/load.err")" "it is whole in $1" \
    'the next run of restore.sh or verify-backup.sh brings it back from there'
  rm -f -- "$STORE/.pending"
}
