#!/usr/bin/env bash
# Changes a database's password inside the server and in every file that holds it; the data is not touched.
set -euo pipefail
umask 077
HERE="$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)"
# shellcheck source-path=SCRIPTDIR
# shellcheck source=lib/core.sh
. "$HERE/lib/core.sh"

usage() {
  cat <<'USAGE'
Usage: rotate-password.sh [--db ID] [--yes] [--dry-run] [--recover]
                          [--stdin | --type | --from-files]
                          [--leave PLACE]... [--all]

Changes the password of the database's role inside the running server, and in
every place of the project that holds it (validate-env.sh lists them). Then it
logs in with the new one, and starts the application's services anew; the
database's own container and its volume are left alone. If anything fails, the
server and the files get the old password back.

Use it, instead of deleting a volume, when a password in a file was changed and
the login fails: a database keeps the password that it was first started with.

  --db ID        needed when there are several databases
  --dry-run      show every place that would be rewritten, and change nothing
  --yes          ask nothing
  --stdin        the new password is the first line of standard input
  --type         ask for it twice (without any of the three, a long random one
                 is made; it is never shown, the files have it)
  --from-files   make the server take the password that the files hold already
  --leave PLACE  do not rewrite this place: FILE, `FILE KEY` or `variable KEY`
  --all          rewrite all places although they differ from each other now
  --recover      only finish or undo a rotation that was cut short

Exit status: 0 done, 1 failed before anything was touched, 2 usage, 3 refused,
             5 locked, 6 failed and undone, 7 failed and not undone (which
             password the server has, and where the old files are, is printed).
USAGE
}

main() {
  DRY_RUN=no YES=no RECOVER_ONLY=no SOURCE=generated LEAVE='' ALL=no
  arguments "$@"
  [ "$JSON" = no ] || usage_error 'rotate-password.sh has no --json: it talks to a person'
  start "$HERE"
  for topic in rewrite rotate_places rotate_shared rotate_files rotate_login rotate; do
    # shellcheck source=/dev/null
    . "$LIB/$topic.sh"
  done
  [ -n "$WANTED" ] || ! several_databases || usage_error 'there are several databases: which one? --db ID'
  rotate_one "${WANTED:-$DB_IDS}"
}

# shellcheck disable=SC2034 # read by lib/rotate*.sh
option() {
  case "$1" in
    --dry-run) DRY_RUN=yes ;;
    --yes) YES=yes ;;
    --recover) RECOVER_ONLY=yes ;;
    --all) ALL=yes ;;
    --stdin | --type | --from-files)
      [ "$SOURCE" = generated ] || usage_error '--stdin, --type and --from-files exclude each other'
      SOURCE="${1#--}"
      ;;
    --leave)
      value_of "$@"
      LEAVE="$LEAVE$VALUE"$'\n'
      ;;
    *) return 1 ;;
  esac
}

main "$@"
