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

mysql_trial_escapes() {
  my_trial_escapes "$@"
}

mysql_trial_refused() {
  my_trial_refused "$@"
}

mysql_untried() {
  my_untried "$@"
}

mysql_trial() {
  my_trial "$@"
}

mysql_apply() {
  my_apply "$@"
}

mysql_scratch() {
  my_scratch "$@"
}

mysql_live() {
  my_live "$@"
}

mysql_shape_of() {
  my_shape_of "$@"
}

mysql_columns_of() {
  my_columns_of "$@"
}

mysql_counts_of() {
  my_counts_of "$@"
}

mysql_empty() {
  my_empty "$@"
}

mysql_unscratch() {
  my_unscratch "$@"
}
