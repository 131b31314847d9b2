#!/usr/bin/env bash
# Runs SQL on an SQLite file: sql.sh FILE [STATEMENTS], else from standard input.
set -euo pipefail
file=$1
sql=${2-$(cat)}
if command -v sqlite3 >/dev/null 2>&1; then
    sqlite3 -batch "$file" "$sql"
else
    python3 - "$file" "$sql" <<'PYTHON'
import sqlite3
import sys

connection = sqlite3.connect(sys.argv[1])
statements = [part for part in sys.argv[2].split(";") if part.strip()]
for statement in statements:
    for row in connection.execute(statement):
        print("|".join(str(value) for value in row))
connection.commit()
PYTHON
fi
