#!/bin/sh
# make check-foreign: programs that nobody here wrote, under Claret and under Mono: what they print,
# on both streams, and their exit status must be the same. Those that are not installed are named
# and left out; boogie, dafny, de4dot, gendarme and mono-devel are Debian packages.
#
#     foreign.sh CLARET FOLDER             FOLDER is for what they print
set -u
claret=$1 out=$2 lib=/usr/lib/mono/4.5
compared=0 different=0 missing=0
command -v mono >/dev/null || { echo "check-foreign: there is no mono to compare with"; exit 0; }
mkdir -p "$out"

timeless() {
    sed 's/[0-9.]* seconds/N seconds/; s/^Produced on .*/Produced/'
}

# same PROGRAM ARGUMENTS...: but for times
same() {
    if [ ! -e "$1" ]; then
        echo "check-foreign: $1 is not installed"
        missing=$((missing + 1))
        return
    fi
    { mono "$@"; echo "status $?"; } 2>&1 </dev/null | timeless >"$out/mono"
    { "$claret" run "$@"; echo "status $?"; } 2>&1 </dev/null | timeless >"$out/claret"
    compared=$((compared + 1))
    cmp -s "$out/mono" "$out/claret" && return
    echo "check-foreign: $*"
    diff "$out/mono" "$out/claret" | head -n 5
    different=$((different + 1))
}

for name in System.Core System.Xml.Linq Mono.Posix; do
    same $lib/ikdasm.exe $lib/$name.dll
    same $lib/mono-api-info.exe $lib/$name.dll
    same $lib/monop.exe -r:$lib/$name.dll
done
same $lib/monop.exe System.Collections.Generic.Dictionary\`2
same $lib/sn.exe -T $lib/mscorlib.dll
same $lib/csharp.exe -e 'from n in Enumerable.Range(1, 20) where n % 3 == 0 select new { n, Square = n * n }'
same $lib/csharp.exe -e 'new Dictionary<string, int> { { "one", 1 }, { "two", 2 } }.ToDictionary(p => p.Value, p => p.Key)'
same $lib/csharp.exe -e 'System.Text.RegularExpressions.Regex.Replace("a1b22", "[0-9]+", m => "<" + m.Length + ">")'
same /usr/lib/boogie/Boogie.exe /help /z3exe:/usr/bin/z3
same /usr/lib/dafny/Dafny.exe /noVerify /compile:0 /rprint:- tests/check/abs.dfy
same /usr/lib/de4dot/de4dot.exe -d $lib/System.Xml.Linq.dll
same /usr/lib/gendarme/gendarme.exe --console $lib/Mono.Security.dll
echo "check-foreign: $compared runs compared, $different different, $missing programs not installed"
[ $different = 0 ]
