# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The completions of bash, zsh and fish. Part of cli.sh, which has set $ROOT.

ROOT=$MOVABLE
COMPLETIONS=$REPO/completions
mkdir -p "$WORK/bin"
printf '#!/bin/sh\nexec %q "$@"\n' "$DAXPLUG" > "$WORK/bin/daxplug"
chmod +x "$WORK/bin/daxplug"
OLD_PATH=$PATH
PATH=$WORK/bin:$PATH

# --- bash ---

# bash_completes WORD...: prints the words that bash offers for the last one.
bash_completes() {
	COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
	_daxplug
	echo "${COMPREPLY[*]}"
}
# shellcheck source=../../completions/daxplug.bash
. "$COMPLETIONS/daxplug.bash"
is "bash: commands" "$(bash_completes daxplug un)" unplug
is "bash: commands after a global option" "$(bash_completes daxplug --sysroot / lis)" list
is "bash: commands after help" "$(bash_completes daxplug help recl)" reclaim
is "bash: devices, of the tree that was typed" "$(bash_completes daxplug plug --sysroot "$ROOT" da)" dax0.0
is "bash: the same with =" "$(bash_completes daxplug plug --sysroot = "$ROOT" da)" dax0.0
is "bash: options" "$(bash_completes daxplug plug --k)" --kernel
is "bash: only names after --" "$(bash_completes daxplug plug --sysroot "$ROOT" -- -)" ""
is "bash: a file for record" "$(bash_completes daxplug record -o "$WORK/bi")" "$WORK/bin"
is "bash: columns for list" "$(bash_completes daxplug list -o devi)" device
is "bash: record takes nothing else" "$(bash_completes daxplug record '')" ""
is "bash: files for apply" "$(bash_completes daxplug apply --sysroot "$ROOT" "$WORK/bi")" "$WORK/bin"
is "bash: a device for apply" "$(bash_completes daxplug apply --sysroot "$ROOT" --device '')" dax0.0
is "bash: nodes" "$(bash_completes daxplug list --sysroot "$ROOT" --node '')" 1
is "bash: nodes with =" "$(bash_completes daxplug list --sysroot "$ROOT" --node =)" 1
is "bash: columns" "$(bash_completes daxplug list -o DEVICE,KI)" DEVICE,KIND
is "bash: columns in small letters" "$(bash_completes daxplug list -o +mod)" +mode
is "bash: no column twice" "$(bash_completes daxplug list -o KIND,KI)" ""

# A region whose name is a command substitution.
new_root ours-6.12-movable
# shellcheck disable=SC2016 # the name itself
region=$ROOT/sys/devices/platform/'a$(>run)'
mkdir "$region"
mv "$ROOT/sys/devices/platform/hmem.0/dax0.0" "$region/"
ln -sfn "../../../devices/platform/${region##*/}/dax0.0" "$ROOT/sys/bus/dax/devices/dax0.0"
is "bash: a name is offered quoted" \
	"$(cd "$WORK" && bash_completes daxplug list --sysroot "$ROOT" --region a)" 'a\$\(\>run\)'
ok "bash: the command in the name is not run" test ! -e "$WORK/run"
ROOT=$MOVABLE

# --- zsh ---

if type zsh > /dev/null 2>&1; then
	mapfile -t lines < <(timeout 60 zsh -f "$HERE/complete.zsh" "$COMPLETIONS" 'daxplug unp' \
		'daxplug --sysroot / lis' 'daxplug help recl' "daxplug plug --sysroot $ROOT dax" \
		'daxplug plug --ker' "daxplug list --sysroot $ROOT --node " \
		"daxplug list --sysroot $ROOT --region " 'daxplug list -o DEVICE,KI' \
		'daxplug list --output=ki' 'daxplug plug --progress=js')
	is "zsh: commands" "${lines[0]-}" 'daxplug unplug '
	is "zsh: commands after a global option" "${lines[1]-}" 'daxplug --sysroot / list '
	is "zsh: commands after help" "${lines[2]-}" 'daxplug help reclaim '
	is "zsh: devices, of the tree that was typed" "${lines[3]-}" "daxplug plug --sysroot $ROOT dax0.0 "
	is "zsh: options" "${lines[4]-}" 'daxplug plug --kernel '
	is "zsh: nodes" "${lines[5]-}" "daxplug list --sysroot $ROOT --node 1 "
	is "zsh: regions" "${lines[6]-}" "daxplug list --sysroot $ROOT --region 0 "
	is "zsh: columns" "${lines[7]-}" 'daxplug list -o DEVICE,KIND,'
	is "zsh: columns in small letters" "${lines[8]-}" 'daxplug list --output=KIND,'
	is "zsh: values" "${lines[9]-}" 'daxplug plug --progress=json '
else
	skip "zsh: completions" "no zsh on this machine"
fi

# --- fish ---

# fish_completes LINE: prints the words that fish offers.
fish_completes() {
	HOME=$WORK fish --no-config -c "source '$COMPLETIONS/daxplug.fish'; complete -C '$1'" 2>&1 |
		cut -f 1 | xargs
}
if type fish > /dev/null 2>&1; then
	is "fish: commands" "$(fish_completes 'daxplug un')" unplug
	is "fish: commands after a global option" "$(fish_completes 'daxplug --sysroot / lis')" list
	is "fish: commands after help" "$(fish_completes 'daxplug help recl')" reclaim
	is "fish: devices, of the tree that was typed" "$(fish_completes "daxplug plug --sysroot $ROOT da")" dax0.0
	is "fish: options" "$(fish_completes 'daxplug plug --k')" --kernel
	is "fish: nodes" "$(fish_completes "daxplug list --sysroot $ROOT --node ")" 1
	is "fish: columns" "$(fish_completes 'daxplug list -o DEVICE,KI')" DEVICE,KIND
	is "fish: values" "$(fish_completes 'daxplug plug --progress=js')" --progress=json
else
	skip "fish: completions" "no fish on this machine"
fi
PATH=$OLD_PATH

# --- the manual ---

if type mandoc > /dev/null 2>&1; then
	ok "the manual pages are well-formed" mandoc -T lint -W warning "$REPO"/man/*.[358]
else
	skip "the manual pages are well-formed" "no mandoc on this machine"
fi
