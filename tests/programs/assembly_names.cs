// Names of assemblies: parsed, printed, of references and of files.
using System;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Reflection;

static class Program {
    static string Hex(byte[] bytes) { return bytes == null ? "none" : bytes.Length > 8 ? bytes.Length + " bytes" : BitConverter.ToString(bytes); }
    static void Show(AssemblyName n) {
        Console.WriteLine("{0} | {1} | {2} | {3} | key {4} token {5} | {6} {7} {8}", n.Name, n.Version == null ? "-" : n.Version.ToString(), n.CultureInfo == null ? "-" : "'" + n.CultureInfo.Name + "'",
            n.FullName, Hex(n.GetPublicKey()), Hex(n.GetPublicKeyToken()), n.Flags, n.ProcessorArchitecture, n.ContentType);
    }
    static void Parse(string text) {
        try {
            Show(new AssemblyName(text));
        } catch (Exception e) {
            Console.WriteLine("{0}: {1}: {2}", text, e.GetType().Name, e.Message);
        }
    }
    static void Main() {
        Parse("simple");
        Parse("with space, Version=1.2.3.4");
        Parse("full, Version=1.2.3.4, Culture=neutral, PublicKeyToken=b77a5c561934e089");
        Parse("nothing, Version=0.0.0.0, Culture=\"\", PublicKeyToken=null");
        Parse("short, Version=1.2");
        Parse("three, Version=1.2.3");
        Parse("upper, VERSION=9.8.7.6, culture=neutral, publickeytoken=B77A5C561934E089");
        Parse("close,Version=1.0.0.0,PublicKeyToken=b77a5c561934e089");
        Parse("retarget, Version=1.0.0.0, Retargetable=Yes");
        Parse("arch, Version=1.0.0.0, ProcessorArchitecture=MSIL");
        Parse("key, PublicKey=00000000000000000400000000000000");
        Parse("dir.with.dots, Culture=neutral");
        Parse("bad, Version=x");
        Parse("bad, Version=1.2.3.4.5");
        Parse("bad, PublicKeyToken=123");
        Parse("bad, Nothing");
        Parse("bad, Thing=1");
        Parse("bad,");
        Parse(", Version=1.0.0.0");
        Parse("");

        Console.WriteLine("made");
        var made = new AssemblyName { Name = "made", Version = new Version(4, 5, 6, 7), CultureInfo = CultureInfo.InvariantCulture };
        made.SetPublicKeyToken(new byte[] { 1, 2, 3, 4, 5, 6, 7, 8 });
        Show(made);
        Show((AssemblyName)made.Clone());
        made.SetPublicKey(typeof(object).Assembly.GetName().GetPublicKey());
        Show(made);
        Console.WriteLine(AssemblyName.ReferenceMatchesDefinition(new AssemblyName("a, Version=1.0.0.0"), new AssemblyName("a, Version=2.0.0.0")));
        Show(typeof(object).Assembly.GetName());
        Show(typeof(Enumerable).Assembly.GetName());
        Show(typeof(Program).Assembly.GetName());
        foreach (AssemblyName n in typeof(Program).Assembly.GetReferencedAssemblies().OrderBy(n => n.Name, StringComparer.Ordinal))
            Show(n);
        foreach (AssemblyName n in typeof(Enumerable).Assembly.GetReferencedAssemblies().OrderBy(n => n.Name, StringComparer.Ordinal))
            Console.WriteLine(n.FullName);
        AssemblyName file = AssemblyName.GetAssemblyName(typeof(Program).Assembly.Location);
        Console.WriteLine(file.FullName + " " + (file.CodeBase == typeof(Program).Assembly.CodeBase) + " " + file.EscapedCodeBase.StartsWith("file:///", StringComparison.Ordinal));
        foreach (string path in new[] { "/nowhere/at-all.dll", "/etc/passwd" }) {
            try {
                Console.WriteLine(AssemblyName.GetAssemblyName(path));
            } catch (Exception e) {
                Console.WriteLine(path + " " + e.GetType().Name);
            }
        }
    }
}
