#!/bin/sh
# dbguard's launcher: an AI agent's hook calls it with the agent's name, and gives it the call that it is about to make. It hands
# that to dbguard. Where dbguard is not installed, it stops the worst by its words alone, and says how to install the rest.
agent="${1:-}"

for program in "$(command -v dbguard 2>/dev/null)" "${HOME:-/nonexistent}/.cargo/bin/dbguard"; do
  if [ -n "$program" ] && [ -x "$program" ]; then exec "$program" hook "$agent"; fi
done

install='install it with: cargo install dbguard'

# No, in the words of each agent.
deny() {
  case "$agent" in
{{% for agent in agents %}}
    {{{ agent.id }}})
{{% if agent.deny %}}
      printf '%s\n' {{{ agent.deny | sh }}} | sed "s/REASON/\"dbguard is not installed here, and $1; $install\"/g"
{{% endif %}}
{{% if agent.stderr %}}
      echo "dbguard is not installed here, and $1; $install" >&2
{{% endif %}}
      exit {{{ agent.code }}}
      ;;
{{% endfor %}}
    *)
      echo "dbguard: no agent is called '$agent'" >&2
      exit 1
      ;;
  esac
}

allow() {
  case "$agent" in
{{% for agent in agents if agent.allow %}}
    {{{ agent.id }}}) printf '%s\n' {{{ agent.allow | sh }}} ;;
{{% endfor %}}
    *) ;;
  esac
  exit 0
}

call="$(cat)" || deny 'this call cannot be read'
case "$call" in
  *'{'*'}'*) ;;
  *) deny 'this call is no JSON' ;;
esac
# What a file says is not run: only calls that run something are looked at.
tool="$(printf '%s' "$call" | tr '\n' ' ' | sed -n 's/.*"\(tool_name\|toolName\|tool\|agent_action_name\)" *: *"\([^"]*\)".*/\2/p')"
case "$tool" in
  Write | Edit | MultiEdit | NotebookEdit | Read | Grep | Glob | write | edit | create | read | write_file | replace | pre_write_code) allow ;;
  *) ;;
esac

# In lower case, with the ends of JSON's strings as ends of commands, its other marks and the shell's as blanks, and blanks as one.
words="$(printf '%s' "$call" | sed 's/\\[nrt]/ /g' | tr -d '\134' | sed 's/" *[,}]/;/g' | tr 'A-Z\n\t\042\047`' 'a-z     ' | tr -s ' ')"

stop() {
  if printf '%s' "$words" | grep -Eq -- "$1"; then deny "$2"; fi
}

stop '(compose|stack)[^|;&]* (down|rm)[^|;&]* (-[a-z]*v|--volumes)' 'this removes the volumes of a project'
stop '(docker|podman|nerdctl) (volume|system)[^|;&]* (rm|remove|prune|reset)' 'this removes volumes'
stop '(drop|truncate) +(database|schema|table|keyspace|owned)|dropdatabase|dropdb|mysqladmin[^|;&]* drop' 'this drops a database or its tables'
stop '(^|[ ;(])truncate +[a-z_.]+ *(;|$|[}])|delete +from +[a-z_.]+ *(;|$|[}])' 'this empties a table'
stop 'flush(all|db)([^a-z]|$)' 'this empties a database'
stop 'migrate reset|accept-data-loss|force-reset|migrate:(fresh|reset|refresh)|db:(drop|reset|wipe|setup|schema:load)|ecto\.(drop|reset)' 'this resets a database'
stop '(supabase|neon|turso|wrangler)[^|;&]* (db )?(reset|destroy|delete)|manage\.py (flush|reset_db|sqlflush)|alembic[^|;&]* downgrade' 'this resets a database'
stop 'rm +-[^|;&]*(backup|pgdata|postgres|mysql|mariadb|mongo|redis|/var/lib|volumes|\.db|\.sqlite)' 'this removes data or backups'
stop '(^|[ ;(])(terraform|tofu|pulumi|cdk) +[^|;&]*destroy|delete-(db|cluster|table|volume|snapshot)|(delete|rm) +(pvc|pv|ns|namespace)' 'this removes what holds data'
allow
