# Sources of this system's own packages. Sourced, with `folder` set to the folder to work in.
# shellcheck shell=bash
: "${folder:=}"

# apt-get with this system's repositories, but their sources. /etc/apt stays as it is.
private_apt()
{
    apt-get -q -o Dir::Etc::sourcelist="$folder/apt/sources.list" -o Dir::Etc::sourceparts="$folder/apt/sources.list.d" \
        -o Dir::State::lists="$folder/apt/lists" -o Dir::Cache="$folder/apt/cache" -o APT::Sandbox::User=root "$@"
}

list_sources()
{
    local list
    rm -rf "$folder/apt"
    mkdir -p "$folder"/apt/{sources.list.d,lists/partial,cache/archives/partial}
    for list in /etc/apt/sources.list /etc/apt/sources.list.d/*; do
        case $list in
        *.list) [ ! -e "$list" ] || sed -E 's/^deb([[:space:]])/deb-src\1/' "$list" >"$folder/apt/${list#/etc/apt/}" ;;
        *.sources) sed -E 's/^Types:.*/Types: deb-src/' "$list" >"$folder/apt/${list#/etc/apt/}" ;;
        esac
    done
    private_apt update || echo "apt-get update failed; going on with what is there."
}

# get_source NAME: the source of a package, unpacked in $folder/src.
get_source()
{
    list_sources
    rm -rf "$folder/src"
    mkdir "$folder/src"
    (cd "$folder/src" && private_apt source "$1")
}

# On failure the end of the log is shown.
report()
{
    local status=$?
    if [ "$status" -ne 0 ]; then
        tail -n 60 "$folder/build.log" >&3
        echo "What is compiled here could not be; all of it is in $folder/build.log." >&3
    fi
    exit "$status"
}
