#!/bin/sh
# Looks for what the build and the tests need and installs what is missing, and only that, with
# apt-get. Prints one line for each thing installed and nothing when all is there. What cannot be
# installed is named at the end, with the way to get it; the exit status is then 1.
set -u
cd "$(dirname "$0")/.." || exit 1
missing= # names of what is still missing after all
updated=no
: "${CC:=gcc}"

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

# Refreshes the list of packages, once.
update() {
    [ $updated = yes ] && return
    as_root apt-get update -qq >/dev/null || echo "deps: cannot refresh the list of packages" >&2
    updated=yes
}

# install PACKAGE: quiet unless it fails
install() {
    command_there apt-get || return 1
    update
    log=$(as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$1" 2>&1) || {
        echo "$log" | tail -n 5 >&2
        return 1
    }
}

# need WHAT HAVE PACKAGE: the command HAVE tells whether WHAT is there; PACKAGE brings it
need() {
    $2 && return
    if install "$3" && $2; then
        echo "deps: installed $1 (package $3)"
    else
        missing="$missing
  $1: package $3 of Debian or its like on your system"
    fi
}

command_there() { command -v "$1" >/dev/null; }
header_there() { echo "#include <$1>" | $CC -E - >/dev/null 2>&1; } # CC may carry options

have_compiler() { command_there "${CC%% *}"; }
have_libc() { header_there stdio.h; }
have_linker() { command_there ld && command_there objcopy; }
have_libffi() { header_there ffi.h; }
have_cunit() { header_there CUnit/Basic.h; }
have_corlib() { [ -f /usr/lib/mono/4.5/mscorlib.dll ]; }
have_xml_linq() { [ -f /usr/lib/mono/4.5/System.Xml.Linq.dll ]; }
have_code_pages() { [ -f /usr/lib/mono/4.5/I18N.Other.dll ] && [ -f /usr/lib/mono/4.5/I18N.CJK.dll ]; }
have_serialization() { [ -f /usr/lib/mono/4.5/System.Runtime.Serialization.dll ]; }
have_caching() { [ -f /usr/lib/mono/4.5/System.Runtime.Caching.dll ]; }
have_mcs() { command_there mcs; }
have_cargo() { runtime/jit/mir/cargo.sh --version >/dev/null 2>&1; }

compiler_package() {
    case ${CC%% *} in
    cc) echo gcc ;;
    *) basename "${CC%% *}" ;;
    esac
}

# Debian 12 has a cargo that is too old and, beside it, a newer one named cargo-web.
cargo_package() {
    if apt-cache show cargo-web >/dev/null 2>&1; then echo cargo-web; else echo cargo; fi
}

need "the C compiler $CC" have_compiler "$(compiler_package)"
need "the C library's headers" have_libc libc6-dev
need "ld and objcopy" have_linker binutils
need libffi have_libffi libffi-dev
need CUnit have_cunit libcunit1-dev
need "the class library mscorlib.dll" have_corlib libmono-corlib4.5-dll
need "the C# compiler mcs" have_mcs mono-mcs
need "code pages of the class library, which a test uses" have_code_pages libmono-i18n4.0-all
need "System.Xml.Linq, which a test uses" have_xml_linq libmono-system-xml-linq4.0-cil
need "System.Runtime.Serialization, which a test uses" have_serialization \
    libmono-system-runtime-serialization4.0-cil
need "System.Runtime.Caching, which a test uses" have_caching \
    libmono-system-runtime-caching4.0-cil
if ! have_cargo; then
    command_there apt-get && update
    need "cargo 1.85 or newer" have_cargo "$(cargo_package)"
fi

if [ -n "$missing" ]; then
    echo "deps: missing, and not to be had with apt-get here:$missing" >&2
    case $missing in
    *cargo*) echo "  cargo is also installed by rustup, see https://rustup.rs" >&2 ;;
    esac
    exit 1
fi
