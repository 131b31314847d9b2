# shellcheck shell=bash disable=SC2153 # variables are shared by the files of lib/
# The screen of status.sh: what is known about a database, in 80 columns or as JSON.

report_heading() {
  local line
  line="$ROOT on $(uname -n), $(date -u '+%Y-%m-%d %H:%M') UTC"
  printf '%s\n' "${line:0:80}"
}

# report_database ID: ends with 1 when something needs attention.
report_database() {
  local state reason attention
  use_database "$1"
  work_prepare
  state="$(state_of_database 2>"$WORK/reason")" || state=unknown
  reason="$(head -n 1 "$WORK/reason" | sed 's/^error: //')"
  judge_backups
  attention="$(what_needs_attention "$state" "$reason")"
  if [ "$JSON" = yes ]; then report_json "$state" "$reason" "$attention"; else report_text "$state" "$attention"; fi
  [ -z "$attention" ] || exit 1
}

# One line for each thing, the worst first.
what_needs_attention() {
  local name
  case "$1" in
    ok) ;;
    empty)
      name="$(default_backup)"
      echo "the database is empty${name:+: restore.sh --db $DB_ID (newest backup with rows: $name)}"
      ;;
    *) echo "its state is unknown: ${2:-no answer}" ;;
  esac
  [ "$BACKUP_STATE" = ok ] || printf '%s\n' "$BACKUP_REASON"
  [ "$(last_failure backup)" = 0 ] || echo "the last backup failed (exit $(last_failure backup)): run backup.sh --db $DB_ID and read what it says"
  [ "$(last_failure restore)" != 7 ] || echo "the last restore failed and could not be rolled back: run restore.sh --db $DB_ID"
  copies_attention
  backup_warnings
}

# The exit status with which a kind of run has been failing, or 0.
last_failure() {
  { cat -- "$BACKUPS/log/told/$DB_ID/$1" 2>/dev/null || true; } |
    awk 'NR == 1 && $1 ~ /^[0-9]+$/ { status = $1 } END { print status + 0 }'
}

report_text() {
  local line
  printf '\n%s: %s\n' "$DB_ID" "$1"
  report_line engine "$DB_ENGINE $(seen version)"
  report_line environment "$(seen environment)"
  report_line 'lives in' "$(where_it_lives)"
  report_line size "$(size_words "$(seen bytes)")"
  if [ -n "$VERIFIED_NAME" ]; then
    report_line 'newest backup' "$VERIFIED_NAME"
    report_line '' "$(duration $(($(date +%s) - VERIFIED_EPOCH))) old, $(size_words "$VERIFIED_BYTES"), $VERIFIED_ROWS rows$(rehearsed_words)"
    report_line 'most rows' "$(largest_tables)"
  else
    report_line 'newest backup' none
  fi
  report_line 'all backups' "$(backup_names | awk 'END { print NR }'), $(size_words "$(all_bytes)")"
  report_line off-site "$(offsite_words)"
  report_line encryption "$(encryption_words)"
  report_line 'restore test' "$(ago "$LAST_TEST")"
  report_line drill "$(ago "$LAST_DRILL")"
  report_line schedule "$(schedule_words "$DB_ID")"
  while IFS= read -r line; do [ -z "$line" ] || printf '! %s\n' "$line" | fold -s -w 80; done <<<"$2"
}

# A long value goes on under its beginning.
report_line() {
  [ -n "${2// /}" ] || return 0
  printf '%s\n' "$2" | fold -s -w 63 | LABEL="$1" awk '{ printf "  %-14s %s\n", (NR == 1 ? ENVIRON["LABEL"] : ""), $0 }'
}

seen() {
  head -n 1 "$WORK/seen_$1" 2>/dev/null || true
}

where_it_lives() {
  local container
  container="$(seen container)"
  [ "$DB_RUN" = compose ] || resolve_database
  if [ "$DB_RUN" = file ]; then
    printf 'the file %s' "${DB_PATH:-(its path is in a variable)}"
  elif [ "$DB_RUN" = direct ]; then
    printf 'the server %s%s' "${DB_HOST:-(local socket)}" "${DB_PORT:+:$DB_PORT}"
  elif [ -n "$container" ]; then
    docker inspect --format '{{range .Mounts}}{{.Type}} {{if .Name}}{{.Name}}{{else}}{{.Source}}{{end}} at {{.Destination}}; {{end}}' \
      "$container" 2>/dev/null </dev/null | sed 's/; *$//'
  else
    printf 'the Compose service %s%s' "$DB_SERVICE" "${DB_VOLUME:+, volume $DB_VOLUME}"
  fi
}

