// Thread.Abort waits for finally blocks and type initialisers; ResetAbort takes it back there; an
// aborted Main ends the program quietly.
using System;
using System.Threading;

static class Slow {
    public static readonly string Value;
    static Slow() {
        Program.Ready.Set();
        Thread.Sleep(150);
        Value = "initialised";
    }
    public static string Get() { return Value; }
}

static class Suicidal {
    static Suicidal() {
        try { }
        finally {
            try { Thread.CurrentThread.Abort(); }
            catch (ThreadAbortException) { Console.WriteLine("one of itself at once"); }
        }
    }
    public static void Touch() { }
}

static class Program {
    public static readonly ManualResetEvent Ready = new ManualResetEvent(false);
    static volatile bool go;

    static void Run(string name, ThreadStart body) {
        go = false;
        Ready.Reset();
        var thread = new Thread(body);
        thread.Start();
        Ready.WaitOne();
        var aborter = new Thread(() => thread.Abort());
        aborter.Start();
        Thread.Sleep(30);
        go = true;
        thread.Join();
        aborter.Join();
        Console.WriteLine("{0} ended", name);
    }

    static void InFinally() {
        try {
            try { }
            finally {
                Ready.Set();
                while (!go) { }
                Thread.Sleep(20);
                Console.WriteLine("the finally block runs to its end");
            }
            for (; ; ) Thread.Sleep(1);
        }
        catch (ThreadAbortException) { Console.WriteLine("aborted afterwards"); }
    }

    static void Reset() {
        try { }
        finally {
            Ready.Set();
            while (!go) Thread.Sleep(1);
            Thread.ResetAbort();
        }
        Console.WriteLine("goes on");
    }

    static void Initialiser() {
        try {
            string value = Slow.Get();
            for (; ; ) Thread.Sleep(1);
        }
        catch (ThreadAbortException) { Console.WriteLine("aborted, {0}", Slow.Get()); }
    }

    static void OfItself() {
        try { Suicidal.Touch(); }
        catch (ThreadAbortException) { Console.WriteLine("and out of the initialiser"); }
    }

    static void Main() {
        Run("finally", InFinally);
        Run("reset", Reset);
        Run("initialiser", Initialiser);
        var self = new Thread(OfItself);
        self.Start();
        self.Join();
        try { Suicidal.Touch(); }
        catch (TypeInitializationException e) { Console.WriteLine(e.InnerException.GetType().Name); }
        try { Thread.CurrentThread.Abort(); }
        finally { Console.WriteLine("Main is left"); }
        Console.WriteLine("never");
    }
}
