// P/Invoke into the C library: numbers, strings, a callback, errno, and what is not there.
using System;
using System.Runtime.InteropServices;

static class Program {
    delegate int CompareAddresses(IntPtr a, IntPtr b);
    delegate int CompareValues(ref int a, ref int b);

    [DllImport("libc")]
    static extern void qsort(int[] items, UIntPtr count, UIntPtr size, CompareAddresses compare);
    [DllImport("libc", EntryPoint = "qsort")]
    static extern void sort(int[] items, UIntPtr count, UIntPtr size, CompareValues compare);
    [DllImport("libc")]
    static extern IntPtr getenv(string name);
    [DllImport("libc")]
    static extern int setenv(string name, string value, int overwrite);
    [DllImport("libc")]
    static extern int getpid();
    [DllImport("libm.so.6")]
    static extern double pow(double x, double y);
    [DllImport("libm.so.6")]
    static extern float sqrtf(float x);
    [DllImport("libc", SetLastError = true)]
    static extern int open(string path, int flags);
    [DllImport("__Internal")]
    static extern UIntPtr strlen(string text);
    [DllImport("no_such_library")]
    static extern int nothing();
    [DllImport("libc")]
    static extern int no_such_function();
    [DllImport("libc", EntryPoint = "getpid")]
    static extern int process(object what);

    static void Try(Action action) {
        try {
            action();
        } catch (Exception e) {
            Console.WriteLine("{0}: {1}", e.GetType(), e.Message);
        }
    }

    static void Main() {
        var items = new[] {5, -3, 9, 1, 7, int.MinValue};
        qsort(items, (UIntPtr)6, (UIntPtr)4,
              (a, b) => Marshal.ReadInt32(a).CompareTo(Marshal.ReadInt32(b)));
        Console.WriteLine(string.Join(" ", items));
        int calls = 0;
        sort(items, (UIntPtr)6, (UIntPtr)4, (ref int a, ref int b) => {
            calls++;
            return b.CompareTo(a);
        });
        Console.WriteLine(string.Join(" ", items) + (calls > 4));
        Console.WriteLine(getenv("no such variable") == IntPtr.Zero);
        Console.WriteLine(setenv("CLARET_TEST", "grün", 1));
        Console.WriteLine(Marshal.PtrToStringAnsi(getenv("CLARET_TEST")));
        Console.WriteLine(getpid() == System.Diagnostics.Process.GetCurrentProcess().Id);
        Console.WriteLine("{0} {1}", pow(2, 0.5), sqrtf(2));
        Console.WriteLine("{0} {1}", open("/no/such/file", 0), Marshal.GetLastWin32Error());
        Console.WriteLine(strlen("grün"));
        Try(() => nothing());
        Try(() => nothing());
        Try(() => no_such_function());
        try {
            process("x");
        } catch (MarshalDirectiveException) {
            Console.WriteLine("MarshalDirectiveException");
        }
    }
}
