# shellcheck shell=bash disable=SC2034,SC2016 # variables are shared by the files of lib/; quoted programs run elsewhere
# Where a client program runs: on this machine, or inside the container of a Compose service.

# Sets COMPOSE to the words of the Compose command, or to nothing where there is none.
find_compose() {
  COMPOSE=()
  if docker compose version >/dev/null 2>&1; then
    COMPOSE=(docker compose)
  elif command -v docker-compose >/dev/null 2>&1; then
    COMPOSE=(docker-compose)
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
find_container() {
  command -v docker >/dev/null 2>&1 || die failed 'docker is not installed, or not on PATH' '' \
    "database $DB_ID lives in the Compose service $DB_SERVICE"
  local found='' reason
  reason="$(docker version --format '{{.Server.Version}}' 2>&1 >/dev/null)" ||
    die failed "the Docker daemon does not answer: $reason" 'nothing was touched' 'start Docker and run this again'
  find_compose
  if [ "${#COMPOSE[@]}" -gt 0 ]; then found="$(compose ps -q "$DB_SERVICE" 2>/dev/null </dev/null || true)"; fi
  [ -n "$found" ] || found="$(labelled_containers)"
  case "$found" in
    '') no_container ;;
    *$'\n'*) die failed "several containers run the service $DB_SERVICE: ${found//$'\n'/ }" 'nothing was touched' \
      'stop the ones that do not belong here' ;;
  esac
  CONTAINER="$found"
  [ "$(docker inspect --format '{{.State.Running}}' "$CONTAINER" 2>/dev/null </dev/null)" = true ] || no_container
}

no_container() {
  die failed "the service $DB_SERVICE is not running" 'nothing was touched' \
    "start it: docker compose up -d $DB_SERVICE (never with -V, never after down -v)"
}

# Running containers of this service whose project lives in this directory.
labelled_containers() {
  local id home
  docker ps -q --no-trunc --filter "label=com.docker.compose.service=$DB_SERVICE" </dev/null | while IFS= read -r id; do
    home="$(docker inspect --format '{{index .Config.Labels "com.docker.compose.project.working_dir"}}' "$id" </dev/null)"
    if [ "$home" = "$ROOT" ] || [ "$home" = "$(compose_directory)" ]; then printf '%s\n' "$id"; fi
  done
}

compose_directory() {
  local first="${DB_COMPOSE_FILES%%$'\n'*}"
  CDPATH='' cd -- "$ROOT/$(dirname -- "$first")" 2>/dev/null && pwd -P
}

# A variable of the container, as it was started; secrets are not asked for in this way.
container_variable() {
  docker exec "$CONTAINER" printenv "$1" </dev/null 2>/dev/null || true
}

# The addresses of the container in its networks, one a line; from there the server has no reason to trust a login.
container_addresses() {
  docker inspect --format '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{"\n"}}{{end}}' "$CONTAINER" </dev/null |
    sed '/^$/d'
}

# in_container COMMAND…: standard input is passed on (-i) and there is no terminal, which would change binary output.
# The password goes by name: from the container's own environment first, else from ours.
in_container() {
  PGPASSWORD="$DB_PASSWORD" docker exec -i -e PGPASSWORD -e PGCLIENTENCODING=UTF8 "$CONTAINER" sh -c '
    own="${POSTGRES_PASSWORD:-${POSTGRESQL_PASSWORD:-}}"
    file="${POSTGRES_PASSWORD_FILE:-${POSTGRESQL_PASSWORD_FILE:-}}"
    if [ -z "$own" ] && [ -n "$file" ] && [ -r "$file" ]; then own=$(cat "$file"); fi
    [ -z "$own" ] || PGPASSWORD=$own
    [ -n "$PGPASSWORD" ] || unset PGPASSWORD
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
