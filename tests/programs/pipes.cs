// Pipes with and without names, what children write as it comes, folders that are watched, and a
// thread pool whose workers all wait or spin.
using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.IO.Pipes;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;

class Program
{
    static void Anonymous()
    {
        using (var server = new AnonymousPipeServerStream(PipeDirection.Out))
        using (var client = new AnonymousPipeClientStream(PipeDirection.In, server.ClientSafePipeHandle))
        {
            Task<string> reading = Task.Run(() => new StreamReader(client).ReadToEnd());
            using (var writer = new StreamWriter(server))
                writer.Write("through a pipe");
            Console.WriteLine(reading.Result);
        }
        // More than a pipe holds, and four that wait for it.
        using (var server = new AnonymousPipeServerStream(PipeDirection.In))
        using (var client = new AnonymousPipeClientStream(PipeDirection.Out, server.ClientSafePipeHandle))
        {
            Task writing = Task.Run(() => { client.Write(new byte[200000], 0, 200000); client.Dispose(); });
            long sum = 0;
            var readers = Enumerable.Range(0, 4).Select(i => Task.Run(() =>
            {
                var buffer = new byte[1000];
                int count;
                while ((count = server.Read(buffer, 0, buffer.Length)) > 0)
                    Interlocked.Add(ref sum, count);
            })).ToArray();
            Task.WaitAll(readers);
            writing.Wait();
            Console.WriteLine(sum);
        }
    }

    static void Named()
    {
        string name = "claret-test-" + Process.GetCurrentProcess().Id;
        using (var server = new NamedPipeServerStream(name, PipeDirection.InOut))
        {
            Task<string> serving = Task.Run(() =>
            {
                server.WaitForConnection();
                var reader = new StreamReader(server);
                string line = reader.ReadLine();
                var writer = new StreamWriter(server);
                writer.WriteLine(line.ToUpper());
                writer.Flush();
                return line;
            });
            using (var client = new NamedPipeClientStream(".", name, PipeDirection.InOut))
            {
                client.Connect(5000);
                var writer = new StreamWriter(client);
                writer.WriteLine("by name");
                writer.Flush();
                Console.WriteLine(new StreamReader(client).ReadLine() + " " + serving.Result);
            }
        }
    }

    static void Child()
    {
        var start = new ProcessStartInfo("/bin/sh", "-c 'echo one; echo two; echo bad >&2; exit 4'")
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true
        };
        var output = new List<string>();
        var errors = new List<string>();
        using (var child = new Process { StartInfo = start })
        {
            child.OutputDataReceived += (sender, e) => output.Add(e.Data ?? "end");
            child.ErrorDataReceived += (sender, e) => errors.Add(e.Data ?? "end");
            child.Start();
            child.BeginOutputReadLine();
            child.BeginErrorReadLine();
            child.WaitForExit();
            Console.WriteLine(string.Join(" ", output) + ", " + string.Join(" ", errors) + ", " + child.ExitCode);
        }
    }

    static void Watch()
    {
        string folder = Path.Combine(Path.GetTempPath(), "claret-watched-" + Process.GetCurrentProcess().Id);
        Directory.CreateDirectory(folder);
        var seen = new List<string>();
        var all = new CountdownEvent(2);
        using (var watcher = new FileSystemWatcher(folder, "*.txt"))
        {
            FileSystemEventHandler see = (sender, e) =>
            {
                lock (seen)
                    seen.Add(e.ChangeType + " " + e.Name);
                if (all.CurrentCount > 0)
                    all.Signal();
            };
            watcher.Created += see;
            watcher.Deleted += see;
            watcher.EnableRaisingEvents = true;
            File.WriteAllText(Path.Combine(folder, "first.txt"), "1");
            File.WriteAllText(Path.Combine(folder, "other.log"), "2");
            File.Delete(Path.Combine(folder, "first.txt"));
            bool told = all.Wait(5000);
            seen.Sort(StringComparer.Ordinal); // they come on the thread pool, in any order
            Console.WriteLine(told + " " + string.Join(", ", seen));
        }
        Directory.Delete(folder, true);
    }

    // There are as many workers as the pool is told to have at least, until they make no progress.
    static void Stuck()
    {
        ThreadPool.SetMinThreads(1, 1);
        int go = 0;
        Task spinning = Task.Run(() => { while (Volatile.Read(ref go) == 0) Thread.SpinWait(1000); });
        Task helping = Task.Run(() => Volatile.Write(ref go, 1));
        Console.WriteLine("not stuck: " + Task.WaitAll(new[] { spinning, helping }, 20000));
        go = 1;
    }

    static void Main()
    {
        Anonymous();
        Named();
        Child();
        Watch();
        Stuck();
    }
}
