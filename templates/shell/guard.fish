# dbguard in this fish: each line that is typed is judged before it runs. For ~/.config/fish/config.fish:
#   dbguard guard --shell-init fish | source
# `dbguard_off` stops it in this shell, `dbguard_on` starts it again. Scripts are not affected.

# Judges a text; fails when it must not run.
function __dbguard_judge
    if not command -q dbguard
        set -q __dbguard_missing; or echo 'dbguard is not on PATH: nothing is checked' >&2
        set -g __dbguard_missing yes
        return 0
    end
    set -l said (command dbguard guard --command $argv[1] 2>&1)
    set -l code $status
    test $code -ne 0; or return 0
    echo >&2
    printf '%s\n' $said >&2
    test $code -ne 20; or return 1
    read -l -n 1 -P 'Run it? [y/N] ' answer </dev/tty; or return 1
    string match -q -i y -- $answer
end

function __dbguard_enter
    set -l line (commandline -b | string collect)
    # Only what fish can parse would run: an unfinished line goes on.
    if test -n "$line"; and commandline --is-valid; and not __dbguard_judge $line
        commandline -r ''
        commandline -f repaint
        return
    end
    commandline -f execute
end

function dbguard_on
    for mode in default insert
        bind -M $mode \r __dbguard_enter
        bind -M $mode \n __dbguard_enter
    end
end

function dbguard_off
    for mode in default insert
        bind -M $mode -e \r
        bind -M $mode -e \n
    end
end

status is-interactive; and dbguard_on
