// Arrays to native code and back: pinned, converted, by reference with a count, of several dimensions.
using System;
using System.Runtime.InteropServices;

static class Program {
    const string Lib = "interop";
    [DllImport(Lib)] static extern long sum_ints(int[] items, int count);
    [DllImport(Lib, EntryPoint = "sum_ints")] static extern long sum_first(ref int first, int count);
    [DllImport(Lib, EntryPoint = "sum_ints")] static extern unsafe long sum_pointer(int* items, int count);
    [DllImport(Lib, EntryPoint = "sum_ints")] static extern long sum_enums(DayOfWeek[] items, int count);
    [DllImport(Lib)] static extern int count_bools([In, Out] bool[] items, int count);
    [DllImport(Lib, EntryPoint = "count_bools")] static extern int count_bools_in(bool[] items, int count);
    [DllImport(Lib)] static extern void upper_chars([In, Out] char[] items, int count);
    [DllImport(Lib, EntryPoint = "upper_chars")] static extern void upper_bytes(byte[] items, int count);
    [DllImport(Lib)]
    static extern void make_ints([MarshalAs(UnmanagedType.LPArray, SizeParamIndex = 1)] out int[] items, out int count);
    [DllImport(Lib)] static extern double sum_grid(double[,] items, int rows, int columns);

    static unsafe void Main() {
        var items = new[] {1, 2, 3, 4};
        Console.WriteLine("{0} {1}", sum_ints(items, 4), string.Join(",", items));
        Console.WriteLine("{0} {1}", sum_first(ref items[1], 2), string.Join(",", items));
        fixed (int* first = items)
            Console.WriteLine("{0} {1}", sum_pointer(first + 2, 2), string.Join(",", items));
        Console.WriteLine("{0} {1}", sum_ints(null, 4), sum_ints(new int[0], 0));
        Console.WriteLine(sum_enums(new[] {DayOfWeek.Monday, DayOfWeek.Friday}, 2));
        var truths = new[] {true, false, true, true};
        Console.WriteLine("{0} {1}", count_bools_in(truths, 4), string.Join(",", truths));
        Console.WriteLine("{0} {1}", count_bools(truths, 4), string.Join(",", truths));
        var letters = "letters".ToCharArray();
        upper_chars(letters, 3);
        Console.WriteLine(new string(letters));
        var bytes = new byte[] {(byte)'b', (byte)'y', (byte)'e'};
        upper_bytes(bytes, 2);
        Console.WriteLine("{0} {1} {2}", bytes[0], bytes[1], bytes[2]);
        int[] made;
        int count;
        make_ints(out made, out count);
        Console.WriteLine("{0}: {1}", count, string.Join(",", made));
        Console.WriteLine(sum_grid(new double[,] {{1, 2, 3}, {4, 5, 6}}, 2, 3));
    }
}
