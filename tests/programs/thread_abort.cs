// Thread.Abort: in a wait, in a loop, through handlers, taken back.
using System;
using System.Threading;

class Program
{
    static readonly ManualResetEvent ready = new ManualResetEvent(false);

    static void Abort(string what, ThreadStart body)
    {
        ready.Reset();
        var thread = new Thread(body);
        thread.Start();
        ready.WaitOne();
        thread.Abort(what);
        thread.Join();
        Console.WriteLine(what + " ended: " + thread.ThreadState);
    }

    static void Main()
    {
        Abort("asleep", () =>
        {
            try
            {
                ready.Set();
                Thread.Sleep(Timeout.Infinite);
            }
            catch (ThreadAbortException e)
            {
                Console.WriteLine("caught with " + e.ExceptionState);
            }
            Console.WriteLine("not reached");
        });
        Abort("in a loop", () =>
        {
            try
            {
                try
                {
                    ready.Set();
                    for (;;)
                    {
                    }
                }
                catch (Exception e)
                {
                    Console.WriteLine("inner " + e.GetType().Name);
                }
            }
            catch (ThreadAbortException)
            {
                Console.WriteLine("outer, again");
            }
            finally
            {
                Console.WriteLine("finally");
            }
        });
        Abort("taken back", () =>
        {
            try
            {
                ready.Set();
                Thread.Sleep(Timeout.Infinite);
            }
            catch (ThreadAbortException)
            {
                Thread.ResetAbort();
            }
            Console.WriteLine("goes on: " + Thread.CurrentThread.ThreadState);
        });
        try
        {
            Thread.ResetAbort();
        }
        catch (ThreadStateException e)
        {
            Console.WriteLine(e.GetType().Name);
        }
    }
}
