# shellcheck shell=bash disable=SC2153 # variables are shared by the files of lib/
# The crontab: a block between two marks that name the project, and nothing else is touched.

# A word of a crontab's command. Some crons unescape \% and some do not, so it holds no percent sign at all.
crontab_word() {
  printf '%s' "$1" | LC_ALL=C awk '{
    for (i = 1; i <= length($0); i++) {
      c = substr($0, i, 1)
      if (c == "\047") c = "\047\\\047\047"
      else if (c == "%") c = "\047\"$(printf \047\\045\047)\"\047"
      out = out c
    }
    printf "\047%s\047", out
  }'
}

block_begin() {
  printf '# >>> dbguard: %s\n' "$ROOT"
}

block_end() {
  printf '# <<< dbguard: %s\n' "$ROOT"
}

crontab_block() {
  local name id fields command
  command="$(crontab_word "$(schedule_bash)") $(crontab_word "$SCRIPTS/schedule.sh") run"
  # The shortest limit of a cron is 998 bytes a line.
  [ "$(printf '%s' "$command" | wc -c)" -lt 850 ] || die refused 'the path of the project is too long for a crontab' \
    'nothing was touched' 'use --kind systemd, or move the project'
  block_begin
  echo '# Written by schedule.sh: change it by its action install, take it out by remove.'
  while IFS=$'\t' read -r name id fields; do
    printf '%s %s %s%s\n' "$fields" "$command" "$name" "$(if [ "$id" != - ]; then printf ' --db %s' "$id"; fi)"
  done <<<"$(schedule_jobs)"
  block_end
}

# crontab_read FILE: the present crontab. That there is none is an answer; any other failure is not.
crontab_read() {
  command -v crontab >/dev/null 2>&1 || die failed 'there is no crontab command' 'nothing was touched' 'install cron, or use --kind systemd'
  if LC_ALL=C crontab -l >"$1" 2>"$1.err" </dev/null; then return 0; fi
  grep -qi -e 'no crontab' -e 'no such file' "$1.err" ||
    die failed "crontab -l failed: $(head -n 1 "$1.err")" 'nothing was touched' 'crontab has to work for this user'
  : >"$1"
}

# crontab_check FILE: dies unless it can be edited without guessing.
crontab_check() {
  local why
  why="$(BEGIN="$(block_begin)" END="$(block_end)" LC_ALL=C awk '
    /\r$/ && !cr { cr = NR }
    $0 == ENVIRON["BEGIN"] { if (open || blocks++) bad = bad ? bad : NR; open = NR }
    $0 == ENVIRON["END"] { if (!open && !bad) bad = NR; open = 0 }
    END {
      if (cr) print "line " cr " ends with a carriage return (CRLF)"
      else if (bad) print "line " bad " is a mark of this project that has no counterpart, or a second block"
      else if (open) print "the block of this project that begins in line " open " does not end"
    }' <"$1")"
  if [ -z "$why" ] && [ -s "$1" ] && [ "$(tail -c 1 "$1" | wc -l)" -eq 0 ]; then why='its last line has no line end'; fi
  [ -z "$why" ] || die refused "the crontab cannot be edited safely: $why" 'the crontab is as it was' \
    'repair that line (crontab -e), then run this again'
}

# The crontab FILE without this project's block, and the block's place in it marked where NEW is to go.
crontab_with() {
  BEGIN="$(block_begin)" END="$(block_end)" NEW="$2" LC_ALL=C awk '
    $0 == ENVIRON["BEGIN"] { inside = 1; add(); next }
    $0 == ENVIRON["END"] { inside = 0; next }
    !inside { print }
    END { add() }
    function add() {
      if (ENVIRON["NEW"] == "" || added++) return
      while ((getline line < ENVIRON["NEW"]) > 0) print line
    }' <"$1"
}

# crontab_write FILE: read back, because what counts is what cron has.
crontab_write() {
  local why
  why="$(crontab "$1" 2>&1)" || die failed "crontab did not take it: $why" 'the crontab is as it was'
  crontab_read "$1.back"
  # Some crontabs add a comment of their own at the head.
  grep -v '^#' "$1" >"$1.lines" || true
  grep -v '^#' "$1.back" >"$1.back.lines" || true
  cmp -s "$1.lines" "$1.back.lines" || die failed 'the crontab is not what was just written: another program changes it as well' \
    '' 'look at it: crontab -l'
}

schedule_scratch() {
  SCRATCH="$(mktemp -d "${TMPDIR:-/tmp}/dbguard-schedule.XXXXXX")"
  at_exit scratch_remove
}

scratch_remove() {
  rm -rf -- "$SCRATCH"
}

crontab_install() {
  schedule_scratch
  crontab_read "$SCRATCH/old"
  crontab_check "$SCRATCH/old"
  crontab_block >"$SCRATCH/block"
  warn_about_moved "$SCRATCH/old"
  crontab_with "$SCRATCH/old" "$SCRATCH/block" >"$SCRATCH/new"
  if cmp -s "$SCRATCH/old" "$SCRATCH/new"; then
    say 'cron: already installed, nothing to change'
  else
    crontab_write "$SCRATCH/new"
    say "cron: installed $(grep -vc '^#' "$SCRATCH/block") jobs (crontab -l shows them)"
  fi
}

# A project that was moved or deleted leaves its block behind; whose it is, a person decides.
warn_about_moved() {
  local root
  sed -n 's/^# >>> dbguard: //p' "$1" | while IFS= read -r root; do
    [ -d "$root" ] || warn "the crontab has the jobs of $root, which is not there: take them out by crontab -e"
  done
}

crontab_remove() {
  schedule_scratch
  crontab_read "$SCRATCH/old"
  crontab_check "$SCRATCH/old"
  crontab_with "$SCRATCH/old" '' >"$SCRATCH/new"
  if cmp -s "$SCRATCH/old" "$SCRATCH/new"; then
    say 'cron: there is nothing of this project'
    return 0
  fi
  crontab_write "$SCRATCH/new"
  audit schedule removed cron
  say 'cron: removed'
}
