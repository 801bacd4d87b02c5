#!/bin/sh
# make check-mcs: the C# compiler under Claret, on every C# source of this project, against the same
# under Mono. mcs is a program of 100,000 lines that nobody here wrote; what it makes must be equal
# byte for byte, but for the module's version id and the time stamp.
#
#     mcs.sh CLARET FOLDER [SOURCE...]     FOLDER is for what is made; prints what differs
set -u
claret=$1 out=$2
shift 2
[ $# -gt 0 ] || set -- tests/programs/*.cs tests/data/*.cs tests/bench/*.cs samples/programs/*.cs samples/embed/*.cs
mcs=/usr/lib/mono/4.5/mcs.exe
compared=0 different=0
command -v mono >/dev/null || { echo "check-mcs: there is no mono to compare with"; exit 0; }
mkdir -p "$out/mono" "$out/claret"

# differs A B: whether they differ elsewhere than in the time stamp (mcs puts it at 136) and in one
# place of 16 bytes, the version id
differs() {
    [ "$(wc -c <"$1")" = "$(wc -c <"$2")" ] || return 0
    cmp -l "$1" "$2" | awk '
        $1 > 136 && $1 <= 140 { next }
        !first { first = $1 }
        $1 - first >= 16 { far = 1 }
        END { exit !far }'
}

# compile SOURCE FLAGS...
compile() {
    source=$1
    shift
    name=$(basename "$source" .cs).exe
    mono $mcs -nologo "$@" -out:"$out/mono/$name" "$source" >"$out/mono.log" 2>&1
    expected=$?
    "$claret" run $mcs -nologo "$@" -out:"$out/claret/$name" "$source" >"$out/claret.log" 2>&1
    status=$?
    compared=$((compared + 1))
    sed -i "s|$out/[a-z]*/||" "$out/mono.log" "$out/claret.log"
    if [ $status != $expected ] || ! cmp -s "$out/mono.log" "$out/claret.log"; then
        echo "check-mcs: $source: exit status $status, not $expected, or other messages:"
        diff "$out/mono.log" "$out/claret.log" | head -n 5
    elif [ $status = 0 ] && differs "$out/mono/$name" "$out/claret/$name"; then
        echo "check-mcs: $source: not the same assembly"
    else
        return
    fi
    different=$((different + 1))
}

for source; do
    compile "$source" -unsafe -target:exe
    compile "$source" -unsafe -target:library -optimize -debug-
done
compile tests/check/mcs.sh # an error for each line
echo "check-mcs: $compared compilations compared, $different different"
[ $different = 0 ]
