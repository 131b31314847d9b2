# shellcheck shell=bash disable=SC2034 # variables are shared by the files of lib/
# Encrypting backups with age or gpg, for the recipients that dbguard.toml names. A dump is read back and counted before it is
# encrypted; what goes off this machine or lies on its disk for long is the encrypted form. Nothing is ever decrypted into a
# pipe: gpg gives out data before it knows that the file is damaged.

# Dies before any work when the policy's wish cannot be fulfilled.
encryption_require() {
  case "$ENCRYPT_METHOD" in
    '')
      [ "$ENCRYPT_DEMANDED" = false ] || die refused 'the policy demands encrypted backups, and no recipient is known' \
        'older backups are untouched' 'set method and recipients under [encryption] in dbguard.toml, then run dbguard init'
      return 0
      ;;
    age | gpg) ;;
    *) die failed "the encryption method '$ENCRYPT_METHOD' is not known" 'nothing was touched' 'it is age or gpg' ;;
  esac
  command -v "$ENCRYPT_METHOD" >/dev/null 2>&1 || die failed "$ENCRYPT_METHOD is not installed, or not on PATH" \
    'older backups are untouched' "install $ENCRYPT_METHOD: the policy wants encrypted backups"
}

# Replaces each file of the stage by its encrypted form, and says so in the metadata; the digests of the plain files stay there,
# for the day when they are decrypted.
encrypt_stage() {
  local role name
  [ -n "$ENCRYPT_METHOD" ] || return 0
  sed -n 's/^  "file_\([a-z0-9]*\)": "\(.*\)",$/\1 \2/p' "$WORK/metadata" >"$WORK/plain.names"
  sed -e '/^  "file_/d' -e 's/^  "bytes_/  "plain_bytes_/' -e 's/^  "sha256_/  "plain_sha256_/' "$WORK/metadata" >"$WORK/plain.metadata"
  mv -f -- "$WORK/plain.metadata" "$WORK/metadata"
  meta encryption "$ENCRYPT_METHOD"
  while IFS=' ' read -r role name; do
    encrypt_file "$WORK/stage/$name" || die failed "$name could not be encrypted: $(head -n 1 "$WORK/encrypt.err")" \
      'older backups are untouched' 'look at the recipients in dbguard.toml, and at the free space'
    rm -f -- "$WORK/stage/$name"
    meta_file "$role" "$name.$ENCRYPT_METHOD"
  done <"$WORK/plain.names"
}

encrypt_file() {
  local words=() one
  while IFS= read -r one; do
    if [ -n "$one" ]; then words+=(-r "$one"); fi
  done <<<"$ENCRYPT_RECIPIENTS"
  case "$ENCRYPT_METHOD" in
    age) age -e ${words[@]+"${words[@]}"} -o "$1.age" "$1" 2>"$WORK/encrypt.err" </dev/null ;;
    gpg) gpg --batch --no-tty --quiet --trust-model always ${words[@]+"${words[@]}"} -o "$1.gpg" -e "$1" 2>"$WORK/encrypt.err" </dev/null ;;
  esac || return 1
  [ -s "$1.$ENCRYPT_METHOD" ]
}

# readable_backup DIR: sets READABLE to a directory with the files as the engine wrote them: the backup itself, or a private
# decrypted copy that goes away with this run.
readable_backup() {
  local dir="$1" method
  READABLE="$dir"
  method="$(metadata_value "$dir/metadata.json" encryption || true)"
  [ -n "$method" ] || return 0
  READABLE="$WORK/plain/${1##*/}"
  [ ! -f "$READABLE/metadata.json" ] || return 0
  mkdir -p -- "$READABLE"
  decrypt_files "$dir" "$method" || return 1
  cp -- "$dir/metadata.json" "$READABLE/metadata.json"
  audit decrypt 'done' "${1##*/}"
}

# Sets WHY when it ends with 1.
decrypt_files() {
  local role name plain
  command -v "$2" >/dev/null 2>&1 || {
    WHY="it is encrypted, and $2 is not installed"
    return 1
  }
  while IFS= read -r role; do
    name="$(metadata_value "$1/metadata.json" "file_$role")"
    plain="${name%.*}"
    decrypt_file "$2" "$1/$name" "$READABLE/$plain" || {
      WHY="$name cannot be decrypted: $(grep -v '^gpg: encrypted with' "$WORK/decrypt.err" | head -n 1)"
      return 1
    }
    [ "$(sha256_of "$READABLE/$plain")" = "$(metadata_value "$1/metadata.json" "plain_sha256_$role" || true)" ] || {
      WHY="$plain is not what was encrypted (its SHA-256 differs)"
      return 1
    }
  done <<<"$(sed -n 's/^  "file_\([a-z0-9]*\)": .*/\1/p' "$1/metadata.json")"
}

# A file that could not be decrypted to its end is not left for anybody to use.
decrypt_file() {
  local identity="${DBGUARD_IDENTITY:-$ENCRYPT_IDENTITY}" status=0
  case "$identity" in
    '' | /*) ;;
    [~]/*) identity="$HOME/${identity#??}" ;;
    *) identity="$ROOT/$identity" ;;
  esac
  case "$1" in
    age) age -d ${identity:+-i "$identity"} -o "$3" "$2" 2>"$WORK/decrypt.err" </dev/null || status=$? ;;
    gpg) gpg --batch --no-tty --quiet -o "$3" -d "$2" 2>"$WORK/decrypt.err" </dev/null || status=$? ;;
    *) status=1 ;;
  esac
  [ "$status" -eq 0 ] || rm -f -- "$3"
  return "$status"
}
