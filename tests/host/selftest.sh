# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# full
# Linux's own test of the state file, dax-kmem-hotplug.sh of 7.3, passes with each driver that has
# the file. The test comes from the newest source package; a kernel with the patches of upstream/7.3
# gets the test with these patches. ON="KERNEL:DRIVER..." selects other kernels and drivers.
set -euo pipefail
for part in common cache packages archive source series; do
	# shellcheck source=/dev/null
	. "lab/lib/$part.sh"
done
. tests/guest/lib.sh

read -ra ON <<< "${ON-6.1:ours 6.12:ours 7.3:stock 7.3:ours tree-6.12:ours tree-7.3:ours series-7.3:stock}"
FILES=tools/testing/selftests

temporary WORK
kernel_source 7.3
mkdir "$WORK/as-is"
tar -xf "$SOURCE" -C "$WORK/as-is" --strip-components=1 \
	"linux-source-7.3/$FILES/dax" "linux-source-7.3/$FILES/kselftest/ktap_helpers.sh"
cp -r "$WORK/as-is" "$WORK/series"
for patch in $(series_patches 7.3); do
	# The directory may be inside a repository, which "git apply" would use as its tree.
	GIT_CEILING_DIRECTORIES=$WORK git -C "$WORK/series" apply --include="$FILES/*" "$patch"
done

# guest_script SOURCE: prints one script for the guest, which contains the test's files.
guest_script() {
	printf 'base64 -d <<- END | tar -C /tmp -xz\n'
	tar -C "$WORK/$1/$FILES" -cz dax kselftest | base64
	printf 'END\nDAX_KMEM_TEST_DEV=dax0.0 exec bash /tmp/dax/dax-kmem-hotplug.sh\n'
}

# run_on KERNEL DRIVER: runs the test in a guest; its output is in $WORK/out.
run_on() {
	local source=as-is status=0
	[[ $1 != series-* ]] || source=series
	guest_script "$source" > "$WORK/script.sh"
	lab/vm -k "$1" -d "$2" -s 1G -t 300 "$WORK/script.sh" > "$WORK/out" 2> "$WORK/err" || status=$?
	sed 's/^/# /' "$WORK/out"
	if ((status == EXIT_SKIP)); then
		skip "$1, $2: the selftest passes" "$(tail -n 1 "$WORK/err")"
		return
	fi
	((status == 0)) || sed 's/^/# /' "$WORK/err"
	is "$1, $2: the selftest passes" "$status" 0
	is "$1, $2: no point of the selftest failed" "$(sed -n '/^not ok/p' "$WORK/out")" ''
	ok "$1, $2: the selftest has at least one point" grep '^ok [0-9]* ' "$WORK/out"
}

for pair in "${ON[@]}"; do run_on "${pair%:*}" "${pair#*:}"; done
done_testing
