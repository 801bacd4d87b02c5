// BigInteger and Complex, decimal arithmetic and rounding, conversions between everything.
using System;
using System.Globalization;
using System.Linq;
using System.Numerics;

class BigNumbers {
    static void Try(string what, Func<object> f) { try { Console.WriteLine("{0}: {1}", what, f()); } catch (Exception e) { Console.WriteLine("{0}: {1}", what, e.GetType().Name); } }
    static void Main() {
        BigInteger f = 1; for (int i = 2; i <= 60; i++) f *= i;
        Console.WriteLine(f); Console.WriteLine(f / BigInteger.Pow(7, 20)); Console.WriteLine(f % 1000000007); Console.WriteLine(-f >> 100); Console.WriteLine(f.ToString("X")); Console.WriteLine(f.ToString("N0"));
        Console.WriteLine(BigInteger.ModPow(3, 1000, 1000007) + " " + BigInteger.GreatestCommonDivisor(f, 123456789012345) + " " + BigInteger.Parse("-123456789012345678901234567890") + " " + (double)f + " " + BigInteger.Log10(f).ToString("R"));
        Console.WriteLine(string.Join(",", f.ToByteArray().Select(b => b.ToString("x2")).ToArray()) + " " + new BigInteger(new byte[] { 0xff, 0xff }) + " " + (new BigInteger(255) ^ 15) + " " + (BigInteger.MinusOne & 255) + " " + BigInteger.Parse("0ff", NumberStyles.HexNumber) + " " + (long)new BigInteger(long.MaxValue));
        Try("overflow", () => (int)f); Try("divide", () => f / 0); Try("parse", () => BigInteger.Parse("12x"));
        Console.WriteLine(new Complex(3, 4).Magnitude + " " + Complex.Sqrt(-1) + " " + new Complex(1, 2) * new Complex(3, -1) + " " + Complex.Exp(new Complex(0, Math.PI)).Real);
        decimal[] ds = { 1.005m, -2.5m, 2.5m, 3.5m, 0.1m, 79228162514264337593543950335m, 1e-28m, 123456.789m };
        foreach (decimal d in ds) {
            Console.WriteLine("{0} {1} {2} {3} {4} {5} {6}", d, Math.Round(d, 2), decimal.Round(d, MidpointRounding.AwayFromZero), decimal.Truncate(d), decimal.Floor(d), decimal.Ceiling(d), string.Join(",", decimal.GetBits(d)));
            foreach (decimal e in ds) { Try("+", () => d + e); Try("*", () => d * e); Try("/", () => d / e); Try("%", () => d % e); }
        }
        object[] values = { true, 'a', (byte)200, (sbyte)-5, (short)-300, (ushort)60000, 70000, 4000000000u, -5000000000L, 10000000000000000000UL, 3.7f, -2.5, 12.5m, "42", "x", null, DateTime.MinValue, DBNull.Value };
        Type[] types = { typeof(bool), typeof(char), typeof(byte), typeof(sbyte), typeof(short), typeof(ushort), typeof(int), typeof(uint), typeof(long), typeof(ulong), typeof(float), typeof(double), typeof(decimal), typeof(string), typeof(DateTime), typeof(object) };
        foreach (object v in values)
            foreach (Type t in types)
                Try((v ?? "null") + " -> " + t.Name, () => { object r = Convert.ChangeType(v, t, CultureInfo.InvariantCulture); return r == null ? "null" : r + " " + r.GetType().Name; });
        foreach (int b in new[] { 2, 8, 10, 16 }) Console.WriteLine(Convert.ToString(-77, b) + " " + Convert.ToString(255L, b) + " " + Convert.ToInt32(b == 2 ? "1011" : "77", b));
        Try("base", () => Convert.ToInt32("9", 8)); Try("base3", () => Convert.ToInt32("9", 3));
        Console.WriteLine(Convert.ToBase64String(Enumerable.Range(0, 100).Select(i => (byte)i).ToArray(), Base64FormattingOptions.InsertLineBreaks)); Console.WriteLine(BitConverter.ToString(Convert.FromBase64String(" AAEC\nAw== "))); Try("base64", () => Convert.FromBase64String("AAA"));
        Console.WriteLine(BitConverter.ToString(BitConverter.GetBytes(1.5)) + " " + BitConverter.ToInt64(new byte[] { 1, 2, 3, 4, 5, 6, 7, 8 }, 0) + " " + BitConverter.ToSingle(new byte[] { 0, 0, 128, 63 }, 0));
        foreach (double d in new[] { 0.5, 1.5, 2.5, -0.5, -1.5, 2.675, 1e20, double.NaN }) Console.WriteLine("{0} {1} {2} {3} {4} {5}", Math.Round(d), Math.Round(d, MidpointRounding.AwayFromZero), Math.Round(d, 2), Math.Floor(d), Math.Ceiling(d), Math.Truncate(d));
        Console.WriteLine(Math.IEEERemainder(10, 3) + " " + Math.Sign(-3.5) + " " + Math.BigMul(int.MaxValue, 3) + " " + Math.DivRem(-7, 2, out int rem) + " " + rem + " " + Math.Log(8, 2) + " " + Math.Atan2(1, -1).ToString("R") + " " + Math.Pow(2, 0.5).ToString("R") + " " + Math.Max(double.NaN, 1) + " " + Math.Min(-0.0, 0.0));
        var rnd = new Random(42); Console.WriteLine(string.Join(" ", Enumerable.Range(0, 8).Select(i => rnd.Next().ToString()).ToArray()) + " " + rnd.NextDouble().ToString("R") + " " + rnd.Next(10) + " " + rnd.Next(-5, 5)); var bytes = new byte[6]; rnd.NextBytes(bytes); Console.WriteLine(BitConverter.ToString(bytes));
        Console.WriteLine(new Guid("00112233-4455-6677-8899-aabbccddeeff").ToString("B") + " " + Guid.Parse("{00112233-4455-6677-8899-aabbccddeeff}").ToString("N") + " " + Guid.Empty.ToString("X") + " " + new Guid(new byte[16]).Equals(Guid.Empty) + " " + Guid.NewGuid().ToString().Length + " " + Guid.NewGuid().ToByteArray()[7] / 16);
        Console.WriteLine("hash".GetHashCode() + " " + 1.5.GetHashCode() + " " + 1.5m.GetHashCode() + " " + 5L.GetHashCode() + " " + true.GetHashCode() + " " + 'x'.GetHashCode() + " " + new DateTime(2020, 1, 1).GetHashCode() + " " + TimeSpan.FromDays(1).GetHashCode() + " " + Guid.Empty.GetHashCode() + " " + Tuple.Create(1, "a").GetHashCode() + " " + (1.5f).GetHashCode() + " " + DayOfWeek.Friday.GetHashCode());
        var items = Enumerable.Range(0, 50).Select(i => new { K = i * 7 % 5, I = i }).ToArray(); Array.Sort(items, (a, b) => a.K - b.K); Console.WriteLine(string.Join(" ", items.Select(x => x.K + ":" + x.I).ToArray())); Array.Sort(items.Select(x => x.I).ToArray(), items); Console.WriteLine(items[0].I + " " + items[49].I);
    }
}
