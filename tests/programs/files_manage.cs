// Files and folders are made, copied, moved, replaced and taken away; attributes, times, searches, and
// what fails with which exception. Works in a folder of its own below the temporary one.
using System;
using System.IO;
using System.Linq;
using System.Reflection;

class FilesManage {
    static string root;

    static string In(string name) { return Path.Combine(root, name); }

    static string Short(string text) { return text.Replace(root, "ROOT"); }

    static void Try(string what, Action action) {
        try { action(); Console.WriteLine("{0}: done", what); }
        catch (Exception e) { Console.WriteLine("{0}: {1}: {2}", what, e.GetType().Name, Short(e.Message)); }
    }

    static void List() {
        foreach (string path in Directory.GetFileSystemEntries(root, "*", SearchOption.AllDirectories).OrderBy(p => p, StringComparer.Ordinal))
            Console.WriteLine("  {0} {1}", Short(path), File.Exists(path) ? File.ReadAllText(path) : "folder");
    }

    static void FilesAndFolders() {
        File.WriteAllText(In("a.txt"), "first");
        Try("copy", () => File.Copy(In("a.txt"), In("b.txt")));
        Try("copy again", () => File.Copy(In("a.txt"), In("b.txt")));
        Try("copy over", () => File.Copy(In("a.txt"), In("b.txt"), true));
        Try("copy nothing", () => File.Copy(In("none"), In("c.txt")));
        Try("copy to nowhere", () => File.Copy(In("a.txt"), In("no/c.txt")));
        Try("move", () => File.Move(In("b.txt"), In("c.txt")));
        Try("move onto", () => File.Move(In("c.txt"), In("a.txt")));
        Try("move nothing", () => File.Move(In("none"), In("d.txt")));
        File.WriteAllText(In("new.txt"), "second");
        Try("replace", () => File.Replace(In("new.txt"), In("a.txt"), In("a.old")));
        Try("replace nothing", () => File.Replace(In("none"), In("a.txt"), null));
        Try("folders", () => Directory.CreateDirectory(In("x/y/z")));
        Try("folder over file", () => Directory.CreateDirectory(In("a.txt")));
        Try("move folder", () => Directory.Move(In("x/y"), In("w")));
        Try("delete full", () => { File.WriteAllText(In("w/z/f"), ""); Directory.Delete(In("w")); });
        Try("delete folder as file", () => File.Delete(In("w")));
        Try("delete nothing", () => File.Delete(In("none")));
        Try("delete in nowhere", () => File.Delete(In("no/none")));
        Try("delete no folder", () => Directory.Delete(In("none")));
        List();
        Try("delete all", () => Directory.Delete(In("w"), true));
        Try("open folder", () => File.OpenRead(In("x")).Dispose());
        Try("open nothing", () => File.OpenRead(In("none")).Dispose());
        Try("open in nowhere", () => File.OpenRead(In("no/none")).Dispose());
        Try("list nothing", () => Directory.GetFiles(In("none")));
        Try("create new", () => new FileStream(In("a.txt"), FileMode.CreateNew).Dispose());
        Try("bad name", () => File.ReadAllText(""));
        Try("no name", () => File.ReadAllText(null));
        List();
    }

