# shellcheck shell=bash disable=SC2034,SC2153 # variables are shared by the files of lib/
# The place of old backups: ARCHIVE_DIRECTORY/ID, perhaps on another disk. The same mark lies in STORE/.archive and in
# ARCHIVE/.owner: a disk that is not mounted, and the archive of another project, are not taken for ours.

# Sets ARCHIVE, from which may be read (empty: nowhere), and ARCHIVE_IS_OURS, which allows to change it.
archive_place() {
  ARCHIVE='' ARCHIVE_IS_OURS=no
  [ -n "$ARCHIVE_DIRECTORY" ] || return 0
  case "$ARCHIVE_DIRECTORY" in /*) ARCHIVE_ROOT="$ARCHIVE_DIRECTORY" ;; *) ARCHIVE_ROOT="$ROOT/$ARCHIVE_DIRECTORY" ;; esac
  local ours='' theirs=''
  [ ! -f "$STORE/.archive" ] || ours="$(cat -- "$STORE/.archive")"
  [ ! -f "$ARCHIVE_ROOT/$DB_ID/.owner" ] || theirs="$(cat -- "$ARCHIVE_ROOT/$DB_ID/.owner")"
  if [ -n "$ours" ] && [ "$ours" != "$theirs" ]; then
    warn "the archive $ARCHIVE_ROOT/$DB_ID is not there, or belongs to another project (a disk that is not mounted?)"
  elif [ -n "$theirs" ]; then
    ARCHIVE="$ARCHIVE_ROOT/$DB_ID"
    [ "$ours" != "$theirs" ] || ARCHIVE_IS_OURS=yes
  fi
}

# Called once there is something to move. An empty archive without its counterpart here comes from a run that was cut short.
archive_prepare() {
  [ "$ARCHIVE_IS_OURS" != yes ] || return 0
  local mark='' dir="$ARCHIVE_ROOT/$DB_ID"
  if [ -s "$dir/.owner" ] && [ -z "$(names_in "$dir")" ]; then mark="$(cat -- "$dir/.owner")"; fi
  if [ -f "$STORE/.archive" ] || { [ -s "$dir/.owner" ] && [ -z "$mark" ]; }; then
    die failed "the archive $dir is not there, or belongs to another project" 'nothing was moved' \
      "mount it; if it is this one's, $dir/.owner and $STORE/.archive must hold the same line; else choose another directory"
  fi
  archive_directory "$dir"
  [ -n "$mark" ] || mark="$(head -c 16 /dev/urandom | od -An -tx1 | tr -d ' \n')"
  write_mark "$dir/.owner" "$mark"
  write_mark "$STORE/.archive" "$mark"
  ARCHIVE="$dir" ARCHIVE_IS_OURS=yes
}

# An absolute one must exist: creating it would fill the disk below a mount point.
archive_directory() {
  case "$ARCHIVE_DIRECTORY" in
    /*) [ -d "$ARCHIVE_ROOT" ] || die failed "the archive's directory $ARCHIVE_ROOT does not exist" 'nothing was moved' \
      'mount its disk, or create it once by hand' ;;
  esac
  mkdir -p -- "$1" || die failed "$1 cannot be created" 'nothing was moved' 'look at its permissions'
  # Dumps must stay out of git, wherever they lie.
  [ -f "$ARCHIVE_ROOT/.gitignore" ] || printf '*\n!.gitignore\n' >"$ARCHIVE_ROOT/.gitignore"
}

write_mark() {
  printf '%s\n' "$2" >"$1.$$"
  flush "$1.$$"
  mv -f -- "$1.$$" "$1"
}

# Names of the backups that are only there; one that is in both places was being moved, and still is one of here.
archived_names() {
  [ -n "$ARCHIVE" ] || return 0
  local name
  while IFS= read -r name; do
    [ -z "$name" ] || [ -f "$STORE/$name/metadata.json" ] || printf '%s\n' "$name"
  done <<<"$(names_in "$ARCHIVE")"
}

# What a killed run has left there. A name in both places is moved again, or finished, when its turn comes.
archive_recover() {
  [ "$ARCHIVE_IS_OURS" = yes ] || return 0
  local old
  for old in "$ARCHIVE"/.coming.* "$ARCHIVE"/.gone.*; do
    [ ! -d "$old" ] || rm -rf -- "$old"
  done
}

# archive_backup NAME: the source goes only when a whole copy, flushed to its disk, has its name. Status 1: it stays here.
archive_backup() {
  local from="$STORE/$1" to="$ARCHIVE/$1" coming="$ARCHIVE/.coming.$1" why
  why="$(check_files "$from")" || not_archived "$1" "$why" || return 1
  if [ -e "$to" ]; then
    same_backup "$from" "$to" || rm -rf -- "$to"
  fi
  if [ ! -e "$to" ]; then
    rm -rf -- "$coming"
    copy_backup "$from" "$coming" || not_archived "$1" 'it cannot be copied (is the archive full?)' || {
      rm -rf -- "$coming"
      return 1
    }
    same_backup "$from" "$coming" || not_archived "$1" 'the copy differs from what was written' || {
      rm -rf -- "$coming"
      return 1
    }
    mv -- "$coming" "$to" || return 1
  fi
  flush "$to"
  mv -- "$from" "$STORE/.gone.$1"
  rm -rf -- "$STORE/.gone.$1"
  audit archive moved "$1"
}

copy_backup() {
  mkdir -- "$2" && cp -p -- "$1"/* "$2"/ && flush "$2"/*
}

# The copy has all files of the source, whole by their digests, and the small ones byte by byte.
same_backup() {
  local file
  for file in "$1"/*; do
    [ -f "$2/${file##*/}" ] || return 1
    case "$file" in *.json) cmp -s -- "$file" "$2/${file##*/}" || return 1 ;; esac
  done
  check_files "$2" >/dev/null
}

not_archived() {
  warn "backup $1 was not moved to the archive: $2"
  NOT_ARCHIVED=$((${NOT_ARCHIVED:-0} + 1))
  return 1
}
