# shellcheck shell=bash disable=SC2034,SC2153 # variables are shared by the files of lib/
# Volumes as files of a backup: volume-KEY.tar beside the dump, in the roles volume1, volume2 … and cold. As metadata: the
# volume (_key, _type, _name, _destination, _service), and what the archive holds (_files, _bytes, and _changed: files that
# were being written while they were read).

# Called between the dump and the check of the backup; the containers may be stopped meanwhile (COLD=yes).
archive_volumes() {
  VOLUME_COUNT=0
  volumes_prepare || die failed "cannot tell where the volumes are: $WHY_UNKNOWN" 'older backups are untouched'
  require_volume_space
  db_volumes "$DB_ID" archive_if_critical
  [ "${COLD:-no}" = no ] || archive_cold
}

# What is missing is said in each run, and is no reason to have no backup of the database.
archive_if_critical() {
  local key="$1" kind="$2" service="$4" destination="$5"
  [ "$6" = critical ] || return 0
  if [ -n "$7" ]; then
    is_guarded_id "$7" || warn "the volume $key holds $7, and is in no backup: files of a running database are not archived"
    return 0
  fi
  if ! locate_volume "$@"; then
    warn "the volume $key of $service is not there (was the service never started?): it is not in this backup"
    return 0
  fi
  VOLUME_COUNT=$((VOLUME_COUNT + 1))
  archive_one "volume$VOLUME_COUNT" "$key" "$kind" "$REAL" "$service" "$destination" \
    "volume-$VOLUME_COUNT-$(clean_label "${key##*/}").tar"
}

# The database's own files, while it is stopped.
archive_cold() {
  local kind=volume
  [ "$NOW_TYPE" != bind ] || kind=bind
  # A server that is killed leaves files from which it would have to recover.
  stop_for_now 120 "$CONTAINER"
  [ "$(docker inspect --format '{{.State.ExitCode}}' "$CONTAINER" 2>/dev/null </dev/null)" != 137 ] ||
    archive_failed "$NOW_VOLUME" 'the database did not stop within 120 seconds, and was killed'
  meta cold_image "$NOW_IMAGE"
  archive_one cold "${DB_VOLUME:-$NOW_VOLUME}" "$kind" "$NOW_VOLUME" "$DB_SERVICE" "$NOW_DESTINATION" "volume-cold-$DB_ID.tar"
  start_again
  await_database
}

# Before a cold archive: whatever may write, but the database itself, which has to be dumped yet.
stop_applications() {
  local id ids=() services=()
  case "$NOW_TYPE" in volume | anonymous | bind) ;; *) die refused "the data of $DB_ID is on no volume" 'nothing was stopped' \
    "preflight.sh --db $DB_ID says where it is" ;; esac
  while IFS= read -r id; do services+=("$id"); done <<<"$DB_APP_SERVICES"
  VOLUME_PROJECT="$NOW_PROJECT"
  while IFS= read -r id; do
    case "$id" in '' | "$CONTAINER") ;; *) ids+=("$id") ;; esac
  done <<<"$({
    running_of ${services[@]+"${services[@]}"}
    users_of "$NOW_VOLUME"
  } | awk '!seen[$0]++')"
  [ "${#ids[@]}" -eq 0 ] || stop_for_now '' ${ids[@]+"${ids[@]}"}
}

