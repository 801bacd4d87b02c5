#!/bin/sh
# Runs cargo 1.85 or newer with the arguments given: the first one on the PATH that is new enough,
# else the one rustup installs into the home directory. Exit status 3 when there is neither.
set -u

new_enough() {
    version=$("$1" --version 2>/dev/null) || return 1
    set -- $(echo "$version" | sed -n 's/^cargo \([0-9]*\)\.\([0-9]*\).*/\1 \2/p')
    [ $# = 2 ] && { [ "$1" -gt 1 ] || [ "$2" -ge 85 ]; }
}

IFS=:
for folder in $PATH "${CARGO_HOME:-${HOME:-}/.cargo}/bin"; do
    unset IFS
    if [ -x "$folder/cargo" ] && new_enough "$folder/cargo"; then
        PATH=$folder:$PATH exec "$folder/cargo" "$@"
    fi
done
echo "cargo.sh: no cargo of version 1.85 or newer on the PATH or in ~/.cargo/bin" >&2
exit 3