# The tables with the most rows in the newest backup: a person sees at once whether they are the right ones.
largest_tables() {
  metadata_counts "$STORE/$VERIFIED_NAME/metadata.json" | LC_ALL=C awk '
    { at = length($0); while (at && substr($0, at, 2) != ": ") at--; print substr($0, at + 2) "\t" substr($0, 2, at - 3) }' |
    LC_ALL=C sort -rn | awk -F '\t' 'NR <= 5 { printf "%s%s %s", (NR > 1 ? ", " : ""), $2, $1 }'
}

rehearsed_words() {
  [ "$(rehearsal_of "$VERIFIED_NAME")" != equal ] ||
    printf ', restored as a test'
}

all_bytes() {
  local sizes
  sizes="$(sed -n 's/^  "bytes_[a-z]*": \([0-9]*\),*$/\1/p' "$STORE"/[0-9]*/metadata.json 2>/dev/null || true)"
  printf '%s\n' "$sizes" | awk '{ n += $1 } END { printf "%.0f\n", n }'
}

size_words() {
  case "$1" in '' | *[!0-9]*) return 0 ;; esac
  awk -v n="$1" 'BEGIN {
    split("bytes KB MB GB TB", unit, " ")
    for (i = 1; n >= 1000 && i < 5; i++) n /= 1000
    printf (i == 1 ? "%d %s" : "%.1f %s"), n, unit[i]
  }'
}

ago() {
  if [ "$1" -eq 0 ]; then echo never; else echo "$(duration $(($(date +%s) - $1))) ago"; fi
}

report_json() {
  printf '\n{"id": %s, "engine": %s, "state": "%s", "reason": %s, "server_version": %s, "environment": %s, ' \
    "$(json_string "$DB_ID")" "$(json_string "$DB_ENGINE")" "$1" "$(json_string "$2")" "$(json_string "$(seen version)")" \
    "$(json_string "$(seen environment | sed 's/ (.*//')")"
  printf '"lives_in": %s, "bytes": %s, "backup_state": "%s", ' "$(json_string "$(where_it_lives)")" \
    "$(number_or_null "$(seen bytes)")" "$BACKUP_STATE"
  if [ -n "$VERIFIED_NAME" ]; then
    printf '"newest": {"name": "%s", "age_seconds": %s, "bytes": %s, "rows": %s, "restore_test": %s}, ' "$VERIFIED_NAME" \
      $(($(date +%s) - VERIFIED_EPOCH)) "$VERIFIED_BYTES" "$VERIFIED_ROWS" "$(json_string "$(rehearsal_of "$VERIFIED_NAME")")"
  else
    printf '"newest": null, '
  fi
  printf '"off_site": %s, "encryption": %s, ' "$(json_string "$(offsite_words)")" "$(json_string "$(encryption_words)")"
  printf '"backups": %s, "backup_bytes": %s, "last_restore_test": %s, "last_drill": %s, "schedule": %s, "attention": %s}' \
    "$(backup_names | awk 'END { print NR }')" "$(all_bytes)" "$(or_null "$LAST_TEST")" "$(or_null "$LAST_DRILL")" \
    "$(json_string "$(schedule_words "$DB_ID")")" "$(json_lines "$3")"
}

number_or_null() {
  case "$1" in '' | *[!0-9]*) echo null ;; *) echo "$1" ;; esac
}

# What the scripts do not look after is said as well: silence would be taken for safety.
report_rest() {
  UNGUARDED=0
  if [ "$JSON" = yes ]; then
    printf '\n], "unguarded": ['
    uncovered_databases unguarded_json
    printf ']}\n'
  else
    uncovered_databases unguarded_text
  fi
  [ "$UNGUARDED" -eq 0 ]
}

unguarded_text() {
  UNGUARDED=$((UNGUARDED + 1))
  printf '\n%s: not backed up by these scripts (%s)\n' "$1" "$2"
  printf '! do this: %s\n' "${3:-back it up with its own tool, and restore that backup once as a test}" | fold -s -w 80
}

unguarded_json() {
  [ "$UNGUARDED" -eq 0 ] || printf ', '
  UNGUARDED=$((UNGUARDED + 1))
  printf '{"id": %s, "engine": %s, "advice": %s}' "$(json_string "$1")" "$(json_string "$2")" "$(json_string "$3")"
}
