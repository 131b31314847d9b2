# shellcheck shell=bash disable=SC2034 # variables are shared by the files of lib/
# MongoDB: restoring. A database cannot be renamed, so a backup is first loaded into a scratch database and counted; only then
# the live collections are replaced, and the safety backup is loaded again if that fails. .pending says how far a killed run
# got: `scratch NAME`, or `live BACKUP` (the safety backup; - where nothing was there).

mongo_pending() {
  printf '%s %s\n' "$1" "$2" >"$STORE/.pending.new"
  mv -f -- "$STORE/.pending.new" "$STORE/.pending"
}

mongodb_recover() {
  local phase name
  [ -s "$STORE/.pending" ] || return 0
  IFS=' ' read -r phase name <"$STORE/.pending"
  case "$phase $name" in
    'scratch dbguard_check_'*)
      warn 'an earlier restore or verification was cut short: it is undone now'
      mongo_drop_scratch "$name" || die failed "the left-over database $name cannot be dropped" 'the database is as it was' 'drop it by hand'
      ;;
    'live '*)
      warn "an earlier restore was cut short: the state before it is brought back ($name)"
      mongo_bring_back "$name" || mongo_not_back "$name"
      ;;
    *) die failed "$STORE/.pending is damaged" '' 'look at it, and remove it' ;;
  esac
  audit recover 'done' "$phase $name"
}

mongo_not_back() {
  die not-rolled-back 'the state before the restore could not be brought back' "it is whole in $STORE/$1" \
    'run this again when the server is well'
}

mongo_drop_scratch() {
  mongo_ask drop "$1" >/dev/null || return 1
  rm -f -- "$STORE/.pending"
}

# mongo_load DIR DATABASE OPTIONS…: its exit status alone does not tell of documents that could not be restored.
mongo_load() {
  local dir="$1" from into="$2" status=0
  shift 2
  from="$(metadata_value "$dir/metadata.json" database)"
  mongo_tool mongorestore --archive --gzip --stopOnError --nsFrom="$from.*" --nsTo="$into.*" "$@" \
    <"$dir/database.archive" >"$WORK/load.out" 2>&1 || status=1
  ! grep -q '[1-9][0-9]* document(s) failed to restore' "$WORK/load.out" || status=1
  [ "$status" -eq 0 ] || mongo_without_uri <"$WORK/load.out" | tail -n 2 >&2
  return "$status"
}

mongodb_rehearse() {
  MONGO_SCRATCH="dbguard_check_$(timestamp)_$$"
  mongo_pending scratch "$MONGO_SCRATCH"
  at_exit mongo_end_rehearsal
  mongo_load "$1" "$MONGO_SCRATCH" --nsInclude="$(metadata_value "$1/metadata.json" database).*" || return 1
  mongo_counts_of "$MONGO_SCRATCH"
}

mongo_end_rehearsal() {
  [ -n "${MONGO_SCRATCH:-}" ] || return 0
  mongo_drop_scratch "$MONGO_SCRATCH" || warn "the scratch database $MONGO_SCRATCH is left; the next run drops it"
  MONGO_SCRATCH=''
}

mongodb_restore() {
  local safety=-
  [ "$2" != schema ] || die usage 'MongoDB has no schema: --schema-only means nothing here' 'the database was not touched'
  [ "$BACKUP_NAME" = "${1##*/}" ] || safety="$BACKUP_NAME"
  RESTORED=no
  at_exit mongo_undo
  metadata_counts "$1/metadata.json" >"$WORK/expected"
  mongodb_rehearse "$1" >"$WORK/rehearsed" || die rolled-back 'the backup cannot be loaded' 'the database is as it was'
  compare_counts "$WORK/expected" "$WORK/rehearsed" >&2 || die rolled-back 'the backup does not bring back what it should' 'the database is as it was'
  mongo_end_rehearsal
  mongo_pending live "$safety"
  if mongo_replace "$1" "$2" "$3"; then
    RESTORED=yes
    rm -f -- "$STORE/.pending"
    return 0
  fi
  warn 'the restore failed: the state before it is brought back'
  mongo_bring_back "$safety" || mongo_not_back "$safety"
  die rolled-back 'the restore failed' 'the database is as it was: its safety backup was loaded again'
}

# A failed restore is exit status 6, not 1.
mongo_undo() {
  [ "$RESTORED" = no ] || return 0
  [ "$EXIT_STATUS" -eq 7 ] || EXIT_STATUS=6
}

# mongo_replace DIR MODE COLLECTIONS: the live collections become those of the backup; of a full one, no other stays.
mongo_replace() {
  local from name include=()
  from="$(metadata_value "$1/metadata.json" database)"
  if [ "$2" = tables ]; then
    while IFS= read -r name; do include+=("--nsInclude=$from.$name"); done <<<"$3"
  else
    include=("--nsInclude=$from.*")
  fi
  mongo_load "$1" "$DB_DATABASE" --drop ${include[@]+"${include[@]}"} || return 1
  metadata_counts "$1/metadata.json" >"$WORK/expected"
  if [ "$2" = tables ]; then
    mongo_lines_of "$3" <"$WORK/expected" >"$WORK/chosen"
    mongodb_counts | mongo_lines_of "$3" >"$WORK/restored" || return 1
    compare_counts "$WORK/chosen" "$WORK/restored" >&2
    return
  fi
  mongo_ask keep-only "$DB_DATABASE" "$(mongo_names <"$WORK/expected")" >/dev/null || return 1
  mongodb_counts >"$WORK/restored" || return 1
  compare_counts "$WORK/expected" "$WORK/restored" >&2
}

mongo_names() {
  sed -e 's/^"//' -e 's/": [0-9]*$//' -e 's/\\\(["\\]\)/\1/g'
}

# Of counts on standard input, those of the names in $1.
mongo_lines_of() {
  local line
  while IFS= read -r line; do
    if printf '%s\n' "$1" | grep -qxF -- "$(printf '%s\n' "$line" | mongo_names)"; then printf '%s\n' "$line"; fi
  done
}

mongo_bring_back() {
  if [ "$1" = - ]; then
    mongo_ask drop "$DB_DATABASE" >/dev/null || return 1
  else
    mongo_replace "$STORE/$1" full '' || return 1
  fi
  rm -f -- "$STORE/.pending"
}
