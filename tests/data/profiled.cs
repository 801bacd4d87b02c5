// What prof_host_test.c runs under a profiler; the exit status tells what happened.
using System;
using System.Runtime.InteropServices;

class Point { public int X; public byte Tag; public long Y; public static int Count; }

class Pair<T> { public U Swap<U>(U other) { return other; } }

class Program {
    [DllImport("libc")]
    static extern int getpid();

    static int Square(int n) { return n * n; }

    static int kept;
    static void Keep(object value) { kept += value != null ? 1 : 0; }

    static void Throw() { throw new InvalidOperationException(); }
    static bool Yes() { return true; }
    static bool No() { return false; }
    static bool Boom() { throw new ArgumentException(); }

    static int Filter() {
        try { Throw(); } catch (InvalidOperationException) when (Yes()) { return 1; }
        return 0;
    }

    static void Through() { try { Throw(); } finally { kept = 2; } }

    static int TwoFilters() {
        try { Through(); } catch when (No()) { return 0; } catch when (Yes()) { return kept; }
        return 0;
    }

    static void Again() { try { Throw(); } catch { throw; } }

    static int Rethrow() {
        try { Again(); } catch { return 3; }
        return 0;
    }

    static int Nested() {
        try { Throw(); } catch {
            try { Throw(); } catch { kept = 4; }
        }
        return kept;
    }

    static void FromFinally() { try { Throw(); } finally { Throw(); } }

    static int InFinally() {
        try { FromFinally(); } catch { return 5; }
        return 0;
    }

    static int InFilter() {
        try { Throw(); } catch when (Boom()) { return 0; } catch { return 6; }
        return 0;
    }

    static int Generic() { return new Pair<int>().Swap(4); }

    // "square": Square(5) twice, 25 + 25 when nothing was replaced; 77 when it cannot be compiled.
    static int Main(string[] args) {
        switch (args[0]) {
        case "filter": return Filter();
        case "two filters": return TwoFilters();
        case "rethrow": return Rethrow();
        case "nested": return Nested();
        case "in finally": return InFinally();
        case "in filter": return InFilter();
        case "generic": return Generic();
        case "objects":
            Keep(new Point());
            Keep(new int[5]);
            Keep(new string('x', 3));
            return kept;
        }
        try {
            int first = Square(5);
            return first + Square(5);
        } catch (InvalidProgramException) {
            return 77;
        }
    }
}
