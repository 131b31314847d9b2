# shellcheck shell=bash disable=SC2034,SC2016 # variables are shared by the files of lib/; quoted programs run elsewhere
# Ways into a container. find_container sets CONTAINER (empty: the client runs here), CONTAINER_TOOL (docker, podman or
# kubectl) and CONTAINER_PLACE (for people); container_exec runs a program in it. No engine names any of these tools.

runs_in_container() {
  case "$DB_RUN" in compose | container | kubernetes) return 0 ;; *) return 1 ;; esac
}

find_container() {
  case "$DB_RUN" in
    container) find_named_container ;;
    kubernetes) find_pod ;;
    *) find_compose_container ;;
  esac
}

# container_exec [-e NAME | -e NAME=VALUE]… COMMAND…: standard input is passed on, and there is no terminal, which would
# change binary output. Secrets go by NAME, so that no value is an argument.
container_exec() {
  local options=()
  while [ "$1" = -e ]; do
    options+=(-e "$2")
    shift 2
  done
  if [ "$CONTAINER_TOOL" = kubectl ]; then
    pod_exec ${options[@]+"${options[@]}"} -- "$@"
  else
    "$CONTAINER_TOOL" exec -i ${options[@]+"${options[@]}"} "$CONTAINER" "$@"
  fi
}

# A variable of the container, as it was started; secrets are not asked for in this way.
container_variable() {
  container_exec printenv "$1" </dev/null 2>/dev/null || true
}

# Sets CONTAINER_TOOL to what runs containers on this machine.
find_container_tool() {
  local reason
  CONTAINER_TOOL=docker
  if command -v docker >/dev/null 2>&1; then
    reason="$(docker version --format '{{.Server.Version}}' 2>&1 >/dev/null </dev/null)" ||
      die failed "the Docker daemon does not answer: $reason" 'nothing was touched' 'start Docker and run this again'
  elif command -v podman >/dev/null 2>&1; then
    CONTAINER_TOOL=podman
  else
    die failed 'neither docker nor podman is installed, or on PATH' 'nothing was touched' "database $DB_ID lives in $CONTAINER_PLACE"
  fi
}

container_is_running() {
  [ "$("$CONTAINER_TOOL" inspect --format '{{.State.Running}}' "$1" 2>/dev/null </dev/null)" = true ]
}

# DB_CONTAINER is a name, or a label as KEY=VALUE, of which one running container has to have it.
find_named_container() {
  CONTAINER_PLACE="container $DB_CONTAINER"
  find_container_tool
  case "$DB_CONTAINER" in
    *=*) CONTAINER="$("$CONTAINER_TOOL" ps -q --no-trunc --filter "label=$DB_CONTAINER" </dev/null)" ;;
    *) CONTAINER="$DB_CONTAINER" ;;
  esac
  only_one "$CONTAINER" "the container $DB_CONTAINER is not running" "look for it: $CONTAINER_TOOL ps -a"
  container_is_running "$CONTAINER" || die failed "the container $DB_CONTAINER is not running" 'nothing was touched' \
    "start it: $CONTAINER_TOOL start $DB_CONTAINER (never a new one without its volume)"
}

# only_one FOUND WHAT-IF-NONE WHAT-TO-DO
only_one() {
  case "$1" in
    '') die failed "$2" 'nothing was touched' "$3" ;;
    *$'\n'*) die failed "several fit: ${1//$'\n'/ }" 'nothing was touched' 'make dbguard.toml say which one, or stop the others' ;;
  esac
}

# The one running container that publishes the port $1 of this machine; sets CONTAINER, or ends with status 1.
find_publishing_container() {
  CONTAINER=''
  command -v docker >/dev/null 2>&1 || command -v podman >/dev/null 2>&1 || return 1
  CONTAINER_TOOL=docker
  command -v docker >/dev/null 2>&1 || CONTAINER_TOOL=podman
  CONTAINER="$("$CONTAINER_TOOL" ps -q --no-trunc --filter "publish=$1" 2>/dev/null </dev/null)" || CONTAINER=''
  case "$CONTAINER" in
    '' | *$'\n'*)
      CONTAINER=''
      return 1
      ;;
  esac
  CONTAINER_PLACE="the container that publishes port $1"
}
