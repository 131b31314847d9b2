# shellcheck shell=bash disable=SC2016,SC2034,SC2153 # variables are shared by the files of lib/; quoted programs run elsewhere
# The volumes of the Compose files (db_volumes in lib/config.sh), where they really are, and one way into them all: a
# container without a network, of an image that is here already, that has nothing but the volume.

# Sets VOLUME_PROJECT, for names and labels, and VOLUME_IMAGE. Status 1, and WHY_UNKNOWN, when the project cannot be told.
volumes_prepare() {
  VOLUME_PROJECT="${NOW_PROJECT:-}"
  if [ -z "$VOLUME_PROJECT" ]; then
    read_facts || return 1
    project_of_up || return 1
    VOLUME_PROJECT="$WOULD_PROJECT"
    WOULD_IMAGE="$(fact image "$DB_SERVICE")"
  fi
  storage_known || true
  VOLUME_IMAGE="$(image_at_hand)" || unknown_because 'no image is here to look into volumes with (docker pull busybox)'
}

# locate_volume KEY KIND NAME SERVICE DESTINATION: sets REAL, the volume's name or the path of a bind mount. What a container has
# mounted is the truth; a name that only follows from rules counts when such a volume exists. Status 1: it is not there.
locate_volume() {
  local id named
  REAL=''
  while IFS= read -r id; do
    [ -z "$id" ] || REAL="$(source_at "$id" "$5")"
    [ -z "$REAL" ] || return 0
  done <<<"$(docker ps -aq --no-trunc --filter "label=com.docker.compose.project=$VOLUME_PROJECT" \
    --filter "label=com.docker.compose.service=$4" --filter label=com.docker.compose.oneoff=False 2>/dev/null </dev/null)"
  if [ "$2" = bind ]; then
    REAL="$(bind_path "$1")"
    [ -e "$REAL" ]
    return
  fi
  named="$(docker volume ls -q --filter "label=com.docker.compose.project=$VOLUME_PROJECT" \
    --filter "label=com.docker.compose.volume=$1" 2>/dev/null </dev/null)" || named=''
  case "$named" in *"$NEWLINE"*) named='' ;; esac
  for REAL in "$named" "$3" "${VOLUME_PROJECT}_$1"; do
    if [ -n "$REAL" ] && volume_exists "$REAL"; then return 0; fi
  done
  REAL=''
  return 1
}

source_at() {
  docker inspect --format '{{range .Mounts}}{{if .Name}}{{.Name}}{{else}}{{.Source}}{{end}}{{"\037"}}{{.Destination}}{{println}}{{end}}' \
    "$1" 2>/dev/null </dev/null | AT="${2%/}" LC_ALL=C awk -F '\037' '$2 == ENVIRON["AT"] { print $1; exit }'
}

bind_path() {
  case "$1" in
    /*) printf '%s' "$1" ;;
    [~]/*) printf '%s' "$HOME/${1#??}" ;;
    *) printf '%s/%s' "$(compose_directory)" "${1#./}" ;;
  esac
}

# mount_words KIND SOURCE TARGET [readonly]: one value of --mount, which is a line of CSV.
mount_words() {
  local source="source=$2"
  printf 'type=%s,"%s",target=%s%s' "$1" "${source//\"/\"\"}" "$3" "${4:+,$4}"
}

# in_volume COMMAND…: standard input is passed on; VOLUME_MOUNT is a value of --mount. The image's own start is not run.
in_volume() {
  local program="$1"
  shift
  docker run --rm -i --network none --user 0 --workdir / --entrypoint "$program" --mount "$VOLUME_MOUNT" "$VOLUME_IMAGE" "$@"
}

# kilobytes_of LINES: `KIND SOURCE` a line, with the unit separator between; the sizes come a line each, ? for what cannot be told.
kilobytes_of() {
  local kind source words=() number=0
  while IFS=$'\037' read -r kind source; do
    number=$((number + 1))
    words+=(--mount "$(mount_words "$kind" "$source" "/look/$number" readonly)")
  done <<<"$1"
  docker run --rm --network none --user 0 --entrypoint sh ${words[@]+"${words[@]}"} "$VOLUME_IMAGE" -c '
    n=1; while [ "$n" -le "$1" ]; do du -sk "/look/$n" 2>/dev/null | cut -f 1 || echo "?"; n=$((n + 1)); done' sh "$number" 2>/dev/null </dev/null ||
    printf '%s\n' "$1" | sed 's/.*/?/'
}

# One of the databases that these scripts back up; its data is in its own backups.
is_guarded_id() {
  printf '%s\n' "$DB_IDS" | grep -qxF -- "$1"
}

# archived_volumes: `KEY BACKUP EPOCH` for each archive of a backup of here, the oldest first, with tabs between; KEY is in JSON.
archived_volumes() {
  backup_names | DIR="$STORE" LC_ALL=C awk '{
    file = ENVIRON["DIR"] "/" $0 "/metadata.json"; n = 0; epoch = "-"; verified = 0
    while ((getline line <file) > 0) {
      if (line == "  \"tables\": {") break
      if (line ~ /^  "verified": true/) verified = 1
      if (line ~ /^  "created_epoch": /) { epoch = line; gsub(/[^0-9]/, "", epoch) }
      if (match(line, /^  "(volume[0-9]+|cold)_key": /)) { key[++n] = substr(line, RLENGTH + 1); sub(/,$/, "", key[n]) }
    }
    close(file)
    if (verified) for (i = 1; i <= n; i++) print key[i] "\t" $0 "\t" epoch
  }'
}
