# shellcheck shell=bash disable=SC2016,SC2034,SC2153 # variables are shared by the files of lib/
# Where a Compose database keeps its data: what its container has mounted now, and what was known of it at the last backup.
#
# A storage is: TYPE (volume, bind, anonymous, tmpfs, or container: its own layer), VOLUME (the real name, or the path of a
# bind mount), DESTINATION (where it is mounted), INSIDE (the data directory below that), IMAGE, MAJOR, PROJECT. Three of
# them are compared: NOW_* of the container, KNOWN_* as recorded, WOULD_* as `up` would mount it (lib/preflight.sh).

# storage_now CONTAINER: sets NOW_*. Status 1 when Docker does not answer. Variables of the container pass through a pipe only.
storage_now() {
  local facts mounts
  facts="$(docker inspect --format "$(inspect_format)" "$1" 2>/dev/null </dev/null | LC_ALL=C awk -F '\037' '
    $1 == "env" { if (index($2, "\"PGDATA=") == 1) print "pgdata\037" substr($2, 9, length($2) - 9); next } { print }')" || return 1
  [ -n "$facts" ] || return 1
  NOW_CONTAINER="$1"
  NOW_IMAGE="$(inspected image "$facts")" NOW_PROJECT="$(inspected project "$facts")"
  NOW_RUNNING="$(inspected running "$facts")" NOW_IMAGE_ID="$(inspected id "$facts")"
  mounts="$(inspected mount "$facts" | real_mounts)"
  place_data "$mounts" "$(inspected pgdata "$facts")"
  NOW_TYPE="$PLACE_TYPE" NOW_VOLUME="$PLACE_SOURCE" NOW_DESTINATION="$PLACE_TARGET" NOW_INSIDE="$PLACE_INSIDE"
  NOW_MAJOR="$(major_of_image "$NOW_IMAGE_ID" "$NOW_IMAGE")"
}

inspect_format() {
  printf 'image\037{{.Config.Image}}\nid\037{{.Image}}\nrunning\037{{.State.Running}}\n'
  printf 'project\037{{index .Config.Labels "com.docker.compose.project"}}\n'
  printf '{{range .Mounts}}mount\037{{.Type}}\037{{.Name}}\037{{.Source}}\037{{.Destination}}{{println}}{{end}}'
  printf '{{range $path, $o := .HostConfig.Tmpfs}}mount\037tmpfs\037\037\037{{$path}}{{println}}{{end}}'
  printf '{{range .Config.Env}}env\037{{printf "%%q" .}}{{println}}{{end}}'
}

inspected() {
  printf '%s\n' "$2" | KIND="$1" LC_ALL=C awk -F '\037' '$1 == ENVIRON["KIND"] { print substr($0, length($1) + 2) }'
}

# A volume that nobody named has 64 hexadecimal digits for a name.
real_mounts() {
  LC_ALL=C awk -F '\037' '{
    source = $1 == "volume" ? $2 : $3
    type = $1 == "volume" && length(source) == 64 && source !~ /[^0-9a-f]/ ? "anonymous" : $1
    print type "\037" source "\037" $4 }'
}

# place_data MOUNTS [DIRECTORY]: which of MOUNTS (`TYPE SOURCE TARGET` lines) holds the data directory. Without DIRECTORY it
# is the first of the places where images of this engine keep their data that is mounted at all. Sets PLACE_*.
place_data() {
  local directory found=''
  if [ -n "${2:-}" ] && [ "$DB_ENGINE" = postgres ]; then
    found="$(covering_mount "$1" "$2")"
  else
    while IFS= read -r directory; do
      found="$(covering_mount "$1" "$directory")"
      [ -z "$found" ] || break
    done <<<"$DB_DATA_DIRECTORIES"
  fi
  [ -n "$found" ] || found=$'container\037\037\037'
  IFS=$'\037' read -r PLACE_TYPE PLACE_SOURCE PLACE_TARGET PLACE_INSIDE <<<"$found"
}

# The mount that is nearest to a directory, and the rest of the way.
covering_mount() {
  printf '%s\n' "$1" | DIRECTORY="$2" LC_ALL=C awk -F '\037' '
    BEGIN { dir = trimmed(ENVIRON["DIRECTORY"]) "/"; best = -1 }
    $3 != "" { target = trimmed($3) "/"
      if (index(dir, target) == 1 && length(target) > best) { best = length(target); type = $1; source = $2; at = trimmed($3) } }
    END { if (best >= 0) printf "%s\037%s\037%s\037%s\n", type, source, at, trimmed(substr(dir, best + 1)) }
    function trimmed(path) { sub(/\/+$/, "", path); return path }'
}

# The version line that decides whether a server can read the files of another: from the image's own variables, else its tag.
major_of_image() {
  local found='' tag
  found="$(docker image inspect --format '{{range .Config.Env}}{{println .}}{{end}}' "$1" 2>/dev/null </dev/null |
    LC_ALL=C awk -F '[=:+~-]' '/^(PG_MAJOR|MYSQL_MAJOR|REDIS_VERSION|VALKEY_VERSION)=/ { v = $2 }
      /^(MYSQL_VERSION|MARIADB_VERSION)=/ && v == "" { v = $2 == "1" ? $3 : $2 } END { print v }')" || found=''
  tag="${2##*/}"
  tag="${tag%%@*}"
  case "$tag" in *:*) tag="${tag#*:}" ;; *) tag='' ;; esac
  [ -n "$found" ] || found="$(printf '%s\n' "$tag" | sed -n -e 's/^.*pg\([0-9][0-9]*\).*$/\1/p;t' -e 's/^v*\([0-9][0-9.]*\).*$/\1/p')"
  major_of_version "$found"
}

