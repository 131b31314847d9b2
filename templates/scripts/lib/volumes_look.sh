# shellcheck shell=bash disable=SC2016,SC2034,SC2153 # variables are shared by the files of lib/; quoted programs run elsewhere
# Looking into volumes for database files, without starting anything that could write to them.

need_docker() {
  command -v docker >/dev/null 2>&1 || die failed 'docker is not installed, or not on PATH' 'nothing was touched'
  docker version --format '{{.Server.Version}}' >/dev/null 2>&1 </dev/null ||
    die failed 'the Docker daemon does not answer' 'nothing was touched' 'start Docker and run this again'
  find_compose
  [ "${#COMPOSE[@]}" -gt 0 ] || die failed 'there is no Compose: neither docker compose nor docker-compose' 'nothing was touched'
}

volume_exists() {
  docker volume inspect "$1" >/dev/null 2>&1 </dev/null
}

# look_into NAME…: `NAME ENGINE VERSION KILOBYTES LAST-WRITE` for each volume that holds a database, `NAME none` for one that
# does not, and nothing for one that cannot be looked into. Separated by the unit separator.
look_into() {
  local name place here=() there=()
  for name in "$@"; do
    volume_exists "$name" || continue
    place="$(docker volume inspect --format '{{.Mountpoint}}' "$name" 2>/dev/null </dev/null)" || place=''
    # A name under the mount point belongs to the daemon's machine, which may be another one than this.
    if [ -n "$place" ] && [ -r "$place" ] && [ -x "$place" ] && is_own_daemon; then
      here+=("$name" "$place")
    else
      there+=("$name")
    fi
  done
  [ "${#here[@]}" -eq 0 ] || sh -c "$(look_program)" sh "${here[@]+"${here[@]}"}" 2>/dev/null || true
  [ "${#there[@]}" -eq 0 ] || look_in_container "${there[@]+"${there[@]}"}"
}

is_own_daemon() {
  case "${DOCKER_HOST:-unix:}" in unix:*) ;; *) return 1 ;; esac
  [ "$(docker info --format '{{.Name}}' 2>/dev/null </dev/null)" = "$(uname -n)" ]
}

# By an image's id, which is never pulled, as root, read-only and without a network.
look_in_container() {
  local image words=() mounts=() name number=0
  image="$(image_at_hand)" || return 0
  for name in "$@"; do
    number=$((number + 1))
    mounts+=(--mount "type=volume,source=$name,target=/look/$number,readonly")
    words+=("$name" "/look/$number")
  done
  docker run --rm --network none --user 0 --entrypoint sh ${mounts[@]+"${mounts[@]}"} "$image" -c "$(look_program)" sh \
    ${words[@]+"${words[@]}"} 2>/dev/null </dev/null || true
}

# An image that is here already: the database's own, one of its past, or a small one.
image_at_hand() {
  local image
  for image in "${WOULD_IMAGE:-}" "${KNOWN_IMAGE:-}" "${NOW_IMAGE_ID:-}" busybox alpine; do
    [ -n "$image" ] || continue
    if docker image inspect --format '{{.Id}}' "$image" 2>/dev/null </dev/null; then return 0; fi
  done
  return 1
}

look_program() {
  cat <<'SH'
    look() {
      for at in "$2" "$2"/*/docker "$2"/data "$2"/pgdata "$2"/*/data "$2"/*/main "$2"/db; do
        [ -d "$at" ] || continue
        version=
        if [ -f "$at/PG_VERSION" ] && [ -d "$at/base" ]; then kind=postgres version=$(cat "$at/PG_VERSION")
        elif [ -f "$at/ibdata1" ]; then kind=mysql
        elif [ -f "$at/WiredTiger" ]; then kind=mongodb
        elif [ -f "$at/dump.rdb" ] || [ -d "$at/appendonlydir" ] || [ -f "$at/appendonly.aof" ]; then kind=redis
        else continue
        fi
        newest=$(ls -td "$at" "$at"/* "$at"/*/* 2>/dev/null | head -n 1)
        written=$(date -u -r "$newest" +%Y-%m-%dT%H:%M:%SZ 2>/dev/null)
        printf '%s\037%s\037%s\037%s\037%s\n' "$1" "$kind" "$version" "$(du -sk "$at" | cut -f 1)" "$written"
        return
      done
      if ls -A "$2" >/dev/null 2>&1; then printf '%s\037none\n' "$1"; fi
    }
    while [ $# -gt 1 ]; do look "$1" "$2"; shift 2; done
SH
}

