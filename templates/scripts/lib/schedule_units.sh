# shellcheck shell=bash disable=SC2153 # variables are shared by the files of lib/
# The same jobs as systemd user timers, or for launchd: files in a folder of the user, all with this project's prefix.

unit_prefix() {
  local sum
  sum="$(printf '%s' "$ROOT" | cksum | cut -d ' ' -f 1)"
  case "$1" in systemd) printf 'dbguard-%s-' "$sum" ;; *) printf 'org.dbguard.%s.' "$sum" ;; esac
}

unit_folder() {
  case "$1" in
    systemd) printf '%s/systemd/user' "${XDG_CONFIG_HOME:-$HOME/.config}" ;;
    *) printf '%s/Library/LaunchAgents' "$HOME" ;;
  esac
}

installed_units() {
  local file
  [ -n "${HOME:-}" ] || return 0
  for file in "$(unit_folder "$1")/$(unit_prefix "$1")"*; do
    [ ! -f "$file" ] || printf '%s\n' "${file##*/}"
  done
}

# units_write FOLDER: every file that belongs there.
units_write() {
  local name id fields unit
  while IFS=$'\t' read -r name id fields; do
    unit="$(unit_prefix "$KIND")$(job_title "$name" "$id")"
    if [ "$KIND" = systemd ]; then
      systemd_service "$name" "$id" >"$1/$unit.service"
      systemd_timer "$name" "$id" "$fields" >"$1/$unit.timer"
    else
      launchd_plist "$unit" "$name" "$id" "$fields" >"$1/$unit.plist"
    fi
  done <<<"$(schedule_jobs)"
}

units_print() {
  local file
  schedule_scratch
  units_write "$SCRATCH"
  for file in "$SCRATCH"/*; do
    printf '# %s/%s\n' "$(unit_folder "$KIND")" "${file##*/}"
    cat -- "$file"
    printf '\n'
  done
}

# In a unit, a percent sign, a dollar sign and a backslash have a meaning.
systemd_word() {
  printf '"%s"' "$(printf '%s' "$1" | sed -e 's/[\\"]/\\&/g' -e 's/%/%%/g' -e 's/\$/$$/g')"
}

systemd_service() {
  printf '[Unit]\nDescription=dbguard %s for %s\n\n[Service]\nType=oneshot\n' "$(job_title "$1" "$2")" \
    "$(printf '%s' "${ROOT##*/}" | sed 's/%/%%/g')"
  printf 'ExecStart=%s %s run %s%s\n' "$(schedule_bash)" "$(systemd_word "$SCRIPTS/schedule.sh")" "$1" \
    "$(if [ "$2" != - ]; then printf ' --db %s' "$2"; fi)"
}

# Persistent: what was missed while the machine slept is made up for.
systemd_timer() {
  printf '[Unit]\nDescription=Times of dbguard %s\n\n[Timer]\nOnCalendar=%s\nPersistent=true\nAccuracySec=1s\n\n[Install]\nWantedBy=timers.target\n' \
    "$(job_title "$1" "$2")" "$(on_calendar "$3")"
}

# Five fields of a crontab as systemd writes them: `3-59/15 * * * *` is `*-*-* *:3/15:00`.
on_calendar() {
  printf '%s\n' "$1" | awk '
    { day = ($3 == "*" ? "*" : two($3)); week = ($5 == "*" ? "" : substr("SunMonTueWedThuFriSat", $5 * 3 + 1, 3) " ")
      printf "%s*-*-%s %s:%s:00\n", week, day, part($2), part($1) }
    function two(n) { return sprintf("%02d", n) }
    function part(field,   p) {
      if (field == "*") return "*"
      if (split(field, p, "[-/]") == 3) return two(p[1]) "/" p[3]
      return two(field)
    }'
}

xml_text() {
  printf '%s' "$1" | sed -e 's/&/\&amp;/g' -e 's/</\&lt;/g' -e 's/>/\&gt;/g'
}

launchd_plist() {
  local word
  cat <<'XML'
<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
XML
  printf '  <key>Label</key>\n  <string>%s</string>\n  <key>ProgramArguments</key>\n  <array>\n' "$(xml_text "$1")"
  set -- "$1" "$4" "$(schedule_bash)" "$SCRIPTS/schedule.sh" run "$2" "$3"
  for word in "${@:3:4}"; do printf '    <string>%s</string>\n' "$(xml_text "$word")"; done
  [ "$7" = - ] || printf '    <string>--db</string>\n    <string>%s</string>\n' "$7"
  printf '  </array>\n  <key>StartCalendarInterval</key>\n  <array>\n%s\n  </array>\n</dict>\n</plist>\n' "$(launchd_times "$2")"
}

# launchd knows no steps: each time is written out.
launchd_times() {
  printf '%s\n' "$1" | awk '
    { minutes = list($1, 59, minute); hours = list($2, 23, hour)
      for (h = 1; h <= (hours ? hours : 1); h++) for (m = 1; m <= minutes; m++) {
        line = "    <dict><key>Minute</key><integer>" minute[m] "</integer>"
        if (hours) line = line "<key>Hour</key><integer>" hour[h] "</integer>"
        if ($3 != "*") line = line "<key>Day</key><integer>" $3 "</integer>"
        if ($5 != "*") line = line "<key>Weekday</key><integer>" $5 "</integer>"
        print line "</dict>"
      } }
    function list(field, last, into,   p, n, at) {
      if (field == "*") return 0
      if (split(field, p, "[-/]") != 3) { into[1] = field; return 1 }
      for (at = p[1] + 0; at <= last; at += p[3]) into[++n] = at
      return n
    }'
}

units_install() {
  local folder unit
  manager_answers || {
    units_print
    die failed "$(manager) does not answer here, so nothing was installed: what would be is printed above" 'nothing was touched' \
      'log in as the user who is to run it, or use another --kind'
  }
  schedule_scratch
  mkdir -- "$SCRATCH/units"
  units_write "$SCRATCH/units"
  folder="$(unit_folder "$KIND")"
  mkdir -p -- "$folder"
  while IFS= read -r unit; do
    [ -z "$unit" ] || [ -f "$SCRATCH/units/$unit" ] || unit_remove "$unit"
  done <<<"$(installed_units "$KIND")"
  for unit in "$SCRATCH/units"/*; do unit_install "$unit" "$folder/${unit##*/}"; done
  if [ "$KIND" = systemd ]; then systemd_start "$SCRATCH/units"; fi
  say "$KIND: installed in $folder"
}

