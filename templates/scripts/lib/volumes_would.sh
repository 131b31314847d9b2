# shellcheck shell=bash disable=SC2016,SC2034,SC2153 # variables are shared by the files of lib/; formats of docker
# What `up` would mount for the database's service.

# storage_would: sets FACTS and WOULD_*. Otherwise WHY_UNKNOWN says what could not be told, and the status is 1.
storage_would() {
  local mounts pgdata key
  WOULD_TYPE='' WOULD_VOLUME='' WOULD_DESTINATION='' WOULD_INSIDE='' WOULD_KEY='' WOULD_EXTERNAL=no
  read_facts || return 1
  WOULD_IMAGE="$(fact image "$DB_SERVICE")"
  if [ -z "$WOULD_IMAGE" ] && ! printf '%s\n' "$FACTS" | grep -Fxq "build"$'\037'"$DB_SERVICE"; then
    unknown_because "the Compose files have no service $DB_SERVICE (renamed, or in a profile that is not active)" || return 1
  fi
  project_of_up || return 1
  [ -n "$WOULD_IMAGE" ] || WOULD_IMAGE="${WOULD_PROJECT}_$DB_SERVICE"
  WOULD_MAJOR="$(major_of_image "$WOULD_IMAGE" "$WOULD_IMAGE")"
  mounts="$(fact mount "$DB_SERVICE")"
  pgdata="$(fact pgdata "$DB_SERVICE")"
  if docker image inspect "$WOULD_IMAGE" >/dev/null 2>&1 </dev/null; then
    [ -n "$pgdata" ] || pgdata="$(image_variable PGDATA)"
    mounts="$mounts$NEWLINE$(image_volumes)"
  else
    [ -n "$pgdata" ] || pgdata="$(data_directory_by_version)"
  fi
  place_data "$mounts" "$pgdata"
  WOULD_TYPE="$PLACE_TYPE" WOULD_VOLUME="$PLACE_SOURCE" WOULD_DESTINATION="$PLACE_TARGET" WOULD_INSIDE="$PLACE_INSIDE"
  [ "$WOULD_TYPE" != volume ] || name_volume "$PLACE_SOURCE"
}

read_facts() {
  FACTS="$(compose_storage)" ||
    unknown_because "Compose cannot read its files (${COMPOSE[*]} config -q says why)" || return 1
  case "$(fact unclear)" in
    '') ;;
    *) unknown_because 'the Compose configuration has a form that is not understood here' || return 1 ;;
  esac
}

unknown_because() {
  WHY_UNKNOWN="$1"
  return 1
}

# The image's own VOLUMEs, behind what the file mounts: of two that are equally near, the first one counts.
image_volumes() {
  docker image inspect --format '{{range $path, $o := .Config.Volumes}}anonymous{{"\037"}}{{"\037"}}{{$path}}{{println}}{{end}}' \
    "$WOULD_IMAGE" 2>/dev/null </dev/null | LC_ALL=C awk '{ sub(/\/$/, ""); print }'
}

image_variable() {
  docker image inspect --format '{{range .Config.Env}}{{println .}}{{end}}' "$WOULD_IMAGE" 2>/dev/null </dev/null | sed -n "s/^$1=//p"
}

# Where an image that is not here keeps its data: as it did, unless its version says otherwise (PostgreSQL 18 moved it).
data_directory_by_version() {
  [ "$DB_ENGINE" = postgres ] || return 0
  case "${WOULD_IMAGE##*/}" in
    postgres:* | postgis:* | pgvector:* | timescaledb:*)
      if [ "${WOULD_MAJOR:-0}" -ge 18 ]; then printf '/var/lib/postgresql/%s/docker' "$WOULD_MAJOR"; return; fi ;;
  esac
  if [ -n "${KNOWN_DESTINATION:-}" ]; then printf '%s' "$KNOWN_DESTINATION${KNOWN_INSIDE:+/$KNOWN_INSIDE}"; fi
}

# The real name of a volume: as Compose tells it, else PROJECT_KEY.
name_volume() {
  local told
  WOULD_KEY="$1"
  told="$(fact volume "$1")"
  WOULD_EXTERNAL="${told##*$'\037'}"
  WOULD_VOLUME="${told%%$'\037'*}"
  [ -n "$WOULD_VOLUME" ] || WOULD_VOLUME="${WOULD_PROJECT}_$1"
}

# Compose v2 tells the project's name. For v1 its rules are followed as far as they are certain; else a container may tell.
project_of_up() {
  local id why
  WOULD_PROJECT="$(fact project)"
  [ -z "$WOULD_PROJECT" ] || return 0
  if project_by_rules; then return 0; fi
  why="$WHY_UNKNOWN"
  id="$(compose ps -q 2>/dev/null </dev/null | head -n 1)" || id=''
  [ -n "$id" ] || unknown_because "$why" || return 1
  WOULD_PROJECT="$(docker inspect --format '{{index .Config.Labels "com.docker.compose.project"}}' "$id" 2>/dev/null </dev/null)" ||
    WOULD_PROJECT=''
  [ -n "$WOULD_PROJECT" ] || unknown_because "$why"
}

project_by_rules() {
  local directory name="${COMPOSE_PROJECT_NAME:-}"
  case "${DBGUARD_COMPOSE_OPTIONS:-}" in
    *--project-directory* | *--env-file*) unknown_because 'this Compose does not tell the project name under these options' || return 1 ;;
  esac
  case "$(${COMPOSE[@]+"${COMPOSE[@]}"} version --short 2>/dev/null </dev/null)" in
    1.2[89].*) ;;
    *) unknown_because 'this version of Compose does not tell the project name, and its rules are not known here' || return 1 ;;
  esac
  directory="$(compose_directory)" || directory="$ROOT"
  if [ -z "$name" ] && dotenv_value "$directory/.env" COMPOSE_PROJECT_NAME; then name="$FOUND_VALUE"; fi
  [ -n "$name" ] || name="${directory##*/}"
  WOULD_PROJECT="$(printf '%s' "$name" | LC_ALL=C tr '[:upper:]' '[:lower:]' | LC_ALL=C tr -cd 'a-z0-9_-')"
  [ -n "$WOULD_PROJECT" ] || WOULD_PROJECT=default
}

# Sets NOW_* from the container that `up` would replace or start, running or not. Status 1: there is none.
storage_of_service() {
  local id
  id="$(docker ps -aq --no-trunc --filter "label=com.docker.compose.project=$WOULD_PROJECT" \
    --filter "label=com.docker.compose.service=$DB_SERVICE" --filter label=com.docker.compose.oneoff=False 2>/dev/null </dev/null |
    head -n 1)" || id=''
  NOW_TYPE='' NOW_VOLUME='' NOW_INSIDE='' NOW_RUNNING=no NOW_MAJOR='' NOW_IMAGE='' NOW_IMAGE_ID='' NOW_CONTAINER=''
  [ -n "$id" ] || return 1
  storage_now "$id"
}
