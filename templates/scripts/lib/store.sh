# shellcheck shell=bash disable=SC2034,SC2153 # variables are shared by the files of lib/
# Where backups are kept: BACKUPS/ID/NAME/ with metadata.json and the files. A backup comes into being by one rename, when
# it is complete and verified; whatever is not named like a backup is not one.

store_prepare() {
  mkdir -p -- "$STORE" || die failed "$STORE cannot be created" '' 'look at its permissions and at the free space'
  # Dumps hold personal data and password digests: git must never see them, whatever the project's own rules say.
  [ -f "$BACKUPS/.gitignore" ] || printf '*\n!.gitignore\n' >"$BACKUPS/.gitignore"
}

# WORK is private to this process. It lies beside the backups, so that a finished one can be moved by renaming.
work_prepare() {
  local old pid
  for old in "$STORE"/.work.*; do
    [ -d "$old" ] || continue
    pid="${old##*/.work.}"
    pid="${pid%%.*}"
    is_alive "$pid" || rm -rf -- "$old"
  done
  for old in "$STORE"/.lock.stale.* "$STORE"/.lock.new.* "$STORE"/.identity.*; do
    if [ -e "$old" ] && ! is_alive "${old##*.}"; then rm -rf -- "$old"; fi
  done
  for old in "$STORE"/.gone.*; do
    [ ! -d "$old" ] || rm -rf -- "$old"
  done
  WORK="$(mktemp -d "$STORE/.work.$$.XXXXXX")"
  mkdir -- "$WORK/stage"
  : >"$WORK/metadata"
  at_exit work_remove
}

work_remove() {
  rm -rf -- "$WORK"
}

is_backup_name() {
  case "$1" in
    [0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9]T[0-9][0-9][0-9][0-9][0-9][0-9]Z-*) ;;
    *) return 1 ;;
  esac
  case "$1" in *[!A-Za-z0-9._-]*) return 1 ;; esac
}

# Names of the complete backups, the oldest first.
backup_names() {
  names_in "$STORE"
}

names_in() {
  local dir
  for dir in "$1"/[0-9]*; do
    [ -f "$dir/metadata.json" ] || continue
    is_backup_name "${dir##*/}" || continue
    printf '%s\n' "${dir##*/}"
  done
}

newest_backup() {
  backup_names | tail -n 1
}

# What a person means by "the last backup": not the state that a restore has just replaced, nor that of an emptied database,
# nor one from a future that a wrong clock has made, unless there is no other.
default_backup() {
  local name rows epoch chosen='' future='' limit
  limit=$(($(date +%s) + 300))
  while IFS=$'\t' read -r name rows epoch; do
    case "$name" in *-pre-restore) continue ;; esac
    case "$rows" in '' | 0 | -) continue ;; esac
    case "$epoch" in *[!0-9]*) epoch=$((limit + 1)) ;; esac
    if [ "$epoch" -gt "$limit" ]; then future="$name"; else chosen="$name"; fi
  done <<<"$(backup_table row_count created_epoch)"
  chosen="${chosen:-$future}"
  if [ -n "$chosen" ]; then printf '%s' "$chosen"; else newest_backup; fi
}

# Moves the finished stage to its place. A name is a second and a label, so a second backup in one second waits.
store_commit() {
  local name
  name="$(timestamp)-$1"
  while [ -e "$STORE/$name" ]; do
    sleep 1
    name="$(timestamp)-$1"
  done
  meta basename "$name"
  metadata_write "$WORK/stage/metadata.json"
  chmod 600 "$WORK"/stage/*
  flush "$WORK"/stage/*
  require_lock
  mv -- "$WORK/stage" "$STORE/$name"
  BACKUP_NAME="$name"
  case "$1" in pre-restore) ;; *) point_latest "$name" ;; esac
}

# To the disk before the rename: after a power cut there is the whole backup or none.
flush() {
  sync -- "$@" 2>/dev/null || sync
}

point_latest() {
  local file link
  printf '%s\n' "$1" >"$STORE/.latest.$$"
  mv -f -- "$STORE/.latest.$$" "$STORE/latest"
  for link in "$STORE"/latest_*; do
    [ ! -L "$link" ] || rm -f -- "$link"
  done
  for file in "$STORE/$1"/*; do
    link="${file##*/}"
    # A file system without links has the text file, which is what the scripts read.
    ln -s "$1/$link" "$STORE/latest_$link" 2>/dev/null || true
  done
}

# A label is part of a directory's name.
clean_label() {
  local label="${1//[!A-Za-z0-9._-]/-}"
  printf '%s' "${label:0:60}"
}

# backup_table KEY…: one line a complete backup, the oldest first: its name, then the values, with tabs between them and -
# for what is absent. Only for values without escapes.
backup_table() {
  backup_names | table_of "$STORE" "$@"
}

