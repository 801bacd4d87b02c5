// Environment.Exit skips finally blocks, runs ProcessExit once, and a second call there wins.
using System;

class ExitTwice {
    static void Main() {
        AppDomain.CurrentDomain.ProcessExit += (sender, e) => {
            Console.WriteLine("exit");
            Environment.Exit(9);
        };
        try { Environment.Exit(4); }
        finally { Console.WriteLine("never reached"); }
    }
}
