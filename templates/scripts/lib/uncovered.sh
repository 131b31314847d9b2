# shellcheck shell=bash
# Databases of this repository that these scripts do not back up: named with what to do instead, never passed over.

tell_uncovered() {
  uncovered_databases warn_uncovered
}

# warn_uncovered ID ENGINE INSTEAD
warn_uncovered() {
  warn "$1 ($2) is NOT backed up by these scripts. Do this instead: $3"
}

# refuse_uncovered ID: ends the script when ID is one of them.
refuse_uncovered() {
  ASKED="$1"
  uncovered_databases refuse_asked
}

refuse_asked() {
  [ "$1" = "$ASKED" ] || return 0
  die usage "$1 ($2) is not backed up by these scripts" '' "$3"
}
