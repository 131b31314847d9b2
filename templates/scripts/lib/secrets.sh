# shellcheck shell=bash disable=SC2034 # variables are shared by the files of lib/
# Where credentials come from. Files are read, never sourced; values stay in shell variables and never become an argument
# of a program, a message or part of a generated file.

# Fills the empty parts of DB_* from the places that lib/config.sh lists, the preferred place first.
resolve_database() {
  DB_PASSWORD='' DB_URL=''
  DB_SSLMODE=''
  DB_SSLCERT=''
  db_credentials "$DB_ID" resolve_from_place
  case "$DB_PATH" in '' | /*) ;; *) DB_PATH="$ROOT/$DB_PATH" ;; esac
}

resolve_from_place() {
  part_is_known "$1" && return 0
  if read_place "$2" "$3" "$4" "$5"; then set_part "$1" "$FOUND_VALUE"; fi
}

part_is_known() {
  case "$1" in
    password) [ -n "$DB_PASSWORD" ] ;;
    user) [ -n "$DB_USER" ] ;;
    database) [ -n "$DB_DATABASE" ] ;;
    host) [ -n "$DB_HOST" ] ;;
    port) [ -n "$DB_PORT" ] ;;
    path) [ -n "$DB_PATH" ] ;;
    *) return 1 ;;
  esac
}

set_part() {
  case "$1" in
    password) DB_PASSWORD="$2" ;;
    user) DB_USER="$2" ;;
    database) DB_DATABASE="$2" ;;
    host) DB_HOST="$2" ;;
    port) DB_PORT="$2" ;;
    path) DB_PATH="$2" ;;
    url)
      parse_url "$2" || return 0
      DB_URL="${DB_URL:-$2}"
      DB_PASSWORD="${DB_PASSWORD:-$URL_PASSWORD}"
      DB_USER="${DB_USER:-$URL_USER}"
      DB_DATABASE="${DB_DATABASE:-$URL_DATABASE}"
      DB_HOST="${DB_HOST:-$URL_HOST}"
      DB_PORT="${DB_PORT:-$URL_PORT}"
      DB_PATH="${DB_PATH:-$URL_PATH}"
      DB_SSLMODE="${DB_SSLMODE:-$URL_SSLMODE}"
      DB_SSLCERT="${DB_SSLCERT:-$URL_SSLCERT}"
      ;;
  esac
}

# read_place KIND PATH KEY SERVICE: sets FOUND_VALUE and FOUND_LINE. Status 1: not there, 2: cannot be told.
read_place() {
  local file="$ROOT/$2"
  case "$2" in /*) file="$2" ;; esac
  FOUND_LINE='' FOUND_VALUE=''
  case "$1" in
    dotenv) dotenv_value "$file" "$3" ;;
    compose) compose_value "$file" "$4" "$3" ;;
    variable) variable_value "$3" ;;
    file) file_value "$file" ;;
    literal-url-in) url_in_file "$file" "$3" ;;
    *) return 2 ;;
  esac
}

variable_value() {
  case "$1" in '' | [0-9]* | *[!A-Za-z0-9_]*) return 2 ;; esac
  FOUND_VALUE="${!1:-}"
  [ -n "$FOUND_VALUE" ]
}

file_value() {
  [ -f "$1" ] && [ -r "$1" ] || return 2
  FOUND_LINE=1
  FOUND_VALUE="$(cat -- "$1")"
}

# The first URL with a scheme on a line that holds KEY (any line when KEY is empty), up to a quote or a blank.
url_in_file() {
  local out
  [ -f "$1" ] && [ -r "$1" ] || return 2
  out="$(KEY="$2" LC_ALL=C awk '
    (ENVIRON["KEY"] == "" || index($0, ENVIRON["KEY"])) && match($0, /[A-Za-z][A-Za-z0-9+.-]*:\/\/[^ \t"'\''`]+/) {
      printf "%d\n%s", NR, substr($0, RSTART, RLENGTH); done = 1; exit }
    END { exit !done }' <"$1")" || return 1
  FOUND_LINE="${out%%$'\n'*}"
  FOUND_VALUE="${out#*$'\n'}"
}

# dotenv_value FILE KEY: sets FOUND_LINE and FOUND_VALUE; the last assignment counts.
dotenv_value() {
  local out status=0 style
  [ -f "$1" ] && [ -r "$1" ] || return 2
  out="$(KEY="$2" LC_ALL=C awk "$(dotenv_reader)" <"$1")" || status=$?
  [ "$status" -eq 0 ] || return "$status"
  FOUND_LINE="${out%%$'\n'*}"
  # The full stop keeps line ends that a substitution would cut off.
  out="${out%.}"
  out="${out#*$'\n'}"
  style="${out%%$'\n'*}"
  out="${out#*$'\n'}"
  if [ "$style" = expand ]; then
    expand_value "$out" "$1" dotenv || return 2
    out="$(printf '%s.' "$EXPANDED" | tr '\001' '$')"
    out="${out%.}"
  fi
  FOUND_VALUE="$out"
}

dotenv_reader() {
  cat <<'AWK'
    { sub(/\r$/, "") }
    quote != "" { text = text "\n" $0; close_quote(); next }
    /^[ \t]*(#|$)/ { next }
    {
      text = $0
      sub(/^[ \t]*(export[ \t]+)?/, "", text)
      at = index(text, "=")
      if (!at) next
      name = substr(text, 1, at - 1); sub(/[ \t]+$/, "", name)
      text = substr(text, at + 1); number = NR
      blank = (text ~ /^[ \t]/); sub(/^[ \t]+/, "", text)
      quote = substr(text, 1, 1)
      if (quote == "'" || quote == "\"") { text = substr(text, 2); close_quote(); next }
      quote = ""
      if (blank && text ~ /^#/) text = ""
      sub(/[ \t]+#.*$/, "", text); sub(/[ \t]+$/, "", text)
      keep(text, "expand")
    }
    END {
      if (quote != "" && name == ENVIRON["KEY"]) exit 2
      if (!known) exit (bad ? 2 : 1)
      if (bad) exit 2
      printf "%d\n%s\n%s.", line, style, value
    }
    function keep(text, how) {
      if (name != ENVIRON["KEY"]) return
      known = 1; bad = 0; line = number; value = text; style = how
    }
    # Looks for the closing quote; without one the value goes on in the next line.
    function close_quote(   i, c, out) {
      for (i = 1; i <= length(text); i++) {
        c = substr(text, i, 1)
        if (c == quote) {
          rest = substr(text, i + 1)
          keep(out, quote == "'" ? "raw" : "expand")
          if (rest !~ /^[ \t]*(#.*)?$/ && name == ENVIRON["KEY"]) bad = 1
          quote = ""
          return
        }
        if (c == "\\" && quote == "\"") {
          i++; c = substr(text, i, 1)
          if (c == "n") c = "\n"; else if (c == "t") c = "\t"; else if (c == "r") c = "\r"
          else if (c == "$") c = "\001"
          else if (c != "\"" && c != "\\") c = "\\" c
        }
        out = out c
      }
    }
AWK
}

# expand_value TEXT ENVFILE STYLE: sets EXPANDED. ${NAME}, ${NAME:-default} and ${NAME-default} are looked up in the
# environment, then in ENVFILE; $NAME and $$ mean something to Compose only. Status 2: an expression that it cannot tell.
expand_value() {
  local text="$1" file="$2" style="$3" out='' inner name
  while :; do
    case "$text" in *'$'*) ;; *) break ;; esac
    out="$out${text%%\$*}"
    text="${text#*\$}"
    case "$text" in
      '$'*)
        out="$out\$"
        [ "$style" = dotenv ] || text="${text#?}"
        ;;
      '{'*)
        inner="$(braced "${text#?}")" || return 2
        text="${text:$((${#inner} + 2))}"
        expand_braced "$inner" "$file" "$style" || return 2
        out="$out$EXPANDED"
        ;;
      [A-Za-z_]*)
        if [ "$style" = compose ]; then
          name="${text%%[!A-Za-z0-9_]*}"
          text="${text#"$name"}"
          variable_or_dotenv "$name" "$file" || LOOKED_UP=''
          out="$out$LOOKED_UP"
        else
          out="$out\$"
        fi
        ;;
      *) out="$out\$" ;;
    esac
  done
  EXPANDED="$out$text"
}

# What stands before the brace that closes an already opened one.
braced() {
  local text="$1" depth=1 i c
  for ((i = 0; i < ${#text}; i++)); do
    c="${text:$i:1}"
    case "$c" in
      '{') depth=$((depth + 1)) ;;
      '}') depth=$((depth - 1)) ;;
    esac
    [ "$depth" -gt 0 ] || {
      printf '%s' "${text:0:$i}"
      return 0
    }
  done
  return 1
}

expand_braced() {
  local name="${1%%[!A-Za-z0-9_]*}" rest
  rest="${1#"$name"}"
  [ -n "$name" ] || return 2
  if variable_or_dotenv "$name" "$2"; then
    case "$rest" in
      :-* | '-'* | :\?* | '?'* | '')
        if [ -n "$LOOKED_UP" ] || [ "${rest:0:1}" != : ]; then
          EXPANDED="$LOOKED_UP"
          return 0
        fi
        ;;
      *) return 2 ;;
    esac
  fi
  case "$rest" in
    :-*) expand_value "${rest#:-}" "$2" "$3" ;;
    '-'*) expand_value "${rest#-}" "$2" "$3" ;;
    '') EXPANDED='' ;;
    *) return 2 ;;
  esac
}

variable_or_dotenv() {
  LOOKED_UP="${!1-}"
  [ -z "${!1+set}" ] || return 0
  local line="$FOUND_LINE" value="$FOUND_VALUE" status=0
  # A file that refers to itself in a circle would never end.
  EXPANSION_DEPTH=$((${EXPANSION_DEPTH:-0} + 1))
  if [ "$EXPANSION_DEPTH" -gt 8 ]; then status=2; else dotenv_value "$2" "$1" || status=$?; fi
  EXPANSION_DEPTH=$((EXPANSION_DEPTH - 1))
  LOOKED_UP="$FOUND_VALUE"
  FOUND_LINE="$line" FOUND_VALUE="$value"
  return "$status"
}

# parse_url TEXT: sets URL_USER, URL_PASSWORD, URL_HOST, URL_PORT, URL_DATABASE, URL_PATH (SQLite) and two TLS parameters.
parse_url() {
  URL_USER='' URL_PASSWORD='' URL_HOST='' URL_PORT='' URL_DATABASE='' URL_PATH='' URL_SSLMODE='' URL_SSLCERT=''
  local scheme rest query='' login=''
  case "$1" in
    file:*) URL_PATH="${1#file:}" URL_PATH="${URL_PATH%%\?*}" && return 0 ;;
    sqlite*://*) sqlite_url "${1#*://}" && return 0 ;;
    *://*) scheme="${1%%://*}" rest="${1#*://}" ;;
    *) return 1 ;;
  esac
  case "$scheme" in
    '') return 1 ;;
    rediss | valkeys) URL_SSLMODE=require ;;
  esac
  # A password may hold a raw ? or /: the login ends at the last @ before the query, else at the last one of all.
  case "${rest%%\?*}" in
    *@*) query="${rest#"${rest%%\?*}"}" rest="${rest%%\?*}" ;;
  esac
  case "$rest" in *@*) login="${rest%@*}" rest="${rest##*@}" ;; esac
  case "$rest" in *\?*) query="?${rest#*\?}" rest="${rest%%\?*}" ;; esac
  case "$login" in
    *:*) URL_USER="$(percent_decoded "${login%%:*}")" URL_PASSWORD="$(percent_decoded "${login#*:}")" ;;
    *) URL_USER="$(percent_decoded "$login")" ;;
  esac
  case "$rest" in */*) URL_DATABASE="$(percent_decoded "${rest#*/}")" ;; esac
  host_and_port "${rest%%/*}"
  url_parameters "${query#\?}"
}

