# shellcheck shell=bash disable=SC2034 # variables are shared by the files of lib/
# Starting and ending a script, messages, exit codes, and the list of databases.
#
# An engine is lib/ENGINE.sh (and lib/ENGINE_*.sh where one file would be long; a file of several engines has all their
# names, such as lib/mariadb_mysql_dump.sh). It is loaded when DB_ENGINE is known and provides these functions, in which ENGINE
# is DB_ENGINE, or the word that DB_ENGINE_library sets because several engines share them; `engine connect` calls the right
# one. DB_* (lib/config.sh, lib/secrets.sh) and WORK, a private directory, are set by then:
#   ENGINE_connect             prove the connection; set DB_SERVER_VERSION; die with a reason otherwise
#   ENGINE_state               print ok, empty or unknown, and never take a failed login for an empty database
#   ENGINE_counts              print `"table": rows` a line, JSON-escaped and sorted, for the live database
#   ENGINE_bytes               print how large the live database is
#   ENGINE_dump DIR            write the backup's files into DIR and its counts to WORK/counts, from one snapshot;
#                              describe them with `meta`; `meta_file database NAME` names the one that restore needs
#   ENGINE_check DIR           the files in DIR are whole: print why not and return 1 otherwise
#   ENGINE_rehearse DIR        restore DIR into something that is thrown away again; print its counts
#   ENGINE_restore DIR MODE T  MODE is full, schema or tables (T: one name a line); roll back on any failure
#   ENGINE_presence            print present, absent or damaged: what a restore would replace
#   ENGINE_keep_damaged DIR    copy what is left of a damaged database to DIR, byte by byte
#   ENGINE_recover             finish or undo what a killed restore or rehearsal left behind
# and for rotate-password.sh, where ROLE is the role and WORK/rotate.err tells why a step failed (status 1, never die):
#   ENGINE_rotate_prepare      after ENGINE_connect: ROLE exists, and its password can be changed; die otherwise
#   ENGINE_rotate_keep DIR     write into DIR what brings the present password back, where the server tells that
#   ENGINE_rotate_set PASSWORD the server has it now, and no log of statements saw it
#   ENGINE_rotate_use PASSWORD our own connection goes on with it, where it is one of ROLE
#   ENGINE_rotate_undo DIR     the password is the old one again, whichever of the two it is now
#   ENGINE_rotate_addresses    print where a login may be tried, the best place first
#   ENGINE_rotate_login PASS   a new login at LOGIN_ADDRESS with that password: status 0 or 1; WORK/login.err says why not
#   ENGINE_rotate_overlaps and ENGINE_rotate_finish, only where the old password stays valid until it is withdrawn

start() {
  SCRIPTS="$1"
  LIB="$SCRIPTS/lib"
  JSON="${JSON:-no}"
  CLEANUPS=''
  EXIT_STATUS=0
  # In a replacement, old versions of bash take the quotes of $'\n' literally.
  NEWLINE=$'\n'
  load config audit environment lock metadata yaml secrets places container kubernetes run store archive keep encryption \
    volumes services system backup watch notify send uncovered
  ROOT="$(CDPATH='' cd -- "$SCRIPTS/$UP_LEVELS" && pwd -P)"
  BACKUPS="$ROOT/$BACKUP_DIRECTORY"
  trap 'EXIT_STATUS=$?; finish' EXIT
  trap 'exit 1' HUP INT TERM PIPE
}

# load TOPIC…: files of lib/ that only some scripts need.
load() {
  local topic
  for topic in "$@"; do
    # shellcheck source=/dev/null
    . "$LIB/$topic.sh"
  done
}

# Runs what was registered with at_exit, the last one first; any of them may change EXIT_STATUS. Here a bare `return` gives
# the status from before the trap, also in functions that are called: they say `return $?`.
finish() {
  set +e
  trap - EXIT
  trap '' HUP INT TERM PIPE
  local step
  while [ -n "$CLEANUPS" ]; do
    step="${CLEANUPS%%$'\n'*}"
    CLEANUPS="${CLEANUPS#*$'\n'}"
    "$step"
  done
  exit "$EXIT_STATUS"
}

at_exit() {
  CLEANUPS="$1"$'\n'"$CLEANUPS"
}

# What a person reads. With --json, standard output belongs to the machine.
say() {
  if [ "$JSON" = yes ]; then printf '%s\n' "$*" >&2; else printf '%s\n' "$*"; fi
}

warn() {
  printf 'warning: %s\n' "$*" >&2
}

exit_code() {
  case "$1" in
    failed) echo 1 ;;
    usage) echo 2 ;;
    refused) echo 3 ;;
    unverified) echo 4 ;;
    locked) echo 5 ;;
    rolled-back) echo 6 ;;
    not-rolled-back) echo 7 ;;
    *) echo 1 ;;
  esac
}

