# Reads a dump of MySQL or MariaDB and prints `"table": rows` for each table that it creates. Rows are counted where they
# are written, so the figures are those of the dump's own snapshot. Status 1: the dump would leave its database.

BEGIN { for (i = 1; i < 32; i++) code[sprintf("%c", i)] = sprintf("\\u%04x", i) }

# Bodies of routines and triggers may hold anything.
/^DELIMITER ;;$/ { body = 1; next }
/^DELIMITER ;$/ { body = 0; next }
body { next }

inserting { count($0); next }
/^CREATE TABLE `/ { rows[name_after("CREATE TABLE `")] += 0; next }
/^INSERT INTO `/ {
  name = name_after("INSERT INTO `")
  inserting = 1
  # Columns are named where some are generated or invisible.
  if (match(text, /^ \((`([^`]|``)*`(, ?)?)*\)/)) text = substr(text, RLENGTH + 1)
  count(text)
  next
}
/^(\/\*![0-9]* *)?([Uu][Ss][Ee] |[Cc][Rr][Ee][Aa][Tt][Ee] +([Dd][Aa][Tt][Aa][Bb][Aa][Ss][Ee]|[Ss][Cc][Hh][Ee][Mm][Aa])|[Dd][Rr][Oo][Pp] +([Dd][Aa][Tt][Aa][Bb][Aa][Ss][Ee]|[Ss][Cc][Hh][Ee][Mm][Aa]))/ { leaves = 1 }

END {
  for (name in rows) printf "%s: %.0f\n", quoted(name), rows[name]
  exit leaves
}

# The identifier that follows on this line (or ends on a later one); `text` is what stands behind it.
function name_after(lead,   found) {
  text = substr($0, length(lead) + 1)
  while (!match(text, /^([^`]|``)*`([^`]|$)/) && (getline more) > 0) text = text "\n" more
  match(text, /^([^`]|``)*`/)
  found = substr(text, 1, RLENGTH - 1)
  text = substr(text, RLENGTH + 1)
  gsub(/``/, "`", found)
  return found
}

# A row opens a bracket outside of quotes; values hold none there.
function count(line,   part, n, i, outside) {
  if (line ~ /;$/) inserting = 0
  gsub(/\\./, "", line)
  n = split(line, part, "'")
  for (i = 1; i <= n; i += 2) { outside = part[i]; rows[name] += gsub(/\(/, "", outside) }
}

function quoted(s,   out, i, c) {
  for (i = 1; i <= length(s); i++) {
    c = substr(s, i, 1)
    if (c == "\n") c = "\\n"
    else if (c == "\"" || c == "\\") c = "\\" c
    else if (c in code) c = code[c]
    out = out c
  }
  return "\"" out "\""
}
