// Nullable values, dates, durations, the stopwatch.
using System;
using System.Globalization;
using System.Diagnostics;

static class Program {
    static void Main() {
        int? n = null;
        Console.WriteLine(n.HasValue + " " + (n ?? 7) + " " + n.GetValueOrDefault(3));
        n = 4;
        Console.WriteLine(n + 1);
        Console.WriteLine(n == 4);
        object bn = n;
        Console.WriteLine(bn.GetType());
        Console.WriteLine((int?)bn);
        var dt = new DateTime(2020, 2, 29, 13, 45, 30);
        Console.WriteLine(dt.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture));
        Console.WriteLine(dt.AddYears(1).DayOfWeek);
        Console.WriteLine(dt);
        Console.WriteLine((dt - new DateTime(2020,1,1)).TotalHours);
        Console.WriteLine(TimeSpan.FromSeconds(3725));
        Console.WriteLine(DateTime.UtcNow.Year > 2000);
        Console.WriteLine(DateTime.Parse("2001-02-03",
            CultureInfo.InvariantCulture).ToString("d", CultureInfo.InvariantCulture));
        var sw = Stopwatch.StartNew();
        sw.Stop();
        Console.WriteLine(sw.ElapsedMilliseconds < 1000);
        Console.WriteLine(Stopwatch.Frequency);
    }
}
