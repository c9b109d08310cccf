# zsh -f answers.zsh FOLDER LINE: prints what completes the last word of the line, whole words, one on each line. FOLDER has
# the completion. A shell on a terminal of its own is asked, as by a user who presses the tab key.
zmodload zsh/zpty
zpty shell zsh -f -i
script=$(mktemp)
trap 'rm -f $script' EXIT
cat >$script <<END
fpath=($1 \$fpath)
END
cat >>$script <<'END'
PROMPT= RPROMPT=
autoload -Uz compinit
compinit -u -D
bindkey '^M' undefined
bindkey '^J' undefined
bindkey '^I' complete-word
mark () { print -r -- $'\0' }
compprefuncs=(mark)
comppostfuncs=(mark exit)
zstyle ':completion:*' insert-tab false
compadd () {
    if [[ ${@[1,(i)(-|--)]} == *-(O|A|D)\ * ]]; then
        builtin compadd "$@"
        return
    fi
    local -a found
    local -A after
    builtin compadd -A found "$@"
    zparseopts -E -A after S:
    local each
    for each in $found; do
        print -r -- $IPREFIX$each${${after[-S]:#-S}// /}
    done
    return $(( ! $#found ))
}
zmodload zsh/zutil
print READY
END
zpty -w shell "source $script"
zpty -r -m shell text '*READY*' || exit 2
zpty -w -n shell "$2"$'\t'
integer inside=0
while zpty -r shell; do :; done | while IFS= read -r line; do
    line=${line%$'\r'}
    if [[ $line == *$'\0' ]]; then
        (( inside++ )) && exit 0
    elif (( inside )) && [[ -n $line ]]; then
        print -r -- $line
    fi
done
exit 0
