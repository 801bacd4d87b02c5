// Numbers to text and back: Convert, Parse, format strings, Math, BitConverter.
using System;
using System.Globalization;

static class Program {
    static void Main() {
        Console.WriteLine(Convert.ToInt32("42") + Convert.ToInt32(3.5) + Convert.ToInt32(true));
        Console.WriteLine(Convert.ToString(255, 16) + Convert.ToString(5, 2));
        Console.WriteLine(Convert.ToBase64String(new byte[]{1,2,3,250}));
        Console.WriteLine(Convert.FromBase64String("AQID+g==")[3]);
        Console.WriteLine(Convert.ChangeType("12", typeof(int)));
        Console.WriteLine(int.Parse("-17") + " " + double.Parse("3.25",
            CultureInfo.InvariantCulture) + " " + int.TryParse("x", out var q) + " " +
            long.Parse("FF", NumberStyles.HexNumber));
        try { int.Parse("abc"); } catch (FormatException e) { Console.WriteLine(e.Message); }
        try { checked { int big = int.MaxValue; big++; } } catch (OverflowException e) {
            Console.WriteLine(e.Message); }
        Console.WriteLine("{0:N2} {1:X4} {2:D5} {3:P1} {4:E3} {5,8:F1}| {6:C}", 1234567.891, 255,
            42, 0.1234, 12345.678, 3.14159, 9.5);
        Console.WriteLine(1e100 + " " + 0.1 + " " + 1f/3 + " " + double.NaN + " " +
            double.PositiveInfinity + " " + -0.0);
        Console.WriteLine(123456789.ToString("#,##0"));
        Console.WriteLine(3.0.ToString("R"));
        Console.WriteLine(Math.Max(1,2) + " " + Math.Abs(-3) + " " + Math.Pow(2,10) + " " +
            Math.Sign(-2.0) + " " + Math.Truncate(-2.7) + " " + Math.Floor(-0.5) + " " +
            Math.Log(Math.E) + " " + Math.Round(3.14159, 2) + " " +
            Math.Atan2(1,1).ToString("F4") + " " + Math.Min(2.0, double.NaN));
        Console.WriteLine(BitConverter.ToInt32(BitConverter.GetBytes(0x01020304),
            0).ToString("x") + " " + BitConverter.ToString(new byte[]{1,0xab}) + " " +
            BitConverter.DoubleToInt64Bits(1.0));
    }
}
