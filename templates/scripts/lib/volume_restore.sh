# shellcheck shell=bash disable=SC2016,SC2034,SC2153 # variables are shared by the files of lib/; quoted programs run elsewhere
# Bringing volumes back from the archives of a backup. The files are unpacked beside the present ones, in the volume itself,
# and compared with what the backup says; then names are swapped while the services that use the volume are stopped.

# newest_with PATTERN: the newest verified backup with such archives, but what a restore has kept.
newest_with() {
  local name
  while IFS= read -r name; do
    case "$name" in '' | *-pre-restore) continue ;; esac
    if archive_roles "$STORE/$name/metadata.json" | grep -q "$1"; then
      printf '%s' "$name"
      return 0
    fi
  done <<<"$(backup_names | awk '{ line[NR] = $0 } END { for (i = NR; i; i--) print line[i] }')"
}

require_archives() {
  local why
  archive_roles "$BACKUP_DIR/metadata.json" | grep -q "$1" ||
    die unverified "backup $BACKUP_NAME holds no such archive" 'nothing was touched' 'volumes.sh tells which backups do'
  why="$(check_files "$BACKUP_DIR")" || damaged_backup "$why"
  readable_backup "$BACKUP_DIR" || damaged_backup "$WHY"
  why="$(check_archives "$READABLE")" || damaged_backup "$why"
}

# Each archive of the chosen backup has a volume of today; all are found before any is touched. WORK/targets: ROLE KIND REAL
# KEY SERVICES, with the unit separator between.
find_targets() {
  local role
  : >"$WORK/targets"
  while IFS= read -r role; do
    case "$role" in volume*) ;; *) continue ;; esac
    WANTED_ROLE="$role" WANTED_KEY="$(metadata_value "$BACKUP_DIR/metadata.json" "${role}_key")" TARGET_FOUND=no
    db_volumes "$DB_ID" target_if_wanted
    [ "$TARGET_FOUND" = yes ] || die refused "the Compose files have no volume $WANTED_KEY any more" 'nothing was touched' \
      'unpack its archive by hand where its files belong now'
  done <<<"$(archive_roles "$BACKUP_DIR/metadata.json")"
}

target_if_wanted() {
  [ "$1" = "$WANTED_KEY" ] || return 0
  locate_volume "$@" || die failed "the volume $1 does not exist" 'nothing was touched' 'create it: compose.sh up -d'
  TARGET_FOUND=yes
  printf '%s\037%s\037%s\037%s\037%s\n' "$WANTED_ROLE" "$2" "$REAL" "$1" "${8//$NEWLINE/ }" >>"$WORK/targets"
  say "replaces:    $1 ($REAL), $(metadata_value "$BACKUP_DIR/metadata.json" "${WANTED_ROLE}_files") files and folders in the archive"
}

restore_volumes() {
  local role kind real key services
  recover_volumes
  say 'safety:      the present volumes are backed up first, with the database'
  WITH_VOLUMES=yes
  take_backup pre-restore
  while IFS=$'\037' read -r role kind real key services <&3; do
    restore_volume "$role" "$kind" "$real" "$key" "$services"
  done 3<"$WORK/folders"
  start_again
}

restore_volume() {
  local role="$1" file id ids=()
  file="$READABLE/$(archive_file "$READABLE/metadata.json" "$role")"
  VOLUME_MOUNT="$(mount_words "$2" "$3" /volume)"
  unpack_aside "$4" "$file" "$role"
  while IFS= read -r id; do
    case "$id" in '' | "$CONTAINER") ;; *) ids+=("$id") ;; esac
  done <<<"$({
    # shellcheck disable=SC2086 # names of services, with blanks between
    running_of $5
    users_of "$3"
  } | awk '!seen[$0]++')"
  [ "${#ids[@]}" -eq 0 ] || stop_for_now '' ${ids[@]+"${ids[@]}"}
  in_volume sh -c "$(swap_program)" </dev/null 2>"$WORK/volume.err" ||
    die not-rolled-back "the volume $4 could not be exchanged: $(head -n 1 "$WORK/volume.err")" \
      "its old files are in $BACKUP_NAME, and in .dbguard-old in the volume" 'run the same command again: it goes on where this ended'
  say "restored:    $4, $(metadata_value "$READABLE/metadata.json" "${role}_files") files and folders"
}

# What an earlier run has only unpacked goes; what it had begun to swap is finished, before anything is kept or unpacked.
recover_volumes() {
  local line role kind real key services found
  : >"$WORK/folders"
  while IFS= read -r line; do
    IFS=$'\037' read -r role kind real key services <<<"$line"
    VOLUME_MOUNT="$(mount_words "$kind" "$real" /volume)"
    found="$(in_volume sh -c "[ -d /volume ] || { echo file; exit 0; }
      if [ -d /volume/.dbguard-old ]; then $(swap_program)
      fi; rm -rf /volume/.dbguard-new" </dev/null 2>"$WORK/volume.err")" ||
      die failed "the volume $key cannot be written: $(head -n 1 "$WORK/volume.err")" 'its files are as they were'
    if [ "$found" = file ]; then
      # It is mounted by itself, and cannot be exchanged by name.
      warn "$key is one file, which is put back by hand: tar -xOf $(archive_file "$BACKUP_DIR/metadata.json" "$role") volume"
    else
      printf '%s\n' "$line" >>"$WORK/folders"
    fi
  done <"$WORK/targets"
}