users_of() {
  case "$1" in /*) ;; *) docker ps -q --no-trunc --filter "volume=$1" 2>/dev/null </dev/null ;; esac
}

await_database() {
  local tries=0
  until [ "$(engine state 2>/dev/null)" != unknown ]; do
    tries=$((tries + 1))
    [ "$tries" -lt 60 ] || {
      warn "$DB_ID was started, and does not answer yet: look at health.sh --db $DB_ID"
      return 0
    }
    sleep 1
  done
}

# archive_one ROLE KEY KIND SOURCE SERVICE DESTINATION FILE
archive_one() {
  local role="$1" key="$2" file="$WORK/stage/$7" status=0
  case "$STORE/" in "$4"/*) die failed "the backups lie in $4, which cannot be archived into itself" 'older backups are untouched' \
    "give it another class under [volumes] in dbguard.toml, or move the backups" ;; esac
  say "archiving:   $key ($4)"
  VOLUME_MOUNT="$(mount_words "$3" "$4" /volume readonly)"
  stream_from_container in_volume "$WORK/volume.digest" sh -c "$(pack_program)" >"$file" 2>"$WORK/volume.err" </dev/null || status=$?
  judge_tar "$key" "$status"
  [ "$(cat -- "$WORK/volume.digest")" = "$(sha256_of "$file")" ] ||
    archive_failed "$key" 'what arrived is not what was sent (their SHA-256 differ)'
  read_archive "$file" || archive_failed "$key" 'the archive cannot be read to its end'
  meta_file "$role" "$7"
  meta "${role}_key" "$key"
  meta "${role}_type" "$3"
  meta "${role}_name" "$4"
  meta "${role}_service" "$5"
  meta "${role}_destination" "$6"
  meta_raw "${role}_files" "$ARCHIVE_FILES"
  meta_raw "${role}_bytes" "$ARCHIVE_BYTES"
  meta_raw "${role}_changed" "$(lines_in "$WORK/volume.changed")"
  say "archived:    $key, $ARCHIVE_FILES files and folders, $ARCHIVE_BYTES bytes"
}

# A file that changes while it is read is normal in a folder that is in use; it is named. All else is a failure.
judge_tar() {
  local line
  grep -E 'file changed as we read it|removed before we read it|shrank by [0-9]* bytes' "$WORK/volume.err" >"$WORK/volume.changed" || true
  case "$2" in
    0) ;;
    1) [ -s "$WORK/volume.changed" ] || archive_failed "$1" "$(head -n 1 "$WORK/volume.err")" ;;
    *) archive_failed "$1" "$(head -n 1 "$WORK/volume.err")" ;;
  esac
  while IFS= read -r line; do
    warn "$1: ${line#tar: }"
  done <"$WORK/volume.changed"
}

archive_failed() {
  die failed "the volume $1 could not be archived: $2" 'older backups are untouched, and this one was thrown away' \
    'the database alone: backup.sh without --volumes and --cold'
}

# A volume in the middle of a restore is no volume; what has only been unpacked there is not part of it.
pack_program() {
  cat <<'SH'
    if [ -e /volume/.dbguard-old ]; then
      echo 'a restore of it was cut short; run restore.sh --volumes again' >&2
      exit 90
    fi
    [ -d /volume ] || exec tar -C / --numeric-owner -cf - volume
    # Not every busybox knows how to leave something out.
    set --
    [ ! -e /volume/.dbguard-new ] || set -- --exclude=./.dbguard-new
    exec tar -C /volume --numeric-owner "$@" -cf - .
SH
}

# Nothing is written when it cannot all fit.
require_volume_space() {
  local needed free
  VOLUME_ROWS=''
  db_volumes "$DB_ID" note_volume_row
  [ -n "$VOLUME_ROWS" ] || return 0
  needed="$(kilobytes_of "$VOLUME_ROWS" | awk '{ n += $1 } END { printf "%.0f\n", n }')"
  free="$(df -Pk "$STORE" | awk 'END { printf "%.0f\n", $(NF - 2) }')"
  case "$free" in '' | *[!0-9]*) return 0 ;; esac
  [ -z "$ENCRYPT_METHOD" ] || needed=$((needed * 2))
  [ "$free" -gt "$needed" ] || die failed "$STORE has $free KB free, and the volumes need $needed" 'older backups are untouched' \
    'free some space; the database alone: backup.sh without --volumes'
}

note_volume_row() {
  [ "$6" = critical ] && [ -z "$7" ] && locate_volume "$@" || return 0
  VOLUME_ROWS="${VOLUME_ROWS:+$VOLUME_ROWS$NEWLINE}$2"$'\037'"$REAL"
}

# read_archive FILE: to its end; sets ARCHIVE_FILES, the entries, and ARCHIVE_BYTES, what is in the files. Some kinds of tar
# print a name with a line feed as two lines.
read_archive() {
  ARCHIVE_FILES="$(LC_ALL=C tar -tf - <"$1" 2>/dev/null | awk '/^\.\/|^volume$/ { n++ } END { print n + 0 }')" || return 1
  ARCHIVE_BYTES="$(tar -xOf - <"$1" 2>/dev/null | wc -c | tr -d ' ')" || return 1
  [ "$ARCHIVE_FILES" -gt 0 ]
}

# archive_roles FILE: the roles of archives in a metadata.json.
archive_roles() {
  sed -n 's/^  "file_\(volume[0-9]*\)": .*/\1/p;s/^  "file_\(cold\)": .*/\1/p' "$1"
}

# archive_file METADATA ROLE: the name of the plain archive in a readable copy of the backup.
archive_file() {
  local name
  name="$(metadata_value "$1" "file_$2")"
  printf '%s.tar' "${name%.tar*}"
}

# check_archives DIR: every archive in the readable backup can be read to its end and holds what was noted; prints why not.
check_archives() {
  local role file="$1/metadata.json" key
  while IFS= read -r role; do
    [ -n "$role" ] || continue
    key="$(metadata_value "$file" "${role}_key")"
    read_archive "$1/$(archive_file "$file" "$role")" || {
      echo "the archive of $key cannot be read to its end"
      return 1
    }
    [ "$ARCHIVE_FILES/$ARCHIVE_BYTES" = "$(metadata_value "$file" "${role}_files")/$(metadata_value "$file" "${role}_bytes")" ] || {
      echo "the archive of $key holds $ARCHIVE_FILES files and folders with $ARCHIVE_BYTES bytes, and others were written"
      return 1
    }
  done <<<"$(archive_roles "$file")"
}
