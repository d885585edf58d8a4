# SPDX-License-Identifier: GPL-2.0-or-later
# Completion of daxplug's command line for fish.

function __daxplug_devices
    daxplug list --noheadings --raw --output DEVICE,STATE 2>/dev/null | string replace ' ' \t
    printf 'all\tevery device\n'
end

function __daxplug_column
    daxplug list --noheadings --raw --output $argv[1] 2>/dev/null | sort -u
end

set -l commands list show plug unplug replug monitor
set -l changes plug unplug replug
set -l with_devices list show $changes

complete -c daxplug -f
complete -c daxplug -n "not __fish_seen_subcommand_from $commands" -a list -d 'List devices and the state of their memory'
complete -c daxplug -n "not __fish_seen_subcommand_from $commands" -a show -d 'Show all about devices'
complete -c daxplug -n "not __fish_seen_subcommand_from $commands" -a plug -d 'Put all memory online'
complete -c daxplug -n "not __fish_seen_subcommand_from $commands" -a unplug -d 'Take all memory offline and remove it'
complete -c daxplug -n "not __fish_seen_subcommand_from $commands" -a replug -d 'Unplug and plug'
complete -c daxplug -n "not __fish_seen_subcommand_from $commands" -a monitor -d 'Tell what happens to devices'

complete -c daxplug -n "__fish_seen_subcommand_from $with_devices" -a '(__daxplug_devices)'
complete -c daxplug -n "__fish_seen_subcommand_from $with_devices" -l node -x -a '(__daxplug_column NODE)' -d 'Only devices of a NUMA node'
complete -c daxplug -n "__fish_seen_subcommand_from $with_devices" -l region -x -a '(__daxplug_column REGION)' -d 'Only devices of a region'
complete -c daxplug -n "__fish_seen_subcommand_from $with_devices monitor" -l sysroot -x -a '(__fish_complete_directories)' -d 'A recorded tree'
complete -c daxplug -n "__fish_seen_subcommand_from $commands" -s h -l help -d 'Help'
complete -c daxplug -n "__fish_seen_subcommand_from $commands" -s J -l json -d 'JSON'

complete -c daxplug -n "__fish_seen_subcommand_from list show" -s b -l bytes -d 'Sizes in bytes'
complete -c daxplug -n "__fish_seen_subcommand_from list" -s o -l output -x -d 'Which columns'
complete -c daxplug -n "__fish_seen_subcommand_from list" -l output-all -d 'All columns'
complete -c daxplug -n "__fish_seen_subcommand_from list" -s n -l noheadings -d 'No headings'
complete -c daxplug -n "__fish_seen_subcommand_from list" -s r -l raw -d 'Values without alignment'
complete -c daxplug -n "__fish_seen_subcommand_from list" -s T -l tree -d 'Devices below their regions'

complete -c daxplug -n "__fish_seen_subcommand_from plug replug" -l movable -d 'Into ZONE_MOVABLE'
complete -c daxplug -n "__fish_seen_subcommand_from plug replug" -l kernel -d 'Into kernel zones'
complete -c daxplug -n "__fish_seen_subcommand_from plug replug" -l auto -d 'Into the zones that the kernel chooses'
complete -c daxplug -n "__fish_seen_subcommand_from $changes" -l timeout -x -a '10s 30s 1m 5m' -d 'Give up and roll back after a time'
complete -c daxplug -n "__fish_seen_subcommand_from $changes" -l dry-run -d 'Check everything, change nothing'
complete -c daxplug -n "__fish_seen_subcommand_from $changes" -l force -d 'Even if there seems to be no room'
complete -c daxplug -n "__fish_seen_subcommand_from $changes" -s q -l quiet -d 'Say nothing but errors'
