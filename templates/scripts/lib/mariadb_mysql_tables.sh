# shellcheck shell=bash disable=SC2034,SC2016,SC2153 # variables are shared by the files of lib/; backquotes are SQL
# MySQL and MariaDB: bringing back single tables, and the accounts that a backup's objects refer to.

# my_prepare_tables NAMES: from the scratch copy, a dump of the chosen tables (WORK/new.sql), after the proof that the rows of
# all tables will still find what they refer to. The server does not check that by itself when it loads a dump.
my_prepare_tables() {
  local name orphans
  MY_TABLES=()
  while IFS= read -r name; do MY_TABLES+=("$name"); done <<<"$1"
  if [ "$SAFETY" != - ]; then
    orphans="$(my_orphans "$1")" || die rolled-back 'references between the tables cannot be checked' 'the database is as it was'
    [ -z "$orphans" ] || die rolled-back "rows of other tables refer to rows that the backup does not have: ${orphans//$'\n'/, }" \
      'the database is as it was' 'name those tables too, or restore everything'
  fi
  MY_SOURCE="$SCRATCH" my_dump_to "$WORK/new.sql" --triggers --skip-routines --skip-events
  MY_TABLES=()
  my_only_chosen_of "$WORK/expected" "$1"
  CHOSEN="$1"
}

my_only_chosen() {
  my_only_chosen_of "$WORK/restored" "$CHOSEN"
}

# Leaves in a file of counts only the lines of the named tables.
my_only_chosen_of() {
  local name
  while IFS= read -r name; do
    KEY="$(json_string "$name"): " awk 'index($0, ENVIRON["KEY"]) == 1' <"$1"
  done <<<"$2" >"$1.chosen"
  mv -f -- "$1.chosen" "$1"
}

# Foreign keys between a chosen table and another one, as queries for rows without their counterpart. A chosen table is read
# in the scratch copy, every other one in the live database.
my_orphans() {
  local name chosen=''
  while IFS= read -r name; do chosen="$chosen${chosen:+, }$(my_text "$name")"; done <<<"$1"
  my_orphans_sql "$chosen" | my_sql "$DB_DATABASE" >"$WORK/orphans.sql" || return 1
  { echo "SET SESSION sql_mode = '';" && cat -- "$WORK/orphans.sql"; } | my_sql "$DB_DATABASE"
}

my_orphans_sql() {
  local live scratch
  live="$(my_text "$(my_name "$DB_DATABASE")")"
  scratch="$(my_text "$(my_name "$SCRATCH")")"
  cat <<SQL
SET SESSION sql_mode = '', group_concat_max_len = 1000000;
SELECT CONCAT('SELECT ', QUOTE(CONCAT(k.table_name, ' (', k.constraint_name, ')')), ' FROM ',
    IF(k.table_name IN ($1), $scratch, $live), '.\`', REPLACE(k.table_name, '\`', '\`\`'), '\` c LEFT JOIN ',
    IF(k.referenced_table_name IN ($1), $scratch, $live), '.\`', REPLACE(k.referenced_table_name, '\`', '\`\`'), '\` p ON ',
    GROUP_CONCAT('p.\`', REPLACE(k.referenced_column_name, '\`', '\`\`'), '\` = c.\`', REPLACE(k.column_name, '\`', '\`\`'), '\`' SEPARATOR ' AND '),
    ' WHERE ', GROUP_CONCAT('c.\`', REPLACE(k.column_name, '\`', '\`\`'), '\` IS NOT NULL' SEPARATOR ' AND '),
    ' AND p.\`', REPLACE(MIN(k.referenced_column_name), '\`', '\`\`'), '\` IS NULL LIMIT 1;')
  FROM information_schema.key_column_usage k
  WHERE k.table_schema = DATABASE() AND k.referenced_table_schema = DATABASE()
    AND (k.table_name IN ($1)) <> (k.referenced_table_name IN ($1))
  GROUP BY k.constraint_name, k.table_name, k.referenced_table_name;
SQL
}

# Views, routines, triggers and events run as the account that defined them; without it they fail when they are used.
my_warn_about_definers() {
  local missing
  missing="$(LC_ALL=C grep -ho 'DEFINER=`[^`]*`@`[^`]*`' "$1"/*.sql | LC_ALL=C sort -u | sed -e 's/^DEFINER=//' -e 's/`@`/@/' -e 's/`//g' |
    while IFS= read -r account; do
      printf "SELECT %s FROM DUAL WHERE NOT EXISTS (SELECT 1 FROM mysql.user WHERE CONCAT(user, '@', host) = %s);\n" \
        "$(my_text "$account")" "$(my_text "$account")"
    done | my_sql '' 2>/dev/null)" || return 0
  [ -z "$missing" ] || warn "this server lacks accounts that own views, routines or triggers of the backup, which will fail when they are used: ${missing//$'\n'/, }"
}
