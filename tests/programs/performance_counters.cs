// Performance counters, and the cache that looks at them.
using System;
using System.Diagnostics;
using System.Linq;
using System.Runtime.Caching;

static class Program
{
    static void Try(string what, Func<object> value)
    {
        try
        {
            Console.WriteLine(what + ": " + value());
        }
        catch (Exception e)
        {
            Console.WriteLine(what + ": " + e.GetType());
        }
    }

    static PerformanceCounter Counter(string category, string name, string instance)
    {
        return new PerformanceCounter(category, name, instance, true);
    }

    static void Main()
    {
        int self = Process.GetCurrentProcess().Id;
        var processes = new PerformanceCounterCategory("Process");
        var processors = new PerformanceCounterCategory("Processor");
        string own = processes.GetInstanceNames().First(n => n.StartsWith(self + "/"));
        PerformanceCounter total = Counter("Mono Memory", "Total Physical Memory", "");
        PerformanceCounter available = Counter("Mono Memory", "Available Physical Memory", "");

        Try("memory", () => total.RawValue > available.RawValue && available.RawValue > 0);
        Try("type", () => total.CounterType);
        Try("sample", () => total.NextSample().RawValue == total.RawValue);
        Try("value", () => total.NextValue() == total.RawValue);
        Try("adding", () => { total.Increment(); return 0; });
        Try("threads", () => Counter("Process", "Thread Count", own).RawValue >= 1);
        Try("working set", () => Counter("Process", "Working Set", own).RawValue > 1 << 20);
        Try("own time", () => Counter("Process", "% Processor Time", own).RawValue >= 0);
        Try("idle", () => Counter("Processor", "% Processor Time", "_Total").CounterType);
        Try("user", () => Counter("Processor", "% User Time", "0").RawValue >= 0);
        Try("processors", () => processors.GetInstanceNames().Length == Environment.ProcessorCount + 1);
        Try("counters", () => string.Join(",", processors.GetCounters("0").Select(c => c.CounterName)));
        Try("categories", () => PerformanceCounterCategory.GetCategories().Any(c => c.CategoryName == "Process"));
        Try("exists", () => PerformanceCounterCategory.Exists("Process"));
        Try("not", () => PerformanceCounterCategory.Exists("Nothing"));
        Try("counter", () => PerformanceCounterCategory.CounterExists("Thread Count", "Process"));
        Try("no counter", () => PerformanceCounterCategory.CounterExists("Threads", "Process"));
        Try("no category", () => Counter("Nothing", "Thread Count", "").RawValue);
        Try("no such counter", () => Counter("Process", "Threads", own).RawValue);

        var cache = new MemoryCache("words");
        cache.Add("one", 1, DateTimeOffset.Now.AddMinutes(1));
        Try("cached", () => cache["one"]);
        Try("not cached", () => cache["two"] ?? "nothing");
    }
}
