# shellcheck shell=bash disable=SC2034 # variables are shared by the files of lib/
# MySQL: what the two have in common, which is nearly all, is in lib/mariadb_mysql_*.sh.

mysql_connect() {
  # Old images have only the one name, new ones only the other.
  MY_CLIENTS='mysql mariadb' MY_DUMPERS='mysqldump mariadb-dump'
  my_connect
}

mysql_state() {
  my_state "$@"
}

mysql_counts() {
  my_counts "$@"
}

mysql_bytes() {
  my_bytes "$@"
}

mysql_dump() {
  my_dump "$@"
}

mysql_check() {
  my_check "$@"
}

mysql_rehearse() {
  my_rehearse "$@"
}

mysql_restore() {
  my_restore "$@"
}

mysql_presence() {
  my_presence "$@"
}

mysql_keep_damaged() {
  my_keep_damaged "$@"
}

mysql_recover() {
  my_recover "$@"
}

mysql_rotate_prepare() {
  my_rotate_prepare "$@"
}

mysql_rotate_keep() {
  my_rotate_keep "$@"
}

mysql_rotate_set() {
  my_rotate_set "$@"
}

mysql_rotate_use() {
  my_rotate_use "$@"
}

mysql_rotate_undo() {
  my_rotate_undo "$@"
}

mysql_rotate_addresses() {
  my_rotate_addresses "$@"
}

mysql_rotate_login() {
  my_rotate_login "$@"
}
