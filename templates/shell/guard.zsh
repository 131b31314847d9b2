# dbguard in this zsh: each line that is typed is judged before it runs. For ~/.zshrc, at its end:
#   eval "$(dbguard guard --shell-init zsh)"
# `dbguard_off` stops it in this shell, `dbguard_on` starts it again. Scripts are not affected.

# Judges a text; fails when it must not run.
__dbguard_judge() {
  local said code answer
  if ! command -v dbguard >/dev/null 2>&1; then
    [[ -n ${__dbguard_missing-} ]] || { zle -I; print -u2 'dbguard is not on PATH: nothing is checked' }
    typeset -g __dbguard_missing=yes
    return 0
  fi
  said="$(command dbguard guard --command "$1" 2>&1)"
  code=$?
  (( code != 0 )) || return 0
  # What zsh cannot parse does not run either: a line that goes on, or a mistake.
  command zsh -fn -c "$1" 2>/dev/null || return 0
  zle -I
  print -ru2 -- "$said"
  (( code != 20 )) || return 1
  print -nu2 'Run it? [y/N] '
  read -rk 1 answer </dev/tty || return 1
  print -u2
  [[ $answer == [yY] ]]
}

__dbguard_accept_line() {
  if __dbguard_judge "$PREBUFFER$BUFFER"; then
    zle __dbguard_inner_accept_line
  else
    print -rs -- "$BUFFER"
    BUFFER=''
    zle .send-break
  fi
}

dbguard_on() {
  [[ ${widgets[accept-line]-} == user:__dbguard_accept_line ]] && return 0
  zle -A accept-line __dbguard_inner_accept_line
  zle -N accept-line __dbguard_accept_line
}

dbguard_off() {
  [[ ${widgets[accept-line]-} == user:__dbguard_accept_line ]] || return 0
  zle -A __dbguard_inner_accept_line accept-line
}

if [[ -o interactive ]]; then
  zmodload zsh/zleparameter 2>/dev/null
  dbguard_on
fi
