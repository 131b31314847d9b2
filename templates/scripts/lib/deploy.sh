# shellcheck shell=bash disable=SC2034,SC2153 # variables are shared by the files of lib/
# What a deployment must not do to the data, and what was noted about the last one. The notes lie in BACKUPS/deploy.

deploy_folder() {
  mkdir -p -- "$BACKUPS/deploy"
}

# The commit to compare with: that of the last post-deploy.sh, else the one before this; nothing in a first commit.
deployed_commit() {
  local commit=''
  [ ! -f "$BACKUPS/deploy/commit" ] || commit="$(head -n 1 "$BACKUPS/deploy/commit")"
  for commit in "$commit" HEAD~1; do
    if [ -n "$commit" ] && git_answer rev-parse -q --verify "$commit^{commit}" | grep -q .; then
      printf '%s' "$commit"
      return 0
    fi
  done
}

# volume_facts FILE-TEXT: `kind⇥name⇥value` for each line of a Compose file that decides which data a database sees: the project
# name, volumes and their real names, mounts and images of services. Anchors and the flow style are taken as they stand.
volume_facts() {
  LC_ALL=C awk '
    { sub(/\r$/, "") }
    /^[ \t]*(#|$)/ { next }
    {
      match($0, /^ */); indent = RLENGTH; line = substr($0, indent + 1)
      sub(/[ \t]+#.*$/, "", line); sub(/[ \t]+$/, "", line)
    }
    indent == 0 {
      top = line; sub(/:.*$/, "", top); entry = ""; list = ""; first = 0
      if (top == "name") fact("project", "", value_of(line))
      else if (line ~ /[{\[]/ && (top == "volumes" || top == "services")) fact("flow", top, line)
      next
    }
    top == "volumes" {
      if (!first) first = indent
      if (indent == first) { entry = key_of(line); fact("volume", entry, value_of(line)) }
      else if (line ~ /^(name|external|driver|device|o|type):/) fact("volume " key_of(line), entry, value_of(line))
      next
    }
    top == "services" {
      if (!first) first = indent
      if (indent == first) { entry = key_of(line); list = ""; if (value_of(line) != "") fact("service", entry, value_of(line)); next }
      if (line ~ /^image:/) { fact("image", entry, major_of(value_of(line))); list = ""; next }
      if (line ~ /^volumes:/) { list = indent; if (value_of(line) != "") fact("mount", entry, value_of(line)); next }
      if (list != "" && indent < list) list = ""
      if (list != "" && indent == list && line !~ /^-/) list = ""
      if (list != "") { sub(/^-[ ]*/, "", line); gsub(/["'\'']/, "", line); fact("mount", entry, line) }
    }
    function fact(kind, name, value) { printf "%s\t%s\t%s\n", kind, name, value }
    function key_of(text) { sub(/:.*$/, "", text); gsub(/["'\'']/, "", text); return text }
    function value_of(text) { if (!sub(/^[^:]*:[ \t]*/, "", text)) return ""; gsub(/["'\'']/, "", text); return text }
    # A database server reads the data of its own major version only.
    function major_of(text,   tag) {
      tag = text
      if (!sub(/^.*:/, "", tag) || tag ~ /\//) return text ":latest"
      sub(/:[^:]*$/, "", text)
      match(tag, /^[0-9]*/)
      return text ":" (RLENGTH > 0 ? substr(tag, 1, RLENGTH) : tag)
    }' | LC_ALL=C sort
}

# removed_facts REF: facts of the Compose files of all databases in REF that do not hold any more. Whatever was there must stay;
# what is new cannot take data away.
removed_facts() {
  local ref="$1" file
  while IFS= read -r file; do
    [ -n "$file" ] || continue
    if ! git -C "$ROOT" cat-file -e "$ref:./$file" 2>/dev/null </dev/null; then continue; fi
    git -C "$ROOT" show "$ref:./$file" </dev/null | volume_facts >"$WORK/facts.before"
    if [ -f "$ROOT/$file" ]; then volume_facts <"$ROOT/$file" >"$WORK/facts.after"; else : >"$WORK/facts.after"; fi
    relevant_facts "$file" <"$WORK/facts.before" >"$WORK/facts.kept"
    LC_ALL=C comm -23 "$WORK/facts.kept" "$WORK/facts.after" | awk -F '\t' -v file="$file" '
      { printf "  %s: %s %s%s\n", file, $1, $2, ($3 == "" ? "" : " (" $3 ")") }'
    # A project name or a real name that appears gives the data another place, too.
    LC_ALL=C comm -13 "$WORK/facts.before" "$WORK/facts.after" | awk -F '\t' -v file="$file" -v before="$WORK/facts.before" '
      BEGIN { while ((getline line < before) > 0) { split(line, part, "\t"); if (part[1] == "volume") known[part[2]] = 1 } }
      $1 == "project" || ($1 == "volume name" && ($2 in known)) { printf "  %s: new %s %s (%s)\n", file, $1, $2, $3 }'
  done <<<"$(compose_files_of_all)" | LC_ALL=C sort -u
}

# Volumes and the project name always matter; images and mounts do for the services that hold a database.
relevant_facts() {
  SERVICES="$(services_of_all)" awk -F '\t' '
    BEGIN { n = split(ENVIRON["SERVICES"], list, "\n"); for (i = 1; i <= n; i++) is_database[list[i]] = 1 }
    $1 == "image" || $1 == "mount" || $1 == "service" { if ($2 in is_database) print; next }
    { print }'
}

compose_files_of_all() {
  local id
  while IFS= read -r id; do
    (db_config "$id" && printf '%s\n' "$DB_COMPOSE_FILES")
  done <<<"$DB_IDS" | awk 'NF && !seen[$0]++'
}

services_of_all() {
  local id
  while IFS= read -r id; do
    (db_config "$id" && printf '%s\n' "$DB_SERVICE")
  done <<<"$DB_IDS"
}

# Lines that the change adds and that delete volumes, in any file that is not a document.
deleting_lines() {
  git -C "$ROOT" diff --no-color --no-ext-diff -U0 "$1" -- . ":(exclude)$BACKUP_DIRECTORY" ':(exclude)*.md' 2>/dev/null </dev/null |
    LC_ALL=C awk '
      /^\+\+\+ / { file = substr($0, 7); next }
      !/^\+/ { next }
      { text = tolower(substr($0, 2)) }
      text ~ /^[ \t]*(#|\/\/)/ { next }
      text ~ /compose.*[ \t]down[ \t].*(-v([ \t"'\'']|$)|--volumes)/ || text ~ /volume[ \t]+(rm|remove|prune)/ ||
      text ~ /compose.*[ \t]rm[ \t].*-[a-z]*v/ || text ~ /system[ \t]+prune.*--volumes/ ||
      text ~ /compose.*[ \t]up[ \t].*(-v([ \t"'\'']|$)|--renew-anon-volumes)/ || text ~ /drop[ \t]+(database|schema)/ ||
      text ~ /rm[ \t]+-[a-z]*r.*(pgdata|mysql|postgres|volumes)/ { printf "  %s: %s\n", file, substr($0, 2, 100) }'
}
