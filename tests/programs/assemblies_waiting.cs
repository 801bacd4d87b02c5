// Handlers of AppDomain.AssemblyResolve that wait for other threads, which load types, compile
// methods and miss assemblies themselves; and threads that come upon a class whose base class such
// a handler is about to find.
using System;
using System.Collections.Generic;
using System.IO;
using System.Reflection;
using System.Threading;

class FromPlugin : Hidden.Plugin {
    public FromPlugin() : base("as a base") { }
}
class Generic<T> : Hidden.Plugin {
    public Generic() : base(typeof(T).Name) { }
}
struct Three<T> { public T A, B, C; }

static class Program {
    static readonly string folder = Path.Combine(AppDomain.CurrentDomain.BaseDirectory, "parts");
    static int asked;
    static Thread other;
    static string otherText;

    static string UseBase() { return new FromPlugin().Text; }
    static string UseGeneric() { return new Generic<Three<int>>().Text; }

    static string Busy() {
        var values = new SortedDictionary<Guid, Three<decimal>>();
        values[Guid.Empty] = new Three<decimal> { A = 1.5m, B = 2, C = 3 };
        string text = "";
        foreach (var pair in values)
            text += pair.Key.ToString("N").Length + " " + (pair.Value.A + pair.Value.C).ToString(System.Globalization.CultureInfo.InvariantCulture);
        return text;
    }
    static void Run(Action action) {
        var thread = new Thread(() => action());
        thread.Start();
        thread.Join();
    }
    static Assembly Resolve(object sender, ResolveEventArgs e) {
        if (!e.Name.StartsWith("plugin,", StringComparison.Ordinal))
            return null;
        if (Interlocked.Increment(ref asked) > 1)
            return Assembly.LoadFrom(Path.Combine(folder, "plugin.dll"));
        Run(() => Console.WriteLine("another thread: " + Busy()));
        Run(() => {
            try {
                Assembly.Load("nowhere");
            } catch (FileNotFoundException) {
                Console.WriteLine("another thread: nowhere");
            }
        });
        /* These want the class that is being made: not to be waited for. */
        using (var started = new ManualResetEvent(false)) {
            other = new Thread(() => { started.Set(); otherText = UseBase() + ", " + UseGeneric(); });
            other.Start();
            started.WaitOne();
        }
        return Assembly.LoadFrom(Path.Combine(folder, "plugin.dll"));
    }
    static void Main() {
        AppDomain.CurrentDomain.AssemblyResolve += Resolve;
        AppDomain.CurrentDomain.AssemblyLoad += (sender, e) => {
            if (e.LoadedAssembly.GetName().Name == "plugin")
                Run(() => Console.WriteLine("loaded, " + new List<Three<char>> { new Three<char>() }.Count));
        };
        Console.WriteLine(UseBase());
        Console.WriteLine(UseGeneric());
        other.Join();
        Console.WriteLine(otherText);
    }
}
