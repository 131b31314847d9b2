# Decides which backups stay, of any number of databases in one process. Tab-separated input; each history is
#   figures, database, now, keep_last, keep_days, daily_days, weekly_days, monthly_days, pre_migration_days, after_days
#   backup, name, epoch, label, verified (true or false), rows, pinned (yes or no), place (here or archive)
# with its backups in any order. Output, one line a backup, the newest first: database, name, place, what to do (keep, remove,
# archive), why it is kept (or `expired`). Only these lines count: no file's time, no name's pattern. Days of 0 are off.
#
# Nothing is ever removed that is not verified or has no believable time, and neither counts. So it is with a backup from the
# future: the clock went back, and until it is there again nothing is said about it. Of the others, those with rows and those
# without are looked at apart (an emptied database must not push out the last good backup), and kept are: the newest; the last
# keep_last; pinned ones, and those whose label says so; pre-migration, pre-restore and pre-reset ones for
# pre_migration_days; all of keep_days; the last one of each day (UTC), week (from Monday) and month for the days of each tier.
#
# An age is counted up to the newest backup, not up to a clock that may be wrong. A gap of more than eight days among the
# newest keep_last may be a clock that jumped ahead: until keep_last backups lie behind it, ages end before it. (Moving to the
# archive loses nothing: there, ages always end at the newest.)
BEGIN { FS = OFS = "\t"; DAY = 86400; GAP = 8 * DAY; FIRST = 1000000000 }
$1 == "figures" {
  decide()
  database = $2 ""; now = $3 + 0; keep_last = $4 + 0; keep_days = $5 + 0; tier["daily"] = $6 + 0
  tier["weekly"] = $7 + 0; tier["monthly"] = $8 + 0; pre_days = $9 + 0; after_days = $10 + 0
}
$1 == "backup" {
  n++; order[n] = n
  name[n] = $2 ""; epoch[n] = time_of($3); label[n] = $4 ""; verified[n] = ($5 == "true")
  rows[n] = ($6 ~ /^[0-9]+$/ && $6 ~ /[1-9]/); pinned[n] = ($7 == "yes"); place[n] = $8 ""
}
END { decide() }

function decide(   k, i, why, what) {
  sort_newest_first()
  today = reference()
  split("", seen); split("", rank); split("", taken)
  for (k = 1; k <= n; k++) {
    i = order[k]
    why = reason(i)
    what = why == "" ? "remove" : "keep"
    if (what == "keep" && place[i] == "here" && may_move(i, why)) what = "archive"
    print database, name[i], place[i], what, (why == "" ? "expired" : why)
  }
  n = 0
}
function counts(i) { return verified[i] && epoch[i] >= FIRST && epoch[i] <= now }
function is_test(i) { return label[i] ~ /^pre-test([._-]|$)/ }
function may_move(i, why) {
  return after_days > 0 && why != "newest" && counts(i) && newest - epoch[i] > after_days * DAY
}
# Every period is looked at for every backup that counts: it is the last one of its day, whatever else keeps it.
function reason(i,   age, is_newest, nth, day, week, month) {
  if (!verified[i]) return "unverified"
  if (epoch[i] < FIRST) return "no time"
  if (epoch[i] > now) return "future"
  is_newest = (++seen[rows[i]] == 1)
  nth = ++rank[is_test(i), rows[i]]
  if (is_test(i)) return is_newest ? "newest" : nth <= 5 ? "last 5 of tests" : pinned[i] ? "pinned" : ""
  age = today - epoch[i]
  day = is_last_of(i, "daily", int(epoch[i] / DAY))
  week = is_last_of(i, "weekly", int((int(epoch[i] / DAY) + 3) / 7))
  month = is_last_of(i, "monthly", month_of(int(epoch[i] / DAY)))
  if (is_newest) return "newest"
  if (nth <= keep_last) return "last " keep_last
  if (pinned[i]) return "pinned"
  if (label[i] ~ /^(pre-deploy|production|pinned|keep)([._-]|$)/) return "label " label[i]
  if (label[i] ~ /^pre-/ && age < pre_days * DAY) return "label " label[i]
  if (age < keep_days * DAY) return "recent"
  if (day && age < tier["daily"] * DAY) return "daily"
  if (week && age < tier["weekly"] * DAY) return "weekly"
  if (month && age < tier["monthly"] * DAY) return "monthly"
  return ""
}
function is_last_of(i, kind, period,   key) {
  key = kind SUBSEP rows[i] SUBSEP period
  if (key in taken) return 0
  taken[key] = 1
  return 1
}
# The time up to which ages are counted; sets newest as well.
function reference(   k, i, previous, looked, until) {
  newest = 0
  for (k = 1; k <= n && looked < keep_last; k++) {
    i = order[k]
    if (!counts(i) || is_test(i)) continue
    looked++
    if (looked == 1) newest = until = epoch[i]
    else if (previous - epoch[i] > GAP) until = epoch[i]
    previous = epoch[i]
  }
  return until
}
# Months since the year 0, from the days since 1970: years are counted from March, so that a leap day is the last of one.
function month_of(days,   era, year) {
  days += 719468
  era = int(days / 146097); days -= era * 146097
  year = int((days - int(days / 1460) + int(days / 36524) - int(days / 146096)) / 365)
  days -= 365 * year + int(year / 4) - int(year / 100)
  return (era * 400 + year) * 12 + int((5 * days + 2) / 153)
}
function time_of(text) { return text ~ /^[0-9]+$/ && length(text) < 13 ? text + 0 : 0 }
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
