# shellcheck shell=bash
# Redis. It shares its protocol and its dumps with Valkey: all the work is done by lib/redis_valkey_*.sh.

redis_connect() {
  rdb_connect
}

redis_state() {
  rdb_state
}

redis_counts() {
  rdb_counts
}

redis_bytes() {
  rdb_bytes
}

redis_dump() {
  rdb_dump "$1"
}

redis_check() {
  rdb_check "$1"
}

redis_rehearse() {
  rdb_rehearse "$1"
}

redis_restore() {
  rdb_restore "$1" "$2" "$3"
}

redis_presence() {
  rdb_presence
}

# There is no half-readable key space: it is all in memory, or the server does not answer.
redis_keep_damaged() {
  return 0
}

redis_recover() {
  rdb_recover
}

redis_rotate_prepare() {
  rdb_rotate_prepare "$@"
}

redis_rotate_keep() {
  rdb_rotate_keep "$@"
}

redis_rotate_set() {
  rdb_rotate_set "$@"
}

redis_rotate_use() {
  rdb_rotate_use "$@"
}

redis_rotate_undo() {
  rdb_rotate_undo "$@"
}

redis_rotate_addresses() {
  rdb_rotate_addresses "$@"
}

redis_rotate_login() {
  rdb_rotate_login "$@"
}

redis_rotate_overlaps() {
  rdb_rotate_overlaps "$@"
}

redis_rotate_finish() {
  rdb_rotate_finish "$@"
}
