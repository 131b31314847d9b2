# shellcheck shell=bash disable=SC2034,SC2016 # variables are shared by the files of lib/; a dollar in quotes is meant
# Writing a new password into one place of the files below ROOT, which is a copy of them here. Only the value's own bytes
# are replaced. What stands there is found by its own means, so the place is read back afterwards as every script reads it.

# rewrite_place WHAT KIND PATH KEY SERVICE: the place holds NEW_PASSWORD afterwards; status 1: it cannot, and WHY says why.
rewrite_place() {
  WHY=''
  if place_is_new "$1" "$2" "$3" "$4" "$5"; then return 0; fi
  [ -z "$WHY" ] || return 1
  local file="$ROOT/$3"
  case "$2" in
    dotenv) rewrite_dotenv "$1" "$3" "$4" || return 1 ;;
    compose) rewrite_compose "$1" "$3" "$4" || return 1 ;;
    file) rewrite_file "$1" "$file" || return 1 ;;
    literal-url-in) rewrite_literal "$3" || return 1 ;;
    *) why "a $2 cannot be written" || return 1 ;;
  esac
  place_is_new "$1" "$2" "$3" "$4" "$5" || why 'it does not read back as it was written; a generated password would'
}

why() {
  WHY="$1"
  return 1
}

# Leaves FOUND_LINE and FOUND_VALUE behind.
place_is_new() {
  local held
  read_place "$2" "$3" "$4" "$5" || why 'it cannot be read' || return 1
  held="$FOUND_VALUE"
  if [ "$1" = url ]; then
    parse_url "$FOUND_VALUE" || why 'it is not a URL' || return 1
    held="$URL_PASSWORD"
  fi
  [ "$held" = "$NEW_PASSWORD" ]
}

rewrite_dotenv() {
  local file="$ROOT/$2" probe
  token_at "$file" dotenv || return 1
  if [ "$1" = url ]; then
    rewrite_url "$file" "$2" dotenv
    return $?
  fi
  case "$TOKEN" in
    \'*) probe='' ;;
    \"*) probe="${TOKEN//\\\$/}" ;;
    *) probe="$TOKEN" ;;
  esac
  case "$probe" in
    *'${'*)
      refers_to "$(unquoted "$TOKEN")" dotenv || why 'it is put together from several variables' || return 1
      follow_reference "$file" "$2"
      ;;
    *) replace_token "$file" "$(dotenv_token "$TOKEN" "$NEW_PASSWORD")" ;;
  esac
}

# dotenv_token OLD TEXT: readers of dotenv files agree on plain words, and on single quotes without quote and backslash.
dotenv_token() {
  local text="$2"
  if is_plain "$text"; then
    case "$1" in
      \'* | \"*) printf '%s' "${1:0:1}$text${1:0:1}" ;;
      *) printf '%s' "$text" ;;
    esac
    return 0
  fi
  case "$text" in
    *\'* | *\\*) printf '"%s"' "$(printf '%s' "$text" | sed 's/[\\"$]/\\&/g')" ;;
    *) printf "'%s'" "$text" ;;
  esac
}

is_plain() {
  case "$1" in '' | *[!A-Za-z0-9._~-]*) return 1 ;; esac
}

rewrite_compose() {
  local file="$ROOT/$2" scalar lead='' env_file
  token_at "$file" compose || return 1
  env_file="$(dirname -- "$2")/.env"
  case "$TOKEN" in
    '' | '~' | null | "$3" | "\"$3\"" | "'$3'")
      rewrite_reference "$3" "$env_file"
      return $?
      ;;
    [\|\>\&*!]*) why 'its form (a block, an anchor or a tag) is not one that is rewritten' || return 1 ;;
  esac
  if [ "$1" = url ]; then
    rewrite_url "$file" "$env_file" compose
    return $?
  fi
  scalar="$(unquoted "$TOKEN")"
  if [ "$TOKEN_IS_ENTRY" = yes ]; then lead="$3=" scalar="${scalar#*=}"; fi
  case "${scalar//\$\$/}" in
    *'${'* | *'$'[A-Za-z_]*)
      refers_to "$scalar" compose || why 'it is put together from several variables' || return 1
      follow_reference "$file" "$env_file"
      return $?
      ;;
  esac
  replace_token "$file" "$(yaml_token "$TOKEN" "$lead${NEW_PASSWORD//\$/\$\$}")"
}

# Plain where nothing can take the text for a number, a truth value or anything else than text.
yaml_token() {
  local plain=no
  case "$2" in [!A-Za-z]* | *[!A-Za-z0-9._~=-]*) ;; ????????????*) plain=yes ;; esac
  case "$1" in
    \"*) printf '"%s"' "$(printf '%s' "$2" | sed 's/[\\"]/\\&/g')" ;;
    \'*) printf "'%s'" "$(printf '%s' "$2" | sed "s/'/''/g")" ;;
    *) if [ "$plain" = yes ]; then printf '%s' "$2"; else printf "'%s'" "$(printf '%s' "$2" | sed "s/'/''/g")"; fi ;;
  esac
}

