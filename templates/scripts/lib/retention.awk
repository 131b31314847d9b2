# Decides which backups may go. Input, tab-separated, in any order, of any number of databases:
#   database, epoch, name, label, verified (true or false), rows
# Output: database and name of each that may be removed. Variables: now, keep_last, keep_days, pre_migration_days.
#
# Kept are: the newest verified one, and the newest verified one with rows (an emptied database must not push out the last
# good backup); the last keep_last of each kind; everything younger than keep_days; pre-migration and pre-restore backups for
# pre_migration_days; pinned labels for ever. An unverified one does not count, and is not removed here.
{
  n++
  database[n] = $1; epoch[n] = $2 + 0; name[n] = $3; label[n] = $4; verified[n] = ($5 == "true"); rows[n] = $6 + 0
}
END {
  for (i = 1; i <= n; i++) order[i] = i
  sort_newest_first()
  for (k = 1; k <= n; k++) {
    i = order[k]
    if (!verified[i]) continue
    kind = database[i] SUBSEP (rows[i] > 0)
    rank = ++seen[kind]
    if (rank == 1 || rank <= keep_last) continue
    age = (now - epoch[i]) / 86400
    if (age < keep_days || is_pinned(label[i])) continue
    if (label[i] ~ /^pre-(migration|restore)/ && age < pre_migration_days) continue
    print database[i] "\t" name[i]
  }
}
function is_pinned(text) { return text ~ /^(pre-deploy|production|pinned|keep)([._-]|$)/ }
function is_newer(a, b) { return epoch[a] != epoch[b] ? epoch[a] > epoch[b] : name[a] > name[b] }
# Shell sort: short, and fast enough for years of backups.
function sort_newest_first(   gap, i, j, moving) {
  for (gap = int(n / 2); gap > 0; gap = int(gap / 2))
    for (i = gap + 1; i <= n; i++) {
      moving = order[i]
      for (j = i; j > gap && is_newer(moving, order[j - gap]); j -= gap) order[j] = order[j - gap]
      order[j] = moving
    }
}
