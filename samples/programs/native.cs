// Calls into the C library: qsort and bsearch with managed comparers, getenv and setenv with strings,
// structures by value and by reference, a buffer that C fills, variables of C in memory of our own, a
// function found by its pointer, and what happens when something is not there.
using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.InteropServices;
using System.Text;

static class C
{
    const string Library = "libc.so.6", Mathematics = "libm.so.6";

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    public delegate int Comparer(IntPtr a, IntPtr b);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    public delegate int CharacterTest(int character);

    [StructLayout(LayoutKind.Sequential)]
    public struct DivisionResult
    {
        public int Quotient, Rest;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct BrokenDownTime
    {
        public int Second, Minute, Hour, Day, Month, Year, WeekDay, YearDay, IsDaylightSaving;
        public IntPtr Offset, Zone;
    }

    [DllImport(Library, EntryPoint = "qsort")]
    public static extern void Sort([In, Out] int[] items, UIntPtr count, UIntPtr size, Comparer comparer);

    [DllImport(Library, EntryPoint = "qsort")]
    public static extern void Sort(IntPtr[] items, UIntPtr count, UIntPtr size, Comparer comparer);

    [DllImport(Library, EntryPoint = "bsearch")]
    public static extern IntPtr Search(ref int key, IntPtr items, UIntPtr count, UIntPtr size,
                                       Comparer comparer);

    [DllImport(Library, EntryPoint = "getenv")]
    public static extern IntPtr GetVariable(string name);

    [DllImport(Library, EntryPoint = "setenv", SetLastError = true)]
    public static extern int SetVariable(string name, string value, bool overwrite);

    [DllImport(Library, EntryPoint = "div")]
    public static extern DivisionResult Divide(int dividend, int divisor);

    [DllImport(Library, EntryPoint = "gmtime_r")]
    public static extern IntPtr BreakDown(ref long time, out BrokenDownTime result);

    [DllImport(Library, EntryPoint = "strtol")]
    public static extern long Parse(string text, out IntPtr end, int number_base);

    [DllImport(Library, EntryPoint = "strerror_r")]
    public static extern IntPtr Describe(int error, StringBuilder buffer, UIntPtr size);

    [DllImport(Library, EntryPoint = "realpath", SetLastError = true)]
    public static extern IntPtr RealPath(string path, StringBuilder resolved);

    [DllImport(Library, EntryPoint = "strlen")]
    public static extern UIntPtr Length(byte[] text);

    [DllImport(Mathematics, EntryPoint = "frexp")]
    public static extern double Split(double value, out int exponent);

    [DllImport(Mathematics, EntryPoint = "hypotf")]
    public static extern float Hypotenuse(float a, float b);

    [DllImport(Library, EntryPoint = "no_such_function")]
    public static extern void Missing();

    [DllImport("libnowhere.so", EntryPoint = "anything")]
    public static extern void Nowhere();
}

class Program
{
    static UIntPtr Size(int n) => (UIntPtr)(uint)n;

    static void Sorting()
    {
        int calls = 0;
        int[] numbers = {170, 45, -75, 90, 802, 24, 2, 66, -1};
        C.Sort(numbers, Size(numbers.Length), Size(sizeof(int)), (a, b) =>
        {
            calls++;
            return Marshal.ReadInt32(a).CompareTo(Marshal.ReadInt32(b));
        });
        Console.WriteLine("sorted: {0}; compared: {1}", string.Join(" ", numbers), calls > 8);

        GCHandle pinned = GCHandle.Alloc(numbers, GCHandleType.Pinned);
        IntPtr start = pinned.AddrOfPinnedObject();
        C.Comparer compare = (a, b) => Marshal.ReadInt32(a) - Marshal.ReadInt32(b);
        foreach (int number in new[] {66, 67})
        {
            int key = number;
            IntPtr found = C.Search(ref key, start, Size(numbers.Length), Size(sizeof(int)), compare);
            Console.WriteLine("{0} is {1}", number, found == IntPtr.Zero
                ? "not there" : "number " + (found.ToInt64() - start.ToInt64()) / sizeof(int));
        }
        pinned.Free();
        GC.KeepAlive(compare);
    }

    // An array of pointers to strings in C's memory.
    static void SortingStrings()
    {
        string[] words = {"pear", "apple", "fig", "banana", "cherry"};
        IntPtr[] pointers = words.Select(word => Marshal.StringToHGlobalAnsi(word)).ToArray();
        Func<IntPtr, string> read = p => Marshal.PtrToStringAnsi(Marshal.ReadIntPtr(p));
        C.Sort(pointers, Size(pointers.Length), Size(IntPtr.Size), (a, b) =>
            read(a).Length != read(b).Length ? read(a).Length - read(b).Length
                                             : string.CompareOrdinal(read(a), read(b)));
        Console.WriteLine(string.Join(" ", pointers.Select(pointer => Marshal.PtrToStringAnsi(pointer))));
        Array.ForEach(pointers, Marshal.FreeHGlobal);
    }

