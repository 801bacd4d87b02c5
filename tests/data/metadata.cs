// What the metadata interfaces are asked about in prof_metadata_test.c.
using System;
using System.Reflection;
using System.Runtime.InteropServices;

[assembly: AssemblyVersion("1.2.3.4")]

namespace Space {
    [Obsolete("old")]
    public class Outer<T> where T : IDisposable {
        public class Inner {
            public const int Answer = 42;
            public const string Text = "xé";
        }
        public event EventHandler Changed;
        public int Size { get; set; }
        public void Raise(object sender) { Changed(sender, EventArgs.Empty); }
    }

    [StructLayout(LayoutKind.Explicit, Pack = 4, Size = 16)]
    struct Overlap {
        [FieldOffset(0)] public int Low;
        [FieldOffset(8)] public int High;
    }

    class Closer : IDisposable {
        void IDisposable.Dispose() {}
    }

    static class Program {
        [DllImport("libc", EntryPoint = "getpid")]
        static extern int Pid();

        static T Same<T>(T value) { return value; }

        static int Same(int first, string second) { return first + second.Length; }

        static void Main(string[] args) {
            if (args.Length > 0)
                return;
            Console.WriteLine(Same<int>(Pid()) + Same(1, "\U0001F600"));
        }
    }
}
