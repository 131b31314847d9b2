# shellcheck shell=bash disable=SC2034 # variables are shared by the files of lib/
# Changing a password: what is checked before, the steps, and undoing them.

rotate_one() {
  use_database "$1"
  [ "$DB_RUN" != file ] || die refused "database $1 is a file: it has no password" 'nothing was touched'
  engine_has rotate_set ||
    die refused "these scripts cannot change the password of $DB_ENGINE" 'nothing was touched'
  audit_from_here rotate
  take_lock
  work_prepare
  SALT="$(random_password)" WRONG_PASSWORD="$(random_password)" ROTATION=none RECREATED=no APPS=()
  recover_rotation
  [ "$RECOVER_ONLY" = no ] || exit 0
  prepare_rotation
  show_rotation
  [ "$DRY_RUN" = no ] || exit 0
  confirm_rotation
  carry_out_rotation
}

# Everything that can be known to stand in the way is found here, where nothing has happened yet.
prepare_rotation() {
  # A recovery may have left its own view of the connection.
  db_config "$DB_ID"
  resolve_database
  ROLE="$DB_USER" OLD_PASSWORD="$DB_PASSWORD"
  classify_environment
  engine connect
  ROLE="${ROLE:-$DB_USER}"
  show_target
  mirror_places
  visit_places check_place
  refuse_if_any
  [ -s "$WORK/places" ] || die refused "no place is known that holds the password of $DB_ID" 'nothing was touched' \
    'name its credentials in dbguard.toml: else nobody would know the new password'
  check_agreement
  check_shared_role
  engine rotate_prepare
  check_old_login
  choose_password
  stage_places
  check_neighbours
  check_files_replaceable
  find_applications
}

# Two values may be two roles: nobody but a person can tell.
check_agreement() {
  [ "$(cut -f 1 "$WORK/places" | sort -u | lines)" -gt 1 ] && [ "$ALL" = no ] || return 0
  show_places >&2
  die refused 'the places hold different passwords: they may belong to different roles' 'nothing was touched' \
    "leave out those of another role (--leave 'FILE KEY'), or rewrite them all (--all)"
}

lines() {
  awk 'END { print NR }'
}

check_files_replaceable() {
  local file
  for file in ${MIRRORED[@]+"${MIRRORED[@]}"}; do
    ! cmp -s -- "$ROOT/$file" "$MIRROR/$file" || continue
    PLACE="$file"
    check_replaceable "$file" || refuse_place "$WHY"
  done
  refuse_if_any
}

# Only what runs now is started anew, and never the database itself.
find_applications() {
  local service
  [ "$DB_RUN" = compose ] && [ "${#COMPOSE[@]}" -gt 0 ] || return 0
  while IFS= read -r service; do
    case "$service" in '' | "$DB_SERVICE") continue ;; esac
    [ -z "$(compose ps -q "$service" 2>/dev/null </dev/null)" ] || APPS+=("$service")
  done <<<"$DB_APP_SERVICES"
}

show_places() {
  local digest place letters=''
  while IFS=$'\t' read -r digest place; do
    case " $letters " in *" $digest "*) ;; *) letters="$letters $digest" ;; esac
    printf '    %s  %s\n' "$(letter_of "$digest" "$letters")" "$place"
  done <"$WORK/places"
}

show_rotation() {
  local file
  say "role:        $ROLE"
  say 'its password is held by (equal letters are equal values):'
  show_places
  for file in ${MIRRORED[@]+"${MIRRORED[@]}"}; do
    cmp -s -- "$ROOT/$file" "$MIRROR/$file" || say "rewrites:    $file"
  done
  [ "${#APPS[@]}" -eq 0 ] || say "starts anew: ${APPS[*]}"
  case "$NEW_PASSWORD" in
    *\'* | *\\*) warn 'readers of dotenv files disagree about quotes and backslashes: a generated password has none' ;;
  esac
  [ -n "$(newest_backup)" ] || warn 'there is no backup of this database; a rotation needs none, but take one: backup.sh'
}

confirm_rotation() {
  local answer=''
  [ "$YES" = no ] || return 0
  if [ ! -t 0 ] || [ "$SOURCE" = stdin ]; then
    die refused 'nobody is there to agree' 'nothing was touched' 'add --yes to go on without being asked'
  fi
  printf 'Change the password of %s in the server and in these places? [y/N] ' "$ROLE" >&2
  IFS= read -r answer || true
  case "$answer" in y | Y | yes) ;; *) die refused 'not agreed to' 'nothing was touched' ;; esac
}

