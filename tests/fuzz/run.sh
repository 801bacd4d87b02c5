#!/bin/sh
# run.sh PROGRAM TARGET SECONDS: one fuzz target for that long, from the inputs kept so far, the
# assemblies of the tests and what was found before. A failing input stays in build/fuzz/.
set -eu
corpus=build/fuzz/corpus/$2
seeds=build/fuzz/seeds/$2
mkdir -p "$corpus" "$seeds"
case $2 in
module | dis | build) cp build/tests/*.exe "$seeds" ;;
asm) cp tests/il/*.il "$seeds" ;;
esac
[ ! -d "tests/fuzz/found/$2" ] || cp "tests/fuzz/found/$2"/* "$seeds"
echo "fuzz $2: $3 s"
"$1" -max_total_time="$3" -max_len=16384 -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
    -artifact_prefix="build/fuzz/$2-" "$corpus" "$seeds" >"build/fuzz/$2.log" 2>&1 || {
    tail -n 30 "build/fuzz/$2.log"
    exit 1
}
grep -E '^stat::number_of_executed_units|cov:' "build/fuzz/$2.log" | tail -n 2
