// Memory-mapped files: over a file, without one, views of parts, and what is refused.
using System;
using System.IO;
using System.IO.MemoryMappedFiles;

class MemoryMaps {
    static void Try(string what, Action action) {
        try { action(); Console.WriteLine("{0}: fine", what); }
        catch (Exception e) { Console.WriteLine("{0}: {1}", what, e.GetType().Name); }
    }

    static void Main() {
        string path = Path.GetTempFileName();
        try {
            File.WriteAllText(path, "mapped text");
            using (MemoryMappedFile map = MemoryMappedFile.CreateFromFile(path)) {
                using (MemoryMappedViewAccessor view = map.CreateViewAccessor(0, 6)) {
                    Console.WriteLine("{0} {1} {2}", (char)view.ReadByte(0), view.Capacity >= 6, view.CanWrite);
                    view.Write(0, (byte)'M');
                    view.Flush();
                }
                using (MemoryMappedViewStream stream = map.CreateViewStream(7, 4))
                    Console.WriteLine("{0}{1}", (char)stream.ReadByte(), (char)stream.ReadByte());
            }
            Console.WriteLine(File.ReadAllText(path));
            using (MemoryMappedFile map = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 10000))
            using (MemoryMappedViewAccessor view = map.CreateViewAccessor(5000, 100)) {
                view.Write(0, 0x0102030405060708L);
                view.Write(8, 2.5);
                Console.WriteLine("{0:x} {1} {2}", view.ReadInt64(0), view.ReadDouble(8), view.ReadByte(7));
                var numbers = new[] { 1, 2, 3 };
                view.WriteArray(16, numbers, 0, 3);
                Console.WriteLine("{0} {1}", view.ReadArray(16, numbers, 1, 2), string.Join(",", numbers));
            }
            Console.WriteLine("{0} {1}", new FileInfo(path).Length, File.ReadAllBytes(path)[5007]);
            using (MemoryMappedFile map = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.CopyOnWrite)) {
                using (MemoryMappedViewAccessor view = map.CreateViewAccessor(0, 0, MemoryMappedFileAccess.CopyOnWrite))
                    view.Write(0, (byte)'X');
                Console.WriteLine((char)File.ReadAllBytes(path)[0]);
            }
            using (MemoryMappedFile map = MemoryMappedFile.CreateNew("claret-" + Guid.NewGuid(), 4096))
            using (MemoryMappedViewAccessor one = map.CreateViewAccessor(), two = map.CreateViewAccessor()) {
                one.Write(100, 42);
                Console.WriteLine(two.ReadInt32(100));
                Try("beyond", () => one.Write(4096, 1));
            }
            Try("no file", () => MemoryMappedFile.CreateFromFile(path + ".none"));
            Try("negative", () => MemoryMappedFile.CreateNew("claret-test", -1));
            Try("view too large", () => { using (MemoryMappedFile map = MemoryMappedFile.CreateFromFile(path)) map.CreateViewAccessor(0, 1 << 30); });
        } finally {
            File.Delete(path);
        }
    }
}
