// Files and directories: text, streams, what is missing.
using System;
using System.Linq;
using System.IO;

static class Program {
    static void Main() {
        string dir = Path.Combine(Path.GetTempPath(), "bcltest" + Guid.NewGuid().ToString("N"));
        Directory.CreateDirectory(dir);
        string file = Path.Combine(dir, "a.txt");
        File.WriteAllText(file, "line1\nline2 é\n");
        Console.Write(File.ReadAllText(file));
        File.AppendAllText(file, "more");
        Console.WriteLine(File.ReadAllLines(file).Length + " " + new FileInfo(file).Length + " "
            + File.Exists(file) + File.Exists(file + "x"));
        using (var r = new StreamReader(file)) { string l; int c = 0; while ((l = r.ReadLine())
            != null) c += l.Length; Console.WriteLine(c); }
        File.Copy(file, file + "2");
        Console.WriteLine(string.Join(",",
            Directory.GetFiles(dir).Select(Path.GetFileName).OrderBy(x => x)));
        File.Delete(file);
        Directory.Delete(dir, true);
        Console.WriteLine(Directory.Exists(dir));
        try { File.ReadAllText(dir + "/none"); } catch (DirectoryNotFoundException e) {
            Console.WriteLine(e.GetType()); }
        try { File.ReadAllText("/none-such"); } catch (FileNotFoundException e) {
            Console.WriteLine(e.Message); }
        using (var fs = new FileStream(Path.GetTempFileName(), FileMode.Open,
            FileAccess.ReadWrite, FileShare.None, 4096, FileOptions.DeleteOnClose)) { var bw =
            new BinaryWriter(fs); bw.Write(42); bw.Write("str"); bw.Flush(); fs.Position = 0; var
            br = new BinaryReader(fs); Console.WriteLine(br.ReadInt32() + br.ReadString()); }
        var ms = new MemoryStream();
        var w = new StreamWriter(ms);
        w.Write("abc");
        w.Flush();
        Console.WriteLine(ms.Length);
        Console.WriteLine(Path.GetExtension("a/b.txt") +
            Path.GetFileNameWithoutExtension("a/b.txt") + Path.GetDirectoryName("a/b.txt") +
            Path.Combine("x","y"));
    }
}
