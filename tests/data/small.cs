// A little of everything that has a metadata table. Compile: mcs -target:library -optimize small.cs
using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;

[assembly: System.Reflection.AssemblyTitle("small")]

namespace Small {
    [Flags] public enum Colour : byte { None, Red = 1, Green = 2, Blue = 4 }

    public interface IShape { double Area { get; } event EventHandler Changed; }

    public delegate int Op(int a, ref int b, out string c);

    [StructLayout(LayoutKind.Explicit, Size = 16)]
    public struct Union {
        [FieldOffset(0)] public long Whole;
        [FieldOffset(0)] public int Low;
        [FieldOffset(4)] public int High;
    }

    public abstract class Shape<T> : IShape where T : class, IComparable<T>, new() {
        protected T tag;
        public const string Name = "a \"shape\"\n\u00e9";
        public const float Ratio = 0.1f;
        public static readonly int[] Table = { 1, 2, 3, 4, 5, 6, 7, 8 };
        public abstract double Area { get; }
        public event EventHandler Changed;
        protected virtual void OnChanged() { if (Changed != null) Changed(this, null); }
        public static U Pick<U>(List<T> list, U[,] grid, int i = 3) where U : struct {
            Console.WriteLine(list[i]);
            return grid[i, i];
        }
        public class Nested { public T Value; }
    }

    public sealed class Square : Shape<string2> {
        double side;
        public Square(double side) { this.side = side; }
        public override double Area { get { return side * side; } }
        public int this[int i] { get { return Classify(i); } set { side = value; } }
        public static int Classify(int n) {
            switch (n) {
            case 0: return 10;
            case 1: return 20;
            case 2: return 40;
            case 3: return 80;
            default: return -1;
            }
        }
        [DllImport("libc", EntryPoint = "strlen", CharSet = CharSet.Ansi)]
        static extern IntPtr Length([MarshalAs(UnmanagedType.LPStr)] string text);
        public static int Guard(string text) {
            try {
                return int.Parse(text);
            } catch (FormatException e) when (e.Message.Length > 3) {
                return -2;
            } catch (Exception) {
                return -1;
            } finally {
                Console.WriteLine("done: {0}", text);
            }
        }
        public static unsafe int Sum(int* p, int count) {
            int sum = 0;
            for (int i = 0; i < count; i++)
                sum += p[i];
            return sum;
        }
        public static object Numbers() {
            return new object[] { 1.5, 0.1f, double.NaN, 123456789012345L, 'x', Colour.Green };
        }
    }

    [Obsolete("not for use", false)]
    public class string2 : IComparable<string2> {
        public int CompareTo(string2 other) { return 0; }
    }

    [Marked(Colour.Blue, typeof(string), new object[] { (short)-1, null, "x" },
            Names = new[] { "a", "b" }, Other = Colour.Red)]
    public class MarkedAttribute : Attribute {
        public MarkedAttribute(Colour colour, Type type, object[] list) { }
        public string[] Names { get { return null; } set { } }
        public Colour Other;
    }

    static class Program {
        static int Main(string[] args) { return args.Length; }
    }
}