    static void EnvironmentVariables()
    {
        Console.WriteLine("CLARET_SAMPLE was {0}", Marshal.PtrToStringAnsi(C.GetVariable("CLARET_SAMPLE")) ?? "unset");
        Console.WriteLine("set: {0}", C.SetVariable("CLARET_SAMPLE", "caf\u00e9", true));
        Console.WriteLine("now: {0}", Marshal.PtrToStringAnsi(C.GetVariable("CLARET_SAMPLE")));
        C.SetVariable("CLARET_SAMPLE", "other", false);
        Console.WriteLine("kept: {0}", Marshal.PtrToStringAnsi(C.GetVariable("CLARET_SAMPLE")));
        Console.WriteLine("a bad name: {0}, error {1}", C.SetVariable("A=B", "", true),
                          Marshal.GetLastWin32Error());
    }

    static void Structures()
    {
        C.DivisionResult result = C.Divide(-47, 10);
        Console.WriteLine("-47 / 10 = {0} rest {1}", result.Quotient, result.Rest);
        long moon = -14182940; // seconds from 1970 to the first step on it
        C.BrokenDownTime time;
        C.BreakDown(ref moon, out time);
        Console.WriteLine("{0:D4}-{1:D2}-{2:D2} {3:D2}:{4:D2}:{5:D2}, day {6} of the week",
                          1900 + time.Year, time.Month + 1, time.Day, time.Hour, time.Minute, time.Second,
                          time.WeekDay);
        Console.WriteLine("sizes: {0}, {1}", Marshal.SizeOf(typeof(C.DivisionResult)),
                          Marshal.SizeOf(typeof(C.BrokenDownTime)));
    }

    static void NumbersAndText()
    {
        IntPtr end;
        int exponent;
        long parsed = C.Parse("7fffhello", out end, 16);
        Console.WriteLine("strtol: {0}", parsed);
        double fraction = C.Split(40, out exponent);
        Console.WriteLine("40 = {0} * 2^{1}; hypotenuse {2}", fraction, exponent, C.Hypotenuse(3, 4));
        Console.WriteLine("length in UTF-8: {0}", C.Length(Encoding.UTF8.GetBytes("na\u00efve \u2603\0rest")));
        var path = new StringBuilder(4096);
        C.RealPath("/usr/../usr/./", path);
        Console.WriteLine("real path: {0}", path);
        bool failed = C.RealPath("/no/such/path", path) == IntPtr.Zero;
        int error = Marshal.GetLastWin32Error();
        Console.WriteLine("failed: {0}, error {1}, {2}", failed, error,
                          Marshal.PtrToStringAnsi(C.Describe(error, new StringBuilder(200), Size(200))));
    }

    // A delegate as a function pointer, and a function pointer as a delegate.
    static void Pointers()
    {
        C.CharacterTest isVowel = character => "aeiou".IndexOf((char)character) >= 0 ? 1 : 0;
        IntPtr pointer = Marshal.GetFunctionPointerForDelegate(isVowel);
        var again = (C.CharacterTest)Marshal.GetDelegateForFunctionPointer(pointer, typeof(C.CharacterTest));
        Console.WriteLine("vowels: {0}", new string("interoperation".Where(c => again(c) != 0).ToArray()));
        GC.KeepAlive(isVowel);

        IntPtr memory = Marshal.AllocHGlobal(16);
        Marshal.Copy(new byte[] {1, 2, 3, 4, 5, 6, 7, 8}, 0, memory, 8);
        Marshal.WriteInt16(memory, 2, -2);
        var bytes = new byte[8];
        Marshal.Copy(memory, bytes, 0, 8);
        Console.WriteLine("{0}; {1:x}", BitConverter.ToString(bytes), Marshal.ReadInt64(memory));
        Marshal.FreeHGlobal(memory);
    }

    static void Failures()
    {
        foreach (Action call in new Action[] {C.Missing, C.Nowhere})
        {
            try
            {
                call();
            }
            catch (TypeLoadException e) // both derive from it
            {
                Console.WriteLine("{0}: {1}", e.GetType().Name,
                    new[] {"no_such_function", "libnowhere"}.First(e.Message.Contains));
            }
        }
    }

    static void Main()
    {
        Sorting();
        SortingStrings();
        EnvironmentVariables();
        Structures();
        NumbersAndText();
        Pointers();
        Failures();
    }
}
