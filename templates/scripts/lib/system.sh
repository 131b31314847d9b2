# shellcheck shell=bash disable=SC2016 # formats of docker
# What the system looked like when a backup was taken: system.json beside the dump. No environment of anything: it holds passwords.

# Never a reason to have no backup.
note_system() {
  local file="$WORK/stage/system.json"
  [ "$DB_RUN" = compose ] && [ -n "${CONTAINER:-}" ] || return 0
  if ! system_record >"$file"; then
    rm -f -- "$file"
    warn 'the state of containers and volumes could not be recorded'
    return 0
  fi
  meta_file system system.json
}

system_record() {
  local containers volumes project="${NOW_PROJECT:-}"
  containers="$(system_containers "$project")" || return 1
  volumes="$(system_volumes "$project")" || return 1
  printf '{\n  "schema": "dbguard.system/1",\n  "project": %s,\n' "$(json_string "$project")"
  printf '  "docker_version": %s,\n' "$(json_string "$(docker version --format '{{.Server.Version}}' 2>/dev/null </dev/null)")"
  printf '  "compose_version": %s,\n' "$(json_string "$(${COMPOSE[@]+"${COMPOSE[@]}"} version --short 2>/dev/null </dev/null || true)")"
  printf '  "git_commit": %s,\n' "$(json_string "$(git_answer rev-parse HEAD)")"
  printf '  "compose_files": [%s\n  ],\n' "$(system_files)"
  printf '  "containers": [%s\n  ],\n  "volumes": [%s\n  ]\n}\n' "$containers" "$volumes"
}

system_files() {
  local file path comma=''
  while IFS= read -r file; do
    [ -n "$file" ] || continue
    case "$file" in /*) path="$file" ;; *) path="$ROOT/$file" ;; esac
    [ -r "$path" ] || continue
    printf '%s\n    {"path": %s, "sha256": "%s"}' "$comma" "$(json_string "$file")" "$(sha256_of "$path")"
    comma=,
  done <<<"$DB_COMPOSE_FILES"
}

# The containers of the project, running or not; without a project the database's own.
system_containers() {
  local ids=() id
  while IFS= read -r id; do
    [ -z "$id" ] || ids+=("$id")
  done <<<"$(if [ -n "$1" ]; then docker ps -aq --filter "label=com.docker.compose.project=$1" </dev/null; else echo "$CONTAINER"; fi)"
  [ "${#ids[@]}" -gt 0 ] || return 1
  docker inspect --format '    {"service": {{json (index .Config.Labels "com.docker.compose.service")}}, "name": {{json .Name}}, "image": {{json .Config.Image}}, "image_id": {{json .Image}}, "state": {{json .State.Status}}, "volumes": [{{range $i, $m := .Mounts}}{{if $i}}, {{end}}{"type": {{json $m.Type}}, "source": {{if $m.Name}}{{json $m.Name}}{{else}}{{json $m.Source}}{{end}}, "destination": {{json $m.Destination}}}{{end}}]}' \
    ${ids[@]+"${ids[@]}"} 2>/dev/null </dev/null | list_items
}

# Those of the project, and what its containers have mounted from elsewhere.
system_volumes() {
  local name names=()
  while IFS= read -r name; do
    [ -z "$name" ] || names+=("$name")
  done <<<"$({
    docker volume ls -q --filter "label=com.docker.compose.project=${1:-none}" </dev/null
    docker inspect --format '{{range .Mounts}}{{if eq .Type "volume"}}{{.Name}}{{println}}{{end}}{{end}}' "$CONTAINER" </dev/null
  } 2>/dev/null | LC_ALL=C sort -u)"
  [ "${#names[@]}" -gt 0 ] || return 0
  docker volume inspect --format '    {"name": {{json .Name}}, "driver": {{json .Driver}}, "mountpoint": {{json .Mountpoint}}, "labels": {{json .Labels}}}' \
    ${names[@]+"${names[@]}"} 2>/dev/null </dev/null | list_items
}

# One JSON object a line becomes the inside of a list.
list_items() {
  sed -e '/^$/d' -e '$!s/$/,/' -e '1s/^/\
/'
}
