// Boxing and unboxing: copies, exact types, nullable, enums, virtual calls on boxed values.
using System;

enum Color : byte { Red, Green, Blue }

struct Money
{
    public long Cents;
    public override string ToString() { return "some money"; }
    public void Add(long c) { Cents += c; }
}

class Program
{
    static void Unbox(object o)
    {
        try { Console.WriteLine("int {0}", (int)o); }
        catch (InvalidCastException) { Console.WriteLine("not an int"); }
        catch (NullReferenceException) { Console.WriteLine("null, not an int"); }
        try { Console.WriteLine("uint {0}", (uint)o); }
        catch (InvalidCastException) { Console.WriteLine("not a uint"); }
        catch (NullReferenceException) { Console.WriteLine("null, not a uint"); }
        Console.WriteLine("{0} {1} {2}", o is int, o is long, o is ValueType);
    }

    static void Nullables(int? n)
    {
        object o = n;
        Console.WriteLine("{0} {1}", o == null, n.HasValue);
        int? back = (int?)o;
        Console.WriteLine("{0} {1}", back.HasValue, back.GetValueOrDefault(-1));
        Console.WriteLine(n == 5);
        Console.WriteLine((n + 1) ?? -100);
    }

    static bool IsNull<T>(T value) { return value == null; }

    static void Main()
    {
        Unbox(5);
        Unbox(5u);
        Unbox(5L);
        Unbox(null);
        Unbox("5");
        Nullables(5);
        Nullables(null);
        object boxed = 1;
        object same = boxed;
        boxed = (int)boxed + 1;
        Console.WriteLine("{0} {1}", boxed, same);
        Money m = new Money();
        m.Cents = 5;
        object om = m;
        m.Add(10);
        ((Money)om).Add(1000);
        Console.WriteLine("{0} {1}", m.Cents, ((Money)om).Cents);
        Console.WriteLine(om.ToString());
        Console.WriteLine(m.ToString());
        Console.WriteLine(om is Money);
        object color = Color.Blue;
        Console.WriteLine((int)(Color)color);
        Console.WriteLine((byte)color);
        Console.WriteLine(color is Color);
        Console.WriteLine(color is byte);
        Console.WriteLine(color is Enum);
        object[] things = { (sbyte)-1, (byte)255, (short)-2, (ushort)65535, 'x', true, 1.5f, 2.5,
                            -3L, 18446744073709551615UL };
        foreach (object t in things)
            Console.WriteLine(t);
        Console.WriteLine((sbyte)things[0] + (byte)things[1] + (short)things[2]);
        Console.WriteLine((char)things[4]);
        Console.WriteLine((float)things[6] + (double)things[7]);
        Console.WriteLine(things[8].GetHashCode() == (-3L).GetHashCode());
        Console.WriteLine(3.Equals(3));
        Console.WriteLine(((object)3).Equals(3L));
        Console.WriteLine(((object)3).Equals(3));
        Console.WriteLine("{0} {1} {2}", IsNull(0), IsNull(m), IsNull(Color.Red));
        Console.WriteLine("{0} {1} {2}", IsNull<int?>(null), IsNull<int?>(0), IsNull(""));
        Console.WriteLine("{0} {1}", IsNull<string>(null), IsNull<object>(m));
        try { object o = null; Console.WriteLine(((Money)o).Cents); }
        catch (NullReferenceException) { Console.WriteLine("null"); }
    }
}
