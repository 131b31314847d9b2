# shellcheck shell=bash disable=SC2034 # variables are shared by the files of lib/
# PostgreSQL: bringing back single tables. The whole backup is restored beside the live database first, so that it is
# proven; then the chosen tables are replaced in one transaction, with the rows of every other table untouched.

postgres_restore_tables() {
  local err
  postgres_fill_aside "$1" full
  postgres_chosen "$ASIDE" "$2" >"$WORK/chosen"
  postgres_present <"$WORK/chosen" >"$WORK/existing"
  LC_ALL=C sort "$WORK/chosen" >"$WORK/chosen.sorted"
  LC_ALL=C sort "$WORK/existing" | LC_ALL=C comm -23 "$WORK/chosen.sorted" - >"$WORK/missing"
  postgres_tables_script "$2" >"$WORK/tables.sql" ||
    die rolled-back 'the tables could not be read from the restored copy' 'the database is as it was'
  pg_sql "$DB_DATABASE" -1 -f - <"$WORK/tables.sql" >/dev/null 2>"$WORK/tables.err" || {
    err="$(grep -m 1 'ERROR' "$WORK/tables.err" || head -n 1 "$WORK/tables.err")"
    die rolled-back "the tables could not be replaced: $err" 'the database is as it was: it was one transaction' \
      'rows of other tables may refer to rows that the backup does not have: name those tables too, or restore everything'
  }
  RESTORED=yes
  postgres_drop_aside "$ASIDE" || warn "the copy $ASIDE is left; the next run drops it"
}

# postgres_chosen DATABASE SHOWN-NAMES: their quoted names, one a line.
postgres_chosen() {
  {
    echo 'SELECT format('"'%I.%I'"', nspname, relname) FROM ('
    postgres_tables_sql
    printf '%s\n' ") AS tables WHERE shown = ANY (string_to_array(:'names', E'\n'));"
  } | pg_sql "$1" -v names="$2"
}

# Of quoted names on standard input, those that the live database has.
postgres_present() {
  local name
  while IFS= read -r name; do
    printf "SELECT \$name\$%s\$name\$ WHERE to_regclass(\$name\$%s\$name\$) IS NOT NULL;\n" "$name" "$name"
  done | pg_sql "$DB_DATABASE"
}

postgres_tables_script() {
  local oids
  oids="ARRAY[$(sed "s/.*/to_regclass(\$name\$&\$name\$)/" "$WORK/existing" | paste -s -d, -)]::regclass[]"
  if [ -s "$WORK/existing" ]; then
    postgres_around_sql before "$oids" | pg_sql "$DB_DATABASE" || return 1
    sed 's/.*/DELETE FROM ONLY &;/' "$WORK/existing"
  fi
  if [ -s "$WORK/missing" ]; then postgres_tables_of missing || return 1; fi
  if [ -s "$WORK/existing" ]; then
    postgres_tables_of existing --data-only || return 1
    postgres_around_sql after "$oids" | pg_sql "$DB_DATABASE" || return 1
  fi
  if [ -s "$WORK/missing" ]; then postgres_lost_references | pg_sql "$ASIDE" || return 1; fi
  postgres_proof_sql "$1" | pg_sql "$ASIDE" -v names="$1"
}

# The listed tables of the restored copy as SQL.
postgres_tables_of() {
  local list="$1" name patterns=()
  shift
  while IFS= read -r name; do patterns+=(-t "$(postgres_pattern "$name")"); done <"$WORK/$list"
  pg pg_dump -w "$@" ${patterns[@]+"${patterns[@]}"} -d "$(pg_target "$ASIDE")" </dev/null
}

# In a pattern, only what stands in double quotes is literal.
postgres_pattern() {
  printf '%s' "$1" | awk '{
    out = ""; quoted = 0; part = ""; wrapped = 0
    for (i = 1; i <= length($0); i++) {
      c = substr($0, i, 1)
      if (c == "\"") { quoted = !quoted; wrapped = 1; part = part c }
      else if (c == "." && !quoted) { out = out (wrapped ? part : "\"" part "\"") "."; part = ""; wrapped = 0 }
      else part = part c
    }
    printf "%s", out (wrapped ? part : "\"" part "\"")
  }'
}

# Foreign keys are taken off and put back, which checks every row again; a trigger must not run for restored rows.
postgres_around_sql() {
  echo "SET search_path = '';"
  if [ "$1" = before ]; then
    cat <<SQL
SELECT format('ALTER TABLE %s DROP CONSTRAINT %I;', conrelid::regclass, conname) FROM pg_constraint
  WHERE contype = 'f' AND conparentid = 0 AND (conrelid = ANY ($2) OR confrelid = ANY ($2));
SELECT format('ALTER TABLE %s DISABLE TRIGGER %I;', tgrelid::regclass, tgname) FROM pg_trigger
  WHERE NOT tgisinternal AND tgenabled <> 'D' AND tgrelid = ANY ($2);
SQL
  else
    cat <<SQL
SELECT format('ALTER TABLE %s ENABLE %s TRIGGER %I;', tgrelid::regclass,
    CASE tgenabled WHEN 'A' THEN 'ALWAYS' WHEN 'R' THEN 'REPLICA' ELSE '' END, tgname) FROM pg_trigger
  WHERE NOT tgisinternal AND tgenabled <> 'D' AND tgrelid = ANY ($2);
SELECT format('ALTER TABLE %s ADD CONSTRAINT %I %s;', conrelid::regclass, conname, pg_get_constraintdef(oid)) FROM pg_constraint
  WHERE contype = 'f' AND conparentid = 0 AND (conrelid = ANY ($2) OR confrelid = ANY ($2));
SQL
  fi
}

# DROP TABLE … CASCADE took the foreign keys of other tables with it: they come back where those tables still are.
postgres_lost_references() {
  local oids
  oids="ARRAY[$(sed "s/.*/to_regclass(\$name\$&\$name\$)/" "$WORK/missing" | paste -s -d, -)]::regclass[]"
  cat <<SQL
SET search_path = '';
SELECT format('SELECT %L WHERE to_regclass(%L) IS NOT NULL AND NOT EXISTS (SELECT FROM pg_constraint WHERE conname = %L AND conrelid = to_regclass(%L)) \\gexec',
    format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid)),
    conrelid::regclass::text, conname, conrelid::regclass::text)
  FROM pg_constraint WHERE contype = 'f' AND conparentid = 0 AND confrelid = ANY ($oids) AND NOT conrelid = ANY ($oids);
SQL
}

# Statements that fail unless each chosen table has exactly the rows of the restored copy.
postgres_proof_sql() {
  cat <<'SQL'
SELECT format('SELECT %L || count(*) || %L FROM ONLY %I.%I;', 'SELECT 1 / (count(*) = ',
  format(')::int FROM ONLY %I.%I;', nspname, relname), nspname, relname) FROM (
SQL
  postgres_tables_sql
  printf '%s\n' ") AS tables WHERE shown = ANY (string_to_array(:'names', E'\\n'))" '\gexec'
}
