// Managed and native code that call each other for ever: a clean end.
using System;
using System.Runtime.InteropServices;

static class Program {
    delegate int IntFunction(int value);
    [DllImport("interop")] static extern int call_int(IntFunction f, int value);

    static int Descend(int depth) {
        return 1 + call_int(Descend, depth + 1);
    }

    static void Main() {
        try {
            Console.WriteLine(Descend(0));
        } finally {
            Console.WriteLine("never printed");
        }
    }
}
