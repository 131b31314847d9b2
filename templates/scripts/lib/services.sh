# shellcheck shell=bash disable=SC2153 # variables are shared by the files of lib/
# Stopping containers for as long as their files must not change. What is stopped is written down first: after a death that
# no trap sees, the next run of any script tells which ones, and how to start them.

# stop_for_now SECONDS CONTAINER…: in this order; they are started the other way round, at the latest when this run ends.
# SECONDS is how long each may take to end by itself; empty: as Compose or the image says.
stop_for_now() {
  local id name file="$STORE/.stopped" earlier='' seconds="$1"
  shift
  if [ -f "$file" ]; then earlier="$(stopped_names)"; else at_exit start_again; fi
  for id in "$@"; do
    name="$(docker inspect --format '{{.Name}}' "$id" 2>/dev/null </dev/null)" || die failed "the container $id is gone" 'nothing was changed'
    earlier="${earlier:+$earlier$NEWLINE}${name#/}"
    printf '%s\n' "$$" "$(uname -n)" "$(process_start "$$")" "$earlier" >"$file.$$"
    mv -f -- "$file.$$" "$file"
    say "stopping:    ${name#/}"
    docker stop ${seconds:+-t "$seconds"} "$id" >/dev/null 2>&1 </dev/null || die failed "the container ${name#/} cannot be stopped" 'what was stopped is started again'
  done
}

# Containers, never Compose: what was there a moment ago comes back with the storage that it had.
start_again() {
  local name file="$STORE/.stopped" left=''
  [ -f "$file" ] || return 0
  while IFS= read -r name; do
    [ -n "$name" ] || continue
    if docker start "$name" >/dev/null 2>&1 </dev/null; then
      say "started:     $name"
    else
      left="$left $name"
    fi
  done <<<"$(stopped_names | awk '{ line[NR] = $0 } END { for (i = NR; i; i--) print line[i] }')"
  if [ -z "$left" ]; then
    rm -f -- "$file"
    return 0
  fi
  warn "these containers could not be started again:$left; do it by hand: docker start$left"
  [ "$EXIT_STATUS" -ne 0 ] || EXIT_STATUS=1
  return 0
}

stopped_names() {
  sed 1,3d "$STORE/.stopped"
}

# Whether the run that wrote the note is still at work.
stopped_by_a_living_run() {
  local pid
  pid="$(sed -n 1p "$STORE/.stopped")"
  [ "$(sed -n 2p "$STORE/.stopped")" = "$(uname -n)" ] || return 0
  [ -n "$pid" ] && is_alive "$pid" && [ "$(process_start "$pid")" = "$(sed -n 3p "$STORE/.stopped")" ]
}

# For every script: what a killed run has left stopped.
tell_stopped() {
  local name names=''
  if [ ! -f "$STORE/.stopped" ] || stopped_by_a_living_run; then return 0; fi
  while IFS= read -r name; do
    [ "$(docker inspect --format '{{.State.Running}}' "$name" 2>/dev/null </dev/null)" = true ] || names="$names $name"
  done <<<"$(stopped_names)"
  if [ -z "$names" ]; then
    rm -f -- "$STORE/.stopped"
  else
    warn "a run that was killed has left containers of $DB_ID stopped. Start them: docker start$names"
  fi
}

# running_of SERVICE…: ids of the running containers of services of the project.
running_of() {
  local service
  for service in "$@"; do
    [ -z "$service" ] || docker ps -q --no-trunc --filter "label=com.docker.compose.project=$VOLUME_PROJECT" \
      --filter "label=com.docker.compose.service=$service" 2>/dev/null </dev/null
  done
}
