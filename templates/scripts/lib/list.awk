# Prints the list of backups from lines of: name, time, epoch, label, dump, bytes, tables, rows, rehearsed, pinned, where, and the
# size that the dump has (- where it is missing). As JSON where the environment holds LIST_DB and LIST_ENGINE.
BEGIN { FS = "\t"; json = "LIST_DB" in ENVIRON }
{
  state = $12 != $6 || $12 == "-" ? "damaged" : $9 == "yes" ? "rehearsed" : "whole"
  if (json) {
    printf "%s\n  {\"database\": %s, \"engine\": %s, \"backup\": \"%s\", \"label\": \"%s\", \"created_at\": \"%s\", ", \
      comma, ENVIRON["LIST_DB"], ENVIRON["LIST_ENGINE"], $1, word($4), word($2)
    printf "\"age_seconds\": %.0f, \"bytes\": %s, \"tables\": %s, \"rows\": %s, \"state\": \"%s\", ", \
      now - number($3), number($6), number($7), number($8), state
    printf "\"pinned\": %s, \"where\": \"%s\"}", ($10 == "yes" ? "true" : "false"), $11
    comma = ","
  } else {
    printf "  %-40s %12s bytes %8s tables %12s rows  %s%s%s\n", $1, $6, $7, $8, state, \
      ($10 == "yes" ? ", pinned" : ""), ($11 == "archive" ? ", archived" : "")
  }
}
# A damaged metadata.json must not make the list unreadable.
function number(text) { return text ~ /^[0-9]+$/ ? text : "0" }
function word(text) { gsub(/[^A-Za-z0-9:._+-]/, "", text); return text }
