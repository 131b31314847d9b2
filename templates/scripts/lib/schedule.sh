# shellcheck shell=bash disable=SC2153 # variables are shared by the files of lib/
# The list of regular jobs, and the crontab.

default_kind() {
  if [ "$(uname -s)" = Darwin ]; then
    echo launchd
  elif command -v crontab >/dev/null 2>&1; then
    echo cron
  else
    echo systemd
  fi
}

# Always the same: a link on PATH may name another bash tomorrow.
schedule_bash() {
  if [ -x /bin/bash ]; then echo /bin/bash; else printf '%s' "$BASH"; fi
}

# The minute comes from the names of machine and project, so that machines differ; it stays when the machine is renamed.
schedule_seed() {
  local seed
  seed="$(sed -n 's/^SEED=\([0-9][0-9]*\)$/\1/p' "$BACKUPS/log/schedule.conf" 2>/dev/null || true)"
  printf '%s' "${seed:-$(printf '%s %s' "$(uname -n)" "$ROOT" | cksum | cut -d ' ' -f 1)}"
}

# One line a job: its name, the id of its database or -, and the five fields of a crontab, with tabs between them.
schedule_jobs() {
  local id seed minute
  seed="$(schedule_seed)"
  minute=$((seed % 60))
  while IFS= read -r id; do backup_job "$id" "$seed"; done <<<"$DB_IDS"
  job health - "$((seed % 15))-59/15 * * * *"
  job backup-health - "$(((minute + 5) % 60)) * * * *"
  [ ! -f "$SCRIPTS/prune.sh" ] || job prune - "$(((minute + 11) % 60)) 1 * * *"
  [ ! -f "$SCRIPTS/offsite.sh" ] || job offsite - "$(((minute + 17) % 60)) 2 * * *"
  job full - "$(((minute + 23) % 60)) 2 * * 6"
  job verify - "$(((minute + 31) % 60)) 3 * * 0"
  job restore-test - "$(((minute + 41) % 60)) 4 1 * *"
}

job() {
  printf '%s\t%s\t%s\n' "$1" "$2" "$3"
}

backup_job() {
  local every number minute=$(($2 % 60))
  every="$(backup_every "$(environment_now "$1")")"
  number="${every%[mhd]}"
  case "$number" in '' | 0* | *[!0-9]*) return 0 ;; esac
  case "$every" in
    *m) job backup "$1" "$((minute % number))-59/$number * * * *" ;;
    1h) job backup "$1" "$minute * * * *" ;;
    *h) if [ "$number" -lt 24 ]; then job backup "$1" "$minute $(($2 % number))-23/$number * * *"; else job backup "$1" "$minute 2 * * *"; fi ;;
    *d) job backup "$1" "$minute 2 * * *" ;;
  esac
}

# In a subshell: what one database sets must not reach the next one.
environment_now() {
  (
    use_database "$1"
    resolve_database
    classify_environment
    printf '%s' "$ENVIRONMENT"
  )
}

unscheduled() {
  local id every
  while IFS= read -r id; do
    every="$(backup_every "$(environment_now "$id")")"
    case "$every" in [0-9]*) ;; *) say "not scheduled: $id is backed up ${every//-/ }, as the policy says" ;; esac
  done <<<"$DB_IDS"
}

job_title() {
  if [ "$2" = - ]; then printf '%s' "$1"; else printf '%s-%s' "$1" "$2"; fi
}

# A control character cannot be written into a crontab or a unit.
require_plain_path() {
  case "$SCRIPTS" in
    *[[:cntrl:]]*) die refused "the path of the project holds a control character: $ROOT" 'nothing was touched' 'rename the folder' ;;
  esac
}

schedule_print() {
  require_plain_path
  case "$KIND" in cron) crontab_block ;; *) units_print ;; esac
}

schedule_install() {
  local other
  require_plain_path
  for other in $(installed_kinds); do
    [ "$other" = "$KIND" ] || die refused "the jobs of this project are installed under $other, and would run twice" \
      'nothing was touched' "schedule.sh remove --kind $other"
  done
  mkdir -p -- "$BACKUPS/log"
  remember_environment
  case "$KIND" in cron) crontab_install ;; *) units_install ;; esac
  audit schedule installed "$KIND"
  unscheduled
}

schedule_remove() {
  case "$KIND" in cron) crontab_remove ;; *) units_remove ;; esac
}

