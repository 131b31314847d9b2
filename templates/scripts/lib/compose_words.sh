# shellcheck shell=bash disable=SC2034,SC2153 # variables are shared by the files of lib/
# The words of a Compose command line: which of them come before the sub-command, and which delete volumes. Both
# generations are read at once; Compose v1 also takes any unambiguous beginning of a long option.

# split_words WORDS…: options before the sub-command go to DBGUARD_COMPOSE_OPTIONS, one a line, so that everything that is
# started from here sees the same project; the sub-command and what follows it to REST.
split_words() {
  local options=''
  while [ "$#" -gt 0 ]; do
    case "$1" in
      -p | --project-name)
        needs_value "$@"
        export COMPOSE_PROJECT_NAME="$2"
        shift 2
        continue
        ;;
      --project-name=* | -p?*) project_in_word "$1" ;;
      -f | --file | --env-file | --profile | --project-directory | --ansi | --progress | --parallel | --log-level)
        needs_value "$@"
        options="$options$1$NEWLINE$2$NEWLINE"
        shift 2
        continue
        ;;
      -f?* | --file=* | --env-file=* | --profile=* | --project-directory=* | --ansi=* | --progress=* | --parallel=* | --log-level=* | \
        --compatibility | --verbose | --no-ansi | --all-resources | --dry-run) options="$options$1$NEWLINE" ;;
      -*) one_word_answer "$@" ;;
      *) break ;;
    esac
    shift
  done
  case "$options" in *"$NEWLINE$NEWLINE"*) usage_error 'an empty option before the command' ;; esac
  REST=("$@")
  export DBGUARD_COMPOSE_OPTIONS="$options"
}

needs_value() {
  [ "$#" -ge 2 ] || usage_error "$1 needs a value"
  case "$2" in *"$NEWLINE"*) usage_error "the value of $1 holds a line end" ;; esac
}

project_in_word() {
  case "$1" in
    --project-name=*) export COMPOSE_PROJECT_NAME="${1#*=}" ;;
    *) export COMPOSE_PROJECT_NAME="${1#-p}" ;;
  esac
}

# `--version` and the like are a command of their own; with any other option before it, what the command is cannot be told
# (another daemon's volumes, for one, are not those that were compared).
one_word_answer() {
  case "$1" in
    -v | --version) REST=(version) ;;
    *) usage_error "the option $1 before the command is not one that this script knows" ;;
  esac
}

# deletes_volumes COMMAND WORDS…: prints why, and ends with 0, when these words delete volumes.
deletes_volumes() {
  local command="${1:-}" word
  [ "$#" -eq 0 ] || shift
  case "$command" in
    down | rm) volume_words "$command" v volumes t "$@" ;;
    up | create) volume_words "$command" V renew-anon-volumes te "$@" ;;
    volume | system)
      word="$command ${1:-}"
      printf '%s deletes volumes that hold data' "$word"
      ;;
    *) return 1 ;;
  esac
}

# volume_words COMMAND LETTER LONG VALUED WORDS…: LETTER may stand among other short options, up to one that takes the rest
# of the word for its value; LONG may be shortened (Compose v1), and may be switched off again with =false.
volume_words() {
  local command="$1" letter="$2" long="$3" valued="$4" word cut
  shift 4
  for word in "$@"; do
    case "$word" in
      --) break ;;
      --*=false | --*=False | --*=FALSE | --*=0 | --*=f | --*=F) continue ;;
      --?*)
        cut="${word#--}"
        cut="${cut%%=*}"
        case "$long" in "$cut"*) printf '%s %s deletes volumes' "$command" "$word"; return 0 ;; esac
        ;;
      -?*)
        if letter_among "${word#-}" "$letter" "$valued"; then
          printf '%s %s deletes volumes' "$command" "$word"
          return 0
        fi
        ;;
    esac
  done
  return 1
}

letter_among() {
  local rest="$1" one
  while [ -n "$rest" ]; do
    one="${rest:0:1}"
    rest="${rest:1}"
    if [ "$one" = "$2" ]; then
      case "$rest" in =false | =False | =FALSE | =0 | =f | =F) return 1 ;; *) return 0 ;; esac
    fi
    case "$3" in *"$one"*) return 1 ;; esac
  done
  return 1
}

# Compose never removes an external volume; data without a name, or a volume of its own, goes with the container.
every_volume_is_external() {
  local line
  WOULD_IMAGE='' KNOWN_IMAGE=''
  read_facts || return 1
  while IFS= read -r line; do
    case "$line" in '' | *$'\037'yes) ;; *) return 1 ;; esac
  done <<<"$(fact volume)"
  while IFS= read -r line; do
    db_config "$line"
    storage_would || return 1
    case "$WOULD_TYPE/$WOULD_EXTERNAL" in volume/yes | bind/*) ;; *) return 1 ;; esac
  done <<<"$COMPOSE_IDS"
}
