# shellcheck shell=bash disable=SC2034 # variables are shared by the files of lib/
# Redis: all the work is done by lib/redis_valkey_*.sh.

redis_library() {
  ENGINE=rdb
}
