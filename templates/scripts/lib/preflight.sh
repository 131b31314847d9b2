# shellcheck shell=bash disable=SC2034,SC2153 # variables are shared by the files of lib/
# Whether `up` attaches the storage that the database was last seen on. What is found is noted in WORK/problems (refuse),
# WORK/doubts (cannot tell) and WORK/remarks, `CODE TEXT` a line.

problem() {
  printf '%s %s\n' "$1" "$2" >>"$WORK/problems"
}

doubt() {
  printf '%s %s\n' "$1" "$2" >>"$WORK/doubts"
}

remark() {
  printf '%s %s\n' "$1" "$2" >>"$WORK/remarks"
}

# compare_storage: everything that can be said without the server.
compare_storage() {
  : >"$WORK/problems"
  : >"$WORK/doubts"
  : >"$WORK/remarks"
  FIRST_START=no
  storage_known || KNOWN_TYPE=''
  storage_would || {
    doubt config "$WHY_UNKNOWN"
    return 0
  }
  storage_of_service || true
  if [ -z "$KNOWN_TYPE" ] && [ -n "$NOW_TYPE" ]; then know_what_is_now; fi
  if [ -z "$KNOWN_TYPE" ]; then
    FIRST_START=yes
    look_before_first_start
  else
    compare_with_known
    [ -s "$WORK/problems" ] || compare_versions
  fi
  [ "$WOULD_TYPE" != tmpfs ] || problem tmpfs 'the data directory is on a tmpfs: every stop deletes the data'
}

know_what_is_now() {
  KNOWN_TYPE="$NOW_TYPE" KNOWN_VOLUME="$NOW_VOLUME" KNOWN_DESTINATION="$NOW_DESTINATION" KNOWN_INSIDE="$NOW_INSIDE"
  KNOWN_IMAGE="$NOW_IMAGE" KNOWN_MAJOR="$NOW_MAJOR" KNOWN_PROJECT="$NOW_PROJECT" KNOWN_FROM='the container'
}

compare_with_known() {
  if [ "$KNOWN_NEW" != yes ] && [ -n "$NOW_TYPE" ] && [ "$NOW_TYPE $NOW_VOLUME" != "$KNOWN_TYPE $KNOWN_VOLUME" ]; then
    problem happened "the container of $DB_SERVICE already has $(storage_name "$NOW_TYPE" "$NOW_VOLUME"), and the data was last seen on $(storage_name "$KNOWN_TYPE" "$KNOWN_VOLUME")"
  fi
  case "$KNOWN_TYPE" in
    anonymous | container) compare_unnamed ;;
    *)
      if [ "$WOULD_TYPE $WOULD_VOLUME" != "$KNOWN_TYPE $KNOWN_VOLUME" ]; then
        problem moved "\`up\` would mount $(storage_name "$WOULD_TYPE" "$WOULD_VOLUME"), and the data is on $(storage_name "$KNOWN_TYPE" "$KNOWN_VOLUME"): $(why_moved)"
      elif [ -n "$KNOWN_DESTINATION" ] && [ "$WOULD_INSIDE" != "$KNOWN_INSIDE" ]; then
        problem layout "the server would look for its data in '${WOULD_INSIDE:-.}' of the volume (mounted at $WOULD_DESTINATION), and it is in '${KNOWN_INSIDE:-.}' (was mounted at $KNOWN_DESTINATION)"
      else
        compare_content
      fi
      ;;
  esac
}

# Data without a name stays with the container only: as long as it is there, `up` hands it on.
compare_unnamed() {
  if [ -z "$NOW_TYPE" ]; then
    problem detached "the data is on $(storage_name "$KNOWN_TYPE" "$KNOWN_VOLUME"), the container is gone, and \`up\` would start with $(storage_name "$WOULD_TYPE" "$WOULD_VOLUME")"
  elif [ "$WOULD_TYPE" != "$KNOWN_TYPE" ]; then
    problem moved "\`up\` would mount $(storage_name "$WOULD_TYPE" "$WOULD_VOLUME"), and the data is on $(storage_name "$KNOWN_TYPE" "$KNOWN_VOLUME")"
  elif [ "$KNOWN_TYPE" = container ] && [ "$NOW_IMAGE" != "$WOULD_IMAGE" ]; then
    problem layer "the data is in the container itself, and \`up\` would replace it (image $NOW_IMAGE, now $WOULD_IMAGE)"
  else
    remark unnamed "the data is on $(storage_name "$KNOWN_TYPE" "$KNOWN_VOLUME"): removing the container detaches or deletes it. Give it a named volume"
  fi
}

storage_name() {
  case "$1" in
    volume) printf 'the volume %s' "$2" ;;
    bind) printf 'the directory %s' "$2" ;;
    anonymous) if [ -n "$2" ]; then printf 'the anonymous volume %s' "$2"; else printf 'a new anonymous volume'; fi ;;
    tmpfs) printf 'a tmpfs' ;;
    *) printf "the container's own layer" ;;
  esac
}