# Engines that share their files: what a volume holds is told by its files only.
engine_of_files() {
  case "$DB_ENGINE" in mariadb | mysql) echo mysql ;; redis | valkey) echo redis ;; *) echo "$DB_ENGINE" ;; esac
}

# describe_volume NAME: one line for a person, or nothing when there is no such volume.
describe_volume() {
  local name kind version size written
  volume_exists "$1" || return 1
  IFS=$'\037' read -r name kind version size written <<<"$(look_into "$1")"
  case "$kind" in
    '') printf '%s: exists; what it holds cannot be looked into from here' "$1" ;;
    none) printf '%s: exists, and holds no database' "$1" ;;
    *) printf '%s: holds %s%s, %s MB, last written %s' "$1" "$kind" "${version:+ $version}" "$(((size + 1023) / 1024))" "${written:-?}" ;;
  esac
}

# What is in one volume: data, none, absent or unknown.
volume_state() {
  local name kind rest
  volume_exists "$1" || {
    echo absent
    return
  }
  IFS=$'\037' read -r name kind rest <<<"$(look_into "$1")"
  case "$kind" in '') echo unknown ;; none) echo none ;; *) echo data ;; esac
}

# Volumes but the named ones that hold a database of this engine, as look_into tells them, the most recently written first.
other_databases() {
  local name names=()
  while IFS= read -r name; do
    case "$name" in '' | "${1:-}" | "${2:-}") ;; *) names+=("$name") ;; esac
  done <<<"$(docker volume ls -q --filter driver=local 2>/dev/null </dev/null)"
  [ "${#names[@]}" -gt 0 ] || return 0
  look_into ${names[@]+"${names[@]}"} | KIND="$(engine_of_files)" LC_ALL=C awk -F '\037' '$2 == ENVIRON["KIND"]' |
    LC_ALL=C sort -t $'\037' -k 5,5r
}

# Who uses a volume, and which project and key Compose made it for.
volume_origin() {
  local users label
  users="$(docker ps -a --filter "volume=$1" --format '{{.Names}}' 2>/dev/null </dev/null | tr '\n' ' ')"
  label="$(docker volume inspect --format '{{index .Labels "com.docker.compose.project"}}/{{index .Labels "com.docker.compose.volume"}}' \
    "$1" 2>/dev/null </dev/null)" || label=/
  case "$label" in *'<no value>'* | /) label='made without Compose, or without a name' ;; *) label="made for $label" ;; esac
  if [ -n "$users" ]; then printf '%s, used by %s' "$label" "${users% }"; else printf '%s, used by no container' "$label"; fi
}

# list_other_databases [KNOWN] [WOULD]: for a person who looks for the data.
list_other_databases() {
  local name kind version size written count=0
  while IFS=$'\037' read -r name kind version size written; do
    [ -n "$name" ] || continue
    count=$((count + 1))
    [ "$count" -le 10 ] || continue
    printf '    %s: %s%s, %s MB, last written %s (%s)\n' "$name" "$kind" "${version:+ $version}" "$(((size + 1023) / 1024))" \
      "${written:-?}" "$(volume_origin "$name")"
  done <<<"$(other_databases "$@")"
  [ "$count" -le 10 ] || printf '    and %s more\n' "$((count - 10))"
}
