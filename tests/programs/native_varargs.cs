// Functions with variable arguments: snprintf.
using System;
using System.Runtime.InteropServices;
using System.Text;

static class Program {
    [DllImport("libc", CallingConvention = CallingConvention.Cdecl)]
    static extern int snprintf(StringBuilder buffer, UIntPtr size, string format, __arglist);

    static void Main() {
        var text = new StringBuilder(200);
        var size = (UIntPtr)200;
        for (int i = 0; i < 3; i++) {
            int length = snprintf(text, size, "%d %s %.2f %c %lld|", __arglist(42, "grün", 2.5, 'x', 1L << 40));
            Console.WriteLine("{0} {1}", length, text);
        }
        snprintf(text, size, "%.1f %d %u %s", __arglist(0.5f, (short)-3, (byte)200, (string)null));
        Console.WriteLine(text);
        snprintf(text, size, "%g %g %g %g %g %g %g %g %g %g", __arglist(1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0));
        Console.WriteLine(text);
        snprintf(text, size, "none", __arglist());
        Console.WriteLine(text);
    }
}
