# shellcheck shell=bash disable=SC2153,SC2154 # variables are shared by the files of lib/
# What a refused preflight tells: where the data is, and how it is attached again.

# Where the data is, as far as can be told, and what to do: after a refusal.
explain_refusal() {
  local newest
  say 'where the data is:'
  if [ "$KNOWN_TYPE" = volume ] || [ "$KNOWN_TYPE" = anonymous ]; then
    say "    $(describe_volume "$KNOWN_VOLUME" || printf '%s: is not there any more' "$KNOWN_VOLUME")"
  elif [ "$KNOWN_TYPE" = bind ]; then
    say "    $KNOWN_VOLUME: $(if [ -d "$KNOWN_VOLUME" ]; then du -sk "$KNOWN_VOLUME" 2>/dev/null | awk '{ printf "%d MB", ($1 + 1023) / 1024 }'; else echo 'is not there any more'; fi)"
  fi
  [ -z "${WOULD_VOLUME:-}" ] || [ "$WOULD_TYPE" != volume ] || [ "$WOULD_VOLUME" = "${KNOWN_VOLUME:-}" ] ||
    say "    (\`up\` would take $(describe_volume "$WOULD_VOLUME" || printf '%s: a new one, empty' "$WOULD_VOLUME"))"
  list_others_if_lost
  newest="$(default_backup)"
  [ -z "$newest" ] || say "    backup $newest: $(metadata_value "$STORE/$newest/metadata.json" row_count) rows, taken $(metadata_value "$STORE/$newest/metadata.json" created_at)"
  explain_next
}

list_others_if_lost() {
  local others
  if [ -n "$KNOWN_VOLUME" ] && [ "$(volume_state "$KNOWN_VOLUME")" = data ]; then return 0; fi
  others="$(list_other_databases "${KNOWN_VOLUME:-}" "${WOULD_VOLUME:-}")"
  [ -z "$others" ] || say "    other volumes with a database of this engine:$NEWLINE$others"
}

explain_next() {
  local volume="$KNOWN_VOLUME" external=''
  say 'what to do:'
  case "$KNOWN_TYPE" in
    volume | anonymous)
      [ "$KNOWN_TYPE" = volume ] || external="$NEWLINE            external: true"
      if [ -n "$volume" ] && volume_exists "$volume" && [ "${WOULD_VOLUME:-}" != "$volume" ]; then
        say "    to attach it, write into ${DB_COMPOSE_FILES%%$'\n'*}:"
        [ -n "${WOULD_KEY:-}" ] || say "        (in the service $DB_SERVICE)  volumes: [\"data:${KNOWN_DESTINATION:-/var/lib/...}\"]"
        say "        volumes:$NEWLINE          ${WOULD_KEY:-data}:$NEWLINE            name: $volume$external"
      fi
      ;;
    '') say '    to attach one of them, give it as name: to the volume in the Compose file; ensure-volumes.sh creates an external one' ;;
  esac
  say "    if the new storage is right (a new machine, or a restore comes next): preflight.sh --db $DB_ID --accept"
}
