// An unhandled exception is told to AppDomain.UnhandledException, whose handler may end the program in
// its own way; then ProcessExit runs and no report is written.
using System;

class ExitInHandler {
    static void Throw() {
        try { throw new InvalidOperationException("lost"); }
        finally { Console.WriteLine("never reached"); }
    }

    static void Main() {
        AppDomain.CurrentDomain.UnhandledException += (sender, e) => {
            Console.WriteLine("{0} {1} {2}", sender == AppDomain.CurrentDomain, e.IsTerminating, ((Exception)e.ExceptionObject).Message);
            Environment.Exit(7);
        };
        AppDomain.CurrentDomain.ProcessExit += (sender, e) => Console.WriteLine("exit");
        Throw();
    }
}
