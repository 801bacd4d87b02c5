// Callbacks on threads that native code has made, and native calls on managed threads.
using System;
using System.Runtime.InteropServices;
using System.Threading;

static class Program {
    delegate int IntFunction(int value);
    [DllImport("interop")] static extern int call_on_thread(IntFunction f, int value);
    [DllImport("interop")] static extern int call_int(IntFunction f, int value);
    [DllImport("interop", SetLastError = true)] static extern int fail_with(int error);
    [DllImport("libc")] static extern int usleep(uint micros);
    [DllImport("libc")] static extern int pipe(int[] ends);
    [DllImport("libc")] static extern IntPtr read(int file, byte[] buffer, UIntPtr size);
    [DllImport("libc")] static extern IntPtr write(int file, byte[] buffer, UIntPtr size);

    static int Work(int value) {
        int sum = 0;
        for (int i = 0; i < 1000; i++)
            sum += new string('x', i % 7).Length;
        return sum + value;
    }

    static void Main() {
        int here = Thread.CurrentThread.ManagedThreadId, there = here;
        Console.WriteLine(call_on_thread(x => {
            there = Thread.CurrentThread.ManagedThreadId;
            GC.Collect();
            try {
                throw new InvalidOperationException();
            } catch (InvalidOperationException) {
                return x * 2;
            }
        }, 21));
        Console.WriteLine(here != there);
        for (int i = 0; i < 20; i++)
            call_on_thread(Work, i);

        var sums = new int[4];
        var errors = new int[4];
        var threads = new Thread[4];
        for (int t = 0; t < threads.Length; t++) {
            int number = t;
            threads[t] = new Thread(() => {
                for (int i = 0; i < 200; i++) {
                    sums[number] += call_int(Work, i) - call_on_thread(x => x, Work(i));
                    fail_with(100 + number);
                    usleep(10);
                    if (Marshal.GetLastWin32Error() == 100 + number)
                        errors[number]++;
                }
            });
            threads[t].Start();
        }
        GC.Collect();
        foreach (var thread in threads)
            thread.Join();
        Console.WriteLine(string.Join(" ", sums));
        Console.WriteLine(string.Join(" ", errors));

        // A collection does not wait for a thread that is in native code.
        var ends = new int[2];
        pipe(ends);
        var reader = new Thread(() => Console.WriteLine(read(ends[0], new byte[1], (UIntPtr)1)));
        reader.Start();
        for (int i = 0; i < 5; i++) {
            usleep(1000);
            GC.Collect();
        }
        write(ends[1], new byte[1], (UIntPtr)1);
        reader.Join();
    }
}
