#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-or-later
# alter_btf.pl BTF STRUCT MEMBER CHANGE > ALTERED: prints the BTF of a kernel in which a member of a
# structure has another type, at the same place.
#
# CHANGE: pointer, array, struct; int1, int2, int8: an integer of that many bytes; bits: a bit
# field; function2: a pointer to a function with two parameters. The exit status is 3 if the kernel has
# no such structure, member or type.
use strict;
use warnings;

my ($file, $struct, $member, $change) = @ARGV;

sub absent {
	print STDERR "$file: @_\n";
	exit 3;
}

open(my $in, '<:raw', $file) or die "$file: $!\n";
my $btf = do { local $/; <$in> };

my ($magic, $version, $flags, $header, $type_offset, $type_length, $string_offset) = unpack('SCCL4', $btf);
die "$file: no BTF\n" if $magic != 0xeb9f;

my ($INT, $PTR, $ARRAY, $STRUCT, $UNION, $ENUM) = (1 .. 6);
my ($FUNC_PROTO, $VAR, $DATASEC, $DECL_TAG, $ENUM64) = (13, 14, 15, 17, 19);
# Bytes after a type's header: for each entry, or in total.
my %entry = ($STRUCT => 12, $UNION => 12, $ENUM => 8, $FUNC_PROTO => 8, $DATASEC => 12, $ENUM64 => 12);
my %fixed = ($INT => 4, $ARRAY => 12, $VAR => 4, $DECL_TAG => 4);

sub name { return unpack('Z*', substr($btf, $header + $string_offset + $_[0], 128)); }

my ($id, $at, $of_struct, %id, @two_parameters) = (0, $header + $type_offset);
my $end = $at + $type_length;
while ($at < $end) {
	my ($name, $info, $size) = unpack('L3', substr($btf, $at, 12));
	my ($kind, $count) = ($info >> 24 & 31, $info & 0xffff);

	$id++;
	$of_struct = $at if $kind == $STRUCT && name($name) eq $struct;
	$id{pointer} //= $id if $kind == $PTR;
	$id{array} //= $id if $kind == $ARRAY;
	$id{struct} //= $id if $kind == $STRUCT;
	$id{"int$size"} //= $id if $kind == $INT;
	$two_parameters[$id] = 1 if $kind == $FUNC_PROTO && $count == 2;
	$id{function2} //= $id if $kind == $PTR && $two_parameters[$size];
	$at += 12 + ($fixed{$kind} // 0) + ($entry{$kind} // 0) * $count;
}
absent("no struct $struct") unless $of_struct;

my $count = unpack('L', substr($btf, $of_struct + 4, 4)) & 0xffff;
for my $at (map { $of_struct + 12 + 12 * $_ } 0 .. $count - 1) {
	next if name(unpack('L', substr($btf, $at, 4))) ne $member;
	if ($change eq 'bits') {
		# With the top bit of info set, the top byte of an offset is the size of a bit
		# field.
		substr($btf, $of_struct + 4, 4) = pack('L', unpack('L', substr($btf, $of_struct + 4, 4)) | 1 << 31);
		substr($btf, $at + 8, 4) = pack('L', unpack('L', substr($btf, $at + 8, 4)) | 1 << 24);
	} else {
		absent("no type for $change") unless $id{$change};
		substr($btf, $at + 4, 4) = pack('L', $id{$change});
	}
	binmode(STDOUT);
	print $btf;
	exit;
}
absent("struct $struct has no member $member");
