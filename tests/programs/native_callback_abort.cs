// Thread.Abort in a callback: its finally block runs, the abort goes on when native code has returned. The end of
// the program while threads are in callbacks, one of them a thread of native code.
using System;
using System.Runtime.InteropServices;
using System.Threading;

static class Program {
    delegate int IntFunction(int value);
    [DllImport("interop")] static extern int call_int(IntFunction f, int value);
    [DllImport("interop")] static extern int call_on_thread(IntFunction f, int value);

    static readonly Semaphore started = new Semaphore(0, 10);

    static int Sleep(int value) {
        try {
            started.Release();
            while (true)
                Thread.Sleep(1);
        } finally {
            if (value == 1)
                Console.WriteLine("finally");
        }
    }

    static void Start(bool background, ThreadStart body) {
        var thread = new Thread(body) {IsBackground = background};
        thread.Start();
        started.WaitOne();
        if (background)
            return;
        thread.Abort();
        thread.Join();
    }

    static void Main() {
        Console.WriteLine("start");
        Start(false, () => {
            try {
                call_int(Sleep, 1);
                Console.WriteLine("not here");
            } catch (ThreadAbortException) {
                Console.WriteLine("caught");
                Thread.ResetAbort();
            }
            Console.WriteLine(call_int(x => x + 1, 1));
        });
        Start(true, () => call_int(Sleep, 2));
        Start(true, () => call_on_thread(Sleep, 3));
        Console.WriteLine("end");
    }
}
