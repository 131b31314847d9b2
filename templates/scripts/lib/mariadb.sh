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

mariadb_trial_escapes() {
  my_trial_escapes "$@"
}

mariadb_trial_refused() {
  my_trial_refused "$@"
}

mariadb_untried() {
  my_untried "$@"
}

mariadb_trial() {
  my_trial "$@"
}

mariadb_apply() {
  my_apply "$@"
}

mariadb_scratch() {
  my_scratch "$@"
}

mariadb_live() {
  my_live "$@"
}

mariadb_shape_of() {
  my_shape_of "$@"
}

mariadb_columns_of() {
  my_columns_of "$@"
}

mariadb_counts_of() {
  my_counts_of "$@"
}

mariadb_empty() {
  my_empty "$@"
}

mariadb_unscratch() {
  my_unscratch "$@"
}
