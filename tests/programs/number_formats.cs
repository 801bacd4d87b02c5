// Standard and custom formats of all numbers, and parsing, under the invariant culture.
using System;
using System.Globalization;

class NumberFormats {
    static void Show(string what, Func<string> make) {
        string text;
        try { text = make(); } catch (Exception e) { text = e.GetType().Name; }
        Console.WriteLine("{0}: {1}", what, text);
    }

    static void All(object value, params string[] formats) {
        foreach (string format in formats) {
            string f = format;
            Show(value.GetType().Name + " " + f, () => ((IFormattable)value).ToString(f, CultureInfo.InvariantCulture));
        }
    }

    static void Main() {
        string[] integers = { "", "G", "g3", "D", "D8", "X", "x", "X10", "N", "N0", "N3", "F", "F1", "E", "e2", "C", "C0", "P", "P1",
            "#", "0", "00000", "#,#", "#,##0.00", "0.0##", "#;(#);zero", "'#'0", "\\#0", "0%", "0\u2030", "#,,", "0e+0", "0.00E-00", "R", "Z", "D-1", "$#,##0.00;($#,##0.00)" };
        foreach (int i in new[] { 0, 1, -1, 42, -1234567, int.MaxValue, int.MinValue })
            All(i, integers);
        All((byte)200, "", "X", "D5"); All((sbyte)-100, "", "X2", "N1"); All((short)-30000, "X", "x8", "N0"); All((ushort)65535, "N2", "X");
        All(uint.MaxValue, "N0", "X", "E5"); All(long.MinValue, "", "X", "N0", "E10", "D25"); All(ulong.MaxValue, "", "N0", "X", "E3", "P0");
        string[] reals = { "", "G", "R", "G3", "G15", "G17", "g", "E", "e0", "E10", "F", "F0", "F5", "N", "N1", "C", "P", "P3", "0.###", "#.##", "00.00", "#,##0.0", "0.0e0", "#.###E+000", "0;-0;zero", "D", "X" };
        foreach (double d in new[] { 0.0, -0.0, 1, -1, 0.1, 1.5, 2.5, 0.5, 123456789.125, 1e15, 1e16, 1e100, -1e-5, 1e-10, 1.0 / 3, 2.0 / 3, Math.PI, double.MaxValue, double.MinValue, double.Epsilon, double.NaN, double.PositiveInfinity, double.NegativeInfinity, 4.35, 0.045, 1.005, 999999.5, 9.9999999999999999e22, 5e-324, 123456789012345678 })
            All(d, reals);
        foreach (float f in new[] { 0f, 0.1f, 1f / 3, 16777216f, 3.4e38f, 1e-45f, -2.5f, float.NaN, 1234567.9f, 0.3f })
            All(f, "", "R", "G9", "F3", "E4", "N2", "0.0####");
        foreach (decimal m in new[] { 0m, 1m, -1m, 1.10m, 0.005m, 1234567.895m, -0.5m, 79228162514264337593543950335m, 0.0000000000000000000000000001m, 2.5m, 100.00m })
            All(m, "", "G", "G5", "F", "F0", "F4", "N", "C", "C3", "P", "E", "E3", "0.00", "#,##0.###", "0;(0);nil", "X");
        var n = new NumberFormatInfo { NumberDecimalSeparator = ",", NumberGroupSeparator = ".", NumberGroupSizes = new[] { 3, 2 }, CurrencySymbol = "EUR", CurrencyPositivePattern = 3, CurrencyNegativePattern = 8,
            PercentPositivePattern = 1, PercentNegativePattern = 2, NumberNegativePattern = 4, NegativeSign = "minus", CurrencyDecimalSeparator = "!", PercentDecimalSeparator = "?" };
        foreach (string f in new[] { "N2", "C", "P", "F", "E2", "#,##0.0", "G" })
            Console.WriteLine("{0} {1} {2}", f, 1234567.891.ToString(f, n), (-1234567.891m).ToString(f, n));
        for (int p = 0; p < 16; p++) {
            n.CurrencyNegativePattern = p;
            n.NumberNegativePattern = p % 5; n.PercentNegativePattern = p % 12; n.PercentPositivePattern = p % 4; n.CurrencyPositivePattern = p % 4;
            Console.WriteLine("{0} {1} {2} {3} {4}", (-5).ToString("C", n), (-5).ToString("N", n), (-.5).ToString("P", n), .5.ToString("P", n), 5.ToString("C", n));
        }
        string[] texts = { "0", " 42 ", "+7", "-7", "7-", "(7)", "1,234", "1,2,3", "0x10", "ff", "FF", "1.5", "1e3", "1E-2", ".5", "5.", "", " ", "abc", "2147483648", "-2147483649", "$5", "\u00a45", "1 000", "NaN", "Infinity", "-Infinity", "\u221e", "1e400", "-0", "99999999999999999999999999999", "1.0000000000000000000000000001", "١", "1\0" };
        var c = CultureInfo.InvariantCulture;
        foreach (string t in texts) {
            int i; double d; decimal m; long l; byte b;
            Console.WriteLine("'{0}' {1} {2} {3} {4} {5} {6} {7} {8}", t.Replace("\0", "\\0"),
                int.TryParse(t, NumberStyles.Any, c, out i) ? i.ToString(c) : "-", int.TryParse(t, NumberStyles.Integer, c, out i) ? i.ToString(c) : "-",
                int.TryParse(t, NumberStyles.HexNumber, c, out i) ? i.ToString(c) : "-",
                double.TryParse(t, NumberStyles.Any, c, out d) ? d.ToString("R", c) : "-", double.TryParse(t, NumberStyles.Float, c, out d) ? d.ToString("R", c) : "-",
                decimal.TryParse(t, NumberStyles.Any, c, out m) ? m.ToString(c) : "-", long.TryParse(t, NumberStyles.Any, c, out l) ? l.ToString(c) : "-", byte.TryParse(t, NumberStyles.Any, c, out b) ? b.ToString(c) : "-");
            Show("parse " + t.Replace("\0", "\\0"), () => int.Parse(t, c).ToString(c));
        }
        foreach (string t in new[] { "0.1", "1.7976931348623157E+308", "4.9406564584124654E-324", "2.2250738585072011e-308", "9007199254740993", "0.30000000000000004", "123456789012345678901234567890" }) {
            double d = double.Parse(t, c); float f = float.Parse(t.Contains("308") || t.Contains("324") ? "1" : t, c);
            Console.WriteLine("{0:X16} {1} {2}", BitConverter.DoubleToInt64Bits(d), d.ToString("R", c), f.ToString("R", c));
        }
        Console.WriteLine(string.Format(c, "{0,10:N2}|{1,-10:X}|{2:0.0}|{{}}|{3}", 1234.5, 255, 1.25m, null));
    }
}
