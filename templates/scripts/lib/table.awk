# Names of backups in, one line each out: the name, then the values of KEYS in its metadata.json, with tabs between them and -
# for what is absent or damaged. Files are opened one by one, for a list of thousands does not fit a command line.
# Besides the keys of metadata.json, `pinned` (yes or no) and `rehearsed` (yes or no) tell about the files beside it.
BEGIN { n = split(ENVIRON["KEYS"], key, " "); dir = ENVIRON["DIR"] }
{
  split("", value)
  read_metadata(dir "/" $0 "/metadata.json")
  line = $0
  for (i = 1; i <= n; i++) {
    if (key[i] == "pinned") text = holds(dir "/" $0 "/pinned.json", "")
    else if (key[i] == "rehearsed") text = holds(dir "/" $0 "/verified.json", "\"result\": \"equal\"")
    else text = value[key[i]]
    line = line "\t" (text == "" ? "-" : text)
  }
  print line
}
function read_metadata(file,   line, text) {
  while ((getline line <file) > 0) {
    if (line == "  \"tables\": {") break
    if (!match(line, /^  "[a-z0-9_]+": /)) continue
    text = substr(line, RLENGTH + 1)
    sub(/,$/, "", text); gsub(/["\t]/, "", text)
    value[substr(line, 4, RLENGTH - 6)] = text
  }
  close(file)
}
function holds(file, what,   line, found) {
  found = "no"
  while ((getline line <file) > 0) if (what == "" || index(line, what)) { found = "yes"; break }
  close(file)
  return found
}
