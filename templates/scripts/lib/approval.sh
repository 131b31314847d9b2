# shellcheck shell=bash disable=SC2034,SC2153 # variables are shared by the files of lib/
# Approval by other people, for destructive operations in production. A request is a directory BACKUPS/approvals/CODE with the
# file `request` and one file `grant.UID` for each person who agreed. It is good once, for one operation, for some minutes.
# It is a procedure between people: whoever can write into that directory can also forge what is in it.

# require_approval OPERATION DIGEST WHAT: ends with 3 unless enough others have agreed to exactly this. The policy's figure
# counts everybody who has to agree, also the one who runs it.
require_approval() {
  local code
  is_protected || return 0
  approvals_needed || return 0
  approvals_open
  code="$(approval_code_of "$1" "$2")"
  if [ -z "$code" ]; then
    approval_request "$1" "$2" "$3"
    code="$APPROVAL_CODE"
  elif approval_is_enough "$code"; then
    approval_use "$code"
    return 0
  fi
  die refused "this needs the approval of $NEEDED other person(s), and has $(approval_people "$code" | awk 'END { print NR }')" 'nothing was changed' \
    "ask a colleague: approve.sh grant $code (within $APPROVAL_MINUTES minutes), then run the same again"
}

# Sets NEEDED, the number of other people; status 1 when there is none.
approvals_needed() {
  NEEDED=$((APPROVALS - 1))
  [ "$NEEDED" -gt 0 ]
}

# Sets NOW. The highest time ever seen is kept: a clock that is set back must not give an approval more time.
approvals_open() {
  local seen
  APPROVAL_DIRECTORY="$BACKUPS/approvals"
  # Written by several people: the group of the directory decides who, not the umask.
  mkdir -p -- "$BACKUPS"
  [ -d "$APPROVAL_DIRECTORY" ] || mkdir -m 770 -- "$APPROVAL_DIRECTORY" || true
  [ -d "$APPROVAL_DIRECTORY/done" ] || mkdir -m 770 -- "$APPROVAL_DIRECTORY/done" ||
    die failed "$APPROVAL_DIRECTORY cannot be created" 'nothing was changed'
  NOW="$(date +%s)"
  seen="$(cat -- "$APPROVAL_DIRECTORY/.clock" 2>/dev/null || echo 0)"
  case "$seen" in '' | *[!0-9]*) seen=0 ;; esac
  if [ "$seen" -gt "$NOW" ]; then
    [ $((seen - NOW)) -le 120 ] || warn 'the clock of this machine was set back: approvals go by the latest time that was seen'
    NOW=$seen
  else
    printf '%s\n' "$NOW" >"$APPROVAL_DIRECTORY/.clock" ||
      die failed "$APPROVAL_DIRECTORY cannot be written" 'nothing was changed' 'your account needs the group of that directory'
    chmod 660 "$APPROVAL_DIRECTORY/.clock" 2>/dev/null || true
  fi
}

# Who acts: behind sudo it is the person who called it. Two accounts of one person are not found out.
approval_identity() {
  APPROVAL_UID="${SUDO_UID:-$(id -u)}"
  APPROVAL_NAME="${APPROVER:-$(git_answer config user.email)}"
  APPROVAL_NAME="$(printf '%s' "$APPROVAL_NAME" | tr -d '\t\r' | head -n 1)"
  [ -n "$APPROVAL_NAME" ] || die refused 'it is not known who you are' 'nothing was changed' \
    'git config user.email you@example.org, or set the variable APPROVER'
}

# Sets APPROVAL_CODE.
approval_request() {
  local try=0 dir
  approval_identity
  while :; do
    APPROVAL_CODE="$(approval_random)"
    dir="$APPROVAL_DIRECTORY/$APPROVAL_CODE"
    if [ ! -e "$APPROVAL_DIRECTORY/done/$APPROVAL_CODE" ] && mkdir -m 770 -- "$dir" 2>/dev/null; then break; fi
    try=$((try + 1))
    [ "$try" -lt 20 ] || die failed "$APPROVAL_DIRECTORY cannot be written" 'nothing was changed'
  done
  printf '%s\n' "database: $DB_ID" "operation: $1" "digest: $2" "what: $(one_line "$3")" "created: $NOW" \
    "expires: $((NOW + APPROVAL_MINUTES * 60))" "uid: $APPROVAL_UID" "name: $APPROVAL_NAME" >"$dir/request.new"
  chmod 660 "$dir/request.new"
  mv -- "$dir/request.new" "$dir/request"
  audit approval requested "$APPROVAL_CODE: $1 by $APPROVAL_NAME"
  say "requested:   $APPROVAL_CODE ($1)"
}