unquoted() {
  case "$1" in
    \"*\" | \'*\')
      set -- "${1#?}"
      printf '%s' "${1%?}"
      ;;
    *) printf '%s' "$1" ;;
  esac
}

# Line ends after the password stay as they are.
rewrite_file() {
  case "$FOUND_VALUE" in
    *$'\n'*) why 'it has several lines' || return 1 ;;
    *$'\r') why 'it ends with a carriage return, which whoever reads it takes for a part of the password' || return 1 ;;
  esac
  TOKEN="$FOUND_VALUE" TOKEN_START=0
  if [ "$1" = url ]; then
    rewrite_url "$2" '' file
    return $?
  fi
  replace_token "$2" "$NEW_PASSWORD"
}

rewrite_literal() {
  TOKEN="$FOUND_VALUE"
  case "$1" in
    *.ini | *.cfg)
      [ "$(percent_encoded "$NEW_PASSWORD")" = "$NEW_PASSWORD" ] ||
        why 'a % has a meaning of its own in such a file: only a password of letters, digits and ._~- can be written' || return 1
      ;;
  esac
  TOKEN_START="$(URL="$TOKEN" LINE="$FOUND_LINE" LC_ALL=C awk '
    NR < ENVIRON["LINE"] { before += length($0) + 1; next }
    NR == ENVIRON["LINE"] { match($0, /[A-Za-z][A-Za-z0-9+.-]*:\/\/[^ \t"'\''`]+/); printf "%d", before + RSTART - 1; exit }
    ' <"$ROOT/$1")"
  rewrite_url "$ROOT/$1" '' literal
}

# rewrite_url FILE ENVFILE STYLE: replaces the password in the URL that TOKEN holds, percent-encoded, which needs no quotes.
rewrite_url() {
  local raw="$TOKEN"
  url_piece "$raw" || why 'no password is found in the URL' || return 1
  case "$3:$raw" in file:* | literal:* | dotenv:\'*) ;; *)
    case "${PIECE//\$\$/}" in
      *'${'* | *'$'[A-Za-z_]*)
        refers_to "$PIECE" "$3" || why 'the password in the URL is put together from several variables' || return 1
        TOKEN="$PIECE" TOKEN_START=$((TOKEN_START + $(length_of "$PIECE_BEFORE")))
        follow_reference "$1" "$2"
        return $?
        ;;
    esac
    ;;
  esac
  replace_token "$1" "$PIECE_BEFORE$(percent_encoded "$NEW_PASSWORD")$PIECE_AFTER"
}

# Splits a URL around its password, by the rules of parse_url but before anything is decoded or looked up.
url_piece() {
  local rest scope login user
  case "$1" in *://*@*) ;; *) return 1 ;; esac
  PIECE_BEFORE="${1%%://*}://"
  rest="${1#*://}"
  scope="${rest%%\?*}"
  case "$scope" in *@*) ;; *) scope="$rest" ;; esac
  login="${scope%@*}"
  case "$login" in
    '${'*) user="\${$(braced "${login#??}")}" || return 1 ;;
    *) user="${login%%:*}" ;;
  esac
  case "$login" in "$user":*) ;; *) return 1 ;; esac
  PIECE_BEFORE="$PIECE_BEFORE$user:"
  PIECE="${login#"$user":}"
  PIECE_AFTER="${1#"$PIECE_BEFORE$PIECE"}"
}

# refers_to TEXT STYLE: the text is one reference: sets REFERENCE, and REFERENCE_DEFAULT to what stands for an absent one.
refers_to() {
  local inner rest
  REFERENCE_DEFAULT=''
  case "$1" in
    '${'*'}')
      inner="$(braced "${1#??}")" || return 1
      [ "$1" = "\${$inner}" ] || return 1
      REFERENCE="${inner%%[!A-Za-z0-9_]*}"
      rest="${inner#"$REFERENCE"}"
      case "$rest" in :-* | -*) REFERENCE_DEFAULT="${rest#"${rest%%-*}"-}" ;; esac
      ;;
    '$'*)
      [ "$2" = compose ] || return 1
      REFERENCE="${1#?}"
      ;;
    *) return 1 ;;
  esac
  case "$REFERENCE" in '' | [0-9]* | *[!A-Za-z0-9_]*) return 1 ;; esac
}

# Goes on with the key that is referred to, or with the text that stands for an absent one.
follow_reference() {
  local status=0
  if [ -n "$REFERENCE_DEFAULT" ] && [ -z "${!REFERENCE+set}" ]; then
    dotenv_value "$ROOT/$2" "$REFERENCE" || status=$?
    if [ "$status" -ne 0 ] || [ -z "$FOUND_VALUE" ]; then
      rewrite_default "$1"
      return $?
    fi
  fi
  rewrite_reference "$REFERENCE" "$2"
}

