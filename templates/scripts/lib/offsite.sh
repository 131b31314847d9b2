# shellcheck shell=bash disable=SC2034 # variables are shared by the files of lib/
# Copies elsewhere. A method is three or four functions:
#   offsite_METHOD_send NAME       copy the backup NAME of this database
#   offsite_METHOD_digest NAME F   print the SHA-256 of its file F as it lies over there, by reading it there or back
#   offsite_METHOD_list            print the names of the backups over there
#   offsite_METHOD_fetch NAME DIR  copy it back into DIR
# Everything lies under TARGET/ID/NAME/. No credential is ever an argument: each program finds its own.

offsite_require() {
  [ -n "$OFFSITE_METHOD" ] || die refused 'no place for copies is set: a backup beside its database shares its fate' \
    'nothing was touched' 'set method and target under [offsite] in dbguard.toml, then run dbguard init'
  local program="$OFFSITE_METHOD"
  [ "$program" != s3 ] || program=aws
  command -v "$program" >/dev/null 2>&1 || die failed "$program is not installed, or not on PATH" 'nothing was touched' \
    "install $program, or choose another method under [offsite] in dbguard.toml"
}

# In clear only to where a team has agreed to it.
offsite_may_leave() {
  [ "$ENCRYPT_DEMANDED" = true ] || return 0
  metadata_value "$1/metadata.json" encryption >/dev/null || die refused \
    "the policy demands encryption, and ${1##*/} is not encrypted" 'nothing was copied' \
    'set [encryption] in dbguard.toml, and take a new backup'
}

# offsite_compare NAME: sets WHY when a file that arrived is another one.
offsite_compare() {
  local file digest
  for file in "$STORE/$1"/*; do
    digest="$("offsite_${OFFSITE_METHOD}_digest" "$1" "${file##*/}" 2>"$WORK/offsite.err")" || {
      WHY="${file##*/} cannot be read over there: $(head -n 1 "$WORK/offsite.err")"
      return 1
    }
    [ "$digest" = "$(sha256_of "$file")" ] || {
      WHY="${file##*/} has another SHA-256"
      return 1
    }
  done
}

# What has been copied is written down beside the backups: a file in a backup would change what is to be compared.
offsite_record() {
  offsite_recorded <<<"$1" | grep -q . || printf '%s %s\n' "$1" "$OFFSITE_TARGET" >>"$STORE/offsite.log"
}

# Of names on standard input, those that have been copied to this target.
offsite_recorded() {
  [ -f "$STORE/offsite.log" ] || return 0
  LOG="$STORE/offsite.log" TARGET="$OFFSITE_TARGET" awk '
    BEGIN { while ((getline line < ENVIRON["LOG"]) > 0) copied[line] }
    ($0 " " ENVIRON["TARGET"]) in copied'
}

offsite_missing() {
  local name
  while IFS= read -r name; do
    offsite_recorded <<<"$name" | grep -q . || printf '%s\n' "$name"
  done
}

offsite_place() {
  printf '%s/%s%s' "${OFFSITE_TARGET%/}" "$DB_ID" "${1:+/$1}"
}

# rsync makes one directory at most, so the upper ones are made by copying empty ones; -s keeps names with blanks whole.
offsite_rsync_send() {
  mkdir -p -- "$WORK/skeleton/$DB_ID/$1"
  rsync -rs -- "$WORK/skeleton/" "${OFFSITE_TARGET%/}/"
  rsync -rtsc --chmod=D700,F600 -- "$STORE/$1/" "$(offsite_place "$1")/"
}

# Brought back to be read: the other side may have no other program than rsync.
offsite_rsync_digest() {
  rm -f -- "$WORK/returned"
  rsync -s -- "$(offsite_place "$1")/$2" "$WORK/returned"
  sha256_of "$WORK/returned"
  rm -f -- "$WORK/returned"
}

offsite_rsync_list() {
  rsync -rs --list-only --exclude='/*/*' -- "$(offsite_place)/" | awk '{ print $NF }' | only_backup_names
}

offsite_rsync_fetch() {
  rsync -rts -- "$(offsite_place "$1")/" "$2/"
}

offsite_s3_send() {
  aws s3 cp --only-show-errors --recursive "$STORE/$1/" "$(offsite_place "$1")/"
}

offsite_s3_digest() {
  aws s3 cp --only-show-errors "$(offsite_place "$1")/$2" - | sha256
}

offsite_s3_list() {
  aws s3 ls "$(offsite_place)/" | awk '{ sub(/\/$/, "", $NF); print $NF }' | only_backup_names
}

offsite_s3_fetch() {
  aws s3 cp --only-show-errors --recursive "$(offsite_place "$1")/" "$2/"
}

offsite_rclone_send() {
  rclone copy --checksum -- "$STORE/$1/" "$(offsite_place "$1")/"
}

offsite_rclone_digest() {
  rclone cat -- "$(offsite_place "$1")/$2" | sha256
}

offsite_rclone_list() {
  rclone lsf --dirs-only -- "$(offsite_place)/" | sed 's,/$,,' | only_backup_names
}

offsite_rclone_fetch() {
  rclone copy -- "$(offsite_place "$1")/" "$2/"
}

# A backup lies at the root of its snapshot; a tag names it.
offsite_restic() {
  restic -q -r "$OFFSITE_TARGET" "$@"
}

offsite_restic_send() {
  (cd -- "$STORE" && offsite_restic backup --tag "dbguard,$DB_ID,$1" -- "./$1")
}

offsite_restic_snapshot() {
  offsite_restic snapshots --json --tag "dbguard,$DB_ID,$1" --latest 1 | tr ',' '\n' |
    sed -n 's/.*"short_id":"\([0-9a-f]*\)".*/\1/p' | tail -n 1
}

offsite_restic_digest() {
  offsite_restic dump "$(offsite_restic_snapshot "$1")" "/$1/$2" | sha256
}

offsite_restic_list() {
  offsite_restic snapshots --json --tag "dbguard,$DB_ID" | tr '"' '\n' | only_backup_names | LC_ALL=C sort -u
}

# A snapshot of another checkout has another path in it, so it is found by its name.
offsite_restic_fetch() {
  local found
  offsite_restic restore "$(offsite_restic_snapshot "$1")" --target "$WORK/restic"
  found="$(find "$WORK/restic" -type d -name "$1" | head -n 1)"
  [ -n "$found" ] || return 1
  cp -p -- "$found"/* "$2/"
}

only_backup_names() {
  local name
  while IFS= read -r name; do
    if is_backup_name "$name"; then printf '%s\n' "$name"; fi
  done
}
