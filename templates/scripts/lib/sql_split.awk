# Splits SQL into statements. DIALECT is postgres, sqlite or mysql. Writes each statement to DIR/NUMBER.sql (from 1) without its
# semicolon, and to standard output a line `NUMBER words…` with the words outside of texts, names and comments, in capitals.
# Ends with 1, and the reason on standard output, for what it cannot tell: an unfinished text, or a command for a client.
BEGIN { RS = "\001"; n = 0; start = 1; words = ""; word = ""; depth = 0; body = 0 }
{ text = text (NR > 1 ? RS : "") $0 }
END {
  # The last line end belongs to the file.
  len = length(text)
  at = 1
  while (at <= len) {
    c = substr(text, at, 1); two = substr(text, at, 2)
    if (two == "--" && (DIALECT != "mysql" || substr(text, at + 2, 1) ~ /^[ \t\r\n]?$/)) skip_line()
    else if (c == "#" && DIALECT == "mysql") skip_line()
    else if (two == "/*") skip_comment()
    else if (c == "'") skip_quoted("'", DIALECT == "mysql" || (DIALECT == "postgres" && toupper(word) == "E"))
    else if (c == "\"") skip_quoted("\"", DIALECT == "mysql")
    else if (c == "`" && DIALECT != "postgres") skip_quoted("`", 0)
    else if (c == "[" && DIALECT == "sqlite") skip_quoted("]", 0)
    else if (c == "$" && DIALECT == "postgres" && word == "" && match(substr(text, at), /^\$([A-Za-z_][A-Za-z0-9_]*)?\$/)) skip_dollar(RLENGTH)
    else if (c == "\\") fail("a backslash outside of a text: commands of a client are not run here")
    else if (c == "." && DIALECT == "sqlite" && words == "" && word == "") fail("a statement that starts with a full stop: commands of a client are not run here")
    else if (c ~ /[A-Za-z0-9_$]/ || c > "\176") { word = word c; at++ }
    else { end_word(); mark(c); at++ }
  }
  end_word()
  finish()
  exit 0
}
function mark(c) {
  if (c == "(") depth++
  else if (c == ")") depth--
  if (c != ";") { if (c ~ /[^ \t\r\n]/) words = words " " c; return }
  # The parts of a rule stand in parentheses; the body of a trigger or of an SQL function ends with END.
  if (DIALECT == "postgres" && depth > 0) return
  if (body) { if (last != "END" || cases > 0) { last = ";"; return } }
  finish()
  start = at + 1
}
function finish(   statement, file) {
  statement = substr(text, start, at - start)
  if (words == "") { reset(); return }
  n++
  file = DIR "/" n ".sql"
  printf "%s", statement > file
  close(file)
  print n words
  reset()
}
function reset() { words = ""; word = ""; depth = 0; body = 0; last = ""; cases = 0 }
function end_word(   w) {
  if (word == "") return
  w = toupper(word); word = ""
  if (DIALECT == "sqlite" && words ~ /^ CREATE( TEMP| TEMPORARY)? TRIGGER / && w == "BEGIN") body = 1
  if (DIALECT == "postgres" && words ~ /^ CREATE / && last == "BEGIN" && w == "ATOMIC") body = 1
  # The END of a CASE is not the one of the body.
  if (body && w == "CASE") cases++
  else if (body && w == "END" && cases > 0) { cases--; w = "ENDCASE" }
  words = words " " w; last = w
}
function skip_line() { end_word(); while (at <= len && substr(text, at, 1) != "\n") at++ }
function skip_comment(   level) {
  end_word()
  if (DIALECT == "mysql" && substr(text, at, 4) ~ /^\/\*(!|M!)/) fail("a comment that MySQL runs")
  level = 1; at += 2
  while (level > 0) {
    if (at > len) fail("a comment without an end")
    if (substr(text, at, 2) == "*/") { level--; at += 2 }
    else if (DIALECT == "postgres" && substr(text, at, 2) == "/*") { level++; at += 2 }
    else at++
  }
}
function skip_quoted(quote, escapes,   c) {
  end_word(); at++
  while (1) {
    if (at > len) fail("a text without an end")
    c = substr(text, at, 1)
    if (escapes && c == "\\") at += 2
    else if (c == quote) { at++; if (quote == "]" || substr(text, at, 1) != quote) break; at++ }
    else at++
  }
  words = words " TEXT"; last = "TEXT"
}
function skip_dollar(n,   tag, found) {
  tag = substr(text, at, n)
  found = index(substr(text, at + n), tag)
  if (!found) fail("a text without an end: " tag)
  at += n + found - 1 + n
  words = words " TEXT"; last = "TEXT"
}
function fail(why) { print why; exit 1 }
