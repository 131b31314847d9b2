#!/usr/bin/env bash
# Starts a Docker daemon of its own in a directory, for the Compose tests, and prints the DOCKER_HOST to use.
#   start-docker.sh DIR        start (or keep the running one) and build the images that are missing
#   start-docker.sh DIR stop   stop it again, by its pid file
# Needs root and the packages docker.io, docker-compose and debootstrap.
set -euo pipefail

dir="${1:?a directory for the daemon}"
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)"
mkdir -p "$dir"
dir="$(cd "$dir" && pwd -P)"
export DOCKER_HOST="unix://$dir/docker.sock"

if [ "${2:-start}" = stop ]; then
  [ ! -f "$dir/pid" ] || kill "$(cat "$dir/pid")"
  exit 0
fi

if ! docker info >/dev/null 2>&1; then
  setsid dockerd --data-root "$dir/data" --exec-root "$dir/exec" --host "$DOCKER_HOST" --pidfile "$dir/pid" \
    >"$dir/log" 2>&1 </dev/null &
  for _ in $(seq 60); do
    if docker info >/dev/null 2>&1; then break; fi
    sleep 0.5
  done
  docker info >/dev/null 2>&1 || {
    tail -n 20 "$dir/log" >&2
    exit 1
  }
fi
"$here/build-images.sh" >&2
echo "$DOCKER_HOST"
