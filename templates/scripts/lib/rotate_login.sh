# shellcheck shell=bash disable=SC2034 # variables are shared by the files of lib/
# Passwords, and the logins that prove them. A login proves nothing where the server trusts whoever comes from there: so
# an address counts only when a random password is refused at it.

login() {
  [ -n "$1" ] && engine rotate_login "$1"
}

# find_login PASSWORD…: sets LOGIN_ADDRESS to one that refuses a random password and accepts one of these; without such a
# one, status 1, and LOGIN_ADDRESS is one that refuses a random password, or empty.
find_login() {
  local address refusing='' password
  while IFS= read -r address; do
    [ -n "$address" ] || continue
    LOGIN_ADDRESS="$address"
    ! login "$WRONG_PASSWORD" || continue
    for password in "$@"; do
      ! login "$password" || return 0
    done
    refusing="${refusing:-$address}"
  done <<<"$(engine rotate_addresses)"
  LOGIN_ADDRESS="$refusing"
  return 1
}

# The old password is tried before anything happens: what cannot be proven cannot be undone either.
check_old_login() {
  OLD_WORKS=yes
  if find_login "$OLD_PASSWORD"; then return 0; fi
  OLD_WORKS=no
  [ -n "$LOGIN_ADDRESS" ] || die refused \
    "every password is accepted at each address of the server (trust in pg_hba.conf, or the like): a login proves nothing" \
    'nothing was touched' 'give that address a real method (scram-sha-256), and run this again'
  warn "the server refuses the password that the files hold for $ROLE; after this, both have the same one"
}

# The new password is accepted while a random one, and in the end the old one, is refused: so it is the password that counts.
prove_login() {
  login "$NEW_PASSWORD" || die failed "a login with the new password fails: $(login_reason)"
  ! login "$WRONG_PASSWORD" || die failed 'a login with a random password succeeds: no login proves anything here'
  [ "$1" != old-refused ] || [ "$OLD_PASSWORD" = "$NEW_PASSWORD" ] || ! login "$OLD_PASSWORD" ||
    die failed 'the old password is still accepted'
  login "$NEW_PASSWORD" || die failed "a second login with the new password fails: $(login_reason)"
}

login_reason() {
  head -n 1 "$WORK/login.err" 2>/dev/null || true
}

random_password() {
  head -c 4096 /dev/urandom | LC_ALL=C tr -dc 'A-Za-z0-9' | sed 's/^[0-9]*//' | cut -c1-40
}

choose_password() {
  case "$SOURCE" in
    generated) NEW_PASSWORD="$(random_password)" ;;
    from-files) NEW_PASSWORD="$OLD_PASSWORD" ;;
    stdin) IFS= read -r NEW_PASSWORD || true ;;
    type) type_password ;;
  esac
  [ "${#NEW_PASSWORD}" -ge 8 ] || die refused 'the new password has fewer than 8 characters' 'nothing was touched'
  [ "${#NEW_PASSWORD}" -le 99 ] || die refused 'the new password has more than 99 characters, which some clients cut off' \
    'nothing was touched'
  is_printable "$NEW_PASSWORD" || die refused 'the new password holds a character that is not printable ASCII' \
    'nothing was touched' 'files, URLs and clients encode such characters in different ways: choose another one'
  [ "$SOURCE" = from-files ] || [ "$NEW_PASSWORD" != "$OLD_PASSWORD" ] || [ "$OLD_WORKS" = no ] ||
    die refused 'the new password is the old one' 'nothing was touched'
}

is_printable() {
  local LC_ALL=C
  case "$1" in *[!\ -~]*) return 1 ;; esac
}

type_password() {
  local again
  printf 'New password: ' >&2
  IFS= read -rs NEW_PASSWORD </dev/tty || die usage 'there is no terminal to type on: use --stdin'
  printf '\nOnce more: ' >&2
  IFS= read -rs again </dev/tty
  printf '\n' >&2
  [ "$NEW_PASSWORD" = "$again" ] || die refused 'the two differ' 'nothing was touched'
}
