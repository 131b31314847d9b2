# shellcheck shell=bash
# Valkey. It shares its protocol and its dumps with Redis: all the work is done by lib/redis_valkey_*.sh.

valkey_connect() {
  rdb_connect
}

valkey_state() {
  rdb_state
}

valkey_counts() {
  rdb_counts
}

valkey_bytes() {
  rdb_bytes
}

valkey_dump() {
  rdb_dump "$1"
}

valkey_check() {
  rdb_check "$1"
}

valkey_rehearse() {
  rdb_rehearse "$1"
}

valkey_restore() {
  rdb_restore "$1" "$2" "$3"
}

valkey_presence() {
  rdb_presence
}

# There is no half-readable key space: it is all in memory, or the server does not answer.
valkey_keep_damaged() {
  return 0
}

valkey_recover() {
  rdb_recover
}

valkey_rotate_prepare() {
  rdb_rotate_prepare "$@"
}

valkey_rotate_keep() {
  rdb_rotate_keep "$@"
}

valkey_rotate_set() {
  rdb_rotate_set "$@"
}

valkey_rotate_use() {
  rdb_rotate_use "$@"
}

valkey_rotate_undo() {
  rdb_rotate_undo "$@"
}

valkey_rotate_addresses() {
  rdb_rotate_addresses "$@"
}

valkey_rotate_login() {
  rdb_rotate_login "$@"
}

valkey_rotate_overlaps() {
  rdb_rotate_overlaps "$@"
}

valkey_rotate_finish() {
  rdb_rotate_finish "$@"
}