rewrite_reference() {
  [ -z "${!1+set}" ] || why "the variable $1 of the environment gives it: unset that, or change it where it is set" || return 1
  [ "${REFERENCE_DEPTH:-0}" -lt 4 ] || why 'it refers to itself' || return 1
  [ -f "$ROOT/$2" ] || why "it is \${$1}, and there is no $2 that holds it" || return 1
  REFERENCE_DEPTH=$((${REFERENCE_DEPTH:-0} + 1))
  rewrite_place password dotenv "$2" "$1" '' || {
    REFERENCE_DEPTH=$((REFERENCE_DEPTH - 1))
    why "it is \${$1} of $2, and there: $WHY" || return 1
  }
  REFERENCE_DEPTH=$((REFERENCE_DEPTH - 1))
}

rewrite_default() {
  case "$REFERENCE_DEFAULT" in *'$'*) why 'the default of its variable is itself put together from variables' || return 1 ;; esac
  is_plain "$NEW_PASSWORD" ||
    why "only a password of letters, digits and ._~- can be the default of a variable: set $REFERENCE in .env instead" || return 1
  local before="${TOKEN%"$REFERENCE_DEFAULT}"*}"
  replace_token "$1" "$before$NEW_PASSWORD${TOKEN#"$before$REFERENCE_DEFAULT"}"
}

percent_encoded() {
  local text="$1" out='' i c LC_ALL=C
  for ((i = 0; i < ${#text}; i++)); do
    c="${text:$i:1}"
    case "$c" in
      [A-Za-z0-9._~-]) out="$out$c" ;;
      *) out="$out$(printf '%%%02X' "'$c")" ;;
    esac
  done
  printf '%s' "$out"
}

length_of() {
  printf '%s' "$1" | wc -c | tr -d ' '
}

# token_at FILE KIND: the raw text of the value on line FOUND_LINE: sets TOKEN, TOKEN_START (bytes before it), and
# TOKEN_IS_ENTRY where it is a whole KEY=VALUE of a list.
token_at() {
  local out
  out="$(LINE="$FOUND_LINE" KIND="$2" LC_ALL=C awk "$(token_finder)" <"$1")" || why 'it goes on in the next line' || return 1
  TOKEN_IS_ENTRY=no
  out="${out%.}"
  TOKEN_START="${out%%$'\n'*}"
  out="${out#*$'\n'}"
  [ "${out%%$'\n'*}" = map ] || TOKEN_IS_ENTRY=yes
  TOKEN="${out#*$'\n'}"
}

token_finder() {
  cat <<'AWK'
    NR < ENVIRON["LINE"] { before += length($0) + 1; next }
    {
      text = $0; sub(/\r$/, "", text)
      form = "map"
      if (ENVIRON["KIND"] == "dotenv") match(text, /^[ \t]*(export[ \t]+)?[^=]*=/)
      else if (text ~ /^ *- /) { form = "entry"; match(text, /^ *- +/) }
      else match(text, /^ *("[^"]*"|'[^']*'|[^:]*)[ \t]*:/)
      at = RLENGTH; rest = substr(text, at + 1)
      match(rest, /^[ \t]*/); blank = RLENGTH; at += RLENGTH; rest = substr(rest, RLENGTH + 1)
      quote = substr(rest, 1, 1)
      if (quote == "'" || quote == "\"") n = quoted_length(rest)
      else {
        if ((blank || form == "entry") && rest ~ /^#/) rest = ""
        sub(/[ \t]+#.*$/, "", rest); sub(/[ \t]+$/, "", rest)
        n = length(rest)
      }
      if (!n && rest != "") exit 2
      printf "%d\n%s\n%s.", before + at, form, substr(rest, 1, n)
      exit
    }
    function quoted_length(s,   i, c) {
      for (i = 2; i <= length(s); i++) {
        c = substr(s, i, 1)
        if (c == "\\" && quote == "\"") i++
        else if (c == quote) {
          if (quote == "\"" || ENVIRON["KIND"] == "dotenv" || substr(s, i + 1, 1) != quote) return i
          i++
        }
      }
      return 0
    }
AWK
}

# replace_token FILE TEXT: the bytes of TOKEN become TEXT, all others stay; doubt about where they are is a refusal.
replace_token() {
  local length there
  length="$(length_of "$TOKEN")"
  there="$(head -c $((TOKEN_START + length)) <"$1" | tail -c "$length" && printf .)"
  [ "$there" = "$TOKEN." ] || why 'its place in the file cannot be told' || return 1
  {
    head -c "$TOKEN_START" <"$1"
    printf '%s' "$2"
    tail -c "+$((TOKEN_START + length + 1))" <"$1"
  } >"$1.dbguard-splice"
  cat -- "$1.dbguard-splice" >"$1"
  rm -f -- "$1.dbguard-splice"
}
