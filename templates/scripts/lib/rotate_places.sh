# shellcheck shell=bash disable=SC2034 # variables are shared by the files of lib/
# Which places a rotation rewrites, and their new text, made in MIRROR: a copy of the files that hold them, so that the
# usual readers can judge it before a single byte of the project has changed.

# Fills MIRROR with every file that a place of this database lies in.
mirror_places() {
  MIRROR="$WORK/mirror"
  MIRRORED=()
  mkdir -- "$MIRROR"
  db_credentials "$DB_ID" mirror_place
}

mirror_place() {
  case "$2" in dotenv | compose | file | literal-url-in) ;; *) return 0 ;; esac
  mirror_file "$3"
  [ "$2" != compose ] || mirror_file "$(dirname -- "$3")/.env"
}

# A file behind a link is mirrored where it really is, and linked as it is there.
mirror_file() {
  local path="${1#./}" real
  case "/$path/" in */../*) return 0 ;; esac
  case "$path" in /*) return 0 ;; esac
  [ -f "$ROOT/$path" ] && [ ! -e "$MIRROR/$path" ] || return 0
  real="$(real_path "$ROOT/$path")" || return 0
  case "$real" in "$ROOT"/*) real="${real#"$ROOT"/}" ;; *) return 0 ;; esac
  if [ ! -e "$MIRROR/$real" ]; then
    mkdir -p -- "$(dirname -- "$MIRROR/$real")"
    cat -- "$ROOT/$real" >"$MIRROR/$real" || return 0
    MIRRORED+=("$real")
  fi
  if [ "$path" != "$real" ]; then
    mkdir -p -- "$(dirname -- "$MIRROR/$path")"
    ln -s -- "$MIRROR/$real" "$MIRROR/$path"
  fi
}

real_path() {
  local path="$1" target tries=0
  while [ -L "$path" ]; do
    tries=$((tries + 1))
    [ "$tries" -le 20 ] || return 1
    target="$(readlink "$path")" || return 1
    case "$target" in /*) path="$target" ;; *) path="$(dirname -- "$path")/$target" ;; esac
  done
  printf '%s/%s' "$(CDPATH='' cd -- "$(dirname -- "$path")" 2>/dev/null && pwd -P)" "$(basename -- "$path")"
}

# visit_places VISITOR: VISITOR WHAT KIND PATH KEY SERVICE for each place of this role's password that is not left alone.
visit_places() {
  VISITOR="$1"
  db_credentials "$DB_ID" visit_place
}

visit_place() {
  local status=0
  case "$1" in password | url) ;; *) return 0 ;; esac
  ! is_left "$2" "$3" "$4" || return 0
  read_place "$2" "$3" "$4" "$5" || status=$?
  if [ "$status" -eq 1 ] && [ "$2" = variable ]; then return 0; fi
  PLACE="$(place_name "$2" "$3" "$4" "$5")"
  if [ "$status" -eq 0 ]; then
    FOUND_PASSWORD="$FOUND_VALUE"
    if [ "$1" = url ] && parse_url "$FOUND_VALUE"; then
      # A URL without a password has none to change, and one of another role has another one.
      [ -n "$URL_PASSWORD" ] || return 0
      [ -z "$URL_USER" ] || [ -z "$ROLE" ] || [ "$URL_USER" = "$ROLE" ] || return 0
      FOUND_PASSWORD="$URL_PASSWORD"
    fi
    case "$1:$DB_ENGINE:$4" in
      password:mysql:*ROOT* | password:mariadb:*ROOT*) [ -z "$ROLE" ] || [ "$ROLE" = root ] || return 0 ;;
    esac
  fi
  "$VISITOR" "$status" "$@"
}

is_left() {
  local one
  while IFS= read -r one; do
    [ -n "$one" ] || continue
    case "$one" in "$2" | "$2:$3" | "$2 $3" | "variable $3") return 0 ;; esac
    [ "$1:$one" != "variable:$3" ] || return 0
  done <<<"$LEAVE"
  return 1
}

# What is wrong with a place before anything else is looked at: one line each in WORK/refused.
check_place() {
  local status="$1" kind="$3" path="$4" real
  if [ "$kind" = variable ]; then
    refuse_place 'the environment of this process cannot be rewritten: unset it here, and change it where it is set'
  elif [ "$status" -ne 0 ]; then
    refuse_place 'it is missing, or of a form that is not understood (a block, an anchor, a merge key)'
  elif [ ! -e "$MIRROR/${path#./}" ]; then
    refuse_place 'the file is not inside this project'
  else
    printf '%s\t%s\n' "$(digest_of "$FOUND_PASSWORD")" "$PLACE" >>"$WORK/places"
  fi
}

refuse_place() {
  printf '%s: %s\n' "$PLACE" "$1" >>"$WORK/refused"
}

stage_place() {
  shift
  rewrite_place "$@" || refuse_place "$WHY"
}

# Everything is read back at the end: a later place may share a line with an earlier one.
prove_place() {
  shift
  place_is_new "$@" || refuse_place 'it does not read back as it was written'
}

# Makes the new text of all places in MIRROR, or refuses with everything that stands in the way.
stage_places() {
  local ROOT="$MIRROR"
  visit_places stage_place
  visit_places prove_place
  refuse_if_any
}

refuse_if_any() {
  local line
  [ -s "$WORK/refused" ] || return 0
  while IFS= read -r line; do warn "$line"; done <"$WORK/refused"
  die refused 'a place that holds the password cannot be rewritten safely' 'nothing was touched' \
    "change that place by hand so that it is a plain value, or leave it out: --leave 'FILE KEY' (and write it yourself)"
}

# The other keys of a dotenv file read as before: a quote in the wrong place would swallow its neighbours.
check_neighbours() {
  local file key before after
  for file in ${MIRRORED[@]+"${MIRRORED[@]}"}; do
    ! cmp -s -- "$ROOT/$file" "$MIRROR/$file" || continue
    while IFS= read -r key; do
      [ -n "$key" ] || continue
      before='?' after='?'
      if dotenv_value "$ROOT/$file" "$key"; then before="$FOUND_VALUE"; fi
      if dotenv_value "$MIRROR/$file" "$key"; then after="$FOUND_VALUE"; fi
      [ "$before" != "$after" ] || continue
      case "$after" in *"$NEW_PASSWORD"* | *"$(percent_encoded "$NEW_PASSWORD")"*) continue ;; esac
      PLACE="$file $key"
      refuse_place 'it would read differently afterwards'
    done <<<"$(dotenv_keys "$ROOT/$file")"
  done
  refuse_if_any
}

dotenv_keys() {
  LC_ALL=C sed -n 's/^[[:blank:]]*\(export[[:blank:]]\{1,\}\)\{0,1\}\([A-Za-z_][A-Za-z0-9_.]*\)[[:blank:]]*=.*/\2/p' <"$1" | sort -u
}

# The file can be replaced by one that differs in nothing but the password.
check_replaceable() {
  local file="$ROOT/$1"
  [ -w "$file" ] && [ -w "$(dirname -- "$file")" ] || why 'it, or its directory, cannot be written' || return 1
  [ -O "$file" ] || [ "$(id -u)" -eq 0 ] || why 'it belongs to somebody else, and would not afterwards' || return 1
  # shellcheck disable=SC2012 # the number of links, which no portable program prints otherwise
  [ "$(LC_ALL=C ls -ld -- "$file" | awk 'NR == 1 { print $2 }')" = 1 ] || why 'it has another hard link, which would keep the old text' || return 1
}
