# What the scripts share. Sourced, with `root` set to the project's folder.
# shellcheck shell=bash
: "${root:?set it to the folder of the project}"

# Packages by purpose, as Debian and Ubuntu name them.
# shellcheck disable=SC2034  # used by those who source this
{
packages_build=(g++ cmake ninja-build libpoco-dev libssl-dev liblua5.4-dev)
packages_test=(pkg-config libcppunit-dev openssl python3)
packages_peers=(haproxy mariadb-server mariadb-client nginx-light curl apache2-utils redis-server redis-tools openssh-server
    openssh-client memcached libmemcached-tools libmodbus-dev libhiredis-dev postgresql unbound bind9-dnsutils python3-redis python3-pymodbus python3-serial-asyncio python3-pymongo python3-psycopg python3-psycopg2 python3-pymysql wrk nodejs
    apache2 lighttpd python3-pyvisa-py freediameterd freediameter-extensions openssl gnutls-bin socat sslscan stunnel4 prometheus chromium)
packages_canary=(redis-server memcached nginx-light apache2 lighttpd nodejs unbound pdns-server pdns-backend-bind pdns-recursor libmodbus-dev)
packages_check=(clang clang-format clang-tidy)
packages_deb=(debhelper dpkg-dev fakeroot lintian)
packages_rpm=(rpm rpmlint)
packages_windows=(cmake ninja-build dpkg-dev g++-mingw-w64-x86-64-posix nsis)
packages_packages=("${packages_deb[@]}" "${packages_rpm[@]}" bash-completion buildah debootstrap fish man-db mandoc podman
    python3-yaml strace systemd systemd-container zsh)
packages_wine=(wine64 mariadb-server mariadb-client python3)
packages_bench=(haproxy nutcracker redis-server redis-tools nginx-light curl apache2-utils pgbouncer postgresql python3 strace)
}

jobs=$(nproc 2>/dev/null || echo 2)

say() { printf '%s\n' "$*" >&2; }

is_installed()
{
    dpkg-query -W -f='${Status}' "$1" 2>/dev/null | grep -q 'ok installed'
}

