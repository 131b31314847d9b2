# dbguard in this bash: each line that is typed is judged before it runs. For ~/.bashrc:
#   eval "$(dbguard guard --shell-init bash)"
# `dbguard_off` stops it in this shell, `dbguard_on` starts it again. Scripts are not affected.

# Judges a text; fails when it must not run.
__dbguard_judge() {
  local said status answer
  if ! command -v dbguard >/dev/null 2>&1; then
    [ -n "${__dbguard_missing-}" ] || printf 'dbguard is not on PATH: nothing is checked\n' >&2
    __dbguard_missing=yes
    return 0
  fi
  said="$(command dbguard guard --command "$1" 2>&1)"
  status=$?
  [ "$status" -ne 0 ] || return 0
  printf '%s\n' "$said" >&2
  [ "$status" -ne 20 ] || return 1
  printf 'Run it? [y/N] ' >&2
  IFS= read -r answer </dev/tty || return 1
  [ "$answer" = y ] || [ "$answer" = Y ]
}

# The line as it was typed; one that the history leaves out is judged command by command.
__dbguard_typed() {
  local line
  line="$(HISTTIMEFORMAT='' builtin history 1 2>/dev/null)"
  line="${line#"${line%%[![:blank:]]*}"}"
  line="${line#*[!0-9]}"
  case "$line" in
    *"$1"*) printf '%s' "$line" ;;
    *) printf '%s' "$1" ;;
  esac
}

# Before every simple command. Failing here makes bash skip it (that is what extdebug is for).
__dbguard_before() {
  case "$1" in __dbguard_* | dbguard_on | dbguard_off) return 0 ;; esac
  [ -z "${COMP_LINE-}" ] || return 0
  [ "${__dbguard_state-}" != running ] || return 0
  [ "${__dbguard_state-}" != refused ] || return 1
  local typed
  typed="$(__dbguard_typed "$1")"
  if __dbguard_judge "$typed"; then
    [ "$typed" = "$1" ] || __dbguard_state=running
    return 0
  fi
  __dbguard_state=refused
  return 1
}

__dbguard_over() {
  local status=$?
  __dbguard_state=prompt
  return "$status"
}

__dbguard_ready() {
  local status=$?
  __dbguard_state=ready
  return "$status"
}

# What belongs to the prompt runs unchecked: it was there before. So do the commands inside these functions.
__dbguard_step() {
  case "${FUNCNAME[1]-}" in __dbguard_*) return 0 ;; esac
  [ "${__dbguard_state-}" = prompt ] || __dbguard_before "$1"
}

# shellcheck disable=SC2178,SC2128 # an array or a text, as the user has it
__dbguard_around_prompt() {
  case "$(declare -p PROMPT_COMMAND 2>/dev/null)" in
    *__dbguard_over*) ;;
    'declare -a'*) PROMPT_COMMAND=(__dbguard_over "${PROMPT_COMMAND[@]}" __dbguard_ready) ;;
    *) PROMPT_COMMAND="__dbguard_over${PROMPT_COMMAND:+; $PROMPT_COMMAND}; __dbguard_ready" ;;
  esac
}

dbguard_on() {
  shopt -s extdebug
  trap '__dbguard_step "$BASH_COMMAND"' DEBUG
  __dbguard_around_prompt
}

dbguard_off() {
  trap - DEBUG
  shopt -u extdebug
}

case "$-" in *i*) dbguard_on ;; esac
