# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Calls in the driver go down its folders, and neither calls nor includes form a circle. A lock is
# taken only in the file that it belongs to.
set -euo pipefail
. tests/guest/lib.sh

# From the top down. main.c, above all of them, is in no folder.
LAYERS=(. user owner drive block memblk compat core)

for part in common cache packages archive source root vmlinux image kmem; do
	# shellcheck source=/dev/null
	. "lab/lib/$part.sh"
done

# layer FOLDER: prints the number of a layer, 0 for the topmost.
layer() {
	local number
	for number in "${!LAYERS[@]}"; do
		[[ ${LAYERS[number]} != "$1" ]] || { echo "$number"; return; }
	done
	die "kernel/$1 is no layer"
}

# folder FILE: prints the folder of a file below kernel/.
folder() { if [[ $1 == */* ]]; then echo "${1%%/*}"; else echo .; fi; }

# includes: prints "FILE HEADER" for each header of the driver that one of its files includes.
includes() {
	local file header
	while read -r file; do
		sed -nE 's/^#include "(.*)"$/\1/p' "kernel/$file" | while read -r header; do
			[[ ! -e kernel/$header ]] || { echo "$file $header"; continue; }
			[[ ! -e kernel/$(dirname "$file")/$header ]] || echo "$file $(dirname "$file")/$header"
		done
	done < <(cd kernel && find . -name '*.[ch]' | sed 's|^\./||' | sort)
}

# needs FILE: prints "OBJECT OBJECT" for each object that needs a symbol of another object.
needs() {
	awk '$2 != "U" { of[$3] = $1 }
		$2 == "U" { object[++nr] = $1; name[nr] = $3 }
		END { for (i = 1; i <= nr; i++) if (name[i] in of) print object[i], of[name[i]] }' "$1" | sort -u
}

# go_down FILE: no line "FROM TO" leads from a layer to a higher one.
go_down() {
	local from to status=0
	while read -r from to; do
		(($(layer "$(folder "$from")") <= $(layer "$(folder "$to")"))) || { echo "$from -> $to"; status=1; }
	done < "$1"
	return "$status"
}

# has_no_circle FILE
has_no_circle() { tsort "$1" > /dev/null; }

# declares LOCK FILE...: a file declares this lock.
declares() { grep -qsE "(mutex|spinlock_t) $1;|DEFINE_(MUTEX|SPINLOCK)\($1\)" "${@:2}"; }

# foreign_locks DIR: prints "FILE: LOCK" for each lock of the driver that a file below DIR takes,
# although neither the file nor its header declares a lock of that name.
foreign_locks() {
	local file lock
	find "$1" -name '*.[ch]' | while read -r file; do
		sed -nE 's/.*\b(mutex|spin)_(try)?lock(_[a-z]+)?\(&([a-z_.>-]*[^a-z_])?([a-z_]+)[,)].*/\5/p' "$file" | sort -u |
			while read -r lock; do
				declares "$lock" "$file" "${file%.c}.h" || ! declares "$lock" "$1"/*/*.[ch] ||
					echo "${file#"$1"/}: $lock"
			done
	done
}

LINES=$(mktemp -d)
trap 'rm -rf "$LINES"; remove_temporary' EXIT

kernel_root 6.12
build_kmem
includes > "$LINES/includes"
needs "$KMEM_TREE/symbols" > "$LINES/needs"

echo "block/gate.o owner/bind.o" > "$LINES/up"
printf '%s\n' "drive/job.o drive/switch.o" "drive/switch.o drive/job.o" > "$LINES/circle"
is "a call up is detected" "$(go_down "$LINES/up" || true)" "block/gate.o -> owner/bind.o"
# shellcheck disable=SC2016 # for eval
ok "a circle is detected" eval '! has_no_circle "$LINES/circle"'
ok "there are includes to look at" test "$(wc -l < "$LINES/includes")" -gt 50
ok "there are symbols to look at" test "$(wc -l < "$LINES/needs")" -gt 50
ok "every include leads down" go_down "$LINES/includes"
ok "no circle of includes" has_no_circle "$LINES/includes"
ok "every call leads down" go_down "$LINES/needs"
ok "no circle of calls, not even in a folder" has_no_circle "$LINES/needs"
is "no two files have the same name, so all can be put into one folder" \
	"$(cd kernel && find . -name '*.[ch]' -printf '%f\n' | sort | uniq -d)" ''
mkdir -p "$LINES/kernel/owner"
printf 'struct one {\n\tstruct mutex lock;\n};\n' > "$LINES/kernel/owner/one.h"
printf '\tmutex_lock_interruptible(&one->lock);\n\tspin_lock(&task->siglock);\n' |
	tee "$LINES/kernel/owner/one.c" > "$LINES/kernel/owner/two.c"
is "a lock of another file is detected" "$(foreign_locks "$LINES/kernel")" 'owner/two.c: lock'
is "each lock is taken only in its own file" "$(foreign_locks kernel)" ''
done_testing
