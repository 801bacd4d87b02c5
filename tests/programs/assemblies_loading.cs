// Loading assemblies by name, path and bytes; the events that go with it; what files and resources
// an assembly has.
using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Resources;

static class Program {
    static readonly string folder = AppDomain.CurrentDomain.BaseDirectory;
    static readonly string hidden = Path.Combine(Path.Combine(folder, "parts"), "plugin.dll");
    static readonly HashSet<string> loaded = new HashSet<string>();
    public static int Seen;

    static void Fails(string what, Action action) {
        try {
            action();
            Console.WriteLine(what + ": nothing thrown");
        } catch (Exception e) {
            Console.WriteLine("{0}: {1}{2}{3}", what, e.GetType().Name, e.InnerException == null ? "" : " of " + e.InnerException.GetType().Name, FileOf(e));
        }
    }
    static string FileOf(Exception e) {
        var missing = e as FileNotFoundException;
        return missing == null ? "" : " (" + Path.GetFileName(missing.FileName) + ")";
    }
    static void UsePlugin() {
        var plugin = new Hidden.Plugin("used");
        Console.WriteLine(plugin.Text + " " + (Hidden.Plugin.Caller() == typeof(Program).Assembly) + " " + (Hidden.Plugin.Self() == typeof(Hidden.Plugin).Assembly));
    }
    static bool IsPlugin(Assembly assembly) { return assembly == typeof(Hidden.Plugin).Assembly; }
    static Assembly Resolve(object sender, ResolveEventArgs e) {
        Console.WriteLine("resolve {0} for {1}", e.Name, e.RequestingAssembly == null ? "-" : e.RequestingAssembly.GetName().Name);
        return e.Name.StartsWith("plugin,", StringComparison.Ordinal) ? Assembly.LoadFrom(hidden) : e.Name == "broken" ? (Assembly)Fail() : null;
    }
    static object Fail() { throw new ArgumentException("from the handler"); }
    public static int Main(string[] args) {
        if (args.Length > 0) {
            Console.WriteLine("main of the copy: " + string.Join(" ", args));
            return args.Length;
        }
        Assembly here = typeof(Program).Assembly;
        Console.WriteLine("before");
        Fails("by name", () => Assembly.Load("nowhere"));
        Fails("by full name", () => Assembly.Load("nowhere, Version=1.0.0.0, Culture=neutral, PublicKeyToken=null"));
        Fails("by path", () => Assembly.LoadFrom(Path.Combine(folder, "nowhere.dll")));
        Fails("by file", () => Assembly.LoadFile(Path.Combine(folder, "nowhere.dll")));
        Fails("relative file", () => Assembly.LoadFile("nowhere.dll"));
        Fails("null name", () => Assembly.Load((string)null));
        Fails("empty name", () => Assembly.Load(""));
        Fails("null bytes", () => Assembly.Load((byte[])null));
        Fails("bad bytes", () => Assembly.Load(new byte[100]));
        Fails("a text", () => Assembly.LoadFrom("/etc/passwd"));

        Assembly orphan = Assembly.LoadFrom(Path.Combine(Path.Combine(folder, "parts"), Path.Combine("far", "orphan.dll")));
        try {
            orphan.GetTypes();
        } catch (ReflectionTypeLoadException e) {
            Console.WriteLine("types: " + string.Join(" ", e.Types.Select(t => t == null ? "-" : t.Name)) + ", " + string.Join(" ", e.LoaderExceptions.Select(x => x.GetType().Name)));
        }
        Fails("method's type missing", () => orphan.GetType("UsesPlugin").GetMethod("Go").Invoke(null, null));
        Console.WriteLine(orphan.GetType("Whole", true).GetFields().Length);
        AssemblyName found = AssemblyName.GetAssemblyName(orphan.Location), elsewhere = new AssemblyName("nowhere");
        Console.WriteLine("by code base: " + (Assembly.Load(found).GetName().Name == "orphan"));
        elsewhere.CodeBase = found.CodeBase + ".missing";
        Fails("by wrong code base", () => Assembly.Load(elsewhere));

        AppDomain.CurrentDomain.AssemblyLoad += (s, e) => {
            if (loaded.Add(e.LoadedAssembly.GetName().Name))
                Console.WriteLine("loaded " + e.LoadedAssembly.GetName().Name);
        };
        AppDomain.CurrentDomain.AssemblyResolve += Resolve;
        Console.WriteLine("by event");
        UsePlugin();
        Fails("nobody knows", () => Assembly.Load("nowhere"));
        Fails("handler throws", () => Assembly.Load("broken"));
        Console.WriteLine(Type.GetType("Hidden.Plugin, plugin, Version=2.1.0.0, Culture=neutral, PublicKeyToken=null"));
        Assembly plugin = Assembly.LoadFrom(hidden);
        Console.WriteLine(plugin.FullName + " " + IsPlugin(plugin) + " " + (plugin.Location == hidden));

        Console.WriteLine("by bytes");
        Assembly copy = Assembly.Load(File.ReadAllBytes(here.Location));
        Console.WriteLine(copy.FullName + " '" + copy.Location + "' " + (copy == here));
        Type other = copy.GetType("Program");
        Console.WriteLine(other + " " + (other == typeof(Program)));
        other.GetField("Seen").SetValue(null, 100);
        Console.WriteLine(Seen);
        Console.WriteLine(copy.EntryPoint + " " + copy.EntryPoint.Invoke(null, new object[] { new[] { "a", "b" } }));
        Console.WriteLine(AppDomain.CurrentDomain.ExecuteAssembly(here.Location, new[] { "x" }));

        Console.WriteLine("what is there");
        Console.WriteLine(Assembly.GetEntryAssembly() == here);
        Console.WriteLine(Assembly.Load("assemblies_loading") == here);
        Console.WriteLine(Assembly.Load(here.GetName()) == here);
        Console.WriteLine(Assembly.LoadFrom(here.Location) == here);
        Console.WriteLine(Assembly.Load("mscorlib") == typeof(object).Assembly);
#pragma warning disable 618
        Console.WriteLine(Assembly.LoadWithPartialName("assemblies_loading") == here);
        Console.WriteLine(Assembly.LoadWithPartialName("nowhere") == null);
#pragma warning restore 618
        Console.WriteLine(string.Join(" ", AppDomain.CurrentDomain.GetAssemblies().Select(a => a.GetName().Name).Where(n => n != "System.Core" && n != "System" && n != "System.Configuration" && n != "System.Xml").OrderBy(n => n, StringComparer.Ordinal)));
        Console.WriteLine(here.ImageRuntimeVersion + " " + here.GlobalAssemblyCache + " " + here.ReflectionOnly + " " + here.IsDynamic + " " + here.IsFullyTrusted);
        Console.WriteLine((here.CodeBase == "file://" + here.Location) + " " + (here.EscapedCodeBase == here.CodeBase));
        Console.WriteLine(string.Join(" ", here.GetTypes().Where(t => !t.Name.Contains("<")).Select(t => t.Name)) + " " + here.GetExportedTypes().Length + " " + plugin.GetExportedTypes().Length);
        Console.WriteLine(string.Join(" ", here.GetModules().Select(m => m.Name)) + " " + here.ManifestModule + " " + (here.GetModule("nothing") == null) + " " + here.GetModule("assemblies_loading.exe"));
        Console.WriteLine(here.EntryPoint.DeclaringType + " " + (plugin.EntryPoint == null));
        FileStream[] files = here.GetFiles();
        Console.WriteLine(files.Length + " " + (files[0].Name == here.Location) + " " + (here.GetFile("nothing") == null));
        Console.WriteLine(here.CreateInstance("System.Object") == null);
        Console.WriteLine(plugin.CreateInstance("Hidden.Plugin", false, BindingFlags.Default, null, new object[] { "made" }, null, null));
        Console.WriteLine(here.Evidence != null || true);

        Console.WriteLine("resources");
        Console.WriteLine(string.Join(" ", here.GetManifestResourceNames()));
        using (var reader = new StreamReader(here.GetManifestResourceStream("notes.txt")))
            Console.WriteLine(reader.ReadLine());
        Console.WriteLine(here.GetManifestResourceStream("nothing") == null);
        ManifestResourceInfo info = here.GetManifestResourceInfo("notes.txt");
        Console.WriteLine(info.ResourceLocation + " " + (info.FileName ?? "-") + " " + (info.ReferencedAssembly == null) + " " + (here.GetManifestResourceInfo("nothing") == null));
        var manager = new ResourceManager("texts", here);
        Console.WriteLine(manager.GetString("greeting") + " " + manager.GetString("second") + " " + (manager.GetString("nothing") ?? "-"));
        Fails("no such set", () => new ResourceManager("others", here).GetString("greeting"));
        using (ResourceSet set = manager.GetResourceSet(System.Globalization.CultureInfo.InvariantCulture, true, true))
            foreach (System.Collections.DictionaryEntry entry in set.Cast<System.Collections.DictionaryEntry>().OrderBy(e => (string)e.Key, StringComparer.Ordinal))
                Console.WriteLine(entry.Key + "=" + entry.Value);
        return 0;
    }
}