# MySQL and MariaDB change their files between 8.0 and 8.4 or 10.6 and 10.11; the others between first numbers.
major_of_version() {
  case "$DB_ENGINE" in
    mysql | mariadb) printf '%s\n' "$1" | sed -n 's/^\([0-9][0-9]*\(\.[0-9][0-9]*\)\{0,1\}\).*$/\1/p' ;;
    *) printf '%s\n' "$1" | sed -n 's/^\([0-9][0-9]*\).*$/\1/p' ;;
  esac
}

# What was last known: as recorded, else as the newest backup with rows says, else the name in dbguard.toml. Status 1: nothing.
storage_known() {
  local name file="$STORE/identity.json"
  KNOWN_TYPE='' KNOWN_VOLUME='' KNOWN_DESTINATION='' KNOWN_INSIDE='' KNOWN_IMAGE='' KNOWN_MAJOR='' KNOWN_PROJECT='' KNOWN_FROM='' KNOWN_NEW=no
  if [ ! -f "$file" ]; then
    name="$(default_backup)"
    file="$STORE/$name/metadata.json"
    if [ -z "$name" ] || ! metadata_value "$file" storage_type >/dev/null; then
      [ -n "$DB_VOLUME_NAME" ] || return 1
      KNOWN_TYPE=volume KNOWN_VOLUME="$DB_VOLUME_NAME" KNOWN_FROM='dbguard.toml'
      return 0
    fi
  fi
  KNOWN_FROM="${file#"$ROOT"/}"
  KNOWN_TYPE="$(metadata_value "$file" storage_type)" || return 1
  KNOWN_VOLUME="$(metadata_value "$file" storage_volume)"
  KNOWN_DESTINATION="$(metadata_value "$file" storage_destination)"
  KNOWN_INSIDE="$(metadata_value "$file" storage_inside)"
  KNOWN_IMAGE="$(metadata_value "$file" storage_image)"
  KNOWN_MAJOR="$(metadata_value "$file" storage_major)"
  KNOWN_PROJECT="$(metadata_value "$file" storage_project)"
  KNOWN_NEW="$(metadata_value "$file" storage_new || true)"
}

# storage_lines TYPE VOLUME DESTINATION INSIDE IMAGE MAJOR PROJECT: one key a line, as metadata.json has them.
storage_lines() {
  local key
  for key in type volume destination inside image major project; do
    printf '  "storage_%s": %s,\n' "$key" "$(json_string "$1")"
    shift
  done
}

# note_storage: what the container of this backup has mounted becomes part of the backup. Never a reason to have none.
note_storage() {
  NOW_TYPE=''
  [ "$DB_RUN" = compose ] && [ -n "${CONTAINER:-}" ] || return 0
  storage_now "$CONTAINER" || return 0
  [ -z "${DB_SERVER_VERSION:-}" ] || NOW_MAJOR="$(major_of_version "$DB_SERVER_VERSION")"
  storage_lines "$NOW_TYPE" "$NOW_VOLUME" "$NOW_DESTINATION" "$NOW_INSIDE" "$NOW_IMAGE" "$NOW_MAJOR" "$NOW_PROJECT" >>"$WORK/metadata"
}

# remember_storage: after a backup, what the container has is what is known, unless something else was known: then a person
# decides, because the backup may be one of an empty volume that took the place of the real one.
remember_storage() {
  [ -n "${NOW_TYPE:-}" ] || return 0
  if [ -f "$STORE/identity.json" ] && storage_known; then
    [ "$KNOWN_TYPE" != container ] || [ "$NOW_TYPE" != container ] || return 0
    if [ "$KNOWN_VOLUME" != "$NOW_VOLUME" ] || [ "$KNOWN_INSIDE" != "$NOW_INSIDE" ]; then
      warn "$DB_ID is now on ${NOW_VOLUME:-no volume}, and was on ${KNOWN_VOLUME:-no volume}: see preflight.sh --db $DB_ID"
      return 0
    fi
  fi
  record_storage "$NOW_TYPE" "$NOW_VOLUME" "$NOW_DESTINATION" "$NOW_INSIDE" "$NOW_IMAGE" "$NOW_MAJOR" "$NOW_PROJECT"
}

# One key a line and a last one without a comma, like metadata.json.
record_storage() {
  local file="$STORE/.identity.$$"
  {
    printf '{\n  "schema": "dbguard.identity/1",\n  "id": %s,\n' "$(json_string "$DB_ID")"
    storage_lines "$@"
    printf '  "storage_new": "%s",\n' "${STORAGE_NEW:-no}"
    printf '  "recorded_at": "%s"\n}\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)"
  } >"$file" && mv -f -- "$file" "$STORE/identity.json"
}
