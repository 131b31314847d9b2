# shellcheck shell=bash disable=SC2034 # variables are shared by the files of lib/
# Which environment a database belongs to. Whole words only: `product_dev` is development, `delivery` is nothing.
# Any sign of production wins; what cannot be told is unknown, and unknown is treated as production.

classify_environment() {
  ENVIRONMENT="$DB_ENVIRONMENT"
  ENVIRONMENT_REASON='as dbguard.toml says'
  case "$ENVIRONMENT" in
    development | test | staging | production | unknown) return 0 ;;
  esac
  local evidence
  evidence="$(environment_evidence)"
  if sign_of production "$evidence"; then return 0; fi
  if sign_of staging "$evidence"; then return 0; fi
  if sign_of 'test' "$evidence"; then return 0; fi
  if sign_of development "$evidence"; then return 0; fi
  if [ "$DB_RUN" = file ]; then
    ENVIRONMENT=development ENVIRONMENT_REASON='a file of this project'
  elif [ "$DB_RUN" = kubernetes ]; then
    ENVIRONMENT=unknown ENVIRONMENT_REASON='a cluster, and nothing tells which, so it is treated as production'
  elif runs_in_container && ! containers_are_local; then
    ENVIRONMENT=unknown ENVIRONMENT_REASON='a container of another machine (DOCKER_HOST), so it is treated as production'
  elif [ "$DB_RUN" = compose ]; then
    ENVIRONMENT=development ENVIRONMENT_REASON='a local Compose service'
  elif [ "$DB_RUN" = container ]; then
    ENVIRONMENT=development ENVIRONMENT_REASON='a local container'
  elif is_loopback "$DB_HOST"; then
    ENVIRONMENT=development ENVIRONMENT_REASON='a loopback address'
  else
    ENVIRONMENT=unknown ENVIRONMENT_REASON='nothing tells, so it is treated as production'
  fi
}

# Production, or nothing that tells otherwise.
is_protected() {
  case "$ENVIRONMENT" in development | test | staging) return 1 ;; *) return 0 ;; esac
}

sign_of() {
  local word line
  while IFS=' ' read -r word line; do
    [ "$(environment_of_word "$word")" = "$1" ] || continue
    ENVIRONMENT="$1"
    ENVIRONMENT_REASON="'$word' in $line"
    return 0
  done <<<"$2"
  return 1
}

environment_of_word() {
  case "$1" in
    prod | production | prd | live | replica | cluster | certificate) echo production ;;
    staging | stage | stg | preprod | uat) echo staging ;;
    'test' | tests | testing | ci) echo 'test' ;;
    dev | devel | develop | development | local | localhost | sandbox) echo development ;;
    *) echo none ;;
  esac
}

# One `word source` a line.
environment_evidence() {
  words_of 'the host name' "$DB_HOST"
  words_of 'the database name' "$DB_DATABASE"
  [ "$DB_RUN" != file ] || words_of 'the file name' "${DB_PATH##*/}"
  words_of 'the container name' "$DB_CONTAINER"
  words_of 'the namespace' "$DB_NAMESPACE"
  words_of 'the cluster context' "$DB_CONTEXT"
  [ -z "${PGSSLCERT:-}${DB_SSLCERT:-}" ] || echo 'certificate the connection'
  local name
  while IFS= read -r name; do
    case "$name" in
      *_ENV | ENVIRONMENT) words_of "the variable $name" "${!name:-}" ;;
    esac
  done <<<"$(compgen -e)"
  for name in NODE_ENV RAILS_ENV APP_ENV DJANGO_ENV FLASK_ENV ENVIRONMENT; do
    if dotenv_value "$ROOT/.env" "$name"; then words_of ".env: $name" "$FOUND_VALUE"; fi
  done
}

# `prod1` and `prod-eu` both hold the word prod.
words_of() {
  printf '%s\n' "$2" | SOURCE="$1" LC_ALL=C awk '{
    n = split(tolower($0), part, /[^a-z0-9]+/)
    for (i = 1; i <= n; i++) { sub(/[0-9]+$/, "", part[i]); if (part[i] != "") print part[i], ENVIRON["SOURCE"] }
  }'
}

containers_are_local() {
  case "${DOCKER_HOST:-}${CONTAINER_HOST:-}" in '' | unix://* | npipe://*) return 0 ;; *) return 1 ;; esac
}

is_loopback() {
  case "$1" in
    '' | localhost | 127.* | ::1 | '[::1]' | 0:0:0:0:0:0:0:1 | /*) return 0 ;;
    *) return 1 ;;
  esac
}
