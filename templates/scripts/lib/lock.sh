# shellcheck shell=bash
# One lock a database: a directory that says who holds it, so that a lock whose process is gone can be taken over; a lock of
# another machine never is. It is made aside and renamed into place, which is atomic: a lock is never seen without its owner.

take_lock() {
  local tries=0
  LOCK="$STORE/.lock"
  until make_lock; do
    tries=$((tries + 1))
    [ -e "$LOCK" ] || [ "$tries" -lt 3 ] || cannot_write
    [ "$tries" -le 5 ] || lock_is_held
    [ -e "$LOCK" ] || continue
    lock_is_stale || lock_is_held
    drop_stale_lock
  done
  at_exit release_lock
}

# Where there is a lock, mv puts the new one into it instead: then it is not ours.
make_lock() {
  local new="$STORE/.lock.new.$$" why
  rm -rf -- "$new"
  mkdir -- "$new" 2>/dev/null || return 1
  why="$({ printf '%s\n' "$$" "$(uname -n)" "$(process_start "$$")" >"$new/owner"; } 2>&1)" || {
    rm -rf -- "$new"
    not_writable "$why"
  }
  mv -- "$new" "$LOCK" 2>/dev/null || true
  rm -rf -- "$new" "${LOCK:?}/${new##*/}"
  lock_is_mine
}

lock_is_mine() {
  [ "$(lock_line 1)" = "$$" ] && [ "$(lock_line 2)" = "$(uname -n)" ]
}

# Two that take over the same dead lock can, at worst, push a third one out: nothing is put in place without this.
require_lock() {
  lock_is_mine || die locked "another process has taken the lock of database $DB_ID" 'nothing was put in place' 'run this again'
}

cannot_write() {
  local why
  why="$(mkdir "$STORE/.try.$$" 2>&1)" || not_writable "$why"
  rmdir "$STORE/.try.$$"
}

not_writable() {
  die failed "nothing can be written to $STORE: ${1##*: }" 'nothing was touched' \
    'look at the free space, and at the owner and permissions of that directory'
}

release_lock() {
  if lock_is_mine; then rm -rf -- "$LOCK"; fi
}

lock_is_held() {
  die locked "database $DB_ID is locked by process $(lock_line 1) on $(lock_line 2)" 'nothing was touched' \
    "wait for it to end; if you are sure that it is gone, remove $LOCK"
}

lock_line() {
  sed -n "${1}p" "$LOCK/owner" 2>/dev/null || true
}

lock_is_stale() {
  # A lock without an owner is one that is just being removed, or whose removal was cut short.
  [ -s "$LOCK/owner" ] || sleep 2
  STALE_OWNER="$(lock_line 1)"
  [ -n "$STALE_OWNER" ] || return 0
  [ "$(lock_line 2)" = "$(uname -n)" ] || return 1
  is_alive "$STALE_OWNER" || return 0
  was_reused "$(lock_line 3)" "$(process_start "$STALE_OWNER")"
}

# was_reused THEN NOW: the number belongs to another process now. What two tools say in two ways is no evidence.
was_reused() {
  case "$1" in '' | unknown) return 1 ;; esac
  case "$2" in unknown) return 1 ;; esac
  case "$1 $2" in "tick "*" tick "*) ;; *"tick "*) return 1 ;; esac
  [ "$1" != "$2" ]
}

# Renaming is atomic: of two processes that find the same stale lock, one removes it. What turns out to be another's goes back.
drop_stale_lock() {
  local aside="$STORE/.lock.stale.$$"
  mv -- "$LOCK" "$aside" 2>/dev/null || return 0
  if [ "$(sed -n 1p "$aside/owner" 2>/dev/null || true)" = "$STALE_OWNER" ]; then
    rm -rf -- "$aside"
  else
    [ -e "$LOCK" ] || mv -- "$aside" "$LOCK" 2>/dev/null || true
    rm -rf -- "$aside" "${LOCK:?}/${aside##*/}"
  fi
}

# A process of another user must not be signalled, not even with 0; the ps of busybox cannot be asked about one process.
is_alive() {
  kill -0 "$1" 2>/dev/null || [ -d "/proc/$1" ] || ps -p "$1" >/dev/null 2>&1
}

# Ticks since the boot where the system tells them: a date depends on the clock and on the time zone of who asks.
process_start() {
  if [ -r "/proc/$1/stat" ]; then
    sed -n 's/.*) //; s/^/tick /; 1p' "/proc/$1/stat" 2>/dev/null | cut -d ' ' -f 1,21
  else
    LC_ALL=C TZ=UTC ps -o lstart= -p "$1" 2>/dev/null || echo unknown
  fi
}