# A job starts with almost no environment: what finds the clients and Docker here is kept for it. Not what is secret.
remember_environment() {
  local dir path='' seed rest="$PATH:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin:" name
  while [ -n "$rest" ]; do
    dir="${rest%%:*}"
    rest="${rest#*:}"
    case ":$path:" in *":$dir:"*) continue ;; esac
    case "$dir" in /*) if [ -d "$dir" ]; then path="${path:+$path:}$dir"; fi ;; esac
  done
  seed="$(schedule_seed)"
  {
    printf 'PATH=%s\nSEED=%s\n' "$path" "$seed"
    for name in LANG LC_ALL DOCKER_HOST DOCKER_CONTEXT; do
      case "${!name:-}" in '' | *$'\n'* | *:*@*) ;; *) printf '%s=%s\n' "$name" "${!name}" ;; esac
    done
  } >"$BACKUPS/log/.schedule.$$"
  mv -f -- "$BACKUPS/log/.schedule.$$" "$BACKUPS/log/schedule.conf"
}

# A word of a crontab's command. Some crons unescape \% and some do not, so it holds no percent sign at all.
crontab_word() {
  printf '%s' "$1" | LC_ALL=C awk '{
    for (i = 1; i <= length($0); i++) {
      c = substr($0, i, 1)
      if (c == "\047") c = "\047\\\047\047"
      else if (c == "%") c = "\047\"$(printf \047\\045\047)\"\047"
      out = out c
    }
    printf "\047%s\047", out
  }'
}

block_begin() {
  printf '# >>> dbguard: %s\n' "$ROOT"
}

block_end() {
  printf '# <<< dbguard: %s\n' "$ROOT"
}

crontab_block() {
  local name id fields command
  command="$(crontab_word "$(schedule_bash)") $(crontab_word "$SCRIPTS/schedule.sh") run"
  # The shortest limit of a cron is 998 bytes a line.
  [ "$(printf '%s' "$command" | wc -c)" -lt 850 ] || die refused 'the path of the project is too long for a crontab' \
    'nothing was touched' 'use --kind systemd, or move the project'
  block_begin
  echo '# Written by schedule.sh: change it by its action install, take it out by remove.'
  while IFS=$'\t' read -r name id fields; do
    printf '%s %s %s%s\n' "$fields" "$command" "$name" "$(if [ "$id" != - ]; then printf ' --db %s' "$id"; fi)"
  done <<<"$(schedule_jobs)"
  block_end
}

# crontab_read FILE: the present crontab. That there is none is an answer; any other failure is not.
crontab_read() {
  command -v crontab >/dev/null 2>&1 || die failed 'there is no crontab command' 'nothing was touched' 'install cron, or use --kind systemd'
  if LC_ALL=C crontab -l >"$1" 2>"$1.err" </dev/null; then return 0; fi
  grep -qi -e 'no crontab' -e 'no such file' "$1.err" ||
    die failed "crontab -l failed: $(head -n 1 "$1.err")" 'nothing was touched' 'crontab has to work for this user'
  : >"$1"
}

# crontab_check FILE: dies unless it can be edited without guessing.
crontab_check() {
  local why
  why="$(BEGIN="$(block_begin)" END="$(block_end)" LC_ALL=C awk '
    /\r$/ && !cr { cr = NR }
    $0 == ENVIRON["BEGIN"] { if (open || blocks++) bad = bad ? bad : NR; open = NR }
    $0 == ENVIRON["END"] { if (!open && !bad) bad = NR; open = 0 }
    END {
      if (cr) print "line " cr " ends with a carriage return (CRLF)"
      else if (bad) print "line " bad " is a mark of this project that has no counterpart, or a second block"
      else if (open) print "the block of this project that begins in line " open " does not end"
    }' <"$1")"
  if [ -z "$why" ] && [ -s "$1" ] && [ "$(tail -c 1 "$1" | wc -l)" -eq 0 ]; then why='its last line has no line end'; fi
  [ -z "$why" ] || die refused "the crontab cannot be edited safely: $why" 'the crontab is as it was' \
    'repair that line (crontab -e), then run this again'
}

# The crontab FILE without this project's block, and the block's place in it marked where NEW is to go.
crontab_with() {
  BEGIN="$(block_begin)" END="$(block_end)" NEW="$2" LC_ALL=C awk '
    $0 == ENVIRON["BEGIN"] { inside = 1; add(); next }
    $0 == ENVIRON["END"] { inside = 0; next }
    !inside { print }
    END { add() }
    function add() {
      if (ENVIRON["NEW"] == "" || added++) return
      while ((getline line < ENVIRON["NEW"]) > 0) print line
    }' <"$1"
}

# crontab_write FILE: read back, because what counts is what cron has.
crontab_write() {
  local why
  why="$(crontab "$1" 2>&1)" || die failed "crontab did not take it: $why" 'the crontab is as it was'
  crontab_read "$1.back"
  # Some crontabs add a comment of their own at the head.
  grep -v '^#' "$1" >"$1.lines" || true
  grep -v '^#' "$1.back" >"$1.back.lines" || true
  cmp -s "$1.lines" "$1.back.lines" || die failed 'the crontab is not what was just written: another program changes it as well' \
    '' 'look at it: crontab -l'
}

schedule_scratch() {
  SCRATCH="$(mktemp -d "${TMPDIR:-/tmp}/dbguard-schedule.XXXXXX")"
  at_exit scratch_remove
}

scratch_remove() {
  rm -rf -- "$SCRATCH"
}

crontab_install() {
  schedule_scratch
  crontab_read "$SCRATCH/old"
  crontab_check "$SCRATCH/old"
  crontab_block >"$SCRATCH/block"
  warn_about_moved "$SCRATCH/old"
  crontab_with "$SCRATCH/old" "$SCRATCH/block" >"$SCRATCH/new"
  if cmp -s "$SCRATCH/old" "$SCRATCH/new"; then
    say 'cron: already installed, nothing to change'
  else
    crontab_write "$SCRATCH/new"
    say "cron: installed $(grep -vc '^#' "$SCRATCH/block") jobs (crontab -l shows them)"
  fi
}

# A project that was moved or deleted leaves its block behind; whose it is, a person decides.
warn_about_moved() {
  local root
  sed -n 's/^# >>> dbguard: //p' "$1" | while IFS= read -r root; do
    [ -d "$root" ] || warn "the crontab has the jobs of $root, which is not there: take them out by crontab -e"
  done
}

crontab_remove() {
  schedule_scratch
  crontab_read "$SCRATCH/old"
  crontab_check "$SCRATCH/old"
  crontab_with "$SCRATCH/old" '' >"$SCRATCH/new"
  if cmp -s "$SCRATCH/old" "$SCRATCH/new"; then
    say 'cron: there is nothing of this project'
    return 0
  fi
  crontab_write "$SCRATCH/new"
  audit schedule removed cron
  say 'cron: removed'
}

is_installed() {
  case "$1" in
    cron) crontab -l 2>/dev/null </dev/null | grep -qxF -- "$(block_begin)" ;;
    *) [ -n "$(installed_units "$1")" ] ;;
  esac
}

# The kinds under which something of this project is installed, one a line.
installed_kinds() {
  local kind
  for kind in cron systemd launchd; do
    if is_installed "$kind"; then echo "$kind"; fi
  done
}

last_status() {
  awk 'NR == 1 { print $2 }' "$BACKUPS/log/$1.last" 2>/dev/null || true
}

last_run() {
  local at
  at="$(awk 'NR == 1 && $1 ~ /^[0-9]+$/ { print $1 }' "$BACKUPS/log/$1.last" 2>/dev/null || true)"
  if [ -z "$at" ]; then
    printf 'has not run yet'
  else
    printf 'last %s ago, exit %s' "$(duration $(($(date +%s) - at)))" "$(last_status "$1")"
  fi
}

# schedule_words ID: for status.sh.
schedule_words() {
  local kinds fields
  kinds="$(installed_kinds)"
  if [ -z "$kinds" ]; then
    printf 'not installed (schedule.sh install)'
    return 0
  fi
  fields="$(schedule_jobs | awk -F '\t' -v id="$1" '$1 == "backup" && $2 == id { print $3 }')"
  printf '%s: backup ' "${kinds//$'\n'/ and }"
  if [ -z "$fields" ]; then
    printf 'before each run'
  else
    printf '%s, next in %s' "$(last_run "backup-$1")" "$(next_run "$fields")"
  fi
}

# next_run FIELDS: of a backup's minute and hour, by the clock that cron goes by.
next_run() {
  set -f
  # shellcheck disable=SC2046,SC2086
  set -- $(date '+%H %M') $1
  set +f
  duration $((60 * $(awk -v hour="$1" -v minute="$2" -v minutes="$3" -v hours="$4" 'BEGIN {
    for (n = 1; n < 1500; n++) {
      at = hour * 60 + minute + n
      if (fits(at % 60, minutes) && fits(int(at / 60) % 24, hours)) break
    }
    print n
  }
  function fits(value, field,   part) {
    if (field == "*") return 1
    if (split(field, part, "[-/]") == 3) return value >= part[1] + 0 && (value - part[1]) % part[3] == 0
    return value == field + 0
  }')))
}
