# shellcheck shell=bash disable=SC2034 # variables are shared by the files of lib/
# MariaDB: what the two have in common, which is nearly all, is in lib/mariadb_mysql_*.sh.

mariadb_connect() {
  # Old images have only the one name, new ones only the other.
  MY_CLIENTS='mariadb mysql' MY_DUMPERS='mariadb-dump mysqldump'
  my_connect
}

mariadb_state() {
  my_state "$@"
}

mariadb_counts() {
  my_counts "$@"
}

mariadb_bytes() {
  my_bytes "$@"
}

mariadb_dump() {
  my_dump "$@"
}

mariadb_check() {
  my_check "$@"
}

mariadb_rehearse() {
  my_rehearse "$@"
}

mariadb_restore() {
  my_restore "$@"
}

mariadb_presence() {
  my_presence "$@"
}

mariadb_keep_damaged() {
  my_keep_damaged "$@"
}

mariadb_recover() {
  my_recover "$@"
}

mariadb_rotate_prepare() {
  my_rotate_prepare "$@"
}

mariadb_rotate_keep() {
  my_rotate_keep "$@"
}

mariadb_rotate_set() {
  my_rotate_set "$@"
}

mariadb_rotate_use() {
  my_rotate_use "$@"
}

mariadb_rotate_undo() {
  my_rotate_undo "$@"
}

mariadb_rotate_addresses() {
  my_rotate_addresses "$@"
}

mariadb_rotate_login() {
  my_rotate_login "$@"
}
