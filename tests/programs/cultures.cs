// Cultures: their names, how they write numbers, money, dates and times, and read them back.
using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Threading;

class Cultures {
    const string Names = "ar bg ca zh-Hans zh-CHS cs da de el en es fi fr he hu it ja ko nl no pl pt ro ru hr sk sv th tr id uk sl et lv lt fa vi hi ar-SA bg-BG ca-ES zh-TW cs-CZ da-DK de-DE el-GR en-US fi-FI fr-FR he-IL hu-HU it-IT ja-JP ko-KR nl-NL nb-NO pl-PL pt-BR ro-RO ru-RU hr-HR sk-SK sv-SE th-TH tr-TR id-ID uk-UA sl-SI et-EE lv-LV lt-LT fa-IR vi-VN hi-IN zh-CN de-CH en-GB es-MX fr-BE it-CH nl-BE pt-PT sv-FI ar-EG zh-HK de-AT en-AU es-ES fr-CA zh-SG de-LU en-CA fr-CH en-NZ fr-LU en-IE en-ZA es-CO es-AR es-CL en-IN zh zh-Hant zh-CHT nb";

    static void Show(CultureInfo c) {
        Console.WriteLine("{0} {1} {2} | {3} | {4} | {5} {6} {7} | {8} {9}", c.Name, c.LCID, c.Parent.Name, c.EnglishName, c.NativeName, c.TwoLetterISOLanguageName, c.ThreeLetterISOLanguageName, c.ThreeLetterWindowsLanguageName, c.IsNeutralCulture, c.DisplayName);
        TextInfo t = c.TextInfo;
        Console.WriteLine("  {0} {1} {2} {3} {4} {5} {6} {7} {8}", t.ANSICodePage, t.EBCDICCodePage, t.MacCodePage, t.OEMCodePage, t.IsRightToLeft, t.ListSeparator, t.CultureName, c.Calendar.GetType().Name, c.OptionalCalendars.Length);
    }

    static void Formats(CultureInfo c) {
        var date = new DateTime(2009, 3, 7, 14, 5, 9, 123);
        var other = new DateTime(1987, 10, 25, 0, 30, 0);
        Console.WriteLine("  {0} {1} {2} {3} {4}", 1234567.891.ToString(c), 1234567.891.ToString("N", c), (-1234567.891m).ToString("C", c), 0.256.ToString("P", c), (-0.256).ToString("P1", c));
        Console.WriteLine("  {0} {1} {2} {3} {4}", (1e6).ToString("C0", c), double.NaN.ToString(c), double.NegativeInfinity.ToString(c), (-5).ToString("N0", c), 1.5e10.ToString("E2", c));
        foreach (char format in "dDfFgGmMtTyYsuRo")
            Console.WriteLine("  {0} {1} | {2}", format, date.ToString(format.ToString(), c), other.ToString(format.ToString(), c));
        Console.WriteLine("  {0}", date.ToString("ddd d MMM yy h:mm tt dddd MMMM", c));
        DateTimeFormatInfo f = c.DateTimeFormat;
        Console.WriteLine("  {0} {1} {2} {3} {4} {5}", f.FirstDayOfWeek, f.CalendarWeekRule, f.DateSeparator, f.TimeSeparator, f.AMDesignator, f.PMDesignator);
        Console.WriteLine("  {0}", string.Join(",", f.DayNames.Concat(f.AbbreviatedDayNames).Concat(f.ShortestDayNames)));
        Console.WriteLine("  {0}", string.Join(",", f.MonthNames.Concat(f.AbbreviatedMonthNames)));
        Console.WriteLine("  {0}", string.Join(",", f.MonthGenitiveNames.Concat(f.AbbreviatedMonthGenitiveNames)));
        Console.WriteLine("  {0}", string.Join(" | ", f.GetAllDateTimePatterns().Distinct()));
        Console.WriteLine("  {0} {1}", f.NativeCalendarName, f.GetEraName(1));
    }

    static int Try(Func<bool> test) {
        try { return test() ? 1 : 0; } catch (Exception) { return 2; }
    }

    static void Reads(CultureInfo c) {
        var date = new DateTime(2009, 3, 7, 14, 5, 9);
        Console.Write("{0}:", c.Name);
        foreach (string format in new[] { "d", "D", "f", "F", "g", "G", "t", "T", "y", "m" })
            Console.Write(" {0}", Try(() => DateTime.ParseExact(date.ToString(format, c), format, c).Day == 7));
        Console.WriteLine(" {0} {1} {2} {3}", Try(() => DateTime.Parse(date.ToString(c), c) == date), Try(() => decimal.Parse((-1234.5m).ToString("C", c), NumberStyles.Currency, c) == -1234.5m),
            Try(() => double.Parse(1234567.5.ToString("N1", c), NumberStyles.Number, c) == 1234567.5), Try(() => c.CompareInfo.Compare("a", "B") < 0));
    }

