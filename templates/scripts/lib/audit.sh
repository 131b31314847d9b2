# shellcheck shell=bash
# The append-only log of who did what to which database, one JSON object a line, in BACKUPS/audit.jsonl.

# audit ACTION RESULT [DETAIL]: a detail is a backup's name or a reason, never a credential.
audit() {
  audit_lines "$1" "$2" <<<"$(json_string "${3:-}")"
}

# audit_names ACTION RESULT: a line for each name of a backup that is read from standard input.
audit_names() {
  sed 's/.*/"&"/' | audit_lines "$1" "$2"
}

# The details are read from standard input, as JSON.
audit_lines() {
  local log="$BACKUPS/audit.jsonl" head tail detail
  head="$(printf '{"time": "%s", "action": %s, "database": %s, "engine": %s, "environment": %s, ' \
    "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$(json_string "$1")" "$(json_string "${DB_ID:-}")" \
    "$(json_string "${DB_ENGINE:-}")" "$(json_string "${ENVIRONMENT:-unknown}")")"
  tail="$(printf '"by": %s, "result": %s, "detail": ' "$(json_string "$(who_and_where)")" "$(json_string "$2")")"
  # A line is written at once: several processes may have something to say at the same time.
  {
    while IFS= read -r detail; do printf '%s %s%s}\n' "$head" "$tail" "$detail"; done >>"$log"
  } 2>/dev/null || warn "the audit log $log cannot be written"
}

who_and_where() {
  printf '%s@%s' "$(id -un 2>/dev/null || id -u)" "$(hostname 2>/dev/null || uname -n)"
}

# From here on, an unexpected end is written down as well.
audit_from_here() {
  AUDIT_ACTION="$1"
  at_exit audit_failure
}

audit_failure() {
  [ "$EXIT_STATUS" -eq 0 ] || audit "$AUDIT_ACTION" "exit $EXIT_STATUS"
}
