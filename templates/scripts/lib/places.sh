# shellcheck shell=bash
# Comparing the places that hold a credential, by salted digests: no value ever leaves a shell variable.

look_at_all_places() {
  # Without the salt, a digest of a short password could be looked up.
  SALT="$(head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n')"
  : >"$WORK/seen"
  db_credentials "$DB_ID" look_at_place
}

# One line for each place: what, digest (or -), state, place.
look_at_place() {
  local status=0 place
  read_place "$2" "$3" "$4" "$5" || status=$?
  place="$(place_name "$2" "$3" "$4" "$5")"
  if [ "$status" -eq 1 ] && [ "$2" = variable ]; then return 0; fi
  if [ "$status" -ne 0 ]; then
    for status in $(parts_of "$1"); do note "$status" - "$place"; done
  elif [ "$1" = url ]; then
    look_at_url "$place"
  else
    note "$1" "$(digest_of "$FOUND_VALUE")" "$place"
  fi
}

parts_of() {
  case "$1" in url) echo password ;; *) echo "$1" ;; esac
}

# A part that the URL leaves out is not a disagreement.
look_at_url() {
  parse_url "$FOUND_VALUE" || {
    note password - "$1"
    return 0
  }
  [ -z "$URL_PASSWORD" ] || note password "$(digest_of "$URL_PASSWORD")" "$1"
  [ -z "$URL_USER" ] || note user "$(digest_of "$URL_USER")" "$1"
  [ -z "$URL_DATABASE" ] || note database "$(digest_of "$URL_DATABASE")" "$1"
}

note() {
  printf '%s\t%s\t%s\n' "$1" "$2" "$3" >>"$WORK/seen"
}

digest_of() {
  printf '%s%s' "$SALT" "$1" | sha256
}

place_name() {
  case "$1" in
    variable) printf 'variable %s' "$3" ;;
    compose) printf '%s:%s %s.%s' "$2" "${FOUND_LINE:-?}" "$4" "$3" ;;
    *) printf '%s:%s %s' "$2" "${FOUND_LINE:-?}" "$3" ;;
  esac
}

verdict_on() {
  awk -F '\t' -v what="$1" '
    $1 == what { if ($2 == "-") unread++; else if (!($2 in seen)) { seen[$2]; kinds++ } all++ }
    END {
      if (kinds > 1) print "differ: " kinds " values in " all " places"
      else if (unread) print "unknown: " unread " of " all " places could not be read"
      else print "equal in " all (all == 1 ? " place" : " places")
    }' <"$WORK/seen"
}

report_places() {
  local what digest letter place letters=''
  while IFS=$'\t' read -r what digest place; do
    [ "$what" = "$1" ] || continue
    letter='?'
    if [ "$digest" != - ]; then
      case " $letters " in *" $digest "*) ;; *) letters="$letters $digest" ;; esac
      letter="$(letter_of "$digest" "$letters")"
    fi
    if [ "$JSON" = yes ]; then
      printf '%s\n  {"what": "%s", "value": "%s", "place": %s}' "$comma" "$what" "$letter" "$(json_string "$place")"
      comma=','
    else
      printf '    %s  %s\n' "$letter" "$place"
    fi
  done <"$WORK/seen"
}

letter_of() {
  local i=0 digest
  for digest in $2; do
    i=$((i + 1))
    [ "$digest" != "$1" ] || printf '%s' "$(printf 'ABCDEFGHIJKLMNOPQRSTUVWXYZ' | cut -c "$i")"
  done
}

advise() {
  if [ "$1" -eq 1 ]; then
    warn 'the places differ. A database keeps the password that it was first started with: change the files to that one.'
    if [ -f "$SCRIPTS/rotate-password.sh" ] && [ "$DB_RUN" != file ]; then
      warn "Or give the server the password of the files, once they agree: rotate-password.sh --db $DB_ID --from-files."
    else
      warn 'Or change the password inside the server with ALTER ROLE.'
    fi
    warn 'Never delete the volume for this.'
  else
    warn 'a place could not be read (a missing file, or a form that is not understood): nothing can be said about it.'
  fi
}
