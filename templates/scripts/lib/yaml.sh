# shellcheck shell=bash disable=SC2034 # variables are shared by the files of lib/
# Reads one variable of one service's `environment:` from a Compose file: plain, quoted and block scalars, as a map or a
# list. Whatever it does not understand (aliases, merge keys, flow style) is status 2, "unknown", never a guess.

# compose_value FILE SERVICE KEY: sets FOUND_LINE and FOUND_VALUE. Status 1: not there, 2: cannot be told.
compose_value() {
  local out status=0
  [ -f "$1" ] && [ -r "$1" ] || return 2
  out="$(SERVICE="$2" KEY="$3" LC_ALL=C awk "$(compose_reader)" <"$1")" || status=$?
  [ "$status" -eq 0 ] || return "$status"
  out="${out%.}"
  FOUND_LINE="${out%%$'\n'*}"
  expand_value "${out#*$'\n'}" "$(dirname -- "$1")/.env" compose || return 2
  FOUND_VALUE="$EXPANDED"
}

compose_reader() {
  cat <<'AWK'
    { sub(/\r$/, ""); line[NR] = $0 }
    END {
      key = ENVIRON["KEY"]
      first = 1; last = NR
      services = child_named(1, NR, -1, "services")
      if (services) { first = services + 1; last = block_end(services, NR) }
      service = child_named(first, last, services ? 0 : -1, ENVIRON["SERVICE"])
      if (!service) exit 1
      last = block_end(service, last)
      environment = child_named(service + 1, last, indent(service), "environment")
      if (!environment) exit has_merge(service + 1, last) ? 2 : 1
      rest = after_colon(line[environment])
      if (rest != "") exit 2
      read_entries(environment + 1, list_end(environment, last))
    }
    function read_entries(from, to,   i, text, at, merged, level) {
      level = -1
      for (i = from; i <= to; i++) {
        if (is_blank(i)) continue
        if (level < 0) level = indent(i)
        if (indent(i) != level) continue
        text = substr(line[i], level + 1)
        if (text ~ /^<</) { merged = 1; continue }
        if (text ~ /^- /) {
          sub(/^- +/, "", text)
          text = scalar(text, i, to, level)
          at = index(text, "=")
          if (at && substr(text, 1, at - 1) == key) found(i, substr(text, at + 1))
          if (text == key) found(i, "${" key ":-}")
        } else if (key_of(text) == key) {
          text = after_colon(text)
          if (text == "" || text == "~" || text == "null") found(i, "${" key ":-}")
          found(i, scalar(text, i, to, level))
        }
      }
      exit merged ? 2 : 1
    }
    function found(number, value) { if (unknown) exit 2; printf "%d\n%s.", number, value; ended = 1; exit 0 }
    function scalar(text, number, to, level,   c, next_line) {
      unknown = 0
      c = substr(text, 1, 1)
      if (c == "|" || c == ">") return block(text, number, to, level)
      for (next_line = number + 1; next_line <= to && is_blank(next_line); next_line++) { }
      if (next_line <= to && indent(next_line) > level) { unknown = 1; return "" }
      if (c == "'") return single(substr(text, 2))
      if (c == "\"") return double(substr(text, 2))
      if (c ~ /[&*!{}\[\]%@`,]/) { unknown = 1; return "" }
      sub(/[ \t]+#.*$/, "", text); sub(/^#.*$/, "", text); sub(/[ \t]+$/, "", text)
      return text
    }
    function block(text, number, to, level,   i, out, deep, glue, width) {
      if (text !~ /^[|>][-+]?[ \t]*(#.*)?$/) { unknown = 1; return "" }
      glue = substr(text, 1, 1) == "|" ? "\n" : " "
      width = -1
      for (i = number + 1; i <= to; i++) {
        if (line[i] !~ /^[ ]*$/ && indent(i) <= level) break
        if (width < 0 && line[i] !~ /^[ ]*$/) width = indent(i)
        out = out (deep++ ? glue : "") substr(line[i], width + 1)
      }
      sub(/[\n ]+$/, "", out)
      return out
    }
    function single(text,   out, at) {
      while ((at = index(text, "'")) > 0) {
        out = out substr(text, 1, at - 1); text = substr(text, at + 1)
        if (substr(text, 1, 1) != "'") { if (text !~ /^[ \t]*(#.*)?$/) unknown = 1; return out }
        out = out "'"; text = substr(text, 2)
      }
      unknown = 1; return ""
    }
    function double(text,   out, c) {
      while (text != "") {
        c = substr(text, 1, 1); text = substr(text, 2)
        if (c == "\"") { if (text !~ /^[ \t]*(#.*)?$/) unknown = 1; return out }
        if (c == "\\") {
          c = substr(text, 1, 1); text = substr(text, 2)
          if (c == "n") c = "\n"; else if (c == "t") c = "\t"
          else if (c !~ /["\\\/ ]/) unknown = 1
        }
        out = out c
      }
      unknown = 1; return ""
    }
    # The first child of a block whose parent is indented by `above`; children share one indentation.
    function child_named(from, to, above, name,   i, level) {
      level = -1
      for (i = from; i <= to; i++) {
        if (is_blank(i)) continue
        if (indent(i) <= above) return 0
        if (level < 0) level = indent(i)
        if (indent(i) == level && key_of(substr(line[i], level + 1)) == name) return i
      }
      return 0
    }
    function block_end(start, to,   i) {
      for (i = start + 1; i <= to; i++) if (!is_blank(i) && indent(i) <= indent(start)) return i - 1
      return to
    }
    # A list may stand at its key's own indentation.
    function list_end(start, to,   i) {
      for (i = start + 1; i <= to; i++)
        if (!is_blank(i) && (indent(i) < indent(start) || (indent(i) == indent(start) && line[i] !~ /^ *- /))) return i - 1
      return to
    }
    function has_merge(from, to,   i) {
      for (i = from; i <= to; i++) if (line[i] ~ /^ *(<<|extends) *:/) return 1
      return 0
    }
    function is_blank(i) { return line[i] ~ /^[ \t]*(#.*)?$/ || line[i] ~ /^---/ }
    function indent(i) { match(line[i], /^ */); return RLENGTH }
    function key_of(text,   q, at) {
      q = substr(text, 1, 1)
      if (q == "\"" || q == "'") { at = index(substr(text, 2), q); return at ? substr(text, 2, at - 1) : "" }
      at = index(text, ":")
      text = at ? substr(text, 1, at - 1) : ""
      sub(/[ \t]+$/, "", text)
      return text
    }
    function after_colon(text,   q) {
      q = substr(text, 1, 1); sub(/^ +/, "", text)
      sub(/^("[^"]*"|'[^']*'|[^:]*)[ \t]*:[ \t]*/, "", text)
      if (text ~ /^#/) text = ""
      return text
    }
AWK
}
