# shellcheck shell=bash disable=SC2034,SC2153 # variables are shared by the files of lib/
# Asking a person. The name of the database has to be typed, so that nothing happens by a key that was pressed too often or
# in the wrong window. Standard input is read byte by byte: what follows the name is left for the command.

# confirm_by_name YES WHAT: YES is yes or no, whether words around the question are left out; WHAT says what is about to happen.
# Without a terminal the name is read all the same.
confirm_by_name() {
  local typed=''
  if [ "$1" = no ] && [ -t 0 ] && [ -n "${2:-}" ]; then printf '%s\n' "$2"; fi
  printf 'Type the name of the database (%s) to go on: ' "$DB_DATABASE" >&2
  IFS= read -r typed || true
  # A file has no other name than its path, in full or in part.
  if [ "$DB_RUN" = file ] && [ "$typed" = "${DB_PATH#"$ROOT"/}" ]; then return 0; fi
  if [ -n "$typed" ] && [ "$typed" = "$DB_DATABASE" ]; then return 0; fi
  die refused 'the name was not typed' 'nothing was touched'
}
