# shellcheck shell=bash disable=SC2034 # variables are shared by the files of lib/
# MySQL: what it has in common with MariaDB, which is nearly all, is in lib/mariadb_mysql_*.sh.

mysql_library() {
  ENGINE=my MY_CLIENTS='mysql mariadb' MY_DUMPERS='mysqldump mariadb-dump'
}
