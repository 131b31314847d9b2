# shellcheck shell=bash disable=SC2034,SC2153 # variables are shared by the files of lib/
# Sending a message to where dbguard.toml says. An address that gives access is read when it is used, and never becomes an
# argument, where every user of the machine could read it.

# send_all EVENT STATUS RESULT REASON: to everybody at the same time, so that the slowest one decides how long it takes.
send_all() {
  local sender
  SENDERS=''
  if [ "$1" = backup ]; then
    notify_places ping_place
    if [ -n "${PING_KIND:-}" ]; then
      send_ping "$(if [ "$2" -ne 0 ]; then echo /fail; fi)" </dev/null >/dev/null &
      SENDERS="$SENDERS $!"
    fi
  fi
  if [ "$3" != quiet ]; then
    compose_message "$@"
    notify_places send_place
    if [ -n "$NOTIFY_MAIL" ]; then
      send_mail >/dev/null &
      SENDERS="$SENDERS $!"
    fi
  fi
  for sender in $SENDERS; do wait "$sender" 2>/dev/null || true; done
  return 0
}

# Sets MESSAGE_LINE, MESSAGE_TEXT and MESSAGE_JSON. A server's own words may quote data, so they stay in the log: only
# what these scripts say about it goes out.
compose_message() {
  local result="$3" of=''
  [ "$result" = recovered ] || result=FAILED
  [ -z "$DB_ID" ] || of=" of $DB_ID"
  MESSAGE_LINE="dbguard: $1$of $result on $(uname -n)"
  MESSAGE_TEXT="$MESSAGE_LINE${4:+: $4}"
  MESSAGE_DETAILS="project:     $ROOT
engine:      ${DB_ENGINE:-}
environment: ${ENVIRONMENT:-unknown}
time:        $(date -u +%Y-%m-%dT%H:%M:%SZ)
exit status: $2
next:        $SCRIPTS/status.sh"
  MESSAGE_JSON="$(
    printf '{"schema": "dbguard.event/1", "event": %s, "result": "%s", ' "$(json_string "$1")" "$3"
    printf '"database": %s, "engine": %s, "environment": %s, ' "$(json_string "$DB_ID")" "$(json_string "${DB_ENGINE:-}")" \
      "$(json_string "${ENVIRONMENT:-unknown}")"
    printf '"exit": %s, "reason": %s, "project": %s, "host": %s, "time": "%s"}' "$2" "$(json_string "$4")" \
      "$(json_string "${ROOT##*/}")" "$(json_string "$(uname -n)")" "$(date -u +%Y-%m-%dT%H:%M:%SZ)"
  )"
}

# Sets PING_* to the place of this database's ping.
ping_place() {
  if [ "$1" = ping ] && [ "$2" = "$DB_ID" ]; then PING_KIND="$3" PING_PATH="$4" PING_KEY="$5"; fi
}

send_place() {
  [ "$1" != ping ] || return 0
  send_message "$1" "$3" "$4" "$5" </dev/null >/dev/null &
  SENDERS="$SENDERS $!"
}

send_message() {
  local body="$MESSAGE_JSON"
  if [ "$1" = slack ]; then
    body="{\"text\": $(json_string "$(printf '%s\n%s' "$MESSAGE_TEXT" "$MESSAGE_DETAILS" | sed -e 's/&/\&amp;/g' -e 's/</\&lt;/g' -e 's/>/\&gt;/g')")}"
  fi
  if address_of "$1" "$2" "$3" "$4"; then http_request "$1" "$ADDRESS" "$body"; fi
}

# send_ping SUFFIX: /start, /fail or nothing, before a query.
send_ping() {
  local base
  address_of ping "$PING_KIND" "$PING_PATH" "$PING_KEY" || return 0
  base="${ADDRESS%%\?*}"
  http_request ping "${base%/}$1${ADDRESS#"$base"}" ''
}

