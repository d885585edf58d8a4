# SPDX-License-Identifier: GPL-2.0-or-later
# Completion of daxplug's command line for fish. Commands, options and columns are
# those that daxplug's own help lists.

# The --sysroot that has been typed, if any.
function __daxplug_root
    set -l words (commandline -opc)
    for i in (seq (count $words))
        if string match -q -- '--sysroot=*' $words[$i]
            echo $words[$i]
        else if test "$words[$i]" = --sysroot; and test $i -lt (count $words)
            echo --sysroot=$words[(math $i + 1)]
        end
    end
end

function __daxplug_devices
    daxplug list (__daxplug_root) --noheadings --raw --output DEVICE,STATE 2>/dev/null | string replace ' ' \t
    printf 'all\tevery device\n'
end

function __daxplug_orphans
    daxplug list (__daxplug_root) 2>/dev/null | string replace -rf '^([0-9a-f]+-[0-9a-f]+) .*' '$1'
    printf 'all\tevery orphaned range\n'
end

function __daxplug_column
    daxplug list (__daxplug_root) --noheadings --raw --output $argv[1] 2>/dev/null | sort -u
end

function __daxplug_column_names
    daxplug list --help | sed '1,/^Columns:/d' | string replace -r '^ +([A-Z-]+) +' '$1\t'
end

# The columns behind those that have been typed.
function __daxplug_columns
    set -l typed (string match -rg '^(\+?(?:[^,]*,)*)' -- (commandline -ct | string replace -r '^--?[a-z]+=?' ''))
    for column in (__daxplug_column_names)
        echo $typed$column
    end
end

# Completes an argument by its name in the help.
function __daxplug_action
    switch $argv[1]
        case COLUMNS
            echo '(__daxplug_columns)'
        case COLUMN
            echo '(__daxplug_column_names)'
        case DEVICE
            echo '(__daxplug_column DEVICE)'
        case N
            echo '(__daxplug_column NODE)'
        case R
            echo '(__daxplug_column REGION; __daxplug_column REGION-NAME)'
        case FILE
            echo '(__fish_complete_path)'
        case DIR
            echo '(__fish_complete_directories)'
        case TIME
            echo '10s 30s 1min 5min infinity'
        case HOW
            echo 'auto never json'
        case WHEN
            echo 'auto always never'
    end
end

# No command has been typed yet.
function __daxplug_wants_command
    not __fish_seen_subcommand_from $__daxplug_commands
end

# __daxplug_complete CONDITION HELP...: the options of a help text.
function __daxplug_complete
    set -l pattern '^ +((?:-., )?)--([a-z-]+)((?:\[?[ =][A-Z]+\]?)?)  +(.*)$'
    for line in $argv[2..-1]
        set -l parts (string match -rg -- $pattern $line); or continue
        set -l option -c daxplug -n $argv[1] -l $parts[2] -d $parts[4]
        set -l argument (string trim -c '[=] ' -- $parts[3])
        if test -n "$parts[1]"
            set -a option -s (string sub -s 2 -l 1 -- $parts[1])
        end
        if test -n "$argument"
            set -a option -a (__daxplug_action $argument)
            string match -q '[*' -- $parts[3]; or set -a option -x
        end
        complete $option
    end
end

type -q daxplug; or return
complete -c daxplug -f
set -g __daxplug_commands
for line in (daxplug --help | string match -rg '^  ([a-z]+ +.*)')
    set -l parts (string split -m 1 ' ' $line)
    set -a __daxplug_commands $parts[1]
    set -l text (string trim $parts[2])
    complete -c daxplug -n __daxplug_wants_command -a $parts[1] -d $text
end
__daxplug_complete __daxplug_wants_command (daxplug --help)
for command in $__daxplug_commands
    if test $command = help
        complete -c daxplug -n '__fish_seen_subcommand_from help' -a "$__daxplug_commands"
        continue
    end
    __daxplug_complete "__fish_seen_subcommand_from $command" (daxplug $command --help)
    set -l argument '(__daxplug_devices)'
    test $command = reclaim; and set argument '(__daxplug_orphans)'
    test $command = apply; and set argument '(__fish_complete_path)'
    contains $command metrics record; and set argument ''
    complete -c daxplug -n "__fish_seen_subcommand_from $command" -a $argument
end
