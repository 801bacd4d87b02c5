// Attributes of dynamic assemblies and modules can be read while they are made, and are saved; so is
// an assembly without a module.
using System;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Reflection.Emit;

[AttributeUsage(AttributeTargets.All, AllowMultiple = true)]
public class NoteAttribute : Attribute {
    public readonly string Text;
    public int Number { get; set; }
    public NoteAttribute(string text) { Text = text; }
}

class Program {
    static CustomAttributeBuilder Note(string text, int number) {
        var type = typeof(NoteAttribute);
        return new CustomAttributeBuilder(type.GetConstructor(new[] { typeof(string) }), new object[] { text },
            new[] { type.GetProperty("Number") }, new object[] { number });
    }

    static string Notes(ICustomAttributeProvider provider) {
        return string.Join(" ", provider.GetCustomAttributes(typeof(NoteAttribute), true).Cast<NoteAttribute>().Select(n => n.Text + n.Number));
    }

    static void Main() {
        var folder = Path.Combine(Path.GetTempPath(), "emit_attributes" + System.Diagnostics.Process.GetCurrentProcess().Id);
        Directory.CreateDirectory(folder);
        var assembly = AppDomain.CurrentDomain.DefineDynamicAssembly(new AssemblyName("noted"), AssemblyBuilderAccess.RunAndSave, folder);
        Console.WriteLine(assembly.IsDefined(typeof(NoteAttribute), false));
        assembly.SetCustomAttribute(Note("a", 1));
        Console.WriteLine(Notes(assembly) + " " + assembly.IsDefined(typeof(NoteAttribute), false));
        var module = assembly.DefineDynamicModule("noted", "noted.dll");
        module.SetCustomAttribute(Note("m", 1));
        var type = module.DefineType("T", TypeAttributes.Public);
        type.SetCustomAttribute(Note("t", 1));
        Console.WriteLine(Notes(type.CreateType()));
        assembly.SetCustomAttribute(Note("a", 2));
        Console.WriteLine(Notes(assembly) + ", " + Notes(module));
        assembly.Save("noted.dll");
        var loaded = Assembly.Load(File.ReadAllBytes(Path.Combine(folder, "noted.dll")));
        Console.WriteLine(Notes(loaded) + ", " + Notes(loaded.ManifestModule) + ", " + Notes(loaded.GetType("T")));

        var name = new AssemblyName("bare") { Version = new Version(1, 2, 3, 4) };
        var bare = AppDomain.CurrentDomain.DefineDynamicAssembly(name, AssemblyBuilderAccess.Save, folder);
        bare.Save("bare.dll");
        Console.WriteLine(AssemblyName.GetAssemblyName(Path.Combine(folder, "bare.dll")));
        Directory.Delete(folder, true);
    }
}
