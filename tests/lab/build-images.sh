#!/usr/bin/env bash
# Builds local images for a Docker daemon that cannot reach a registry: postgres:15 from the distribution's packages, and
# postgres:16 and postgres:18 from the servers of fetch-postgres.sh where DBGUARD_POSTGRES names them. The file system is cached
# outside the repository, so that only the first run takes its minute.
set -euo pipefail

cache="${XDG_CACHE_HOME:-$HOME/.cache}/dbguard-lab"
suite="${DBGUARD_LAB_SUITE:-bookworm}"
archive="$cache/postgres-$suite.tar"
root="$cache/root.$$"
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)"

# debootstrap may leave /proc mounted in the tree, also when it was cut short.
unmount_proc() {
  if mountpoint -q "$root/proc"; then umount "$root/proc"; fi
}

remove_root() {
  unmount_proc
  rm -rf --one-file-system "$root"
}

build_archive() {
  mkdir -p "$cache"
  trap remove_root EXIT
  debootstrap --variant=minbase --include=postgresql "$suite" "$root" >&2
  unmount_proc
  install -m 0755 "$here/postgres-entrypoint.sh" "$root/usr/local/bin/docker-entrypoint.sh"
  rm -rf "$root"/var/lib/postgresql/*/main "$root"/var/cache/apt/archives/*.deb "$root"/var/lib/apt/lists/*
  install -d -m 0700 "$root/var/lib/postgresql/data"
  chroot "$root" chown -R postgres:postgres /var/lib/postgresql
  tar -C "$root" --exclude='./proc/*' --exclude='./sys/*' -cf "$archive.partial" .
  mv "$archive.partial" "$archive"
}

import_image() {
  docker import \
    --change 'ENV PATH=/usr/lib/postgresql/15/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' \
    --change 'ENV PGDATA=/var/lib/postgresql/data' \
    --change 'ENTRYPOINT ["docker-entrypoint.sh"]' \
    --change 'CMD ["postgres"]' \
    --change 'VOLUME /var/lib/postgresql/data' \
    --change 'EXPOSE 5432' \
    "$archive" postgres:15
}

# other_image MAJOR PGDATA VOLUME: the same file system with another server in front, and the directories of its official image.
other_image() {
  local context inside
  docker image inspect "postgres:$1" >/dev/null 2>&1 && return 0
  docker image inspect dbguard-lab-base >/dev/null 2>&1 || docker import "$archive" dbguard-lab-base
  context="$(mktemp -d)"
  # The programs find their libraries by the way from here to there, so the tree stays as it is.
  inside="$(readlink "$DBGUARD_POSTGRES/$1")"
  cp -R "$DBGUARD_POSTGRES/${inside%%/*}" "$context/tree"
  printf '%s\n' 'FROM dbguard-lab-base' 'COPY tree /opt/tree' \
    "ENV PATH=/opt/tree/${inside#*/}/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" "ENV PGDATA=$2" \
    "RUN rm -rf /var/lib/postgresql/* && mkdir -p '$2' && chown -R postgres:postgres /var/lib/postgresql" \
    'ENTRYPOINT ["docker-entrypoint.sh"]' 'CMD ["postgres"]' "VOLUME $3" 'EXPOSE 5432' >"$context/Dockerfile"
  docker build -q -t "postgres:$1" "$context"
  rm -rf "$context"
}

[ -f "$archive" ] || build_archive
docker image inspect postgres:15 >/dev/null 2>&1 || import_image
if [ -n "${DBGUARD_POSTGRES:-}" ]; then
  other_image 16 /var/lib/postgresql/data /var/lib/postgresql/data
  other_image 18 /var/lib/postgresql/18/docker /var/lib/postgresql
fi
