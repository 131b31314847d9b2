# shellcheck shell=bash disable=SC2034 # variables are shared by the files of lib/
# MariaDB: what it has in common with MySQL, which is nearly all, is in lib/mariadb_mysql_*.sh.

# Old images have only the one name of a program, new ones only the other.
mariadb_library() {
  ENGINE=my MY_CLIENTS='mariadb mysql' MY_DUMPERS='mariadb-dump mysqldump'
}