manager() {
  case "$KIND" in systemd) echo 'systemctl --user' ;; *) echo launchctl ;; esac
}

manager_answers() {
  [ -n "${HOME:-}" ] || return 1
  case "$KIND" in
    systemd) command -v systemctl >/dev/null 2>&1 && systemctl --user show-environment >/dev/null 2>&1 ;;
    *) command -v launchctl >/dev/null 2>&1 ;;
  esac
}

# A file that is as it should be is left alone; launchd has to be told to forget the old one first.
unit_install() {
  if cmp -s "$1" "$2"; then return 0; fi
  cp -- "$1" "$2.$$"
  mv -f -- "$2.$$" "$2"
  [ "$KIND" = launchd ] || return 0
  local label="${2##*/}"
  launchctl bootout "gui/$(id -u)/${label%.plist}" >/dev/null 2>&1 || true
  launchctl bootstrap "gui/$(id -u)" "$2" || die failed "launchd did not take $2" 'other jobs are as they were'
}

systemd_start() {
  local timer
  systemctl --user daemon-reload || die failed 'systemctl --user daemon-reload failed' '' 'look at its message above'
  for timer in "$1"/*.timer; do
    systemctl --user enable --now -- "${timer##*/}" >/dev/null || die failed "systemd did not take ${timer##*/}"
  done
}

unit_remove() {
  case "$1" in
    *.timer) systemctl --user disable --now -- "$1" >/dev/null 2>&1 || true ;;
    *.plist) launchctl bootout "gui/$(id -u)/${1%.plist}" >/dev/null 2>&1 || true ;;
  esac
  rm -f -- "$(unit_folder "$KIND")/$1"
}

units_remove() {
  local unit units
  units="$(installed_units "$KIND")"
  if [ -z "$units" ]; then
    say "$KIND: there is nothing of this project"
    return 0
  fi
  while IFS= read -r unit; do unit_remove "$unit"; done <<<"$units"
  if [ "$KIND" = systemd ]; then systemctl --user daemon-reload >/dev/null 2>&1 || true; fi
  audit schedule removed "$KIND"
  say "$KIND: removed"
}

# Whether what is installed is what would be installed now.
is_current() {
  local file
  schedule_scratch
  if [ "$KIND" = cron ]; then
    crontab_read "$SCRATCH/old"
    crontab_block >"$SCRATCH/block"
    crontab_with "$SCRATCH/old" "$SCRATCH/block" | cmp -s - "$SCRATCH/old"
    return
  fi
  mkdir -- "$SCRATCH/units"
  units_write "$SCRATCH/units"
  for file in "$SCRATCH/units"/*; do
    cmp -s "$file" "$(unit_folder "$KIND")/${file##*/}" || return 1
  done
}
