// AppDomain.ProcessExit runs once when the program ends by itself, and what its handlers throw is dropped.
using System;

class ExitEvent {
    static int Main() {
        AppDomain.CurrentDomain.ProcessExit += (sender, e) => {
            Console.WriteLine("first {0} {1} {2}", e == null, Environment.HasShutdownStarted, Environment.ExitCode);
            throw new Exception("dropped");
        };
        AppDomain.CurrentDomain.ProcessExit += (sender, e) => Console.WriteLine("never reached");
        AppDomain.CurrentDomain.UnhandledException += (sender, e) => Console.WriteLine("not this");
        Console.WriteLine("main {0}", Environment.HasShutdownStarted);
        return 5;
    }
}
