#!/usr/bin/env bash
# Builds the image postgres:15 from the distribution's packages, for a Docker daemon that cannot reach a registry.
# The file system is cached outside the repository, so that only the first run takes its minute.
set -euo pipefail

cache="${XDG_CACHE_HOME:-$HOME/.cache}/dbguard-lab"
suite="${DBGUARD_LAB_SUITE:-bookworm}"
archive="$cache/postgres-$suite.tar"
root="$cache/root.$$"
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)"

# /proc may still be mounted in a tree whose build was cut short.
remove_root() {
  umount "$root/proc" 2>/dev/null || true
  rm -rf --one-file-system "$root"
}

build_archive() {
  mkdir -p "$cache"
  trap remove_root EXIT
  debootstrap --variant=minbase --include=postgresql "$suite" "$root" >&2
  umount "$root/proc" 2>/dev/null || true
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

[ -f "$archive" ] || build_archive
docker image inspect postgres:15 >/dev/null 2>&1 || import_image
