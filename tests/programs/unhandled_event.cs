// Without Environment.Exit in the handler the exception is reported as ever; ProcessExit does not run.
using System;

class UnhandledEvent {
    static void Main() {
        AppDomain.CurrentDomain.UnhandledException += (sender, e) => Console.WriteLine("told: {0}", ((Exception)e.ExceptionObject).Message);
        AppDomain.CurrentDomain.ProcessExit += (sender, e) => Console.WriteLine("never reached");
        throw new ArgumentException("nobody catches this");
    }
}