# table_of DIR KEY…: the same of the names that are read from standard input.
table_of() {
  local dir="$1"
  shift
  DIR="$dir" KEYS="$*" LC_ALL=C awk -f "$LIB/table.awk"
}

# The dump is about as large as the last one; a first one is hardly larger than half of the database.
check_free_space() {
  local free last='' name needed="$1"
  name="$(newest_backup)"
  [ -z "$name" ] || last="$(metadata_value "$STORE/$name/metadata.json" bytes_database || true)"
  needed=$((needed / 2))
  [ -z "$ENCRYPT_METHOD" ] || needed=$((needed * 2))
  if [ -n "$last" ] && [ $((last * 2)) -gt "$needed" ]; then needed=$((last * 2)); fi
  free="$(df -Pk "$STORE" | awk 'END { printf "%.0f\n", $(NF - 2) * 1024 }')"
  case "$free" in '' | *[!0-9]*) return 0 ;; esac
  [ "$free" -ge "$needed" ] || die failed "$STORE has $free bytes free, and a backup needs about $needed" \
    'older backups are untouched' 'free some space, or lower keep_last and keep_days in dbguard.toml'
}

# resolve_backup [NAME]: sets BACKUP_NAME and BACKUP_DIR, here or in the archive; without a name, default_backup.
resolve_backup() {
  BACKUP_NAME="${1:-}"
  BACKUP_NAME="${BACKUP_NAME%/}"
  BACKUP_NAME="${BACKUP_NAME##*/}"
  case "$BACKUP_NAME" in '' | latest) BACKUP_NAME="$(default_backup)" ;; esac
  [ -n "$BACKUP_NAME" ] || die unverified "there is no backup of database $DB_ID in $STORE" 'nothing was touched' \
    'look for backups elsewhere before anything else is done to this database'
  if is_backup_name "$BACKUP_NAME"; then
    for BACKUP_DIR in "$STORE/$BACKUP_NAME" "${ARCHIVE:-$STORE}/$BACKUP_NAME"; do
      [ ! -f "$BACKUP_DIR/metadata.json" ] || return 0
    done
  fi
  die unverified "'$BACKUP_NAME' is not a complete backup of database $DB_ID" 'nothing was touched' \
    "choose one: list-backups.sh --db $DB_ID"
}

# Every file is what metadata.json says, and belongs to this engine: prints why not.
check_files() {
  local dir="$1" file="$1/metadata.json" role name
  [ "$(metadata_value "$file" schema || true)" = dbguard.backup/1 ] || {
    echo 'metadata.json is damaged, or of another version'
    return 1
  }
  name="$(metadata_value "$file" engine || true)"
  [ "$name" = "$DB_ENGINE" ] || {
    echo "it is a backup of $name, and this database is $DB_ENGINE"
    return 1
  }
  [ "$(lines_in_counts "$file")" = "$(metadata_value "$file" table_count || true)" ] || {
    echo 'metadata.json is cut short'
    return 1
  }
  while IFS= read -r role; do
    name="$(metadata_value "$file" "file_$role")"
    case "$name" in '' | */* | .*)
      echo "metadata.json names a strange file"
      return 1
      ;;
    esac
    [ -f "$dir/$name" ] || {
      echo "$name is missing"
      return 1
    }
    [ "$(file_bytes "$dir/$name")" = "$(metadata_value "$file" "bytes_$role" || true)" ] || {
      echo "$name has $(file_bytes "$dir/$name") bytes, and $(metadata_value "$file" "bytes_$role" || true) were written"
      return 1
    }
    [ "$(sha256_of "$dir/$name")" = "$(metadata_value "$file" "sha256_$role" || true)" ] || {
      echo "$name was changed since it was written (its SHA-256 differs)"
      return 1
    }
  done <<<"$(sed -n 's/^  "file_\([a-z0-9]*\)": .*/\1/p' "$file")"
  metadata_value "$file" file_database >/dev/null || {
    echo 'metadata.json names no dump'
    return 1
  }
}

lines_in_counts() {
  metadata_counts "$1" | awk 'END { print NR }'
}

# Dies unless the chosen backup is whole: nothing is ever restored from one that is not. Sets READABLE.
require_whole_backup() {
  local why
  why="$(check_files "$BACKUP_DIR")" || damaged_backup "$why"
  readable_backup "$BACKUP_DIR" || damaged_backup "$WHY"
  why="$(engine check "$READABLE")" || damaged_backup "$why"
}

damaged_backup() {
  audit verify failed "$BACKUP_NAME: $1"
  die unverified "backup $BACKUP_NAME cannot be trusted: $1" 'the database was not touched' \
    "choose another one: list-backups.sh --db $DB_ID"
}
