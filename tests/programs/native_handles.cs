// Handles, the last error, and how functions are spelled.
using System;
using System.Runtime.InteropServices;

static class Program {
    const string Lib = "interop";

    class Safe : SafeHandle {
        public Safe() : base((IntPtr)(-1), true) {}
        public Safe(int value) : this() { SetHandle((IntPtr)value); }
        public override bool IsInvalid { get { return handle == (IntPtr)(-1); } }
        protected override bool ReleaseHandle() {
            Console.WriteLine("released {0}", handle);
            return true;
        }
    }

    [DllImport(Lib)] static extern int sum_handles(Safe a, IntPtr b);
    [DllImport(Lib, EntryPoint = "sum_handles")] static extern int sum_both(Safe a, Safe b);
    [DllImport(Lib, EntryPoint = "sum_handles")] static extern int sum_ref(HandleRef a, IntPtr b);
    [DllImport(Lib, EntryPoint = "echo_pointer")] static extern Safe make_safe(IntPtr value);
    [DllImport(Lib, SetLastError = true)] static extern int fail_with(int error);
    [DllImport(Lib, EntryPoint = "fail_with")] static extern int fail_quietly(int error);
    [DllImport(Lib, EntryPoint = "suffix", CharSet = CharSet.Ansi)] static extern int suffix_ansi();
    [DllImport(Lib, EntryPoint = "suffix", CharSet = CharSet.Unicode)] static extern int suffix_unicode();
    [DllImport(Lib, EntryPoint = "suffix", ExactSpelling = true)] static extern int suffix_exact();

    static void Try(string what, Action action) {
        try {
            action();
        } catch (Exception e) {
            Console.WriteLine("{0}: {1}", what, e.GetType());
        }
    }

    static void Main() {
        var three = new Safe(3);
        Console.WriteLine("{0} {1}", sum_handles(three, (IntPtr)4), sum_both(three, three));
        Try("null", () => sum_handles(null, IntPtr.Zero));
        three.Dispose();
        Try("closed", () => sum_handles(three, IntPtr.Zero));
        using (var made = make_safe((IntPtr)8))
            Console.WriteLine("{0} {1}", made.DangerousGetHandle(), made.IsClosed);
        Console.WriteLine(sum_ref(new HandleRef(three, (IntPtr)2), (IntPtr)20));

        Console.WriteLine("{0} {1}", fail_with(13), Marshal.GetLastWin32Error());
        Console.WriteLine("{0} {1}", fail_quietly(14), Marshal.GetLastWin32Error());
        Console.WriteLine("{0} {1}", (char)suffix_ansi(), (char)suffix_unicode());
        Try("exact", () => suffix_exact());
    }
}
