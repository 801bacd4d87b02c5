// What prof_host_test.c runs under a profiler; the exit status tells what happened.
using System;
using System.Runtime.InteropServices;

class Point { public int X; public byte Tag; public long Y; public static int Count; }

class Pair<T> { public U Swap<U>(U other) { return other; } }

class Program {
    [DllImport("libc")]
    static extern int getpid();

    static int Square(int n) { return n * n; }

    static void Foo() { throw new InvalidOperationException(); }

    static int Bar() {
        try { Foo(); } catch (InvalidOperationException) when (Filter()) { return 3; }
        return 0;
    }

    static int kept;
    static void Keep(object value) { kept += value != null ? 1 : 0; }

    static bool Filter() { return true; }

    static int Generic() { return new Pair<int>().Swap(4); }

    // "square": Square(5) twice, 25 + 25 when nothing was replaced; 77 when it cannot be compiled.
    static int Main(string[] args) {
        switch (args[0]) {
        case "exception": return Bar();
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
