// Math at its edges: rounding, signed zeros, infinities, NaN, remainders, logarithms.
using System;
using System.Globalization;

static class Program {
    static readonly double[] edges = { 2.5, 3.5, -2.5, 0.5, -0.5, -0.4, 1.5, 4503599627370497.5, double.NaN, double.PositiveInfinity, -0.0, 2.345, 1e300 };
    static readonly double[] others = { 0.0, -0.0, 1, -1, 2.5, double.NaN, double.PositiveInfinity, double.NegativeInfinity };

    static string Text(double d) { return d == 0 && double.IsNegativeInfinity(1 / d) ? "-0" : d.ToString("R", CultureInfo.InvariantCulture); }
    static string Text(float f) { return f == 0 && float.IsNegativeInfinity(1 / f) ? "-0" : f.ToString("R", CultureInfo.InvariantCulture); }
    static void Line(string what, params double[] values) { Console.WriteLine(what + ": " + string.Join(" ", Array.ConvertAll(values, Text))); }
    static void Line(string what, params float[] values) { Console.WriteLine(what + ": " + string.Join(" ", Array.ConvertAll(values, Text))); }
    static void Fails(string what, Action action) {
        try {
            action();
            Console.WriteLine(what + ": nothing thrown");
        } catch (Exception e) {
            Console.WriteLine("{0}: {1}", what, e.GetType().Name);
        }
    }
    static void One(double d) {
        Line("round " + Text(d), Math.Round(d), Math.Round(d, MidpointRounding.ToEven), Math.Round(d, MidpointRounding.AwayFromZero), Math.Round(d, 2), Math.Round(d, 1, MidpointRounding.AwayFromZero), Math.Round(d, 0));
        Line("  cut", Math.Truncate(d), Math.Ceiling(d), Math.Floor(d), Math.Abs(d));
        Line("  logs", Math.Sqrt(d), Math.Log(d), Math.Log10(d), Math.Log(d, 2));
        foreach (double o in others) {
            Line("  with " + Text(o), Math.Pow(d, o), Math.Pow(o, d), Math.Atan2(d, o), Math.Atan2(o, d), Math.IEEERemainder(d, o), Math.IEEERemainder(o, d), d % o, o % d);
            Line("    ", Math.Log(d, o), Math.Min(d, o), Math.Max(d, o));
        }
    }
    static void Main() {
        foreach (double d in edges)
            One(d);
        foreach (float f in new[] { 2.5f, 3.5f, -2.5f, 0.5f, float.NaN, -0f }) {
            Line("float " + Text(f), MathF.Round(f), MathF.Round(f, MidpointRounding.AwayFromZero), MathF.Truncate(f), MathF.IEEERemainder(f, 1.5f), MathF.Pow(f, 0.5f), Math.Abs(f));
            Line("  as double", Math.Round(f), Math.Round(f, MidpointRounding.AwayFromZero));
        }
        foreach (decimal m in new[] { 2.5m, 3.5m, -2.5m, 2.345m })
            Console.WriteLine(string.Join(" ", Math.Round(m), Math.Round(m, MidpointRounding.AwayFromZero), Math.Round(m, 1), Math.Truncate(m), Math.Ceiling(m), Math.Floor(m)));
        int rest;
        long longRest;
        Console.WriteLine(Math.BigMul(int.MaxValue, int.MinValue) + " " + Math.DivRem(17, -5, out rest) + " " + rest + " " + Math.DivRem(long.MinValue, 10, out longRest) + " " + longRest);
        Console.WriteLine(Math.Sign(-0.0) + " " + Math.Sign(double.NegativeInfinity) + " " + Math.Sign(-3m));
        Fails("sign of NaN", () => Math.Sign(double.NaN));
        Fails("divide by zero", () => Math.DivRem(1, 0, out rest));
        Fails("absolute minimum", () => Math.Abs(int.MinValue));
        Fails("16 digits", () => Math.Round(1.5, 16));
        Fails("no such rounding", () => Math.Round(1.5, (MidpointRounding)7));
    }
}
