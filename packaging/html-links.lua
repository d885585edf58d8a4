-- SPDX-License-Identifier: GPL-2.0-or-later
-- Turns a link to a Markdown file or a manual page into a link to the HTML page made from it.
function Link(link)
	local path, anchor = link.target:match("^([^#]*)(.*)$")
	if path:match("^%a+:") then
		return nil
	end
	path = path:gsub("%.md$", ".html")
	if path:match("man/[^/]+%.%d$") then
		path = path .. ".html"
	end
	link.target = path .. anchor
	return link
end
