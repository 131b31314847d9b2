# shellcheck shell=bash disable=SC2034 # variables are shared by the files of lib/
# Valkey: all the work is done by lib/redis_valkey_*.sh.

valkey_library() {
  ENGINE=rdb
}
