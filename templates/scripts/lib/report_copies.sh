# shellcheck shell=bash disable=SC2153 # variables are shared by the files of lib/
# What status.sh says about copies elsewhere and about encryption; nothing where neither is configured.

offsite_words() {
  local when
  [ -n "$OFFSITE_METHOD" ] || return 0
  when="$(last_copied)"
  printf '%s of %s copied to %s%s' "$(backup_names | offsite_recorded | awk 'END { print NR }')" \
    "$(backup_names | awk 'END { print NR }')" "$OFFSITE_TARGET" "${when:+, last on $when}"
}

# The time of the last copy, as the audit log has it.
last_copied() {
  DATABASE="\"database\": $(json_string "$DB_ID")," awk '
    index($0, ENVIRON["DATABASE"]) && /"action": "offsite"/ && /"result": "done"/ { split($0, part, "\""); when = part[4] }
    END { print when }' 2>/dev/null <"$BACKUPS/audit.jsonl" || true
}

encryption_words() {
  [ -n "$ENCRYPT_METHOD" ] || [ "$ENCRYPT_DEMANDED" = true ] || return 0
  local method
  method="$(method_of_newest)"
  if [ -n "$method" ]; then printf 'the newest backup is encrypted (%s)' "$method"; else printf 'the newest backup is not encrypted'; fi
}

method_of_newest() {
  [ -z "$VERIFIED_NAME" ] || metadata_value "$STORE/$VERIFIED_NAME/metadata.json" encryption || true
}

# One line for each thing that somebody has to see to.
copies_attention() {
  local age
  age="$(uncopied_seconds)"
  [ "$age" -le 172800 ] || echo "nothing newer than $(duration "$age") is off-site: offsite.sh --db $DB_ID"
  if [ "$ENCRYPT_DEMANDED" = true ] && [ -n "$VERIFIED_NAME" ] && [ -z "$(method_of_newest)" ]; then
    echo "the policy demands encryption, and the newest backup is not encrypted: look at [encryption] in dbguard.toml"
  fi
}

# How old the newest copied backup is, or the oldest one where none is copied; 0 when the newest is over there.
uncopied_seconds() {
  local copied
  if [ -z "$OFFSITE_METHOD" ] || [ -z "$VERIFIED_NAME" ] || offsite_recorded <<<"$VERIFIED_NAME" | grep -q .; then
    echo 0
    return 0
  fi
  copied="$(backup_names | offsite_recorded | table_of "$STORE" created_epoch | cut -f 2)"
  {
    if [ -n "$copied" ]; then printf '%s\n' "$copied" | LC_ALL=C sort -rn; else backup_table created_epoch | cut -f 2 | LC_ALL=C sort -n; fi
  } | awk -v now="$(date +%s)" '/^[0-9]+$/ && $0 <= now && !found { found = 1; print now - $0 } END { if (!found) print 0 }'
}
