# shellcheck shell=bash disable=SC2034,SC2153 # variables are shared by the files of lib/
# What `up` would do, in Compose's own words: its `config` output, of both generations. That output holds passwords, so it
# is only ever piped into the reader below, which lets nothing through but storage.

# compose_storage: one fact a line, its parts separated by the unit separator:
#   project NAME · image SERVICE IMAGE · build SERVICE · pgdata SERVICE PATH · mount SERVICE TYPE SOURCE TARGET ·
#   volume KEY NAME EXTERNAL (NAME is empty where Compose does not tell) · unclear WHAT
compose_storage() {
  local facts
  facts="$(compose config 2>/dev/null </dev/null | LC_ALL=C awk "$(compose_config_reader)")" || return 1
  case "$facts" in '') return 1 ;; esac
  printf '%s\n' "$facts"
}

# fact KIND [SERVICE-OR-KEY]: the facts of one kind, without the kind itself.
fact() {
  printf '%s\n' "$FACTS" | KIND="$1" WHOSE="${2:-}" LC_ALL=C awk -F '\037' '
    $1 == ENVIRON["KIND"] && (ENVIRON["WHOSE"] == "" || $2 == ENVIRON["WHOSE"]) {
      print substr($0, length($1) + 2 + (ENVIRON["WHOSE"] == "" ? 0 : length($2) + 1)) }'
}

compose_config_reader() {
  cat <<'AWK'
    BEGIN { S = "\037" }
    { line[NR] = $0 }
    END { for (i = 1; i <= NR; i++) look(); flush_mount(); for (k = 1; k <= keys; k++) tell_volume(key_at[k]) }
    function look(   text, level) {
      text = line[i]
      match(text, /^ */); level = RLENGTH; text = substr(text, level + 1)
      if (text == "" || text ~ /^#/ || text ~ /^---/) return
      if (text ~ /^- / || text == "-") { item(level, substr(text, 3)); return }
      pair(level, text)
    }
    function item(level, text) {
      flush_mount()
      while (depth && at[depth] > level) depth--
      if (text ~ /^[A-Za-z_]+:( |$)/) { pair(level + 2, text); return }
      text = scalar(text, level)
      if (here("services", "", "volumes") && depth == 3) short_mount(name[2], text)
      if (here("services", "", "tmpfs") && depth == 3) { sub(/:.*/, "", text); emit("mount" S name[2] S "tmpfs" S S text) }
    }
    function pair(level, text,   key, value, colon) {
      while (depth && at[depth] >= level) depth--
      if (depth < 3) flush_mount()
      colon = end_of_key(text)
      if (!colon) { if (name[1] == "services") emit("unclear" S "a line of the configuration"); return }
      key = plain(substr(text, 1, colon - 1)); value = substr(text, colon + 1)
      sub(/^ +/, "", value)
      depth++; at[depth] = level; name[depth] = key
      if (value == "" ) { if (depth == 2 && name[1] == "volumes") new_volume(key); return }
      value = scalar(value, level)
      told(value)
    }
    function told(value) {
      if (depth == 1 && name[1] == "name") emit("project" S value)
      if (depth == 2 && name[1] == "volumes") new_volume(name[2])
      if (depth == 3 && name[1] == "volumes" && name[3] == "name") real[name[2]] = value
      if (depth == 3 && name[1] == "volumes" && name[3] == "external") outside[name[2]] = value == "true"
      if (depth == 4 && name[1] == "volumes" && name[3] == "external") { outside[name[2]] = 1; real[name[2]] = value }
      if (name[1] != "services") return
      if (depth == 3 && name[3] == "image") emit("image" S name[2] S value)
      if (depth == 3 && name[3] == "tmpfs") { sub(/:.*/, "", value); emit("mount" S name[2] S "tmpfs" S S value) }
      if (depth == 4 && name[3] == "environment" && name[4] == "PGDATA" && value != "null") emit("pgdata" S name[2] S value)
      if (depth == 4 && name[3] == "volumes") { service = name[2]; mount[name[4]] = value; open = 1 }
      if (depth >= 3 && name[3] == "build" && built != name[2]) { built = name[2]; emit("build" S built) }
    }
    function new_volume(key) { if (!(key in real)) { key_at[++keys] = key; real[key] = ""; outside[key] = 0 } }
    function tell_volume(key,   known) {
      known = real[key]
      if (known == "" && outside[key]) known = key
      emit("volume" S key S known S (outside[key] ? "yes" : "no"))
    }
    function flush_mount() {
      if (open && mount["target"] != "") {
        if (mount["type"] == "volume" && mount["source"] == "") mount["type"] = "anonymous"
        emit("mount" S service S mount["type"] S mount["source"] S mount["target"])
      }
      open = 0; split("", mount)
    }
    function short_mount(service, text,   cut, source, target) {
      cut = index(text, ":/")
      source = cut ? substr(text, 1, cut - 1) : ""
      target = cut ? substr(text, cut + 1) : text
      sub(/:.*/, "", target)
      emit("mount" S service S (source == "" ? "anonymous" : source ~ /^[\/.~]/ ? "bind" : "volume") S source S target)
    }
    function here(a, b, c) { return name[1] == a && (b == "" || name[2] == b) && name[3] == c }
    function end_of_key(text,   q, n) {
      q = substr(text, 1, 1)
      if (q == "\"" || q == "'") { n = index(substr(text, 2), q); return n && substr(text, n + 2, 1) == ":" ? n + 2 : 0 }
      if (text ~ /:$/ && index(text, ": ") == 0) return length(text)
      return index(text, ": ")
    }
    # Takes in the lines over which a long value was folded: they are deeper than the line that it starts on.
    function scalar(text, level,   deep, rest) {
      while (i < NR) {
        rest = line[i + 1]; match(rest, /^ */); deep = RLENGTH
        if (rest !~ /^ *$/ && deep <= level) break
        if (text ~ /^[|>"]/ && (name[3] == "volumes" || name[1] == "volumes")) emit("unclear" S "a folded value")
        i++; sub(/^ +/, "", rest)
        text = text " " rest
      }
      sub(/ +$/, "", text)
      return plain(text)
    }
    function plain(text,   q) {
      q = substr(text, 1, 1)
      if (q == "'") { text = substr(text, 2, length(text) - 2); gsub(/''/, "'", text) }
      else if (q == "\"") text = unescaped(substr(text, 2, length(text) - 2))
      gsub(/\$\$/, "$", text)
      return text
    }
    function unescaped(text,   out, c) {
      while (text != "") {
        c = substr(text, 1, 1); text = substr(text, 2)
        if (c == "\\") {
          c = substr(text, 1, 1); text = substr(text, 2)
          if (c !~ /["\\\/ ]/) { if (name[3] == "volumes" || name[1] == "volumes") emit("unclear" S "an escape"); c = "?" }
        }
        out = out c
      }
      return out
    }
    function emit(text) { gsub(/\n/, " ", text); print text }
AWK
}