# unpack_aside KEY FILE ROLE: as many entries and as many bytes come out as the archive had; a file with several names counts
# once.
unpack_aside() {
  local found expected file="$READABLE/metadata.json"
  expected="$(metadata_value "$file" "$3_files")/$(metadata_value "$file" "$3_bytes")"
  found="$(in_volume sh -c 'new=/volume/.dbguard-new; mkdir "$new" && tar -C "$new" --numeric-owner -xpf - && cd "$new" &&'"
    $(count_program)" <"$2" 2>"$WORK/volume.err")" || not_unpacked "$1" "$(head -n 1 "$WORK/volume.err")"
  [ "$found" = "$expected" ] || not_unpacked "$1" "$found came out (files/bytes), and $expected were written"
}

not_unpacked() {
  in_volume rm -rf /volume/.dbguard-new </dev/null 2>/dev/null || true
  die failed "the archive of $1 could not be unpacked: $2" 'its files are as they were'
}

# A dot for each name, whatever it looks like.
count_program() {
  cat <<'SH'
    names=$(find . -exec printf '.%.0s' {} + | wc -c) &&
    bytes=$(find . -type f -exec stat -c '%d:%i %s' {} + | awk '!seen[$1]++ { n += $2 } END { printf "%.0f", n }') &&
    echo "$((names))/$bytes"
SH
}

# Can be run again after any death: as long as .dbguard-moved is not there, what lies at the top is old.
swap_program() {
  cat <<'SH'
    set -e
    cd /volume
    move() { find "$1" -mindepth 1 -maxdepth 1 ! -name '.dbguard-*' -exec sh -c 'to=$1; shift; mv -- "$@" "$to/"' sh "$2" {} +; }
    if [ ! -e .dbguard-moved ]; then
      mkdir -p .dbguard-old
      move . .dbguard-old
      : >.dbguard-moved
    fi
    if [ -d .dbguard-new ]; then
      chown "$(stat -c %u:%g .dbguard-new)" .
      chmod "$(stat -c %a .dbguard-new)" .
      move .dbguard-new .
    fi
    sync
    rm -rf .dbguard-new .dbguard-old
    rm -f .dbguard-moved
SH
}

# restore_cold: the files of a stopped database, into a volume of their own. Nothing that exists is touched, and nothing is
# attached: a person does that.
restore_cold() {
  local name kind rest
  storage_known || true
  VOLUME_IMAGE="$(WOULD_IMAGE="$(metadata_value "$READABLE/metadata.json" cold_image)" image_at_hand)" ||
    die failed 'no image is here to unpack with' 'nothing was touched' 'docker pull busybox'
  NEW_VOLUME="$(metadata_value "$READABLE/metadata.json" cold_name)"
  case "$NEW_VOLUME" in */*) NEW_VOLUME="$DB_ID" ;; esac
  NEW_VOLUME="${NEW_VOLUME}_restored_$(timestamp)"
  if volume_exists "$NEW_VOLUME"; then die failed "the volume $NEW_VOLUME exists" 'nothing was touched' 'try again in a second'; fi
  docker volume create "$NEW_VOLUME" >/dev/null </dev/null || die failed "the volume $NEW_VOLUME cannot be created" 'nothing was touched'
  at_exit drop_new_volume
  VOLUME_MOUNT="$(mount_words volume "$NEW_VOLUME" /volume)"
  unpack_aside "$NEW_VOLUME" "$READABLE/$(archive_file "$READABLE/metadata.json" cold)" cold
  in_volume sh -c "$(swap_program)" </dev/null 2>"$WORK/volume.err" || not_unpacked "$NEW_VOLUME" "$(head -n 1 "$WORK/volume.err")"
  IFS=$'\037' read -r name kind rest <<<"$(look_into "$NEW_VOLUME")"
  [ "$kind" = "$(engine_of_files)" ] ||
    die unverified "what came out of the archive holds ${kind:-nothing that can be looked into}, and not $DB_ENGINE" 'the new volume was removed'
  NEW_VOLUME_GOOD=yes
}

drop_new_volume() {
  if [ "${NEW_VOLUME_GOOD:-no}" = yes ]; then return 0; fi
  docker volume rm "$NEW_VOLUME" >/dev/null 2>&1 </dev/null || warn "the unfinished volume $NEW_VOLUME could not be removed"
  return 0
}

tell_how_to_attach() {
  local key="${DB_VOLUME:-data}" file="${DB_COMPOSE_FILES%%"$NEWLINE"*}"
  key="$(metadata_value "$READABLE/metadata.json" cold_key || printf '%s' "$key")"
  case "$key" in */* | .*) key="${key##*/}" ;; esac
  say "unpacked:    $(describe_volume "$NEW_VOLUME")"
  say 'next:        nothing is attached yet. To use it, stop the services (compose.sh stop), write into'
  say "             $file:"
  say "               volumes:"
  say "                 $key:"
  say "                   name: $NEW_VOLUME"
  say "                   external: true"
  say "             then preflight.sh --db $DB_ID --accept and compose.sh up -d. The old volume stays as it is."
}
