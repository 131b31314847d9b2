# shellcheck shell=bash disable=SC2034,SC2153 # variables are shared by the files of lib/
# Trying SQL before it is run. An engine that can do it provides, in lib/ENGINE_trial.sh:
#   ENGINE_trial_escapes       an expression for what a rollback would not undo
#   ENGINE_trial_refused       of first words on standard input, print those that are refused
#   ENGINE_untried WORDS       why these statements cannot be tried, or status 1
#   ENGINE_trial DIR N         run DIR/1.sql … DIR/N.sql and undo it; WORK/trial.rows, WORK/trial.tables, WORK/trial.lost
#   ENGINE_apply DIR N LIMIT   run them for good, in one transaction

# Splits WORK/input.sql; sets STATEMENTS. What the splitting cannot tell is refused.
trial_split() {
  local dialect="$DB_ENGINE"
  case "$dialect" in mariadb) dialect=mysql ;; esac
  mkdir -- "$WORK/sql"
  LC_ALL=C awk -v DIALECT="$dialect" -v DIR="$WORK/sql" -f "$LIB/sql_split.awk" "$WORK/input.sql" >"$WORK/words" ||
    trial_refused "$(tail -n 1 "$WORK/words")"
  STATEMENTS="$(lines_in "$WORK/words")"
  [ "$STATEMENTS" -gt 0 ] || usage_error 'there is no statement in it'
  od -An -N8 -tx1 </dev/urandom | tr -d ' \n' >"$WORK/mark"
}

trial_refused() {
  die refused "this cannot be tried: $1" 'nothing was run' \
    'leave it out; if it has to be: safe-run.sh with the client, which takes a backup first'
}

# Looked for everywhere, also in texts and comments: better a word too many than one too few.
trial_look_for_escapes() {
  local found
  found="$(LC_ALL=C tr '\n' ' ' <"$WORK/input.sql" | LC_ALL=C grep -oiE -- "$(engine trial_escapes)" | head -n 1)" || true
  [ -z "$found" ] || trial_refused "a rollback does not undo '$found'"
  if LC_ALL=C grep -qiE '^[[:space:]]*(\.[a-z]|\\|delimiter[[:space:]])' "$WORK/input.sql"; then
    trial_refused 'a line looks like a command for a client'
  fi
  found="$(first_words | engine trial_refused | head -n 1)" || true
  [ -z "$found" ] || trial_refused "$found has no place in it (the whole is one transaction already)"
}

first_words() {
  awk '{ w = $2; if (w == "(") for (i = 2; i <= NF; i++) if ($i != "(") { w = $i; break } print w }' "$WORK/words"
}

trial_part() {
  awk -v part="=$1" '/^=[a-z-]+$/ { inside = ($0 == part); next } inside' "$WORK/trial.out"
}

# Rows that were changed, for each table: the engine's own figure, or the difference of the counts where that is more.
trial_tables() {
  LC_ALL=C awk '
    { at = length($0); while (at > 0 && substr($0, at, 2) != ": ") at--; name = substr($0, 1, at - 1); rows = substr($0, at + 2) }
    FILENAME == ARGV[1] { before[name] = rows; next }
    FILENAME == ARGV[2] { after[name] = rows; next }
    { change[name] = rows }
    END {
      for (name in before) if (!(name in after)) gone[name] = 1
      for (name in before) { d = before[name] - after[name]; if (d < 0) d = -d; if (d > change[name] + 0) change[name] = d }
      for (name in after) if (!(name in before) && after[name] > change[name] + 0) change[name] = after[name]
      for (name in change) if (change[name] > 0 || (name in gone)) printf "%s: %d%s\n", name, change[name], (name in gone) ? " (gone)" : ""
      for (name in gone) if (!(name in change)) printf "%s: 0 (gone)\n", name
    }' "$WORK/trial.before" "$WORK/trial.after" "$WORK/trial.changes" | LC_ALL=C sort >"$WORK/trial.tables"
}

# Sets AFFECTED: the larger one of what the tables and what the statements say. Rows that are only read do not count.
trial_affected() {
  local by_table by_statement
  by_table="$(awk '{ sub(/^.*": /, ""); n += $0 } END { printf "%d", n }' "$WORK/trial.tables")"
  by_statement="$(awk '
    FILENAME == ARGV[1] { writes[$1] = ($0 ~ / (INSERT|UPDATE|DELETE|REPLACE|MERGE)( |$)/); next }
    writes[$1] { n += $2 }
    END { printf "%d", n }' "$WORK/words" "$WORK/trial.rows")"
  AFFECTED="$by_table"
  [ "$by_statement" -le "$AFFECTED" ] || AFFECTED="$by_statement"
}

# Sets DESTROYS to what would be lost besides rows, or to nothing.
trial_destroys() {
  DESTROYS="$(awk '
    $2 == "DROP" || $2 == "TRUNCATE" || ($2 == "ALTER" && / DROP /) {
      n = $1; $1 = ""; print "statement " n ":" substr($0, 1, 70) }' "$WORK/words")"
  if [ -s "$WORK/trial.lost" ]; then
    DESTROYS="${DESTROYS:+$DESTROYS$NEWLINE}$(sed 's/^/column gone: /' "$WORK/trial.lost" | head -n 20)"
  fi
}
