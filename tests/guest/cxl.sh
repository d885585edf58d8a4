# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# CXL memory: the device of a region is plugged and unplugged as a whole, over one expander or
# interleaved over two, and its region can be destroyed and created again in any state.
# full
# vm: -v cxl -s 512M
. "$LAB/tests/guest/helpers/device.sh"
. "$LAB/tests/guest/helpers/devices.sh"

REGION=region${DAX##*/dax}
REGION=${REGION%.0}
is_all "a region" offline 'offline*'
is "a region: all of the expander" $((${#BLOCKS[@]} * BLOCK)) "$SIZE"
comes_and_goes "a region"

# A second region, over the other expander.
first=${DAX##*/}
create_region "a second region" mem1
ok "the second region is another device" test "${DAX##*/}" != "$first"
is_all "a second region, bound" offline 'offline*'
comes_and_goes "a second region"
is "the first: unplugged" "$(choose "$first"; attempt unplugged)" "done"
is_all "the second is unchanged" online_movable 'online Movable'
is "the first: online_movable" "$(choose "$first"; attempt online_movable)" "done"

# --- disabled, destroyed and created again ---
declare -A force=([unplugged]=--force [offline]="" [online_movable]="")
for word in unplugged offline online_movable; do
	is "$word: unplugged" "$(attempt unplugged)" "done"
	[[ $word != offline ]] || is "$word" "$(write_file "$KMEM/unbind" "${DAX##*/}") $(to_kmem)" "done done"
	[[ $word != online_movable ]] || is "$word" "$(attempt "$word")" "done"
	is "$word" "$(state)" "$word"
	# cxl counts memory blocks, and reports a failure if none exists.
	ok "$word: cxl disable-region" eval "cxl disable-region ${force[$word]} $REGION"
	ok "$word, disabled: the device is gone" test ! -e "$DAX"
	is "$word, disabled: its blocks are gone" "$(count absent)" "${#BLOCKS[@]}"
	is "$word, disabled: nothing is left of it" "$(memory_named "${DAX##*/}")" 0
	ok "$word: cxl enable-region" cxl enable-region "$REGION"
	ok "$word, enabled: the device is back" wait_until test -e "$DAX"
	is "$word, enabled: it binds" "$(to_kmem)" "done"
	is_all "$word, enabled" offline 'offline*'
	is "$word, enabled: unplugged" "$(attempt unplugged)" "done"
	[[ $word != offline ]] || is "$word" "$(write_file "$KMEM/unbind" "${DAX##*/}") $(to_kmem)" "done done"
	[[ $word != online_movable ]] || is "$word" "$(attempt "$word")" "done"
	ok "$word: cxl destroy-region" cxl destroy-region --force "$REGION"
	ok "$word, destroyed: the device is gone" test ! -e "$DAX"
	is "$word, destroyed: its blocks are gone" "$(count absent)" "${#BLOCKS[@]}"
	is "$word, destroyed: nothing is left of it" "$(memory_named "${DAX##*/}")" 0
	create_region "$word, created again" mem1
	is_all "$word, created again" offline 'offline*'
	comes_and_goes "$word, created again"
done

# With the guard on, cxl cannot take the memory offline.
echo 1 > "$DAX/kmem/guard"
ok "guard: cxl disable-region is refused" eval "! cxl disable-region $REGION"
is_all "guard: cxl disable-region changes nothing" online_movable 'online Movable'
echo 0 > "$DAX/kmem/guard"

# --- interleaved over both ---
ok "the second region is destroyed" cxl destroy-region --force "$REGION"
choose "$first"
ok "the first region is destroyed" cxl destroy-region --force "region$(sed 's/dax//; s/\..*//' <<< "$first")"
is "nothing is left of either" "$(memory_named 'System RAM (kmem)')" 0
create_region "interleaved" mem0 mem1
is "interleaved: the blocks cover both expanders" $((${#BLOCKS[@]} * BLOCK)) $((2 * SIZE))
is_all "interleaved" offline 'offline*'
comes_and_goes "interleaved"
ok "interleaved: to devdax by force" daxctl reconfigure-device --mode=devdax --force "${DAX##*/}"
is "interleaved, devdax: blocks" "$(count absent)" "${#BLOCKS[@]}"
ok "interleaved: back to system-ram" daxctl reconfigure-device --mode=system-ram "${DAX##*/}"
is_all "interleaved, system-ram" online_movable 'online Movable'
is "interleaved: unplugged" "$(attempt unplugged)" "done"
ok "interleaved: destroyed" cxl destroy-region --force "$REGION"
is "nothing is left" "$(memory_named 'System RAM (kmem)')" 0
is "the module is free" "$(< /sys/module/kmem/refcnt)" 0
done_testing
