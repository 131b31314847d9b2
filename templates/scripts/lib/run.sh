# shellcheck shell=bash disable=SC2034,SC2016 # variables are shared by the files of lib/; quoted programs run elsewhere
# The container of a Compose service, and programs that run in a container and write a lot.

# Sets COMPOSE to the words of the Compose command, or to nothing where there is none.
find_compose() {
  COMPOSE=()
  if docker compose version >/dev/null 2>&1; then
    COMPOSE=(docker compose)
  elif command -v docker-compose >/dev/null 2>&1; then
    COMPOSE=(docker-compose)
  elif command -v docker >/dev/null 2>&1; then
    return 0
  elif podman compose version >/dev/null 2>&1; then
    COMPOSE=(podman compose)
  elif command -v podman-compose >/dev/null 2>&1; then
    COMPOSE=(podman-compose)
  fi
}

compose() {
  compose_words
  ${COMPOSE_WORDS[@]+"${COMPOSE_WORDS[@]}"} "$@"
}

# The same in place of this process, for a person at a terminal.
compose_becomes() {
  compose_words
  exec ${COMPOSE_WORDS[@]+"${COMPOSE_WORDS[@]}"} "$@"
}

# Sets COMPOSE_WORDS to the command with the files of the database.
compose_words() {
  local files=() file
  while IFS= read -r file; do
    case "$file" in '') ;; /*) files+=(-f "$file") ;; *) files+=(-f "$ROOT/$file") ;; esac
  done <<<"$DB_COMPOSE_FILES"
  # What compose.sh was given before the sub-command holds for everything that it starts.
  while IFS= read -r file; do
    [ -z "$file" ] || files+=("$file")
  done <<<"${DBGUARD_COMPOSE_OPTIONS:-}"
  COMPOSE_WORDS=(${COMPOSE[@]+"${COMPOSE[@]}"} ${files[@]+"${files[@]}"})
}

# Sets CONTAINER. Compose knows its own naming rules; when it cannot answer (another project name, a variable that is
# missing), the labels that it left on the container can. A name is never guessed.
find_compose_container() {
  local found=''
  CONTAINER_PLACE="service $DB_SERVICE"
  find_container_tool
  find_compose
  if [ "${#COMPOSE[@]}" -gt 0 ]; then found="$(compose ps -q "$DB_SERVICE" 2>/dev/null </dev/null || true)"; fi
  [ -n "$found" ] || found="$(labelled_containers)"
  case "$found" in
    '') no_container ;;
    *$'\n'*) die failed "several containers run the service $DB_SERVICE: ${found//$'\n'/ }" 'nothing was touched' \
      'stop the ones that do not belong here' ;;
  esac
  CONTAINER="$found"
  container_is_running "$CONTAINER" || no_container
}

no_container() {
  die failed "the service $DB_SERVICE is not running" 'nothing was touched' \
    "start it: ${COMPOSE[*]+${COMPOSE[*]}} up -d $DB_SERVICE (never with -V, never after down -v)"
}

# Running containers of this service whose project lives in this directory.
labelled_containers() {
  local id home
  "$CONTAINER_TOOL" ps -q --no-trunc --filter "label=com.docker.compose.service=$DB_SERVICE" </dev/null | while IFS= read -r id; do
    home="$("$CONTAINER_TOOL" inspect --format '{{index .Config.Labels "com.docker.compose.project.working_dir"}}' "$id" </dev/null)"
    if [ "$home" = "$ROOT" ] || [ "$home" = "$(compose_directory)" ]; then printf '%s\n' "$id"; fi
  done
}

compose_directory() {
  local first="${DB_COMPOSE_FILES%%$'\n'*}"
  CDPATH='' cd -- "$ROOT/$(dirname -- "$first")" 2>/dev/null && pwd -P
}

# The addresses of the container in its networks, one a line; from there the server has no reason to trust a login.
container_addresses() {
  case "$CONTAINER_TOOL" in
    kubectl) pod_addresses ;;
    *)
      "$CONTAINER_TOOL" inspect --format '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{"\n"}}{{end}}' "$CONTAINER" </dev/null |
        sed '/^$/d'
      ;;
  esac
}

# in_container COMMAND…: a client of PostgreSQL. The password goes by name: the container's own environment first, else ours.
in_container() {
  PGPASSWORD="$DB_PASSWORD" container_exec -e PGPASSWORD -e PGCLIENTENCODING=UTF8 sh -c '
    own="${POSTGRES_PASSWORD:-${POSTGRESQL_PASSWORD:-}}"
    file="${POSTGRES_PASSWORD_FILE:-${POSTGRESQL_PASSWORD_FILE:-}}"
    if [ -z "$own" ] && [ -n "$file" ] && [ -r "$file" ]; then own=$(cat "$file"); fi
    [ -z "$own" ] || PGPASSWORD=$own
    [ -n "${PGPASSWORD:-}" ] || unset PGPASSWORD
    exec "$@"' sh "$@"
}

# stream_from_container RUNNER DIGEST COMMAND…: RUNNER is in_container or an engine's own way, and the program writes a lot.
# The digest of what left the container ends up in the file DIGEST, to be compared with what arrived.
stream_from_container() {
  local runner="$1" digest="$2" status=0
  shift 2
  "$runner" sh -c '
    d=$(mktemp -d) && mkfifo "$d/copy" || exit 1
    sha256sum <"$d/copy" >"$d/digest" &
    { "$@"; echo $? >"$d/status"; } | tee "$d/copy"
    wait
    echo "digest $(cut -c1-64 <"$d/digest")" >&2
    status=$(cat "$d/status"); rm -rf "$d"; exit "$status"' sh "$@" 2>"$digest.log" || status=$?
  sed -n 's/^digest //p' <"$digest.log" >"$digest"
  sed '/^digest /d' <"$digest.log" >&2
  return "$status"
}

# pipe_open FILE: a named pipe whose reading end is descriptor 6. It is opened before its reader is started: opening a pipe waits for
# the other end, so that a reader whose script was killed meanwhile would wait for ever.
pipe_open() {
  mkfifo "$1"
  exec 5<>"$1"
  exec 6<"$1"
  exec 5>&-
}

restart_applications() {
  [ "$DB_RUN" = compose ] && [ -n "$DB_APP_SERVICES" ] && [ "${#COMPOSE[@]}" -gt 0 ] || return 0
  local service
  while IFS= read -r service; do
    [ -n "$(compose ps -q "$service" 2>/dev/null </dev/null)" ] || continue
    if compose restart "$service" </dev/null >/dev/null 2>&1; then
      say "restarted: $service"
    else
      warn "the service $service could not be restarted: do it by hand"
    fi
  done <<<"$DB_APP_SERVICES"
}
