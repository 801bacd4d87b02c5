// Process.Start of an assembly: it is run by what runs this program. Also counters that programs set.
using System;
using System.Diagnostics;
using System.Reflection;

enum Tiny : sbyte { A = -3, B = 5 }
enum Small : short { A = -300 }
enum Wide : ulong { A = 0x100000002 }

static class Program {
    static int Main(string[] args) {
        if (args.Length > 0) {
            Console.WriteLine("child: {0}", string.Join("|", args));
            Console.Error.WriteLine("to the error output");
            return 42;
        }
        var info = new ProcessStartInfo(Assembly.GetExecutingAssembly().Location, "one \"two three\"") {
            UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true
        };
        using (Process child = Process.Start(info)) {
            Console.Write(child.StandardOutput.ReadToEnd());
            Console.Write(child.StandardError.ReadToEnd());
            child.WaitForExit();
            Console.WriteLine(child.ExitCode);
        }
        foreach (Enum e in new Enum[] { Tiny.A, Tiny.B, Small.A, Wide.A })
            Console.WriteLine(e.GetHashCode());
        Console.WriteLine((sbyte)Tiny.A == -3 && ((sbyte)Tiny.A).GetHashCode() == Tiny.A.GetHashCode());
        return 0;
    }
}