    static void Fails(string what, Action action) {
        try { action(); Console.WriteLine("{0}: fine", what); }
        catch (ArgumentException e) { Console.WriteLine("{0}: {1}: {2}", what, e.GetType().Name, e.Message.Replace("\n", "|")); }
    }

    static void Main() {
        foreach (string name in Names.Split())
            Show(new CultureInfo(name));
        foreach (string name in "en-US en-GB de-DE fr-FR es-ES it-IT ja-JP pl-PL ru-RU sv-SE".Split()) {
            Console.WriteLine(name);
            Formats(new CultureInfo(name));
        }
        foreach (string name in Names.Split())
            if (!name.StartsWith("ar") && !name.StartsWith("fa") && !name.StartsWith("th"))
                Reads(new CultureInfo(name));
        foreach (string name in "US DE GB FR JP CH BR IN CN PL SE".Split()) {
            var r = new RegionInfo(name);
            Console.WriteLine("{0} {1} {2} | {3} | {4} | {5} {6} | {7} | {8} {9} {10}", r.Name, r.ThreeLetterISORegionName, r.ThreeLetterWindowsRegionName, r.EnglishName, r.NativeName, r.CurrencySymbol, r.ISOCurrencySymbol, r.CurrencyEnglishName, r.CurrencyNativeName, r.IsMetric, r.GeoId);
        }
        Console.WriteLine(new RegionInfo("de-AT").Name);
        Fails("no culture", () => new CultureInfo("xx-YY"));
        Fails("no number", () => new CultureInfo(0x9999));
        Fails("no region", () => new RegionInfo("ZZ"));
        Fails("neutral region", () => Console.WriteLine(new RegionInfo("").Name));
        Fails("other case", () => Console.WriteLine(CultureInfo.GetCultureInfo("EN-us").Name));
        foreach (string name in "en de fr es it ja pl pt zh-Hans no sv de-CH".Split())
            Console.WriteLine("{0} {1}", name, CultureInfo.CreateSpecificCulture(name).Name);
        Console.WriteLine("{0} {1}", new CultureInfo(0x409).Name, CultureInfo.GetCultureInfo(1031).Name);
        Console.WriteLine("{0} {1}", new CultureInfo("en-US").Equals(new CultureInfo("en-us")), ReferenceEquals(CultureInfo.GetCultureInfo("de-DE"), CultureInfo.GetCultureInfo("de-DE")));
        CultureInfo[] all = CultureInfo.GetCultures(CultureTypes.AllCultures), specific = CultureInfo.GetCultures(CultureTypes.SpecificCultures), neutral = CultureInfo.GetCultures(CultureTypes.NeutralCultures);
        Console.WriteLine("{0} {1} {2}", all.Length == specific.Length + neutral.Length, specific.All(c => !c.IsNeutralCulture), neutral.Any(c => c.Name == ""));
        Console.WriteLine(string.Join(" ", all.Select(c => c.Name).Intersect(new[] { "de", "en-US", "fr-CA", "" }).OrderBy(n => n, StringComparer.Ordinal)));
        Thread.CurrentThread.CurrentCulture = new CultureInfo("de-DE");
        Console.WriteLine("{0} {1:N2} {2} {3}", 1.5, 1234.5, new DateTime(2020, 12, 31), double.Parse("1.234,5"));
        Console.WriteLine(string.Format(new CultureInfo("fr-FR"), "{0:C} {1:D} {2}", 12.5m, new DateTime(2020, 8, 1), 0.5));
        Console.WriteLine("{0} {1}", "TITLE".ToLower(new CultureInfo("tr-TR")) == "title", "i".ToUpper(new CultureInfo("tr-TR")) == "\u0130");
        var changed = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        changed.NumberFormat.NumberDecimalSeparator = "_";
        changed.DateTimeFormat.ShortDatePattern = "yyyy'/'MM";
        Console.WriteLine("{0} {1:d}", 2.5.ToString(changed), new DateTime(2020, 8, 1).ToString("d", changed));
        Fails("read only", () => { try { CultureInfo.InvariantCulture.NumberFormat.NumberDecimalSeparator = "_"; } catch (InvalidOperationException e) { Console.WriteLine(e.Message); } });
        CultureInfo i = CultureInfo.InvariantCulture;
        Show(i);
        Formats(i);
        foreach (string name in "de-DE sv-SE cs-CZ es-ES da-DK".Split())
            Console.WriteLine("{0} {1}", name, string.Join(" ", "zebra Äpfel apfel öl oben chata cihla ñu nube ål å z ö ä".Split().OrderBy(w => w, StringComparer.Create(new CultureInfo(name), false))));
    }
}
