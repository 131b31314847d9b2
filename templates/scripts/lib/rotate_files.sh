# shellcheck shell=bash disable=SC2034 # variables are shared by the files of lib/
# The journal of a rotation, and the files that it replaces.
#
# The invariant: whenever the server may hold another password than the files, STORE/.rotate holds the old and the new text
# of every file, complete and flushed. So after a kill -9 at any moment the next run asks the server which password it
# accepts, and makes every file say that one. Nothing is sent to the server for that, and no file is ever half written:
# each one is replaced by a rename. The journal is removed last, when all is equal again; until then only its owner can
# read it. Its phases:
#   altering   the server holds the old or the new password, the files the old one
#   files      the server holds the new password; some of the files may
#   undoing    as altering, with files of both kinds
# .rotate itself appears by a rename: without it nothing was touched.

journal_open() {
  local file n=0
  JOURNAL="$STORE/.rotate"
  mkdir -- "$WORK/rotate" "$WORK/rotate/files"
  for file in ${MIRRORED[@]+"${MIRRORED[@]}"}; do
    ! cmp -s -- "$ROOT/$file" "$MIRROR/$file" || continue
    n=$((n + 1))
    mkdir -- "$WORK/rotate/files/$n"
    printf '%s' "$file" >"$WORK/rotate/files/$n/path"
    cat -- "$ROOT/$file" >"$WORK/rotate/files/$n/old"
    cat -- "$MIRROR/$file" >"$WORK/rotate/files/$n/new"
  done
  printf '%s' "$ROLE" >"$WORK/rotate/role"
  printf '%s' "$NEW_PASSWORD" >"$WORK/rotate/password.new"
  printf '%s' "$OLD_PASSWORD" >"$WORK/rotate/password.old"
  printf '%s' "$LOGIN_ADDRESS" >"$WORK/rotate/address"
  engine rotate_keep "$WORK/rotate"
  printf 'altering\n' >"$WORK/rotate/phase"
  flush "$WORK"/rotate/* "$WORK"/rotate/files/*/*
  mv -- "$WORK/rotate" "$JOURNAL"
}

journal_phase() {
  printf '%s\n' "$1" >"$JOURNAL/phase.next"
  mv -f -- "$JOURNAL/phase.next" "$JOURNAL/phase"
  flush "$JOURNAL/phase"
}

# Renamed first: a removal that is cut short must not leave half a journal.
journal_close() {
  mv -- "$JOURNAL" "$STORE/.gone.rotate.$$"
  rm -rf -- "$STORE/.gone.rotate.$$"
}

journal_paths() {
  local one
  for one in "$JOURNAL"/files/*; do
    [ ! -d "$one" ] || printf '%s\n' "$(cat -- "$one/path")"
  done
}

# swap_files old|new: every file says that. One that somebody else has changed meanwhile is left, named in SWAP_LEFT.
swap_files() {
  local one real
  SWAP_LEFT=''
  for one in "$JOURNAL"/files/*; do
    [ -d "$one" ] || continue
    real="$ROOT/$(cat -- "$one/path")"
    rm -f -- "$real.dbguard-new" 2>/dev/null || true
    if cmp -s -- "$real" "$one/$1"; then continue; fi
    if ! cmp -s -- "$real" "$one/old" && ! cmp -s -- "$real" "$one/new"; then
      SWAP_LEFT="${SWAP_LEFT:+$SWAP_LEFT, }$real was changed by somebody else"
    elif ! replace_file "$real" "$one/$1"; then
      SWAP_LEFT="${SWAP_LEFT:+$SWAP_LEFT, }$real could not be written"
      rm -f -- "$real.dbguard-new" 2>/dev/null || true
    fi
  done
  [ -z "$SWAP_LEFT" ]
}

# replace_file FILE TEXT: by a rename, with the mode and the owner that FILE has.
replace_file() {
  [ ! -e "$1.dbguard-new" ] || return 1
  cp -p -- "$1" "$1.dbguard-new" && cat -- "$2" >"$1.dbguard-new" && flush "$1.dbguard-new" && mv -f -- "$1.dbguard-new" "$1"
}
