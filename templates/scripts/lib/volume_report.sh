# shellcheck shell=bash disable=SC2153 # variables are shared by the files of lib/
# What volumes.sh shows.

# WORK/volumes: MARK CLASS KEY REAL SERVICE DESTINATION KIND BACKUP HOLDS, with the unit separator between.
look_up() {
  local key="$1" mark=' ' backup
  locate_volume "$@" || true
  backup="$(last_backup_of "$key" "$7")"
  if [ "$6" = critical ] && [ -z "$backup" ]; then mark='!'; fi
  printf '%s\037%s\037%s\037%s\037%s\037%s\037%s\037%s\037%s\n' "$mark" "$6" "$key" "$REAL" "$4" "$5" "$2" "$backup" "$7" >>"$WORK/volumes"
}

# A guarded database is held by each of its dumps, another volume by an archive.
last_backup_of() {
  if [ -n "$2" ] && is_guarded_id "$2"; then
    STORE="$BACKUPS/$2" backup_table verified | awk -F '\t' '$2 == "true" { name = $1 } END { printf "%s", name }'
  else
    KEY="$(json_string "$1")" awk -F '\t' '$1 == ENVIRON["KEY"] { name = $2 } END { printf "%s", name }' <"$WORK/archived"
  fi
}

# WORK/listed is WORK/volumes with a size at each line's end; all are measured by one container.
add_sizes() {
  local rows
  rows="$(LC_ALL=C awk -F '\037' '$4 != "" { print $7 "\037" $4 }' <"$WORK/volumes")"
  : >"$WORK/sizes"
  [ -z "$rows" ] || kilobytes_of "$rows" >"$WORK/sizes"
  LC_ALL=C awk -F '\037' -v OFS='\037' -v sizes="$WORK/sizes" '
    { size = "?"; if ($4 != "") { if ((getline line <sizes) > 0 && line ~ /^[0-9]+$/) size = line } print $0, size }' \
    <"$WORK/volumes" >"$WORK/listed"
}

volumes_text() {
  local mark class key real service destination kind backup holds size
  [ -s "$WORK/listed" ] || say "$DB_ID: the Compose files have no volumes"
  while IFS=$'\037' read -r mark class key real service destination kind backup holds size; do
    [ "$size" = '?' ] || size="$(((size + 1023) / 1024))"
    printf '%s %-11s %s at %s:%s%s, %s MB, %s\n' "$mark" "$class" "${real:-$key (not there)}" "$service" "$destination" \
      "${holds:+ ($holds)}" "$size" "$(backup_words "$class" "$backup")"
  done <"$WORK/listed"
}

backup_words() {
  if [ -n "$2" ]; then
    printf 'in %s' "$2"
  elif [ "$1" = critical ]; then
    printf 'in no backup (backup.sh --volumes)'
  else
    printf 'not archived'
  fi
}

volumes_json() {
  local mark class key real service destination kind backup holds size comma=''
  printf '['
  while IFS=$'\037' read -r mark class key real service destination kind backup holds size; do
    case "$size" in '?') size=null ;; esac
    printf '%s\n  {"class": "%s", "key": %s, "name": %s, "type": "%s", "service": %s, "destination": %s, ' "$comma" "$class" \
      "$(json_string "$key")" "$(json_string "$real")" "$kind" "$(json_string "$service")" "$(json_string "$destination")"
    printf '"holds": %s, "kilobytes": %s, "backup": %s, "attention": %s}' "$(json_string "$holds")" "$size" \
      "$(json_string "$backup")" "$(if [ "$mark" = '!' ]; then echo true; else echo false; fi)"
    comma=,
  done <"$WORK/listed"
  printf '\n]\n'
}

# A misspelt name under [volumes] changes nothing, and has to be seen.
tell_unmatched() {
  [ -z "$VOLUMES_UNMATCHED" ] || {
    warn "dbguard.toml gives classes to volumes that no Compose file has: ${VOLUMES_UNMATCHED//$NEWLINE/, }"
    return 1
  }
}
