# shellcheck shell=bash
# metadata.json: one key a line, so that awk reads it; the counts are the lines between "tables": { and }.

json_string() {
  printf '%s' "$1" | LC_ALL=C awk '
    BEGIN { for (i = 1; i < 32; i++) code[sprintf("%c", i)] = sprintf("\\u%04x", i); printf "\"" }
    NR > 1 { printf "\\n" }
    {
      gsub(/["\\]/, "\\\\&")
      if ($0 ~ /[\001-\037]/) {
        out = ""
        for (i = 1; i <= length($0); i++) { c = substr($0, i, 1); out = out ((c in code) ? code[c] : c) }
        $0 = out
      }
      printf "%s", $0
    }
    END { printf "\"" }'
}

# meta KEY VALUE adds a string; meta_raw adds a number, true, false or null.
meta() {
  printf '  "%s": %s,\n' "$1" "$(json_string "$2")" >>"$WORK/metadata"
}

meta_raw() {
  printf '  "%s": %s,\n' "$1" "$2" >>"$WORK/metadata"
}

# meta_file ROLE NAME: a file of the backup, with its size and digest.
meta_file() {
  meta "file_$1" "$2"
  meta_raw "bytes_$1" "$(file_bytes "$WORK/stage/$2")"
  meta "sha256_$1" "$(sha256_of "$WORK/stage/$2")"
}

# Joins what was noted and counted to the final file.
metadata_write() {
  {
    printf '{\n'
    cat -- "$WORK/metadata"
    printf '  "table_count": %s,\n  "row_count": %s,\n' "$(lines_in "$WORK/counts")" "$(rows_in "$WORK/counts")"
    printf '  "tables": {\n'
    sed -e 's/^/    /' -e '$!s/$/,/' "$WORK/counts"
    printf '  }\n}\n'
  } >"$1"
}

# metadata_value FILE KEY: the value, unescaped; status 1 when the key is absent.
metadata_value() {
  KEY="$2" LC_ALL=C awk '
    BEGIN { lead = "  \"" ENVIRON["KEY"] "\": "; n = length(lead) }
    substr($0, 1, n) == lead {
      text = substr($0, n + 1); sub(/,$/, "", text)
      if (text ~ /^"/) text = plain(substr(text, 2, length(text) - 2))
      print text; found = 1; exit
    }
    END { exit !found }
    function plain(s,   out, c) {
      while (s != "") {
        c = substr(s, 1, 1); s = substr(s, 2)
        if (c == "\\") {
          c = substr(s, 1, 1); s = substr(s, 2)
          if (c == "n") c = "\n"
          else if (c == "t") c = "\t"
          else if (c == "u") { c = sprintf("%c", hex(substr(s, 3, 1)) * 16 + hex(substr(s, 4, 1))); s = substr(s, 5) }
        }
        out = out c
      }
      return out
    }
    function hex(c) { return index("0123456789abcdef", tolower(c)) - 1 }' <"$1"
}

# The counts of a backup in the form of ENGINE_counts.
metadata_counts() {
  awk '/^  "tables": \{$/ { inside = 1; next } /^  \}$/ { inside = 0 } inside { sub(/^    /, ""); sub(/,$/, ""); print }' <"$1"
}

# table_in_backup FILE NAME: the name under which the backup counted it, or status 1.
table_in_backup() {
  local name quoted="\"${2//\"/\"\"}\""
  for name in "$2" "public.$2" "public.$quoted"; do
    metadata_counts "$1" | KEY="$(json_string "$name"): " awk 'index($0, ENVIRON["KEY"]) == 1 { n++ } END { exit !n }' || continue
    printf '%s' "$name"
    return 0
  done
  return 1
}

rows_in() {
  awk '{ sub(/^.*": /, ""); n += $0 } END { printf "%d\n", n }' <"$1"
}

lines_in() {
  awk 'END { print NR }' <"$1"
}

# compare_counts EXPECTED ACTUAL: prints each table that differs; status 1 when there is one.
compare_counts() {
  LC_ALL=C awk '
    { at = length($0); while (substr($0, at, 2) != ": ") at--; name = substr($0, 1, at - 1); rows = substr($0, at + 2) }
    FILENAME == ARGV[1] { expected[name] = rows; next }
    { seen[name] = 1
      if (!(name in expected)) report(name, "absent", rows)
      else if (expected[name] != rows) report(name, expected[name], rows) }
    END { for (name in expected) if (!(name in seen)) report(name, expected[name], "absent"); exit differs }
    function report(name, a, b) { printf "  %s: expected %s, found %s\n", name, a, b; differs = 1 }' "$1" "$2"
}

file_bytes() {
  wc -c <"$1" | tr -d ' '
}

sha256_of() {
  sha256 <"$1"
}

# words_digest WORDS…: one digest of a list, in which no two lists look alike.
words_digest() {
  printf '%s\0' "$@" | sha256
}

sha256() {
  if command -v sha256sum >/dev/null 2>&1; then
    sha256sum | cut -c1-64
  elif command -v shasum >/dev/null 2>&1; then
    shasum -a 256 | cut -c1-64
  else
    openssl dgst -sha256 | sed 's/^.*= *//'
  fi
}
