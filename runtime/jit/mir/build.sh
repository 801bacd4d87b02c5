#!/bin/sh
# build.sh FOLDER: fetches and builds MIR with cargo and leaves
#
#   FOLDER/mir.o      all of MIR in one object file, its calls to the C library renamed as redefine.syms says
#   FOLDER/include    the headers of that MIR
#
# The compiler flags of the caller are not passed on: the same object serves every build.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"
out=$(cd "$1" && pwd)
unset CC CFLAGS MAKEFLAGS MFLAGS MAKELEVEL CARGO_BUILD_TARGET
export CARGO_TARGET_DIR="$out/cargo"
export CFLAGS=-U_FORTIFY_SOURCE # or some of those calls have other names

cargo() {
    "$here/cargo.sh" "$@" --locked --manifest-path "$here/Cargo.toml"
}

if ! cargo build --release --quiet; then
    echo "build.sh: cannot build MIR; cargo needs to reach its registry once, to fetch the crate mir-sys" >&2
    exit 1
fi
crate=$(cargo metadata --format-version 1 |
    sed -n 's/.*"manifest_path":"\([^"]*\/mir-sys-[^"]*\)\/Cargo\.toml".*/\1/p')
[ -f "$crate/mir/mir.h" ] || { echo "build.sh: no mir/mir.h in the crate mir-sys" >&2; exit 1; }
mkdir -p "$out/include"
cp "$crate"/mir/*.h "$out/include"
ld -r -u MIR_gen -o "$out/mir.tmp" "$out/cargo/release/libclaret_mir.a"
objcopy --redefine-syms="$here/redefine.syms" "$out/mir.tmp" "$out/mir.o"
rm "$out/mir.tmp"
