// A queue of jobs that fail in every way exceptions allow: filters that look at an exception before
// anything is unwound, finally blocks whose order is recorded, rethrowing with and without a cause,
// exceptions thrown while another one is handled, and retries.
using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;

class TransientException : Exception
{
    public readonly int WaitSeconds;

    public TransientException(string message, int waitSeconds) : base(message)
    {
        WaitSeconds = waitSeconds;
    }
}

class JobException : Exception
{
    public readonly string Job;

    public JobException(string job, Exception cause) : base("job " + job + " failed", cause)
    {
        Job = job;
    }
}

// What happened, in order, so that the two passes of exception handling can be seen.
static class Journal
{
    static readonly List<string> entries = new List<string>();

    public static void Note(string entry)
    {
        entries.Add(entry);
    }

    // For filters: notes and decides.
    public static bool Asked(string entry, bool answer)
    {
        Note(entry + (answer ? ": yes" : ": no"));
        return answer;
    }

    public static void Print(string title)
    {
        Console.WriteLine("{0}\n  {1}", title, string.Join("\n  ", entries));
        entries.Clear();
    }
}

// A resource that notes its release, so that it is seen when unwinding gets to it.
sealed class Connection : IDisposable
{
    readonly string name;

    public Connection(string name)
    {
        this.name = name;
        Journal.Note("open " + name);
    }

    public void Dispose()
    {
        Journal.Note("close " + name);
    }
}

class Worker
{
    readonly Dictionary<string, int> attempts = new Dictionary<string, int>();
    int clock;

    // Waits as long as the exception asks for, three times at most; other exceptions pass.
    public void Run(string job, Action action)
    {
        attempts[job] = 0;
        while (true)
        {
            try
            {
                attempts[job]++;
                action();
                Journal.Note(job + " is done");
                return;
            }
            catch (TransientException e) when (attempts[job] < 3)
            {
                clock += e.WaitSeconds;
                Journal.Note(string.Format("{0}: {1}; again at {2} s", job, e.Message, clock));
            }
            catch (Exception e) when (!(e is TransientException))
            {
                throw new JobException(job, e);
            }
        }
    }

    public int Attempts(string job) => attempts[job];
}

class Program
{
    // The filter of the outer frame runs while the inner frames still exist: before their finally.
    static void TwoPasses()
    {
        try
        {
            using (new Connection("outer"))
            {
                try
                {
                    using (new Connection("inner"))
                        throw new InvalidOperationException("thrown inside");
                }
                catch (InvalidOperationException e)
                    when (Journal.Asked("inner filter", e.Message.Contains("outside")))
                {
                    Journal.Note("never here");
                }
                finally
                {
                    Journal.Note("inner finally");
                }
            }
        }
        catch (Exception e) when (Journal.Asked("outer filter", e.Message.Contains("inside")))
        {
            Journal.Note("caught: " + e.Message);
        }
        Journal.Print("Filters run before finally blocks:");
    }

    static void Retries()
    {
        var worker = new Worker();
        int failures = 2;
        worker.Run("flaky", () =>
        {
            using (new Connection("flaky"))
            {
                if (failures-- > 0)
                    throw new TransientException("busy", failures + 1);
            }
        });
        try
        {
            worker.Run("hopeless", () => { throw new TransientException("still busy", 10); });
        }
        catch (TransientException e)
        {
            Journal.Note("given up after " + worker.Attempts("hopeless") + ": " + e.Message);
        }
        Journal.Print("Retries:");
    }

    static void Parse(string text)
    {
        int[] parts = text.Split('/').Select(int.Parse).ToArray();
        Journal.Note(text + " = " + checked(parts[0] * 1000000) / parts[1]);
    }

    static string Describe(Exception e)
    {
        string text = e.GetType().Name;
        for (e = e.InnerException; e != null; e = e.InnerException)
            text += " <- " + e.GetType().Name;
        return text;
    }

    // Each text fails in another place; the cause tells how.
    static void Causes()
    {
        var worker = new Worker();
        foreach (string text in new[] {"1/4", "1/0", "x/2", "7", "99999/1", null})
        {
            try
            {
                worker.Run("parse", () => Parse(text));
            }
            catch (JobException e) when (e.InnerException is ArithmeticException)
            {
                Journal.Note((text ?? "null") + ": arithmetic, " + e.InnerException.GetType().Name);
            }
            catch (JobException e)
            {
                Journal.Note((text ?? "null") + ": " + Describe(e));
            }
        }
        Journal.Print("Causes:");
    }

    // An exception in a finally block takes the place of the one that was on its way.
    static void Replaced()
    {
        try
        {
            try
            {
                throw new IOException("the first");
            }
            finally
            {
                try
                {
                    throw new FormatException("handled inside finally");
                }
                catch (FormatException e)
                {
                    Journal.Note(e.Message);
                }
                Journal.Note("finally throws");
                throw new TimeoutException("the second");
            }
        }
        catch (Exception e)
        {
            Journal.Note("caught: " + e.Message);
        }
        Journal.Print("An exception in finally:");
    }

    static int Depth(int n)
    {
        try
        {
            if (n == 0)
                throw new ApplicationException("at the bottom");
            return Depth(n - 1) + 1;
        }
        catch (ApplicationException) when (n % 4 == 3)
        {
            Journal.Note("rethrown at " + n);
            throw;
        }
    }

    // The trace of a rethrown exception begins where it was thrown first.
    static void Rethrown()
    {
        try
        {
            Depth(9);
        }
        catch (ApplicationException e)
        {
            int frames = e.StackTrace.Split('\n').Count(line => line.Contains("Program.Depth"));
            Journal.Note(e.Message + ", " + (frames > 9 ? "the whole" : "part of the") + " way seen");
        }
        Journal.Print("Rethrowing:");
    }

    static IEnumerable<int> Numbers(int failAt)
    {
        using (new Connection("iterator"))
        {
            for (int i = 0;; i++)
            {
                if (i == failAt)
                    throw new InvalidDataException("number " + i);
                yield return i;
            }
        }
    }

    // An iterator is unwound from outside: by its consumer's exception, and by its own.
    static void Iterators()
    {
        foreach (int limit in new[] {2, 9})
        {
            try
            {
                foreach (int number in Numbers(4))
                {
                    if (number == limit)
                        throw new IndexOutOfRangeException("enough at " + number);
                }
            }
            catch (Exception e) when (e is InvalidDataException || e is IndexOutOfRangeException)
            {
                Journal.Note(e.Message);
            }
        }
        Journal.Print("Iterators:");
    }

    static void Main()
    {
        TwoPasses();
        Retries();
        Causes();
        Replaced();
        Rethrown();
        Iterators();
    }
}