carry_out_rotation() {
  journal_open
  ROTATION=open
  at_exit undo_rotation
  engine rotate_set "$NEW_PASSWORD" || die failed "the server does not take the new password: $(rotate_reason)"
  engine rotate_use "$NEW_PASSWORD"
  if has_overlap; then prove_login both; else prove_login old-refused; fi
  journal_phase files
  swap_files new || die failed "a file cannot be replaced: $SWAP_LEFT"
  recreate_applications || die failed "the application does not start with the new password: $WHY"
  ! has_overlap || engine rotate_finish || die failed "the old password cannot be withdrawn: $(rotate_reason)"
  prove_login old-refused
  visit_places prove_place
  [ ! -s "$WORK/refused" ] || die failed "a place does not hold the new password: $(head -n 1 "$WORK/refused")"
  journal_close
  ROTATION=closed
  audit rotate 'done' "$ROLE"
  after_rotation
}

has_overlap() {
  engine_has rotate_finish && engine rotate_overlaps
}

rotate_reason() {
  head -n 1 "$WORK/rotate.err" 2>/dev/null || true
}

after_rotation() {
  say "rotated:     $ROLE has a new password, in the server and in every place above; the login was proven at $LOGIN_ADDRESS"
  [ "${#APPS[@]}" -eq 0 ] || say "started:     ${APPS[*]}"
  if [ "$DB_RUN" = compose ]; then
    say "note:        the database's container runs on. A later \`up\` may create it anew because its environment changed:"
    say '             that keeps the volume, and the password in it is already the new one'
  else
    say 'next:        restart what connects to this database'
  fi
  say 'next:        tell the places outside this project (CI secrets, other machines); commit no secret'
}

# Services get their environment when their container is made, so a restart would keep the old password.
recreate_applications() {
  [ "${#APPS[@]}" -gt 0 ] || return 0
  RECREATED=yes
  compose up -d --no-deps --force-recreate ${APPS[@]+"${APPS[@]}"} </dev/null >"$WORK/up" 2>&1 ||
    why "$(tail -n 2 "$WORK/up" | tr '\n' ' ')" || return 1
  local service
  for service in ${APPS[@]+"${APPS[@]}"}; do
    await_service "$service" || why "the service $service does not run steadily, or is not healthy" || return 1
  done
}

# Steadily: a service that fails at its login runs for a moment, again and again.
await_service() {
  local good=0 id state end=$((SECONDS + 60))
  id="$(compose ps -q "$1" 2>/dev/null </dev/null | head -n 1)"
  while [ "$SECONDS" -lt "$end" ]; do
    state="$(docker inspect --format \
      '{{.RestartCount}} {{.State.Running}} {{.State.Restarting}} {{if .State.Health}}{{.State.Health.Status}}{{end}}' \
      "${id:-none}" 2>/dev/null </dev/null)" || return 1
    case "$state" in
      '0 true false ' | '0 true false healthy') good=$((good + 1)) ;;
      '0 true false starting') good=0 ;;
      *) return 1 ;;
    esac
    [ "$good" -lt 4 ] || return 0
    sleep 1
  done
  return 1
}

undo_rotation() {
  [ "$ROTATION" = open ] || return 0
  warn 'undoing: the server and the files get the old password back'
  journal_phase undoing
  engine rotate_undo "$JOURNAL" || not_undone "$(rotate_reason)" || return 0
  engine rotate_use "$OLD_PASSWORD"
  if [ "$OLD_WORKS" = yes ]; then
    login "$OLD_PASSWORD" || not_undone "a login with the old password fails: $(login_reason)" || return 0
  elif [ "$OLD_PASSWORD" != "$NEW_PASSWORD" ] && login "$NEW_PASSWORD"; then
    not_undone 'the server still takes the new password' || return 0
  fi
  swap_files old || not_undone "$SWAP_LEFT" || return 0
  [ "$RECREATED" = no ] || recreate_applications ||
    warn "the services could not be started with the old password again: $WHY"
  journal_close
  EXIT_STATUS=6
  printf 'undone: %s\n' "the server has the old password, the files are byte by byte what they were" >&2
}

