# What the tests share. Sourced.
# shellcheck shell=sh

# Starts a web server on port 8080 that is the target.
serve_files()
{
    folder=$(mktemp -d)
    echo "hello from the target" >"$folder/hello"
    python3 -m http.server --bind 127.0.0.1 --directory "$folder" 8080 >/dev/null 2>&1 &
    target=$!
    trap 'kill "$target"' EXIT
}

# PORT: whether the target answers through the proxy.
ask()
{
    answer=$(curl -sS --retry 20 --retry-delay 1 --retry-all-errors "http://127.0.0.1:$1/hello")
    [ "$answer" = "hello from the target" ]
}
