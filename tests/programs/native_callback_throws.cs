// An exception that leaves a callback ends the program: native code cannot be unwound. Neither the handler
// around the call nor the finally block runs.
using System;
using System.Runtime.InteropServices;

static class Program {
    delegate int IntFunction(int value);
    [DllImport("interop")] static extern int call_int(IntFunction f, int value);

    static int Fail(int value) {
        try {
            Console.WriteLine(call_int(x => x + 1, value));
            throw new InvalidOperationException("from a callback");
        } finally {
            Console.WriteLine("never printed");
        }
    }

    static void Main() {
        try {
            call_int(Fail, 1);
        } catch (InvalidOperationException) {
            Console.WriteLine("never caught");
        }
    }
}