# Its status is always 1: what went wrong is said, and the journal stays.
not_undone() {
  EXIT_STATUS=7
  local has='it cannot be told which password the server has'
  if login "$NEW_PASSWORD"; then has='the server has the NEW password'; fi
  if [ "$OLD_WORKS" = yes ] && login "$OLD_PASSWORD"; then has='the server has the OLD password'; fi
  printf 'NOT undone: %s\n' "$1" "$has" >&2
  {
    printf '  safe: the data was not touched; the old and the new text of each file are in %s/files (old, new)\n' "$JOURNAL"
    printf '        and both passwords beside it (password.old, password.new), readable by you alone\n'
    printf '  next: when the server answers: rotate-password.sh --db %s --recover\n' "$DB_ID"
  } >&2
  return 1
}

# Finishes or undoes what a killed rotation left: the server decides, and is not changed.
recover_rotation() {
  JOURNAL="$STORE/.rotate"
  if [ ! -d "$JOURNAL" ]; then
    [ "$RECOVER_ONLY" = no ] || say "there is no rotation of $DB_ID that was cut short"
    return 0
  fi
  warn "an earlier rotation of $DB_ID was cut short"
  [ "$DRY_RUN" = no ] || die refused 'it has to be finished or undone first' 'nothing was touched' 'rotate-password.sh --recover'
  read_journal
  # A client that outlived the killed script may still be about to deliver its statement.
  [ "$(cat -- "$JOURNAL/phase")" = files ] || sleep 2
  reach_server
  local has
  has="$(password_of_server)"
  [ "$has" != unknown ] || die not-rolled-back "it cannot be told whether the server has the old or the new password" \
    "the data was not touched; the old and the new text of each file are in $JOURNAL/files" \
    'try both (password.old and password.new beside it); then put the fitting files in place and remove the directory'
  swap_files "$has" || die not-rolled-back "the server has the $has password, but $SWAP_LEFT" "$JOURNAL/files has both texts" \
    'put the password there by hand, then remove that directory'
  settle_recovery "$has"
}

read_journal() {
  ROLE="$(cat -- "$JOURNAL/role")"
  NEW_PASSWORD="$(cat -- "$JOURNAL/password.new" && printf .)" NEW_PASSWORD="${NEW_PASSWORD%.}"
  OLD_PASSWORD="$(cat -- "$JOURNAL/password.old" && printf .)" OLD_PASSWORD="${OLD_PASSWORD%.}"
  OLD_WORKS=yes
}

# The files may be of both kinds now, so what they say is not asked.
reach_server() {
  local password
  for password in "$OLD_PASSWORD" "$NEW_PASSWORD"; do
    db_config "$DB_ID"
    resolve_database
    DB_PASSWORD="$password"
    if (engine connect) >/dev/null 2>&1; then break; fi
  done
  db_config "$DB_ID"
  resolve_database
  DB_PASSWORD="$password"
  classify_environment
  engine connect
  engine rotate_prepare
}

# With two passwords at once, the new one counts. One refusal may be a moment's (no free connection, a restart), and taking
# it for an answer would put the wrong password into every file: so it is the old one only when that is accepted, or when
# the new one is refused again.
password_of_server() {
  if find_login "$NEW_PASSWORD"; then
    echo new
  elif [ -n "$LOGIN_ADDRESS" ] && login "$OLD_PASSWORD"; then
    echo old
  elif sleep 2 && find_login "$NEW_PASSWORD"; then
    echo new
  elif [ -n "$LOGIN_ADDRESS" ]; then
    echo old
  else
    echo unknown
  fi
}

settle_recovery() {
  if [ "$1" = new ]; then
    find_login "$NEW_PASSWORD"
    engine rotate_use "$NEW_PASSWORD"
    ! has_overlap || engine rotate_finish || die failed "the old password cannot be withdrawn: $(rotate_reason)"
  elif has_overlap; then
    engine rotate_undo "$JOURNAL" || die failed "the server cannot be cleaned up: $(rotate_reason)"
  fi
  find_applications
  recreate_applications || warn "the services could not be started anew: $WHY"
  journal_close
  APPS=() RECREATED=no
  audit recover 'done' "the $1 password"
  say "recovered:   the server and all files have the $1 password"
}
