// An exception that nobody catches ends the program, on whichever thread; the others end with it.
using System;
using System.Threading;

class Program
{
    static void Main()
    {
        AppDomain.CurrentDomain.UnhandledException += (sender, e) =>
            Console.WriteLine("handler: " + ((Exception)e.ExceptionObject).Message + " " + e.IsTerminating);
        var thread = new Thread(() => { throw new InvalidOperationException("on a thread"); });
        thread.Start();
        try
        {
            Thread.Sleep(Timeout.Infinite);
        }
        finally
        {
            Console.WriteLine("not run");
        }
    }
}
