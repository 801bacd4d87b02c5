// P/Invokes, and a delegate that native code calls, for tests/plugins/transitions.c.
using System;
using System.Runtime.InteropServices;

class Program
{
    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    delegate int Compare(ref int a, ref int b);

    [DllImport("libc")] static extern int abs(int n);
    [DllImport("libc")] static extern void qsort([In, Out] int[] values, IntPtr count, IntPtr size, Compare compare);
    [DllImport("libc")] static extern int there_is_no_such_function();

    static int Main()
    {
        int[] values = { 2, 1 };
        qsort(values, (IntPtr)2, (IntPtr)4, (ref int a, ref int b) => a - b);
        try {
            there_is_no_such_function();
        } catch (EntryPointNotFoundException) {
        }
        return abs(-40) + values[1];
    }
}