# Letters and digits that cannot be taken for each other.
approval_random() {
  head -c 2000 /dev/urandom | LC_ALL=C tr -dc 'ABCDEFGHJKLMNPQRTUVWXY346789' | cut -c1-6
}

one_line() {
  printf '%s' "$1" | tr '\n\t' '  ' | LC_ALL=C tr -d '\000-\037' | cut -c1-400
}

approval_field() {
  KEY="$2: " awk 'index($0, ENVIRON["KEY"]) == 1 { print substr($0, length(ENVIRON["KEY"]) + 1); exit }' \
    <"$APPROVAL_DIRECTORY/$1/request"
}

# The codes of complete requests.
approval_codes() {
  local dir
  for dir in "$APPROVAL_DIRECTORY"/[A-Z0-9]*; do
    [ ! -f "$dir/request" ] || printf '%s\n' "${dir##*/}"
  done
}

approval_is_known() {
  case "$1" in '' | *[!A-Z0-9]*) return 1 ;; esac
  [ -f "$APPROVAL_DIRECTORY/$1/request" ]
}

# What cannot be read as a time has expired.
approval_is_open() {
  local created expires
  created="$(approval_field "$1" created)"
  expires="$(approval_field "$1" expires)"
  case "${created:-x}${expires:-x}" in *[!0-9]*) return 1 ;; esac
  [ "$NOW" -ge "$created" ] && [ "$NOW" -lt "$expires" ] && [ $((expires - created)) -le $((APPROVAL_MINUTES * 60)) ]
}

# The open request for exactly this, if there is one; one that has enough approvals before one that waits.
approval_code_of() {
  local code waiting=''
  while IFS= read -r code; do
    if [ -z "$code" ] || ! approval_is_open "$code" || ! approval_is_about "$code" "$1" "$2"; then continue; fi
    if approval_is_enough "$code"; then
      printf '%s' "$code"
      return 0
    fi
    waiting="$code"
  done <<<"$(approval_codes)"
  printf '%s' "$waiting"
}

approval_is_about() {
  [ "$(approval_field "$1" database)" = "$DB_ID" ] && [ "$(approval_field "$1" operation)" = "$2" ] &&
    [ "$(approval_field "$1" digest)" = "$3" ]
}

# The names of those who count: other people than the one who asks, each once, and on the policy's list where there is one.
approval_people() {
  local file
  for file in "$APPROVAL_DIRECTORY/$1"/grant.*; do
    [ ! -f "$file" ] || head -n 1 -- "$file"
  done | LIST="$APPROVERS" OWN_UID="$(approval_field "$1" uid)" OWN="$(approval_field "$1" name)" awk -F '\t' '
    BEGIN { n = split(tolower(ENVIRON["LIST"]), list, "\n"); for (i = 1; i <= n; i++) allowed[list[i]] = 1
      uids[ENVIRON["OWN_UID"]]; names[tolower(ENVIRON["OWN"])] }
    { name = tolower($2) }
    name == "" || ($1 in uids) || (name in names) || (ENVIRON["LIST"] != "" && !(name in allowed)) { next }
    { uids[$1]; names[name]; print $2 }'
}

approval_is_enough() {
  [ "$(approval_people "$1" | awk 'END { print NR }')" -ge "$NEEDED" ]
}

# One rename: of two processes that want to use one approval, one gets it.
approval_use() {
  local people
  people="$(approval_people "$1" | paste -s -d , -)"
  approval_close "$1" || die refused "the approval $1 was used at this moment by somebody else" 'nothing was changed'
  audit approval used "$1: approved by $people"
  say "approval:    $1, by $people"
}

approval_close() {
  mv -- "$APPROVAL_DIRECTORY/$1" "$APPROVAL_DIRECTORY/done/$1" 2>/dev/null
}

# command_digest WORDS…: the words, where they are run and from which state of the code.
command_digest() {
  words_digest "$(pwd -P)" "$(git_answer rev-parse HEAD)" "$@"
}

# The words of a command for people to read, without what looks like a secret.
masked_command() {
  local word
  for word in "$@"; do printf "%s\n" "$(one_line "$word")"; done | LC_ALL=C awk '
    hide { $0 = "***"; hide = 0 }
    tolower($0) ~ /^--?(password|passwd|pass|token|secret)$/ { hide = 1 }
    { gsub(/:\/\/[^\/ ]*@/, "://***@") }
    tolower($0) ~ /^[^ =]*(pass|pwd|secret|token|key)[^ =]*=/ { sub(/=.*/, "=***") }
    { printf "%s%s", (NR > 1 ? " " : ""), $0 }'
}