# Installs what is missing of the named packages.
need()
{
    local missing=() package
    if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
        need_elsewhere
        return
    fi
    for package in "$@"; do
        is_installed "$package" || missing+=("$package")
    done
    [ ${#missing[@]} -eq 0 ] && return
    as_root=()
    if [ "$(id -u)" -ne 0 ]; then
        if ! command -v sudo >/dev/null; then
            say "These packages are missing: ${missing[*]}"
            say "Install them as root (apt-get install ${missing[*]}), and call this again."
            exit 69
        fi
        as_root=(sudo)
    fi
    say "Installing ${missing[*]} ..."
    local log status=0
    log=$(mktemp)
    (install_packages "${missing[@]}") >"$log" 2>&1 || status=$?
    [ "$status" -eq 0 ] || cat "$log" >&2
    rm -f "$log"
    if [ "$status" -ne 0 ]; then
        say "The packages could not be installed. Install them as root, and call this again:"
        say "apt-get install ${missing[*]}"
        exit 69
    fi
}

# In a subshell. The servers among them are not started: the tests start their own, on ports of their own.
install_packages()
{
    local policy=/usr/sbin/policy-rc.d
    if [ ! -e "$policy" ]; then
        trap '"${as_root[@]}" rm -f '"$policy" EXIT
        printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee "$policy" >/dev/null
        "${as_root[@]}" chmod 755 "$policy"
    fi
    "${as_root[@]}" apt-get update -q || echo "apt-get update failed; going on with what is there."
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get -o DPkg::Lock::Timeout=600 install -y -q --no-install-recommends "$@"
}

# On other systems: what is wanted is named, unless it is there.
need_elsewhere()
{
    local missing=() tool
    for tool in cmake ninja c++; do
        command -v "$tool" >/dev/null || missing+=("$tool")
    done
    [ ${#missing[@]} -eq 0 ] && return
    say "Missing: ${missing[*]}."
    say "Install a C++17 compiler, CMake 3.20 or newer, Ninja and POCO 1.11 to 1.15 (Foundation, XML, JSON, Util, Net);"
    say "for the tests CppUnit, pkg-config and Python 3. Then call this again. With Homebrew:"
    say "brew install cmake ninja poco cppunit pkg-config"
    exit 69
}

# Passes the output of a build on, and shows its progress on a terminal.
progress()
{
    local line
    while IFS= read -r line; do
        printf '%s\n' "$line"
        if [ -t 2 ] && [[ $line =~ ^\[[0-9]+/[0-9]+\] ]]; then
            printf '\r%s ' "${BASH_REMATCH[0]}" >&2
        fi
    done
    if [ -t 2 ]; then printf '\r\033[K' >&2; fi
}

# build PRESET FOLDER TARGETS [CMAKE-OPTION...]: configures the folder as CMakePresets.json says, unless it is, and builds.
# No TARGETS: all. Quiet unless it fails. Tests that run beside it come first.
build()
{
    local preset=$1 folder=$2 targets=$3
    shift 3
    local log
    log=$(mktemp)
    if ! { { [ -f "$folder/build.ninja" ] || cmake -S "$root" --preset "$preset" -B "$folder" "$@"; } &&
           nice cmake --build "$folder" -j "$jobs" ${targets:+--target $targets}; } 2>&1 | progress >"$log"; then
        cat "$log" >&2
        rm -f "$log"
        say "The build in $folder failed."
        return 1
    fi
    rm -f "$log"
}

# known "PARTS" NAME...: ends with a word about the first name that is not among the parts.
known()
{
    local parts=" $1 " name
    shift
    for name in "$@"; do
        if [ "${parts#* "$name" }" = "$parts" ]; then
            say "$name: unknown part; expected one of:${parts% }"
            exit 64
        fi
    done
}

passed=0
failed=0

# seconds_in FILE: of what `times` has written there, those of CPU that programs have taken which have ended.
seconds_in()
{
    awk 'NR == 2 { split($0, part, /[ms ]+/); printf "%d", part[1] * 60 + part[2] + part[3] * 60 + part[4] }' "$1"
}

# run_part NAME COMMAND...: runs a part whose last lines say "N passed, N failed", adds up, and says how long it took.
# A part that does not say so, says it of nothing, or whose exit code does not fit, counts as a failure.
run_part()
{
    local name=$1 log started status=0 line p f
    shift
    log=$(mktemp)
    started=$(date +%s)
    times >"$log.before"
    "$@" >"$log" 2>&1 || status=$?
    line=$(grep -E '^[0-9]+ passed, [0-9]+ failed$' "$log" | tail -n 1 || true)
    p=${line%% passed*}
    f=${line##*, }
    f=${f%% failed*}
    if [ -z "$line" ] || [ "$((p + f))" -eq 0 ] || { [ "$status" -ne 0 ] && [ "$f" -eq 0 ]; }; then
        p=${p:-0}
        f=$((${f:-0} + 1))
        printf '%s: no result; exit code %s\n' "$name" "$status" >>"$log"
    fi
    [ "$f" -eq 0 ] || cat "$log"
    times >"$log.after"
    printf '%-28s %5s passed, %s failed, %4s s, %4s of CPU\n' "$name" "$p" "$f" "$(($(date +%s) - started))" \
        "$(($(seconds_in "$log.after") - $(seconds_in "$log.before")))"
    passed=$((passed + p))
    failed=$((failed + f))
    rm -f "$log" "$log.before" "$log.after"
}

# run_check NAME COMMAND...: a part of which all that counts is the exit code.
run_check()
{
    local name=$1 log started status=0
    shift
    log=$(mktemp)
    started=$(date +%s)
    "$@" >"$log" 2>&1 || status=$?
    if [ "$status" -eq 0 ]; then
        passed=$((passed + 1))
        printf '%-28s     1 passed, 0 failed, %4s s\n' "$name" "$(($(date +%s) - started))"
    else
        cat "$log"
        failed=$((failed + 1))
        printf '%-28s     0 passed, 1 failed, %4s s\n' "$name" "$(($(date +%s) - started))"
    fi
    rm -f "$log"
}

# beside COMMAND...: a function that runs parts, in the background: most of their time is waiting. await shows what it said,
# and adds up.
beside()
{
    local log
    log=$(mktemp)
    trap 'kill 0' INT # what runs in the background is not interrupted
    counted "$log.sum" "$@" >"$log" 2>&1 &
    beside_logs+=("$log")
}

# counted FILE COMMAND...: writes the sums of this command alone. In a process of its own.
counted()
{
    local file=$1
    shift
    passed=0 failed=0
    "$@"
    printf '%s %s\n' "$passed" "$failed" >"$file"
}

beside_logs=()
await()
{
    local log p f
    wait
    for log in ${beside_logs[@]+"${beside_logs[@]}"}; do
        cat "$log"
        p=0 f=1 # it has ended early
        [ ! -f "$log.sum" ] || read -r p f <"$log.sum"
        passed=$((passed + p))
        failed=$((failed + f))
        rm -f "$log" "$log.sum"
    done
    beside_logs=()
}

# The one line, and the exit code that fits.
summary()
{
    printf '%s passed, %s failed\n' "$passed" "$failed"
    [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
}
