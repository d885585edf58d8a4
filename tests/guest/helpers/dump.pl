#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-or-later
# Examines the memory between two physical addresses (hexadecimal) in a crash dump in ELF format:
#
#	dump.pl ranges DUMP START END		the number of its bytes in the dump
#	dump.pl marked DUMP START END MARK	the number of its pages that begin with MARK and
#						a number, each number counted once
use strict;
use warnings;
no warnings 'portable'; # 64-bit numbers

my $PAGE = 4096;
my $PT_LOAD = 1;

my ($what, $path, $start, $end, $mark) = @ARGV;
($start, $end) = (hex $start, hex($end) + 1);
open(my $dump, '<:raw', $path) or die "$path: $!\n";

sub bytes_at {
	my ($offset, $size) = @_;
	sysseek($dump, $offset, 0) or die "$path: $!\n";
	my $got = sysread($dump, my $bytes, $size);
	die "$path: file ends before $offset + $size\n" if !defined $got || $got != $size;
	return $bytes;
}

# The parts of the file that hold the memory between the addresses: [offset, size]...
sub parts {
	my ($first, $entry, $count) = unpack('x32 Q x14 S S', bytes_at(0, 64));
	my @parts;
	for my $number (0 .. $count - 1) {
		my ($type, $offset, $address, $size) =
			unpack('L x4 Q x8 Q Q', bytes_at($first + $number * $entry, $entry));
		next if $type != $PT_LOAD;
		my $from = $address > $start ? $address : $start;
		my $to = $address + $size < $end ? $address + $size : $end;
		push @parts, [$offset + $from - $address, $to - $from] if $from < $to;
	}
	return @parts;
}

sub marked {
	my %numbers;
	for my $part (parts()) {
		my ($offset, $size) = @$part;
		for (my $at = 0; $at < $size; $at += $PAGE) {
			my $page = bytes_at($offset + $at, length($mark) + 16);
			$numbers{$1} = 1 if $page =~ /^\Q$mark\E ([0-9]+)\n/;
		}
	}
	return scalar keys %numbers;
}

if ($what eq 'ranges') {
	my $size = 0;
	$size += $_->[1] for parts();
	print "$size\n";
} else {
	print marked() . "\n";
}