sqlite_url() {
  local path="${1%%\?*}"
  case "$path" in
    //*) URL_PATH="${path#/}" ;;
    /*) URL_PATH="${path#/}" ;;
    *) URL_PATH="$path" ;;
  esac
  URL_PATH="$(percent_decoded "$URL_PATH")"
}

host_and_port() {
  case "$1" in
    '['*']'*) URL_HOST="${1%%]*}" URL_HOST="${URL_HOST#?}" URL_PORT="${1##*]}" URL_PORT="${URL_PORT#:}" ;;
    *:*) URL_HOST="${1%:*}" URL_PORT="${1##*:}" ;;
    *) URL_HOST="$1" ;;
  esac
  URL_HOST="$(percent_decoded "$URL_HOST")"
}

url_parameters() {
  local rest="$1&" pair value
  while [ -n "$rest" ]; do
    pair="${rest%%&*}"
    rest="${rest#*&}"
    value="$(percent_decoded "${pair#*=}")"
    case "${pair%%=*}" in
      sslmode) URL_SSLMODE="$value" ;;
      sslcert) URL_SSLCERT="$value" ;;
      host) URL_HOST="$value" ;;
      port) URL_PORT="$value" ;;
      user) URL_USER="$value" ;;
      password) URL_PASSWORD="$value" ;;
      dbname) URL_DATABASE="$value" ;;
    esac
  done
}

percent_decoded() {
  local text="$1" out='' hex
  while :; do
    case "$text" in *%[0-9A-Fa-f][0-9A-Fa-f]*) ;; *) break ;; esac
    out="$out${text%%\%*}"
    text="${text#*\%}"
    hex="${text:0:2}"
    case "$hex" in
      [0-9A-Fa-f][0-9A-Fa-f])
        out="$out$(printf '%b.' "\\x$hex")"
        out="${out%.}" text="${text:2}"
        ;;
      *) out="$out%" ;;
    esac
  done
  printf '%s' "$out$text"
}
