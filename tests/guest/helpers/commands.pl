#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-or-later
# usage: commands.pl FILE.md...
#
# Prints the commands of the shell blocks of documents, one per line, with a tab between
#
#	FILE BLOCK LINE TEST WORDS STATUS COMMAND
#
# BLOCK is the line at which the block begins, STATUS the exit status that the document shows, or
# 0. TEST and WORDS ("-" for none) are from the comment before the block, which names the test that
# runs the block, "<!-- run: TEST [WORDS] -->", or says why no test does, "<!-- not run: REASON -->",
# where TEST is "-". Fails for a block without a language, and for a shell block without that comment.
use strict;
use warnings;

my $failed = 0;

# print_command FILE BLOCK TEST WORDS COMMAND: COMMAND is [LINE, STATUS, TEXT].
sub print_command {
	my ($file, $block, $test, $words, $command) = @_;
	print join("\t", $file, $block, $command->[0], $test, $words, @$command[1, 2]), "\n";
}

sub complain {
	print STDERR "$_[0]:$_[1]: $_[2]\n";
	$failed = 1;
}

for my $file (@ARGV) {
	my ($before, $language, $block, $test, $words, @commands) = ('');
	open my $in, '<', $file or die "commands.pl: $file: $!\n";
	while (<$in>) {
		chomp;
		if (/^```(\S*)/ && !defined $language) {
			($language, $block, @commands) = ($1, $.);
			complain($file, $., 'a block without a language') if $language eq '';
			next if $language !~ /^(sh|console)$/;
			if ($before =~ /^<!-- run: (\S+)(?: (.+))? -->$/) {
				($test, $words) = ($1, $2 // '-');
			} elsif ($before =~ /^<!-- not run: (.+) -->$/) {
				($test, $words) = ('-', $1);
			} else {
				complain($file, $., 'no comment names the test that runs this block');
				($test, $words) = ('-', '-');
			}
		} elsif (/^```/) {
			print_command($file, $block, $test, $words, $_) for @commands;
			@commands = ();
			undef $language;
		} elsif (defined $language) {
			if ($language eq 'console' && /^\(exit status (\d+)\)$/ && @commands) {
				$commands[-1][1] = $1;
			} elsif ($language eq 'console' ? s/^[\$#] // : $language eq 'sh' && /^[^#]/) {
				push @commands, [$., 0, $_];
			}
		}
		$before = $_;
	}
	complain($file, $block, 'a block without an end') if defined $language;
	close $in;
}
exit $failed;
