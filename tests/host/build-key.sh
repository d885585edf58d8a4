# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The lab builds a kernel from source again if and only if something that the build depends on has
# changed: an option, the code of a patch, or the driver in its tree. The message of a patch does not count.
set -euo pipefail
. tests/guest/lib.sh
for part in common cache packages archive source root kmem; do
	# shellcheck source=/dev/null
	. "lab/lib/$part.sh"
done

WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT
{ for dir in lab upstream kernel; do sources "$dir"; done } | cpio --quiet -pd "$WORK"
REPO=$WORK
git -C "$WORK" init -q
git -C "$WORK" add -A

keys() { local name; for name in debug tree-6.12 series-7.3; do printf '%s ' "$(build_key "$name")"; done; }

# rebuilt DESCRIPTION NAME...: since the last call the keys of these kernels, and of no others, have changed.
BEFORE=$(keys)
rebuilt() {
	local description=$1 now name i=0 changed=() old new
	shift
	now=$(keys)
	read -ra old <<< "$BEFORE"
	read -ra new <<< "$now"
	for name in debug tree-6.12 series-7.3; do
		[[ ${old[i]} == "${new[i]}" ]] || changed+=("$name")
		i=$((i + 1))
	done
	BEFORE=$now
	is "$description: kernels to build again" "${changed[*]}" "$*"
}

patches=("$WORK"/upstream/7.3/000[1-3]-*.patch)
is "three patches to change" "${#patches[@]}" 3
rebuilt "nothing changed"
sed -i '0,/^$/s//\nAnother message.\n/' "${patches[0]}"
rebuilt "the message of a patch"
mv "${patches[1]}" "$WORK/upstream/7.3/0002-another-subject.patch"
rebuilt "the subject of a patch"
printf 'Another letter.\n' >> "$WORK/upstream/7.3/0000-cover-letter.patch"
rebuilt "the cover letter"
sed -i '0,/^+\t/s//+\t\t/' "${patches[2]}"
rebuilt "the code of a patch" series-7.3
printf '# more\n' >> "$WORK/lab/config/debug"
rebuilt "an option of debug" debug
printf '# more\n' >> "$WORK/lab/config/guest"
rebuilt "an option of every guest" debug tree-6.12 series-7.3
printf '// more\n' >> "$WORK/kernel/main.c"
rebuilt "the driver" tree-6.12
mv "$WORK/kernel/main.c" "$WORK/kernel/first.c"
rebuilt "the name of a file of the driver" tree-6.12
done_testing