    static void Properties() {
        string path = In("p.bin");
        File.WriteAllBytes(path, new byte[1234]);
        var time = new DateTime(2001, 2, 3, 4, 5, 6, DateTimeKind.Utc);
        File.SetLastWriteTimeUtc(path, time);
        File.SetLastAccessTimeUtc(path, time.AddDays(1));
        Console.WriteLine("{0:u} {1:u}", File.GetLastWriteTimeUtc(path), File.GetLastAccessTimeUtc(path));
        var info = new FileInfo(path);
        Console.WriteLine("{0} {1} {2} {3} {4} {5}", info.Name, info.Extension, info.Length, info.Exists, info.IsReadOnly, info.Attributes);
        File.SetAttributes(path, FileAttributes.ReadOnly);
        info.Refresh();
        Console.WriteLine("{0}", info.IsReadOnly);
        info.IsReadOnly = false;
        Console.WriteLine("{0} {1}", File.GetAttributes(path) & FileAttributes.ReadOnly, File.GetAttributes(In("x")) & FileAttributes.Directory);
        Console.WriteLine("{0:u} {1}", File.GetLastWriteTimeUtc(In("none")), new FileInfo(In("none")).Exists);
        Try("length of nothing", () => Console.WriteLine(new FileInfo(In("none")).Length));
        Try("attributes of nothing", () => File.GetAttributes(In("none")));
        var folder = new DirectoryInfo(In("x"));
        folder.CreateSubdirectory("deep/er");
        Console.WriteLine("{0} {1} {2} {3}", folder.Name, Short(folder.Parent.FullName), folder.Exists, string.Join(",", folder.GetDirectories("*", SearchOption.AllDirectories).Select(d => d.Name).OrderBy(n => n, StringComparer.Ordinal)));
        using (FileStream s = File.Open(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None)) {
            s.SetLength(10);
            s.Seek(-2, SeekOrigin.End);
            s.WriteByte(7);
            Console.WriteLine("{0} {1} {2} {3} {4}", s.Length, s.Position, s.CanSeek, s.ReadByte(), s.ReadByte());
            s.Lock(0, 5);
            s.Unlock(0, 5);
        }
        File.AppendAllLines(In("lines"), new[] { "one", "two", "", "four" });
        Console.WriteLine(string.Join("|", File.ReadLines(In("lines"))));
        foreach (string pattern in new[] { "*", "*.txt", "a.*", "?.bin", "*i*", "none*" })
            Console.WriteLine("{0}: {1}", pattern, string.Join(",", Directory.GetFiles(root, pattern).Select(Path.GetFileName).OrderBy(n => n, StringComparer.Ordinal)));
    }

    // MonoIO's own entries, which the library has still but only few of its classes call.
    static readonly Type monoIO = typeof(File).Assembly.GetType("System.IO.MonoIO");

    static void Native(string method, int outs, params object[] arguments) {
        foreach (MethodInfo m in monoIO.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)) {
            ParameterInfo[] parameters = m.GetParameters();
            if (m.Name != method || parameters.Length != arguments.Length + outs || parameters.Any(p => p.ParameterType.IsPointer) || (arguments.Length > 0 && !parameters[0].ParameterType.IsInstanceOfType(arguments[0])))
                continue;
            var all = new object[parameters.Length];
            arguments.CopyTo(all, 0);
            object result = m.Invoke(null, all);
            Console.WriteLine("{0} {1} {2}", method, result, all[all.Length - 1]);
        }
    }

    static void Natives() {
        Native("CreateDirectory", 1, In("n"));
        Native("CreateDirectory", 1, In("n"));
        Native("CopyFile", 1, In("p.bin"), In("n/q"), false);
        Native("CopyFile", 1, In("p.bin"), In("n/q"), false);
        Native("MoveFile", 1, In("n/q"), In("n/r"));
        Native("MoveFile", 1, In("n/q"), In("n/r"));
        Native("RemoveDirectory", 1, In("n"));
        Native("GetFileAttributes", 1, In("n"));
        Native("GetFileAttributes", 1, In("nowhere"));
        Native("DeleteFile", 1, In("n/r"));
        Native("DeleteFile", 1, In("n/r"));
        Native("RemoveDirectory", 1, In("n"));
    }

    static void Main() {
        root = Path.Combine(Path.GetTempPath(), "claret-" + Guid.NewGuid().ToString("N"));
        Directory.CreateDirectory(root);
        try {
            FilesAndFolders();
            Properties();
            Natives();
        } finally {
            Directory.Delete(root, true);
        }
        Console.WriteLine(Directory.Exists(root));
    }
}
