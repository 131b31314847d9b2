#!/usr/bin/env bash
# Empties the database before the tests run. Nothing here asks which database that is.
set -euo pipefail
cd "$(dirname "$0")"
./sql.sh "${TEST_DATABASE:-data/shop.db}" "DELETE FROM orders; DELETE FROM customers;"
