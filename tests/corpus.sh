#!/bin/sh
# Every assembly under a folder through claret's tools, and counts of what came out.
#
#     tests/corpus.sh CLARET [FOLDER]       FOLDER: /usr/lib/mono without its reference assemblies
#
# Steps, each over all files: info and dis must succeed; corpus-rewrite (tests/corpus/rewrite.c, beside
# CLARET) must get every body and module back; corpus-assemble must assemble the text of each to the same
# bodies, and print the same text again; where Mono's ilasm is installed, it
# assembles the text (with the permission sets taken out, which it reads in its own form only) and dis
# must read the result. Names of files that fail a step of ours are printed and make the exit status
# 1; what ilasm refuses is counted only. ILASM=no leaves ilasm out, ILASM_KB=n gives it only files
# below n kilobytes (default 256: it is slow).
set -u
claret=$(realpath "$1")
folder=${2:-}
limit=${ILASM_KB:-256}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
failed=0

files() {
    if [ -n "$folder" ]; then
        find "$folder" -type f
    else
        find /usr/lib/mono -type f ! -path '*-api/*'
    fi | grep -E '\.(dll|exe)$' | sort
}

# fail STEP FILE: prints what the step said and counts it
fail() {
    echo "$1 $2: $(head -n 1 "$work/err")"
    failed=$((failed + 1))
}

# The text without permission sets.
without_permissions() {
    awk '/^ *\.permissionset/ { inside = 1 }
         !inside
         inside && /[0-9A-F(] \)( |$)/ { inside = 0 }' "$1"
}

use_ilasm() {
    [ "${ILASM:-yes}" != no ] && command -v ilasm >/dev/null &&
        [ "$(stat -c %s "$1")" -lt $((limit * 1024)) ]
}

count=0 info=0 dis=0 bytes=0 tried=0 assembled=0 again=0
mkdir "$work/il"
for file in $(files); do
    count=$((count + 1))
    if "$claret" info "$file" >/dev/null 2>"$work/err"; then
        info=$((info + 1))
    else
        fail info "$file"
    fi
    rm -rf "$work/il" && mkdir "$work/il"
    if ! "$claret" dis "$file" -o "$work/il/out.il" 2>"$work/err"; then
        fail dis "$file"
        continue
    fi
    dis=$((dis + 1))
    bytes=$((bytes + $(stat -c %s "$work/il/out.il")))
    use_ilasm "$file" || continue
    tried=$((tried + 1))
    without_permissions "$work/il/out.il" >"$work/il/plain.il"
    (cd "$work/il" && ilasm /dll plain.il /output:again.dll >/dev/null 2>&1) || continue
    assembled=$((assembled + 1))
    if "$claret" dis "$work/il/again.dll" >/dev/null 2>"$work/err"; then
        again=$((again + 1))
    else
        fail "dis after ilasm" "$file"
    fi
done

files | xargs "$(dirname "$claret")/corpus-rewrite" || failed=$((failed + 1))
files | xargs "$(dirname "$claret")/corpus-assemble" || failed=$((failed + 1))
echo "$count assemblies: info reads $info, dis prints $dis ($((bytes / 1000000)) MB of text)"
[ $tried = 0 ] || echo "$tried given to Mono's ilasm: it assembles $assembled, dis reads $again of these"
[ $failed = 0 ]