# address_of TARGET KIND PATH KEY: sets ADDRESS, or says that there is none. What it holds is not repeated.
address_of() {
  ADDRESS=''
  if ! read_place "$2" "$3" "$4" ''; then
    notify_failed "$1" "its address is not in ${3:-the environment}${4:+, $4}"
    return 1
  fi
  ADDRESS="${FOUND_VALUE%"$NEWLINE"}"
  case "$ADDRESS" in
    *[[:space:][:cntrl:]]* | *[\"\\]*) ;;
    http://?* | https://?*) return 0 ;;
  esac
  notify_failed "$1" "what ${3:-the environment}${4:+, $4} holds is not an http address"
  return 1
}

# http_request TARGET URL BODY: a GET without a body, else a POST of JSON.
http_request() {
  local answer status=0
  if command -v curl >/dev/null 2>&1; then
    answer="$(curl_settings "$2" "$3" | bounded 10 curl -K - 2>/dev/null)" || status=$?
    case "$status:$answer" in
      0:2[0-9][0-9]) ;;
      0:*) notify_failed "$1" "the server answered ${answer:-nothing}" ;;
      28:* | 137:*) notify_failed "$1" 'the server did not answer in time' ;;
      *) notify_failed "$1" "the server cannot be reached (curl: $status)" ;;
    esac
  elif wget --version 2>/dev/null | grep -q '^GNU'; then
    wget_request "$2" "$3" || notify_failed "$1" 'the server did not take it in time (wget)'
  else
    notify_failed "$1" 'neither curl nor GNU wget is installed'
  fi
}

curl_settings() {
  printf 'url = "%s"\nsilent\ngloboff\nproto = "=http,https"\nconnect-timeout = 4\nmax-time = 8\n' "$1"
  printf 'output = "/dev/null"\nwrite-out = "%%{http_code}"\n'
  [ -n "$2" ] || return 0
  printf 'header = "Content-Type: application/json"\ndata-binary = "%s"\n' "$(printf '%s' "$2" | sed 's/[\\"]/\\&/g')"
}

wget_request() {
  local body=/dev/null status=0
  set -- "$1" "$2" --quiet --output-document=/dev/null --timeout=4 --tries=1 --max-redirect=0 --input-file=-
  if [ -n "$2" ]; then
    body="$(mktemp "$TELL_STATE/body.XXXXXX")" && printf '%s' "$2" >"$body" || return 1
    set -- "$@" --header='Content-Type: application/json' --post-file="$body"
  fi
  printf '%s\n' "$1" | bounded 10 wget "${@:3}" >/dev/null 2>&1 || status=$?
  [ "$body" = /dev/null ] || rm -f -- "$body"
  return "$status"
}

send_mail() {
  local program='' candidate
  for candidate in sendmail /usr/sbin/sendmail /usr/lib/sendmail; do
    [ -n "$program" ] || program="$(command -v "$candidate" 2>/dev/null || true)"
  done
  if [ -z "$program" ]; then
    notify_failed mail 'sendmail is not installed'
    return 0
  fi
  printf 'To: %s\nSubject: %s\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\n%s\n\n%s\n' \
    "$NOTIFY_MAIL" "$MESSAGE_LINE" "$MESSAGE_TEXT" "$MESSAGE_DETAILS" |
    bounded 10 "$program" -t -i >/dev/null 2>&1 || notify_failed mail 'sendmail did not take it in time'
}

# bounded SECONDS COMMAND…: kills the command after that time. Not every system has `timeout`.
bounded() {
  local limit="$1" process status=0
  shift
  "$@" <&0 &
  process=$!
  kill_later "$limit" "$process" </dev/null >/dev/null 2>&1 &
  wait "$process" 2>/dev/null || status=$?
  return "$status"
}

# In small steps: what watches a process that has ended must not stay behind for long.
kill_later() {
  local left="$1"
  while [ "$left" -gt 0 ]; do
    sleep 1
    kill -0 "$2" || return 0
    left=$((left - 1))
  done
  kill -9 "$2"
}
