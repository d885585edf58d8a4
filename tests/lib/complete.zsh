# SPDX-License-Identifier: GPL-2.0-or-later
# usage: zsh -f complete.zsh DIRECTORY LINE...
#
# Prints each line as an interactive zsh completes it after a TAB, with the
# completions of DIRECTORY.
zmodload zsh/zpty
directory=$1
shift

report='report() { print; print -r -- "BUFFER<$BUFFER>"; BUFFER="" }'
setup="PS1='' PROMPT_EOL_MARK='' fpath=(${(q)directory} \$fpath)
autoload -Uz compinit; compinit -u -D
unsetopt list_beep auto_menu; $report; zle -N report; bindkey '^X' report; print -r -- RE''ADY"

zpty shell 'zsh -f -i'
zpty -w shell ${setup//$'\n'/; }
zpty -r -m shell output '*READY*'
for line; do
	zpty -w -n shell "$line"$'\t\x18'
	zpty -r -m shell output '*BUFFER<*>*'
	print -r -- "${${output##*BUFFER<}%%>*}"
done
zpty -d shell
