# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Finds the distribution's archive in the configuration of the host's apt, and the newest version of
# a kernel in the archive.

KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg
KERNEL_TABLE=$REPO/lab/kernels

kernel_names() { awk '!/^#/ && NF { print $1 }' "$KERNEL_TABLE"; }
kernel_column() { awk -v name="$1" -v column="$2" '!/^#/ && $1 == name { print $column }' "$KERNEL_TABLE"; }
kernel_series() { kernel_column "$1" 2; }
kernel_flavour() { kernel_column "$1" 3; }
kernel_suites() { awk -v name="$1" '!/^#/ && $1 == name { $1 = $2 = $3 = ""; print }' "$KERNEL_TABLE"; }

# kernel_is_built NAME: succeeds if the lab builds the kernel from source.
kernel_is_built() { [[ $(kernel_flavour "$1") == source* ]]; }

# kernel_change NAME: prints the entry of upstream/ that changes its source, or nothing.
kernel_change() { kernel_flavour "$1" | sed -n 's/^source+//p'; }

# kernel_has_daxplug NAME: succeeds if the kmem in its source tree is daxplug's driver.
kernel_has_daxplug() { [[ $(kernel_change "$1") == into-tree ]]; }

# kernel_checks_itself NAME: succeeds for a kernel with sanitizers, which is several times slower and
# needs more memory.
kernel_checks_itself() { [[ $1 == @(debug|kcsan)* ]]; }

need_kernel_name() {
	kernel_names | grep -qxF -e "$1" ||
		die_with 2 "no kernel '$1': lab/kernels has $(kernel_names | paste -sd ' ')"
}

# archive_site LABEL: prints the address that apt uses for Debian or Debian-Security.
archive_site() {
	# shellcheck disable=SC2016 # apt's own variables
	apt-get indextargets --format '$(LABEL) $(REPO_URI)' \
		'Created-By: Packages' 'Origin: Debian' |
		awk -v label="$1" '$1 == label && NF == 2 { print $2; exit }'
}

need_archive_site() {
	local label=$1 site
	site=$(archive_site "$label")
	if [[ -z $site ]] && ((EUID == 0)); then
		apt-get update >&2
		site=$(archive_site "$label")
	fi
	[[ -n $site ]] || die "apt knows no archive labelled $label: please add it to apt's sources and run apt-get update"
	printf '%s\n' "$site"
}

# apt_sources SUITE...: prints lines for a sources.list, each signed by Debian.
apt_sources() {
	local suite label site options
	for suite; do
		options=
		if [[ $suite == *'['*']' ]]; then
			options=" ${suite#*[}"
			options=${options%]}
			suite=${suite%%[*}
		fi
		label=Debian
		[[ $suite != *-security ]] || label=Debian-Security
		site=$(need_archive_site "$label") || exit
		printf 'deb [signed-by=%s%s] %s %s main\n' "$KEYRING" "$options" "$site" "$suite"
	done
}

# Prints the host's own apt settings for downloads (proxies, date checks), which the lab uses as well.
apt_fetch_options() {
	apt-config dump | grep -E '^Acquire::(https?::|Check-|ForceIPv)' || true
}

# kernel_lists NAME: prints the directory of the package lists that were fetched for that kernel.
kernel_lists() {
	printf '%s/apt/%s-%s\n' "$BUILD" "$1" \
		"$(key "$(kernel_series "$1")" "$(kernel_flavour "$1")" "$(kernel_suites "$1")")"
}

# kernel_in_archive NAME MINUTES: prints "package version", looked up at most MINUTES ago.
kernel_in_archive() {
	local name=$1 dir
	dir=$(kernel_lists "$name")
	if [[ -z $(find "$dir/kernel" -mmin "-$2" 2> /dev/null) ]]; then
		look_up_kernel "$name" "$dir" || return
	fi
	cat "$dir/kernel"
}

look_up_kernel() {
	local name=$1 dir=$2 lock found
	mkdir -p "$dir"
	exec {lock}> "$dir/lock"
	until flock -w 1 "$lock"; do :; done
	if ! apt_lists "$name" "$dir"; then
		[[ -s $dir/kernel ]] ||
			die_with "$EXIT_SKIP" "Linux $name is not available: the lists of $(kernel_suites "$name" | xargs) could not be fetched"
		say "the archive cannot be reached: using the version of Linux $name found earlier"
		touch "$dir/kernel"
	else
		found=$(newest_kernel "$name" "$dir")
		[[ -n $found ]] ||
			die_with "$EXIT_SKIP" "Linux $name is not in the archive ($(kernel_suites "$name" | xargs))"
		printf '%s\n' "$found" > "$dir/kernel.new"
		mv "$dir/kernel.new" "$dir/kernel"
	fi
	exec {lock}>&-
}

apt_lists() {
	local name=$1 dir=$2 suites
	read -ra suites <<< "$(kernel_suites "$name")"
	say "asking the archive for the newest Linux $name"
	mkdir -p "$dir/lists/partial" "$dir/cache/archives/partial"
	apt_sources "${suites[@]}" > "$dir/sources.list" || exit
	in_lists "$dir" apt-get -qq -o Acquire::Retries=1 --error-on=any update >&2
}

in_lists() {
	local dir=$1 tool=$2
	shift 2
	"$tool" -o Dir::State::lists="$dir/lists" -o Dir::Etc::sourcelist="$dir/sources.list" \
		-o Dir::Etc::sourceparts=/dev/null -o Dir::Etc::preferencesparts=/dev/null \
		-o Dir::State::status=/dev/null -o Dir::Cache="$dir/cache" \
		-o APT::Update::Post-Invoke-Success= -o APT::Sandbox::User=root "$@"
}

# newest_kernel NAME DIR: prints "package version" of its flavour. A kernel that is built from
# source has the version of flavour amd64.
newest_kernel() {
	local name=$1 dir=$2 flavour=amd64 images
	kernel_is_built "$name" || flavour=$(kernel_flavour "$name")
	mapfile -t images < <(in_lists "$dir" apt-cache pkgnames linux-image- |
		grep -E "^linux-image-[0-9][0-9a-z.+~]*(-(rc)?[0-9]+)?-$flavour\$")
	((${#images[@]})) || return 0
	in_lists "$dir" apt-cache policy "${images[@]}" |
		awk -v series="$(kernel_series "$name")" '
			/^linux-image-/ { package = substr($1, 1, length($1) - 1) }
			$1 == "Candidate:" && index($2, series) == 1 &&
				substr($2, length(series) + 1, 1) ~ /[.~-]/ { print package, $2 }' |
		sort -V -k 2,2 -k 1,1 | tail -n 1
}
