#!/usr/bin/env bash
# Runs SQL after a trial that is rolled back, so that everybody knows what it does before it does it.
set -euo pipefail
umask 077
HERE="$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)"
# shellcheck source-path=SCRIPTDIR
# shellcheck source=lib/core.sh
. "$HERE/lib/core.sh"

usage() {
  cat <<'USAGE'
Usage: safe-sql.sh [--db ID] [--trial-only] [--reason TEXT] [--yes]
                   [-c SQL | FILE]

Runs statements (of -c, of FILE, or of standard input) in a transaction that is
rolled back, and says how many rows each one touches and which tables change,
cascades included. Then it runs them for good, in one transaction.

If they touch more rows than the policy's `affected_rows`, or drop or truncate
anything, a verified backup is taken first (label pre-sql) and the name of the
database has to be typed; in production that is so for every change, and the
policy may ask for the approval of a second person (approve.sh).

  --trial-only   stop after the trial
  --reason TEXT  for the log
  --yes          ask nothing but the name, which is read from standard input

PostgreSQL, SQLite, MySQL and MariaDB; the latter two cannot try statements such
as ALTER TABLE, which then always need the backup and the name. Refused are
commands of the client, transaction commands, COPY, and functions whose effect a
rollback does not undo. What a function of your own does outside of the database
cannot be seen. A trial holds locks until it ends, and uses up sequence numbers.

Exit status: 0 done, 1 failed (rolled back), 2 usage, 3 refused, 5 locked.
USAGE
}

main() {
  SQL='' FILE='' REASON='' YES=no TRIAL_ONLY=no
  arguments "$@"
  [ "$JSON" = no ] || usage_error 'safe-sql.sh has no --json: it talks to a person'
  [ -z "$SQL" ] || [ -z "$FILE" ] || usage_error '-c and FILE exclude each other'
  start "$HERE"
  load wrap confirm approval trial
  one_database
  sql_one "$WANTED"
}

option() {
  case "$1" in
    -c)
      value_of "$@"
      SQL="$VALUE"
      ;;
    --reason)
      value_of "$@"
      REASON="$VALUE"
      ;;
    --yes) YES=yes ;;
    --trial-only) TRIAL_ONLY=yes ;;
    -*) return 1 ;;
    *)
      [ -z "$FILE" ] || return 1
      FILE="$1"
      ;;
  esac
}

sql_one() {
  use_database "$1"
  case "$DB_ENGINE" in
    postgres | sqlite | mysql | mariadb) ;;
    *) die refused "$DB_ENGINE has no SQL" 'nothing was run' 'for its own commands: safe-run.sh, which takes a backup first' ;;
  esac
  work_prepare
  read_sql
  open_database
  trial_split
  trial_look_for_escapes
  try_sql
  [ "$TRIAL_ONLY" = no ] || exit 0
  BACKUP_NAME=''
  if must_ask; then ask_first; fi
  apply_sql
}

# All of it before anything else, so that what is tried is what is run.
read_sql() {
  if [ -n "$SQL" ]; then
    printf '%s\n' "$SQL" >"$WORK/input.sql"
  elif [ -n "$FILE" ]; then
    if [ ! -f "$FILE" ] || [ ! -r "$FILE" ]; then die usage "there is no readable file $FILE"; fi
    cat -- "$FILE" >"$WORK/input.sql"
  else
    [ ! -t 0 ] || usage_error 'which statements? -c SQL, a file, or standard input'
    cat >"$WORK/input.sql"
  fi
  [ -z "$(LC_ALL=C tr -dc '\000' <"$WORK/input.sql" | od -An -N1 -tx1)" ] || die refused 'it is no text' 'nothing was run'
  SQL_DIGEST="$(sha256_of "$WORK/input.sql")"
}

try_sql() {
  local why
  UNTRIED=no AFFECTED=0 DESTROYS=''
  : >"$WORK/trial.lost"
  if why="$(engine untried "$WORK/words")"; then
    UNTRIED=yes
    trial_destroys
    warn "there is no trial: $why"
    return 0
  fi
  engine trial "$WORK/sql" "$STATEMENTS" || {
    why="$(grep -i -m 1 'error' "$WORK/trial.err" || head -n 1 "$WORK/trial.err")"
    audit safe-sql 'trial failed'
    die failed "the trial failed: $why" 'nothing was changed: it was rolled back'
  }
  trial_affected
  trial_destroys
  show_trial
}

show_trial() {
  local number rows
  say "trial:       $STATEMENTS statements, rolled back"
  while read -r number rows; do
    say "  statement $number: $rows rows ($(awk -v n="$number" '$1 == n { print $2 }' "$WORK/words"))"
  done <"$WORK/trial.rows"
  if [ -s "$WORK/trial.tables" ]; then
    say 'tables:      rows that change, cascades and triggers included'
    say "$(sed 's/^/  /' "$WORK/trial.tables")"
  fi
  say "affected:    $AFFECTED rows (the policy asks from more than $AFFECTED_ROWS on)"
  [ -z "$DESTROYS" ] || say "destroys:    ${DESTROYS//$NEWLINE/$NEWLINE             }"
}

# A script that only reads changes no row; everything else needs a person in production.
must_ask() {
  if [ "$UNTRIED" = yes ] || [ -n "$DESTROYS" ] || [ "$AFFECTED" -gt "$AFFECTED_ROWS" ]; then return 0; fi
  is_protected && grep -qvE '^[0-9]+ (SELECT|VALUES|TABLE|SHOW|EXPLAIN)( |$)' "$WORK/words"
}

ask_first() {
  local what
  what="$STATEMENTS statements, $AFFECTED rows, SHA-256 $SQL_DIGEST${FILE:+, ${FILE##*/}}${DESTROYS:+; ${DESTROYS//$NEWLINE/; }}"
  # Standard input was the SQL: a person can still be asked at the terminal.
  if [ -z "$SQL$FILE" ]; then
    if ! { : </dev/tty; } 2>/dev/null; then
      die refused 'this needs a confirmation, and standard input was the SQL' 'nothing was run' \
        'give the statements as a file or with -c, so that the name can be typed'
    fi
    exec </dev/tty
  fi
  confirm_by_name "$YES" "This changes $DB_DATABASE: $what"
  require_approval safe-sql "$SQL_DIGEST" "$what"
  wrap_backup pre-sql
}

apply_sql() {
  local limit="$AFFECTED" status=0
  [ "$limit" -ge "$AFFECTED_ROWS" ] || limit="$AFFECTED_ROWS"
  engine apply "$WORK/sql" "$STATEMENTS" "$limit" 2>"$WORK/apply.err" || status=1
  cat -- "$WORK/apply.err" >&2
  if [ "$status" -ne 0 ]; then
    log_operation operations safe-sql failed "$REASON" "$SQL_DIGEST"
    if [ "$UNTRIED" = yes ]; then
      die failed 'a statement failed, and those before it may have taken effect' "the backup is $BACKUP_NAME" \
        "to go back: restore.sh --db $DB_ID $BACKUP_NAME"
    fi
    die failed 'it was rolled back: a statement failed, or more rows would have changed than in the trial' 'the database is as it was'
  fi
  log_operation operations safe-sql 'done' "$REASON" "$SQL_DIGEST"
  say "done:        $STATEMENTS statements"
  how_to_get_back
}

main "$@"
