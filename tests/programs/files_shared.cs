// What one stream of a file leaves to others, files that are deleted when they are closed, and copies
// of a file to itself.
using System;
using System.IO;

class Program {
    static string path;

    static void Opens(string what, FileMode mode, FileAccess access, FileShare share) {
        try {
            using (new FileStream(path, mode, access, share))
                Console.WriteLine(what + ": opened");
        } catch (IOException e) {
            Console.WriteLine(what + ": " + e.GetType().Name);
        }
    }

    static void OpenedAs(FileAccess access, FileShare share) {
        Console.WriteLine(access + " " + share);
        using (new FileStream(path, FileMode.Open, access, share)) {
            Opens("  to read", FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            Opens("  to write", FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
            Opens("  alone", FileMode.Open, FileAccess.Read, FileShare.None);
        }
    }

    static void Main() {
        path = Path.Combine(Path.GetTempPath(), "files_shared" + System.Diagnostics.Process.GetCurrentProcess().Id);
        File.WriteAllText(path, "content");
        OpenedAs(FileAccess.Read, FileShare.None);
        OpenedAs(FileAccess.Read, FileShare.Read);
        OpenedAs(FileAccess.ReadWrite, FileShare.ReadWrite);
        Console.WriteLine(File.ReadAllText(path));
        try {
            File.Copy(path, path, true);
        } catch (IOException e) {
            Console.WriteLine(e.GetType().Name);
        }
        using (new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 100, FileOptions.DeleteOnClose))
            Console.WriteLine(File.Exists(path));
        Console.WriteLine(File.Exists(path));
    }
}
