# shellcheck shell=bash disable=SC2034 # variables are shared by the files of lib/
# SQLite: other restores than that of the whole file. Both build a new file, which then goes the same way as a whole one.

# The tables, indexes, triggers and views of a backup, without rows.
sqlite_schema_of() {
  cp -- "$1" "$WORK/source.sqlite"
  sqlite_sql "$WORK/source.sqlite" >"$WORK/schema.sql" <<'SQL'
SELECT sql || ';' FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite~_%' ESCAPE '~'
  ORDER BY CASE type WHEN 'table' THEN 1 WHEN 'view' THEN 2 WHEN 'index' THEN 3 ELSE 4 END, rowid;
SELECT 'PRAGMA user_version = ' || user_version || ';' FROM pragma_user_version;
SELECT 'PRAGMA application_id = ' || application_id || ';' FROM pragma_application_id;
SQL
  sqlite_build "$WORK/schema.sql"
}

# A copy of the live file in which the chosen tables (one a line) are those of the backup.
sqlite_replace_tables() {
  local table
  if [ -s "$DB_PATH" ]; then
    sqlite_copy "$DB_PATH" "$WORK/new.sqlite" || die rolled-back 'the present database cannot be copied' 'the database is as it was'
  fi
  cp -- "$1" "$WORK/source.sqlite"
  sqlite_orphans >"$WORK/orphans.before"
  {
    printf "ATTACH '%s' AS backup;\nBEGIN;\n" "$(sql_text "$WORK/source.sqlite")"
    while IFS= read -r table; do sqlite_table_script "$table"; done <<<"$2"
    echo 'COMMIT;'
  } >"$WORK/tables.sql"
  sqlite_build "$WORK/tables.sql"
  sqlite_orphans >"$WORK/orphans.after"
  [ "$(lines_in "$WORK/orphans.after")" -le "$(lines_in "$WORK/orphans.before")" ] ||
    die rolled-back 'rows of other tables would refer to rows that the backup does not have' 'the database is as it was' \
      'name those tables too, or restore everything'
}

sqlite_orphans() {
  sqlite_sql_new <<<'PRAGMA foreign_key_check;'
}

# WORK/new.sqlite may not exist yet.
sqlite_sql_new() {
  [ -e "$WORK/new.sqlite" ] || : >"$WORK/new.sqlite"
  sqlite_sql "$WORK/new.sqlite"
}

sqlite_build() {
  local answer
  answer="$(sqlite_sql_new <"$1")" ||
    die rolled-back "the new file could not be built: $(printf '%s' "$answer" | head -n 1)" 'the database is as it was'
}

# Triggers of the table must not run for restored rows: they are taken off and put back.
sqlite_table_script() {
  local name text columns
  name="$(sql_name "$1")"
  text="$(sql_text "$1")"
  columns="$(sqlite_sql "$WORK/source.sqlite" <<<"SELECT group_concat('\"' || replace(name, '\"', '\"\"') || '\"', ', ') FROM pragma_table_xinfo('$text') WHERE hidden = 0;")"
  if [ "$(sqlite_sql_new <<<"SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = '$text';")" = 1 ]; then
    sqlite_sql_new <<<"SELECT 'DROP TRIGGER \"' || replace(name, '\"', '\"\"') || '\";' FROM sqlite_master WHERE type = 'trigger' AND tbl_name = '$text';"
    printf 'DELETE FROM main.%s;\n' "$name"
    printf 'INSERT INTO main.%s (%s) SELECT %s FROM backup.%s;\n' "$name" "$columns" "$columns" "$name"
    sqlite_sql_new <<<"SELECT sql || ';' FROM sqlite_master WHERE type = 'trigger' AND tbl_name = '$text';"
  else
    sqlite_sql "$WORK/source.sqlite" <<<"SELECT sql || ';' FROM sqlite_master WHERE type = 'table' AND name = '$text';"
    printf 'INSERT INTO main.%s (%s) SELECT %s FROM backup.%s;\n' "$name" "$columns" "$columns" "$name"
    sqlite_sql "$WORK/source.sqlite" <<<"SELECT sql || ';' FROM sqlite_master WHERE type IN ('index', 'trigger') AND tbl_name = '$text' AND sql IS NOT NULL;"
  fi
}

sql_name() {
  printf '"%s"' "$(printf '%s' "$1" | sed 's/"/""/g')"
}

sql_text() {
  printf '%s' "$1" | sed "s/'/''/g"
}

# What the mixed file must hold: the backup's counts for the chosen tables, the present ones for the others.
sqlite_expected_mixture() {
  local table
  : >"$WORK/chosen"
  while IFS= read -r table; do printf '%s\n' "$(json_string "$table")" >>"$WORK/chosen"; done <<<"$1"
  : >"$WORK/present"
  [ ! -s "$DB_PATH" ] || sqlite_counts >"$WORK/present"
  awk '
    { at = match($0, /: [0-9]+$/); name = at ? substr($0, 1, at - 1) : $0 }
    FILENAME == ARGV[1] { chosen[name] = 1; next }
    FILENAME == ARGV[2] { if (name in chosen) print; next }
    !(name in chosen) { print }' "$WORK/chosen" "$WORK/expected" "$WORK/present" | LC_ALL=C sort >"$WORK/mixture"
  mv -f -- "$WORK/mixture" "$WORK/expected"
}