# die KIND WHAT-FAILED [WHAT-WAS-KEPT-SAFE] [WHAT-TO-DO-NEXT]
die() {
  # Up to the first colon: what follows may be a server's own words.
  tell_reason "${2%%: *}"
  printf 'error: %s\n' "$2" >&2
  [ -z "${3:-}" ] || printf '  safe: %s\n' "$3" >&2
  [ -z "${4:-}" ] || printf '  next: %s\n' "$4" >&2
  exit "$(exit_code "$1")"
}

usage_error() {
  printf 'error: %s\n\n' "$1" >&2
  usage >&2
  exit 2
}

# arguments WORDS…: --db ID (WANTED), --json and --help are the same everywhere. The rest is for the script's own function
# `option WORDS…`, which looks at the first word, may take more (value_of, or USED), and ends with 1 for an unknown one.
arguments() {
  WANTED=''
  JSON=no
  while [ "$#" -gt 0 ]; do
    USED=1
    case "$1" in
      -h | --help)
        usage
        exit 0
        ;;
      --json) JSON=yes ;;
      --db)
        value_of "$@"
        WANTED="$VALUE"
        ;;
      *) option "$@" || usage_error "unknown argument: $1" ;;
    esac
    shift "$USED"
  done
}

# The value of an option: sets VALUE, or ends with a usage error when it is missing.
value_of() {
  [ "$#" -ge 2 ] || usage_error "$1 needs a value"
  VALUE="$2"
  USED=2
}

# use_database ID: its configuration, its engine, its place in the backup directory.
use_database() {
  refuse_uncovered "$1"
  db_config "$1" || die usage "there is no database '$1'" '' "the ids are: ${DB_IDS//$'\n'/, }"
  [ -f "$LIB/$DB_ENGINE.sh" ] || die failed "these scripts do not handle $DB_ENGINE (database $1)"
  ENGINE="$DB_ENGINE"
  load_engine "$DB_ENGINE_BASE"
  load_engine "$DB_ENGINE"
  if command -v "${DB_ENGINE}_library" >/dev/null; then "${DB_ENGINE}_library"; fi
  STORE="$BACKUPS/$DB_ID"
  store_prepare
  archive_place
  [ ! -d "$STORE/.rotate" ] || warn "a password change of $DB_ID is going on, or was cut short: rotate-password.sh --db $DB_ID --recover"
  tell_stopped
}

# engine FUNCTION ARGS…: what the engine of this database does there: its own function, or that of the library it shares.
engine() {
  local function="${ENGINE}_$1"
  if command -v "${DB_ENGINE}_$1" >/dev/null; then function="${DB_ENGINE}_$1"; fi
  shift
  "$function" "$@"
}

engine_has() {
  command -v "${DB_ENGINE}_$1" >/dev/null || command -v "${ENGINE}_$1" >/dev/null
}

load_engine() {
  local part
  [ -n "$1" ] || return 0
  for part in "$LIB/$1.sh" "$LIB/$1_"*.sh "$LIB/"*"_$1_"*.sh; do
    [ -f "$part" ] || continue
    # shellcheck source=/dev/null
    . "$part"
  done
}

several_databases() {
  case "$DB_IDS" in *$'\n'*) return 0 ;; *) return 1 ;; esac
}

# each_database SCRIPT ARGS…: one process a database, so that one failure cannot hide or stop another. With --json the
# answers become one list, in which a database that gave none still has its place.
each_database() {
  local script="$1" id one first=0 comma='' answer
  shift
  [ "$JSON" = no ] || printf '['
  while IFS= read -r id; do
    one=0
    if [ "$JSON" = no ]; then
      "$BASH" "$SCRIPTS/$script" --db "$id" "$@" </dev/null || one=$?
    else
      answer="$("$BASH" "$SCRIPTS/$script" --db "$id" --json "$@" </dev/null)" || one=$?
      [ -n "$answer" ] || answer="{\"id\": $(json_string "$id"), \"exit\": $one}"
      printf '%s\n%s' "$comma" "$answer"
      comma=','
    fi
    [ "$first" -ne 0 ] || first=$one
  done <<<"$DB_IDS"
  [ "$JSON" = no ] || printf '\n]\n'
  exit "$first"
}

# Who is about to be touched, before anything happens to it.
show_target() {
  say "database:    $DB_ID"
  say "environment: $ENVIRONMENT ($ENVIRONMENT_REASON)"
  say "engine:      $DB_ENGINE ${DB_SERVER_VERSION:-}"
  if [ "$DB_RUN" = file ]; then
    say "file:        $DB_PATH"
  else
    say "name:        $DB_DATABASE"
    say "host:        ${DB_HOST:-local socket}"
    say "port:        ${DB_PORT:-default}"
  fi
}

# Reads the connection's parts, proves that it works, and shows it.
open_database() {
  resolve_database
  classify_environment
  engine connect
  show_target
}

timestamp() {
  date -u +%Y%m%dT%H%M%SZ
}
