# shellcheck shell=bash disable=SC2153 # variables are shared by the files of lib/
# The list of regular jobs, and what is known about them.

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
  [ -z "$OFFSITE_METHOD" ] || job offsite - "$(((minute + 17) % 60)) 2 * * *"
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
