# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# upstream/into-tree adds the whole driver to a kernel source tree, removes it again without a trace,
# and changes nothing in a tree that it does not recognise.
set -euo pipefail
. tests/guest/lib.sh

WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT
INTO_TREE=$PWD/upstream/into-tree
KMEM=drivers/dax/kmem

# make_tree NAME VERSION PATCHLEVEL: makes the files of a kernel's source that into-tree reads.
make_tree() {
	TREE=$WORK/$1
	mkdir -p "$TREE"/{drivers/dax,Documentation/ABI/testing}
	printf '# a comment\nVERSION = %s\nPATCHLEVEL = %s\n' "$2" "$3" > "$TREE/Makefile"
	touch "$TREE"/drivers/dax/{kmem.c,dax-private.h}
	# shellcheck disable=SC2016 # for make
	printf 'obj-$(CONFIG_%s) += %s.o\n' DEV_DAX device_dax DEV_DAX_KMEM kmem DEV_DAX_PMEM dax_pmem > "$TREE/drivers/dax/Makefile"
	cat > "$TREE/drivers/dax/Kconfig" <<- END
	if DAX

	config DEV_DAX
		tristate "one"

	config DEV_DAX_KMEM
		tristate "two"
		depends on DEV_DAX
		help
		  Its help.

	config DEV_DAX_OTHER
		tristate "three"

	endif
	END
	cat > "$TREE/Documentation/ABI/testing/sysfs-bus-dax" <<- END
	What:		/sys/bus/dax/devices/daxX.Y/align
	Description:	one
	What:		/sys/bus/dax/devices/daxX.Y/state
	Description:	two
	What:		/sys/bus/dax/devices/daxX.Y/other
	Description:	three
	END
	cp -a "$TREE" "$TREE.before"
}

# into_tree ARGUMENT...: runs upstream/into-tree; sets STATUS and ERROR.
into_tree() {
	STATUS=0
	ERROR=$("$INTO_TREE" "$@" 2>&1) || STATUS=$?
}

# is_as_before DESCRIPTION
is_as_before() { is "$1" "$(diff -r "$TREE.before" "$TREE" 2>&1)" ''; }

# lacks_files: prints objects of the Makefile without a source, and headers that do not exist.
lacks_files() {
	local name
	(
		cd "$TREE/$KMEM"
		grep -ohE '(^|[[:space:]])[a-z_]+\.o\b' objects.mk Makefile | sort -u | while read -r name; do
			[[ $name == kmem.o || -e ${name%.o}.c ]] || echo "$name"
		done
		sed -nE 's/^#include "([^"]*)"$/\1/p' ./*.[ch] | sort -u | while read -r name; do
			[[ $name == ../* || $name == compat_probes.h || -e $name ]] || echo "$name"
		done
	)
}

# has_no_object: prints source files that the Makefile does not name.
has_no_object() {
	local file
	for file in "$TREE/$KMEM"/*.c; do
		file=$(basename "$file" .c)
		grep -qE "(^|[[:space:]])$file\.o" "$TREE/$KMEM"/{objects.mk,Makefile} || echo "$file"
	done
}

# undocumented: prints attributes of the driver that the ABI document does not list.
undocumented() {
	local name
	grep -ohE '&(dev_attr_[a-z_]+|[a-z_]+_attr)\.attr' kernel/user/*.c |
		sed -E 's/^&(dev_attr_)?([a-z_]+)\.attr$/\2/; s/_attr$//' | sort -u | while read -r name; do
		grep -qE "^What:.*/$name\$" "$TREE/Documentation/ABI/testing/sysfs-driver-dax-kmem" || echo "$name"
	done
}

make_tree good 6 12
into_tree "$TREE"
is "put in: status" "$STATUS$ERROR" 0
ok "kmem.c is gone" test ! -e "$TREE/drivers/dax/kmem.c"
is "the Makefile leads to the driver" "$(grep -c '^obj-y += kmem/$' "$TREE/drivers/dax/Makefile")" 1
is "the Makefile no longer leads to kmem.c" "$(grep -c 'kmem\.o' "$TREE/drivers/dax/Makefile" || true)" 0
is "one entry of the option" "$(cat "$TREE"/drivers/dax/{Kconfig,kmem/Kconfig} | grep -cx 'config DEV_DAX_KMEM')" 1
ok "the entry is included" grep -qx 'source "drivers/dax/kmem/Kconfig"' "$TREE/drivers/dax/Kconfig"
is "the other options are kept" "$(grep -c '^config DEV_DAX' "$TREE/drivers/dax/Kconfig")" 2
is "one document of the state file" \
	"$(cat "$TREE"/Documentation/ABI/testing/* | grep -cE '^What:[[:space:]]+/sys/bus/dax/devices/daxX.Y/state$')" 1
is "the document has each file of the driver" "$(grep -cxE 'What:[[:space:]]+/sys/(bus/dax|module/kmem)/.*/(guard|timeout_ms|last_failure|default_state|faulty_pages|stranded/START-END/)' \
	"$TREE/Documentation/ABI/testing/sysfs-driver-dax-kmem")" 6
is "the document has no Markdown" "$(grep -cE '^(#|\||```)|\]\(' "$TREE/Documentation/ABI/testing/sysfs-driver-dax-kmem")" 0
is "the entries of other files are kept" "$(grep -c '^What:' "$TREE/Documentation/ABI/testing/sysfs-bus-dax")" 2
is "every file that is built or included exists" "$(lacks_files)" ''
is "every source is built" "$(has_no_object)" ''
is "the unit tests that need no host are KUnit suites" \
	"$(sed -nE 's/^UNIT_SUITE\((\w+),.*/\1_kunit.c/p' tests/unit/*.c | sort)" \
	"$(cd "$TREE/$KMEM" && printf '%s\n' *_kunit.c)"

is "the document has every file of the device and of the driver" "$(undocumented)" ''

into_tree "$TREE"
is "put in twice: refused" "$STATUS" 1
is "put in twice: one line" "$(wc -l <<< "$ERROR")" 1
into_tree --remove "$TREE"
is "taken out: status" "$STATUS$ERROR" 0
is_as_before "taken out: the tree is as it was"
into_tree --remove "$TREE"
is "taken out twice: refused" "$STATUS" 1
is_as_before "taken out twice: the tree is as it was"

ln -s /dev/full "$TREE/Documentation/ABI/testing/sysfs-driver-dax-kmem"
into_tree "$TREE"
is "no room for a file: it fails" "$STATUS" 1
is_as_before "no room for a file: the tree is as it was"

make_tree newer 7 3
into_tree "$TREE"
is "a newer tree: status" "$STATUS$ERROR" 0

make_tree older 6 11
into_tree "$TREE"
is "a tree that is too old: refused" "$STATUS" 1
is_as_before "a tree that is too old: the tree is unchanged"

make_tree unknown 6 12
sed -i '/kmem/d' "$TREE/drivers/dax/Makefile"
cp "$TREE/drivers/dax/Makefile" "$TREE.before/drivers/dax/"
into_tree "$TREE"
is "an unknown Makefile: refused" "$STATUS" 1
is "an unknown Makefile: one line" "$(wc -l <<< "$ERROR")" 1
is_as_before "an unknown Makefile: the tree is unchanged"

into_tree "$WORK"
is "no tree: refused" "$STATUS" 1
into_tree
is "no argument: usage" "$STATUS" 2
done_testing