why_moved() {
  if [ "$WOULD_TYPE" = anonymous ] || [ "$WOULD_TYPE" = container ]; then
    printf 'no volume of the Compose files covers the data directory of %s any more' "$WOULD_IMAGE"
  elif [ "$WOULD_TYPE" != "$KNOWN_TYPE" ]; then
    printf 'the kind of mount was changed'
  elif [ -n "$KNOWN_PROJECT" ] && [ "$KNOWN_PROJECT" != "$WOULD_PROJECT" ]; then
    printf 'the project was %s and is now %s (folder renamed, -p, COMPOSE_PROJECT_NAME or name: changed)' "$KNOWN_PROJECT" "$WOULD_PROJECT"
  else
    printf 'the key or the name of the volume was changed in the Compose files'
  fi
}

# The right name alone is not enough: the volume has to be there, with the data in it.
compare_content() {
  [ "$KNOWN_NEW" != yes ] || return 0
  if [ "$WOULD_TYPE" = bind ]; then
    [ -d "$WOULD_VOLUME" ] || problem gone "the directory $WOULD_VOLUME is not there, and \`up\` would start with an empty one"
    return 0
  fi
  case "$(volume_state "$WOULD_VOLUME")" in
    absent) problem gone "the volume $WOULD_VOLUME is not there any more, and \`up\` would $(if [ "$WOULD_EXTERNAL" = yes ]; then echo fail; else echo 'make an empty one'; fi)" ;;
    none) problem emptied "the volume $WOULD_VOLUME holds no database any more, and \`up\` would start an empty one in it" ;;
    unknown) remark unseen "the volume $WOULD_VOLUME is there; what it holds cannot be looked into from here" ;;
  esac
}

compare_versions() {
  local was="${KNOWN_MAJOR:-}" will="${WOULD_MAJOR:-}"
  if [ -z "$will" ]; then
    [ -z "$was" ] || [ "$NOW_IMAGE" = "$WOULD_IMAGE" ] ||
      doubt version "which version $WOULD_IMAGE is cannot be told (the data is of $was): pin the tag, or pull it first"
    return 0
  fi
  if [ -z "$was" ] || [ "$was" = "$will" ]; then
    compare_variants
  elif [ "$DB_ENGINE" = postgres ]; then
    problem version "the data is of PostgreSQL $was, and $WOULD_IMAGE is $will: it refuses to start on it. Take a backup with the old image, start the new one on a new volume, restore there"
  elif is_older "$will" "$was"; then
    problem version "the data is of $DB_ENGINE $was, and $WOULD_IMAGE is the older $will: an older server cannot read it"
  else
    remark version "$WOULD_IMAGE upgrades the data from $was to $will: there is no way back but a backup"
  fi
}

is_older() {
  printf '%s %s\n' "$1" "$2" | LC_ALL=C awk '{ split($1, a, "."); split($2, b, "."); exit !(a[1] * 1000 + a[2] < b[1] * 1000 + b[2]) }'
}

# Another C library sorts text in another way, which breaks indexes, and Alpine's server has another user id.
compare_variants() {
  local was=no will=no
  case "$KNOWN_IMAGE" in *alpine*) was=yes ;; esac
  case "$WOULD_IMAGE" in *alpine*) will=yes ;; esac
  [ -z "$KNOWN_IMAGE" ] || [ "$was" = "$will" ] ||
    remark variant "the image changes between Alpine and another system ($KNOWN_IMAGE, now $WOULD_IMAGE): other owner of the files, and other sort order of text (REINDEX)"
}

# Nothing is known of this database. A volume that Compose made for the same key of another project, that no container
# uses and that holds a database of this engine is more likely to be the data than a coincidence.
look_before_first_start() {
  case "$WOULD_TYPE" in
    volume) ;;
    bind)
      [ -d "$WOULD_VOLUME" ] || remark first "the directory $WOULD_VOLUME is not there yet: \`up\` creates it, empty"
      return 0
      ;;
    *)
      remark unnamed "the data will be on $(storage_name "$WOULD_TYPE" ''): give it a named volume"
      return 0
      ;;
  esac
  case "$(volume_state "$WOULD_VOLUME")" in
    data) remark reused "the volume $WOULD_VOLUME holds a database already: $(volume_origin "$WOULD_VOLUME")" ;;
    absent)
      if [ "$WOULD_EXTERNAL" = yes ]; then
        problem missing "the external volume $WOULD_VOLUME does not exist"
        return 0
      fi
      lookalikes || true
      ;;
  esac
}

lookalikes() {
  local name rest
  while IFS=$'\037' read -r name rest; do
    case "$(volume_origin "$name")" in
      "made for "*"/$WOULD_KEY, used by no container") problem lookalike "\`up\` would make the new volume $WOULD_VOLUME, and there is $name, made for the same key, used by no container, with a database in it" ;;
    esac
  done <<<"$(other_databases "$WOULD_VOLUME")"
}
