#!/bin/sh
# Runs the same plug-ins and programs in Claret and in CoreCLR 3.1.23, and compares what they print and
# how they exit. CoreCLR is fetched once, by pip, into build/coreclr; nothing of it is installed.
set -eu
claret=${CLARET:-build/claret}
home=build/coreclr
dotnet=$home/dotnetcore2/bin/dotnet

if [ ! -f "$dotnet" ]; then
    mkdir -p "$home"
    python3 -m pip -q download --no-deps -d "$home" dotnetcore2==3.1.23 ||
        { echo "compare: CoreCLR needs python3 with pip, and network" >&2; exit 1; }
    python3 -m zipfile -e "$home"/dotnetcore2-*.whl "$home"
    chmod +x "$dotnet"
fi

# CoreCLR wants a .dll and a file that says which framework.
for program in build/samples/squares.exe build/tests/profiled.exe build/tests/metadata.exe; do
    name=$(basename "$program" .exe)
    cp "$program" "$home/$name.dll"
    printf '{"runtimeOptions": {"framework": {"name": "Microsoft.NETCore.App", "version": "3.1.23"},
 "configProperties": {"System.Globalization.Invariant": true}}}\n' > "$home/$name.runtimeconfig.json"
done

export CORECLR_ENABLE_PROFILING=1 CORECLR_PROFILER='{69E26FC1-5C33-4F7E-8A52-C1A2E7000001}'
different=0

# run PLUGIN COMMAND...: what it prints and its exit status. Where in memory a body lies may differ, and
# so may the order of the lines: the plug-in's are buffered.
run() {
    plugin=$1 status=0
    shift
    CORECLR_PROFILER_PATH=$plugin "$@" > "$home/raw" 2>&1 || status=$?
    sed 's/base + 0x[0-9a-f]*/base + .../' "$home/raw" | sort
    echo "exit $status"
}

# compare PLUGIN PROGRAM [ARGUMENT]
compare() {
    name=$(basename "$2" .exe)
    run "$1" "$claret" run "$2" ${3:+"$3"} > "$home/claret.out"
    run "$1" "$dotnet" exec "$home/$name.dll" ${3:+"$3"} > "$home/coreclr.out"
    if cmp -s "$home/claret.out" "$home/coreclr.out"; then
        echo "same       $(basename "$1") $name ${3:-}"
    else
        echo "DIFFERENT  $(basename "$1") $name ${3:-}"
        diff "$home/claret.out" "$home/coreclr.out" | sed 's/^/    /' || true
        different=1
    fi
}

compare build/samples/rewrite.so build/samples/squares.exe
for case in filter 'two filters' rethrow nested 'in finally' 'in filter'; do
    compare build/tests/plugins/exception_log.so build/tests/profiled.exe "$case"
done
compare build/tests/plugins/metadata_dump.so build/tests/metadata.exe stop
compare build/tests/plugins/info_dump.so build/tests/profiled.exe filter
compare build/tests/plugins/info_dump.so build/samples/squares.exe
exit $different
