// Other programs: started with redirected streams, waited for, killed, and what is to be known of them.
using System;
using System.ComponentModel;
using System.Diagnostics;
using System.IO;
using System.Text;

class Processes {
    static Process Start(string name, string arguments, Action<ProcessStartInfo> change = null) {
        var info = new ProcessStartInfo(name, arguments) { UseShellExecute = false, RedirectStandardOutput = true };
        if (change != null)
            change(info);
        return Process.Start(info);
    }

    static string Output(string name, string arguments, Action<ProcessStartInfo> change = null) {
        using (Process p = Start(name, arguments, change)) {
            string text = p.StandardOutput.ReadToEnd();
            p.WaitForExit();
            return text.TrimEnd('\n') + " " + p.ExitCode;
        }
    }

    static void Try(string what, Action action) {
        try { action(); Console.WriteLine("{0}: fine", what); }
        catch (Win32Exception e) { Console.WriteLine("{0}: {1} {2}", what, e.GetType().Name, e.NativeErrorCode); }
        catch (Exception e) { Console.WriteLine("{0}: {1}", what, e.GetType().Name); }
    }

    static void Main() {
        Console.WriteLine(Output("echo", "one \"two  three\" 'four \"five'"));
        Console.WriteLine(Output("/bin/sh", "-c \"exit 7\""));
        Console.WriteLine(Output("sh", "-c 'echo $CLARET_TEST; pwd'", i => { i.EnvironmentVariables["CLARET_TEST"] = "from outside"; i.WorkingDirectory = "/usr"; }));
        Console.WriteLine(Output("sh", "-c 'kill -9 $$'"));
        Console.WriteLine(Output("printf", "%s- \"\" x"));

        using (Process p = Start("sh", "-c 'cat; echo bad >&2; exit 3'", i => i.RedirectStandardInput = i.RedirectStandardError = true)) {
            p.StandardInput.WriteLine("line é 1");
            p.StandardInput.Write("line 2");
            p.StandardInput.Close();
            Console.WriteLine("<{0}> <{1}>", p.StandardOutput.ReadToEnd(), p.StandardError.ReadToEnd().Trim());
            Console.WriteLine("{0} {1} {2}", p.WaitForExit(10000), p.ExitCode, p.HasExited);
            Console.WriteLine("{0} {1}", p.ExitTime >= p.StartTime, p.TotalProcessorTime >= TimeSpan.Zero);
        }

        using (Process p = Start("sleep", "60")) {
            Console.WriteLine("{0} {1} {2}", p.WaitForExit(20), p.HasExited, p.Id > 0);
            Try("exit code", () => Console.WriteLine(p.ExitCode));
            using (Process same = Process.GetProcessById(p.Id))
                Console.WriteLine("{0} {1}", same.ProcessName, same.Id == p.Id);
            p.Kill();
            p.WaitForExit();
            Console.WriteLine("{0} {1}", p.HasExited, p.ExitCode);
            Try("kill again", p.Kill);
        }

        var lines = new StringBuilder();
        using (Process p = Start("sh", "-c 'for i in 1 2 3; do echo $i; done'")) {
            p.OutputDataReceived += (sender, e) => { lock (lines) lines.Append(e.Data ?? "end").Append(' '); };
            p.BeginOutputReadLine();
            p.WaitForExit();
        }
        Console.WriteLine(lines);

        using (Process p = new Process { StartInfo = new ProcessStartInfo("true") { UseShellExecute = false }, EnableRaisingEvents = true }) {
            var done = new System.Threading.ManualResetEvent(false);
            p.Exited += (sender, e) => done.Set();
            p.Start();
            Console.WriteLine("{0}", done.WaitOne(10000));
        }

        Try("no program", () => Start("/no/such/program", ""));
        Try("no such name", () => Start("no-such-program-anywhere", ""));
        Try("no executable", () => Start("/etc/passwd", ""));
        Try("no name", () => Process.Start(""));
        Try("no process", () => Process.GetProcessById(int.MaxValue));
        Try("not started", () => Console.WriteLine(new Process().Id));

        using (Process me = Process.GetCurrentProcess()) {
            Console.WriteLine("{0} {1} {2}", me.Id > 0, me.WorkingSet64 > 0, me.VirtualMemorySize64 >= me.WorkingSet64);
            Console.WriteLine("{0} {1} {2}", me.StartTime <= DateTime.Now, me.HasExited, me.Threads.Count > 0);
            Console.WriteLine(me.MainModule.FileName.Length > 0);
            Console.WriteLine("{0}", Array.Exists(Process.GetProcesses(), p => p.Id == me.Id));
        }
        Stopwatch watch = Stopwatch.StartNew();
        watch.Stop();
        Console.WriteLine("{0} {1} {2}", watch.IsRunning, Stopwatch.IsHighResolution, Stopwatch.Frequency);
    }
}
