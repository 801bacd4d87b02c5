// Environment.Exit on another thread: nothing runs any more on any.
using System;
using System.Threading;

class Program
{
    static int Main()
    {
        AppDomain.CurrentDomain.ProcessExit += (sender, e) => Console.WriteLine("exit event");
        for (int i = 0; i < 3; i++)
            new Thread(() =>
            {
                for (;;)
                    Thread.Sleep(1);
            }).Start();
        new Thread(() =>
        {
            Thread.Sleep(10);
            Environment.Exit(7);
        }).Start();
        lock (typeof(Program))
            Monitor.Wait(typeof(Program));
        return 1;
    }
}
