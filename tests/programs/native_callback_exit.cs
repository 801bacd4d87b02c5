// Environment.Exit within a callback: no finally block runs, the event does.
using System;
using System.Runtime.InteropServices;

static class Program {
    delegate int IntFunction(int value);
    [DllImport("interop")] static extern int call_int(IntFunction f, int value);

    static void Main() {
        AppDomain.CurrentDomain.ProcessExit += (sender, e) => Console.WriteLine("exit event");
        try {
            call_int(x => {
                Environment.Exit(x);
                return 0;
            }, 7);
        } finally {
            Console.WriteLine("never printed");
        }
    }
}
