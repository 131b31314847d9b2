# shellcheck shell=bash
# Taking one backup of the chosen database; the lock is held and WORK exists.

take_backup() {
  local label="$1" started bytes
  encryption_require
  started="$(date +%s)"
  bytes="$(engine bytes)"
  check_free_space "$bytes"
  backup_identity "$label" "$started"
  note_system
  [ "${COLD:-no}" = no ] || stop_applications
  engine dump "$WORK/stage"
  LC_ALL=C sort -o "$WORK/counts" "$WORK/counts"
  [ "${WITH_VOLUMES:-no}" = no ] || archive_volumes
  meta_raw finished_epoch "$(date +%s)"
  # Looked at as a stranger would: from the files and what was noted about them.
  metadata_write "$WORK/stage/metadata.json"
  check_stage
  rm -f -- "$WORK/stage/metadata.json"
  meta_raw verified true
  meta verified_by 'size, SHA-256 and a full read of the dump'
  encrypt_stage
  store_commit "$label"
  remember_storage
  audit backup "done" "$BACKUP_NAME"
  say "backup:      $STORE/$BACKUP_NAME"
  say "holds:       $(lines_in "$WORK/counts") tables, $(rows_in "$WORK/counts") rows, $(metadata_value "$STORE/$BACKUP_NAME/metadata.json" bytes_database) bytes"
}

# The digests are compared while the dump is read through: each takes as long as reading the file.
check_stage() {
  local why files readable=yes
  why="$(enough_bytes)" || unusable_dump "$why"
  check_files "$WORK/stage" >"$WORK/files.why" &
  files=$!
  why="$(engine check "$WORK/stage")" || readable=no
  wait "$files" || unusable_dump "$(cat "$WORK/files.why")"
  [ "$readable" = yes ] || unusable_dump "$why"
}

unusable_dump() {
  die failed "the dump of $DB_ID is not usable: $1" 'older backups are untouched, and the unusable one was removed'
}

enough_bytes() {
  local bytes
  bytes="$(metadata_value "$WORK/stage/metadata.json" bytes_database)"
  [ "$(lines_in "$WORK/counts")" -eq 0 ] || [ "$bytes" -ge "$MINIMUM_BYTES" ] || {
    echo "it has only $bytes bytes"
    return 1
  }
}

# What will be asked about this backup one day: of what, when, by whom, from which state of the code.
backup_identity() {
  meta schema dbguard.backup/1
  meta id "$DB_ID"
  meta engine "$DB_ENGINE"
  meta label "$1"
  meta created_at "$(date -u +%Y-%m-%dT%H:%M:%SZ)"
  meta_raw created_epoch "$2"
  meta created_by "$(who_and_where)"
  meta environment "$ENVIRONMENT"
  meta run "$DB_RUN"
  meta host "$DB_HOST"
  meta port "$DB_PORT"
  meta database "$DB_DATABASE"
  meta path "${DB_PATH#"$ROOT"/}"
  meta user "$DB_USER"
  meta server_version "${DB_SERVER_VERSION:-}"
  meta git_commit "$(git_answer rev-parse HEAD)"
  meta git_branch "$(git_answer rev-parse --abbrev-ref HEAD)"
  meta_raw git_dirty "$(if [ -n "$(git_answer status --porcelain --untracked-files=no)" ]; then echo true; else echo false; fi)"
  meta tool_version "$TOOL_VERSION"
  note_storage
}

git_answer() {
  git -C "$ROOT" "$@" 2>/dev/null </dev/null || true
}
