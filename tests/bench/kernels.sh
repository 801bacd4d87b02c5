#!/bin/sh
# Times each kernel of kernels.cs as a whole process, best of three: ours in both engines beside
# Mono's, when that is installed. Usage: kernels.sh CLARET KERNELS.exe PROCESS (bench/process.c)
claret=$1 program=$2 best=$3
have_mono=$(command -v mono)
echo "Kernels, milliseconds of CPU time of the whole process, best of 3${have_mono:+; $(mono --version | head -n 1 | cut -d' ' -f1-5)}"
printf '%-12s %10s %10s %12s %10s\n' kernel 'interp' 'mono int.' 'default' 'mono'
for kernel in calls loops floats arrays objects interfaces dictionary strings exceptions trees bodies text; do
    set -- "$program" "$kernel"
    printf '%-12s %10s %10s %12s %10s\n' $kernel "$("$best" "$claret" run --interp "$@")" \
        "$([ -n "$have_mono" ] && "$best" mono --interpreter "$@" || echo -)" \
        "$("$best" "$claret" run "$@")" "$([ -n "$have_mono" ] && "$best" mono "$@" || echo -)"
done
echo "What binary trees of depth 18 spend on the heap, of the time of the whole process"
share() { # share NAME OPTIONS...: what --stats says
    name=$1
    shift
    printf '%-24s %s\n' "$name" "$("$claret" run --stats "$@" "$program" forest 2>&1 >/dev/null |
        sed -n 's/.* bytes allocated (\([0-9.]* %\).* collections (\([0-9.]* %\)).*/allocating \1, collecting \2/p')"
}
share interpreted --interp
share "interpreted, traced" --interp --heap-trace /dev/null
share "interpreted, spied on" --interp --spy quota=1G
share default
