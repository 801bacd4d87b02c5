// Time zones, conversions, and what DateTime and DateTimeOffset do with them.
using System;
using System.Globalization;
using System.Linq;

class TimeZones {
    static void Show(TimeZoneInfo z) {
        Console.WriteLine("{0} | {1} | {2} | {3}", z.Id, z.BaseUtcOffset, z.SupportsDaylightSavingTime, z.GetAdjustmentRules().Length > 0);
        foreach (var t in new[] { new DateTime(2020, 1, 15, 12, 0, 0), new DateTime(2020, 7, 15, 12, 0, 0), new DateTime(2020, 3, 29, 2, 30, 0), new DateTime(2020, 10, 25, 2, 30, 0), new DateTime(1995, 4, 2, 3, 0, 0), new DateTime(2030, 6, 1, 0, 0, 0) }) {
            DateTime utc = DateTime.SpecifyKind(t, DateTimeKind.Utc);
            Console.WriteLine("  {0:s} {1} {2} {3} {4} {5:s}", t, z.GetUtcOffset(t), z.IsDaylightSavingTime(t), z.IsInvalidTime(t), z.IsAmbiguousTime(t), TimeZoneInfo.ConvertTimeFromUtc(utc, z));
        }
    }
    static void Main() {
        Environment.SetEnvironmentVariable("TZ", "Europe/Berlin");
        TimeZoneInfo.ClearCachedData();
        foreach (string id in new[] { "UTC", "Europe/Berlin", "America/New_York", "Asia/Tokyo", "Asia/Kolkata", "Australia/Sydney", "Pacific/Apia", "America/Sao_Paulo" })
            Show(TimeZoneInfo.FindSystemTimeZoneById(id));
        Console.WriteLine(TimeZoneInfo.Local.Id + " " + TimeZoneInfo.Local.BaseUtcOffset);
        var d = new DateTime(2021, 8, 1, 12, 0, 0, DateTimeKind.Utc);
        Console.WriteLine("{0:o} {1:o} {2:o}", d, d.ToLocalTime(), d.ToLocalTime().ToUniversalTime());
        Console.WriteLine("{0:zzz} {0:%K} {1:%K} {2:%K}", d.ToLocalTime(), d, new DateTime(2021, 1, 1));
        Console.WriteLine("{0} {1}", new DateTimeOffset(2021, 1, 1, 0, 0, 0, TimeSpan.FromHours(-5)), new DateTimeOffset(d).ToOffset(TimeSpan.FromMinutes(330)).ToString("o"));
        Console.WriteLine("{0} {1}", DateTimeOffset.Parse("2020-02-29T23:59:59+02:00", CultureInfo.InvariantCulture).UtcDateTime, DateTime.Parse("2020-02-29T23:59:59Z", CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind).Kind);
        try { TimeZoneInfo.FindSystemTimeZoneById("No/Where"); } catch (TimeZoneNotFoundException e) { Console.WriteLine(e.GetType().Name); }
        try { TimeZoneInfo.ConvertTimeToUtc(new DateTime(2020, 3, 29, 2, 30, 0), TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin")); } catch (ArgumentException e) { Console.WriteLine(e.GetType().Name); }
        Console.WriteLine(TimeZoneInfo.GetSystemTimeZones().Any(z => z.Id == "Europe/Paris"));
        Console.WriteLine("{0} {1}", DateTime.Now.Kind, Math.Abs((DateTime.Now - DateTime.UtcNow.ToLocalTime()).TotalSeconds) < 5);
        var custom = TimeZoneInfo.CreateCustomTimeZone("X", TimeSpan.FromMinutes(90), "Ex", "Ex S");
        Console.WriteLine("{0} {1}", custom, TimeZoneInfo.ConvertTime(d, custom));
        foreach (string f in new[] { "d/M/yy", "yyyy-MM-dd'T'HH:mm:ss.fffffffK", "ddd, dd MMM yyyy HH':'mm':'ss 'GMT'", "%h", "tt", "FFF", "yy gg", "R" })
            Console.WriteLine(new DateTime(637000000001234567).ToString(f, CultureInfo.InvariantCulture));
        foreach (string s in new[] { "2020-01-02", "01/02/2020", "2 January 2020", "Thu, 02 Jan 2020 03:04:05 GMT", "2020-01-02T03:04:05.678", "12:30", "13:30 PM", "2020-13-01", "1 Jan", "20200102" }) {
            DateTime r; Console.WriteLine("{0}: {1}", s, DateTime.TryParse(s, CultureInfo.InvariantCulture, DateTimeStyles.NoCurrentDateDefault | DateTimeStyles.AdjustToUniversal, out r) ? r.ToString("o") : "no");
        }
        foreach (string s in new[] { "1:2:3", "1.02:03:04.5", "-00:00:01", "10675199.02:48:05.4775807", "99", "25:00", "x" }) {
            TimeSpan r; Console.WriteLine("{0}: {1}", s, TimeSpan.TryParse(s, CultureInfo.InvariantCulture, out r) ? r.ToString() + " " + r.ToString("g") + " " + r.ToString("G") + " " + r.Ticks : "no");
        }
        var c = new GregorianCalendar();
        Console.WriteLine("{0} {1} {2}", c.GetWeekOfYear(new DateTime(2021, 1, 3), CalendarWeekRule.FirstFourDayWeek, DayOfWeek.Monday), DateTime.IsLeapYear(2000), DateTime.DaysInMonth(2023, 2));
        foreach (Calendar k in new Calendar[] { new JulianCalendar(), new HebrewCalendar(), new HijriCalendar(), new PersianCalendar(), new ThaiBuddhistCalendar(), new JapaneseCalendar(), new TaiwanCalendar(), new ChineseLunisolarCalendar(), new UmAlQuraCalendar(), new KoreanCalendar() })
            Console.WriteLine("{0} {1}/{2}/{3} era {4}", k.GetType().Name, k.GetYear(d), k.GetMonth(d), k.GetDayOfMonth(d), k.GetEra(d));
    }
}
