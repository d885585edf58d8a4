# SPDX-License-Identifier: GPL-2.0-or-later
# usage: links.pl FILE...
#
# Prints each relative link of Markdown or HTML files whose file or anchor does not exist. Exits
# with 1 if there is such a link, and with 2 if the files have no links.
use strict;
use warnings;
use File::Basename;

my %anchors;

sub content {
	my ($file) = @_;
	open my $in, '<', $file or die "$file: $!\n";
	local $/;
	return scalar <$in>;
}

# Removes code from Markdown, where brackets are not links and "#" is not a heading.
sub prose {
	my ($text) = @_;
	$text =~ s/^```.*?^```[^\n]*$//msg;
	$text =~ s/`[^`\n]*`/ /g;
	return $text;
}

# Returns the anchor that common hosts of Git repositories generate for a heading.
sub slug {
	my ($heading) = @_;
	$heading = lc $heading;
	$heading =~ s/[^\w\- ]//g;
	$heading =~ tr/ /-/;
	return $heading;
}

sub anchors {
	my ($file) = @_;
	my $text = content($file);
	return map { $_ => 1 } $text =~ /\bid="([^"]+)"/g if $file =~ /\.html$/;
	$text =~ s/^```.*?^```[^\n]*$//msg;
	return map { slug($_) => 1 } $text =~ /^#+ +(.*)$/mg;
}

sub links {
	my ($file) = @_;
	return content($file) =~ /\b(?:href|src)="([^"]*)"/g if $file =~ /\.html$/;
	return prose(content($file)) =~ /\]\(([^)\s]+)\)/g;
}

my ($seen, $broken) = (0, 0);
for my $file (@ARGV) {
	for my $link (links($file)) {
		next if $link =~ /^[a-z]+:/;
		$seen++;
		my ($path, $anchor) = $link =~ /^([^#]*)#?(.*)$/;
		my $target = $path eq '' ? $file : dirname($file) . "/$path";
		my $fault = -e $target ? '' : 'no such file';
		if (!$fault && $anchor ne '') {
			$anchors{$target} //= { anchors($target) };
			$fault = 'no such heading' unless $anchors{$target}{$anchor};
		}
		next unless $fault;
		print "$file: $link: $fault\n";
		$broken = 1;
	}
}
exit($seen ? $broken : 2);
