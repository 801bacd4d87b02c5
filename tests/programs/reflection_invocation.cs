// Invoking by reflection: arguments by reference, optional, converted; private members; exceptions;
// Activator; delegates made by reflection; uninitialized objects; events and properties.
using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Reflection;
using System.Runtime.Serialization;

enum Colour : short { Red = 1, Green, Blue }
struct Pair {
    public int A, B;
    public Pair(int a, int b) {
        A = a;
        B = b;
    }
    public int Sum() { return A + B; }
    public void Grow() { A++; }
    public override string ToString() { return A + ":" + B; }
}
class Thing {
    public int Value = 7;
    private string secret = "s";
    public readonly int Fixed = 3;
    public const string Constant = "c";
    protected internal static long counter;
    public Thing() {}
    public Thing(int value) { Value = value; }
    public Thing(string text, params int[] rest) { secret = text + rest.Length; }
    private Thing(double d) { secret = "private " + d.ToString(CultureInfo.InvariantCulture); }
    public string Secret { get { return secret; } private set { secret = value; } }
    public int this[int i, string s] { get { return i + s.Length; } set { Value = value * 100 + i; } }
    public event Action<string> Happened;
    private event EventHandler hidden;
    public void Raise(string s) { if (Happened != null) Happened(s); }
    public string Ref(ref int a, out string b, ref Pair c, ref object d) {
        a *= 2;
        b = "out";
        c.A = 50;
        d = d + "!";
        return "ref";
    }
    public string Defaults(int a, string b = "bee", Colour c = Colour.Green, double? d = null, long e = 5) { return string.Join(",", a, b, c, d.HasValue ? "d" : "no d", e); }
    public string Over(int x) { return "int " + x; }
    public string Over(long x) { return "long " + x; }
    public string Over(object x) { return "object " + x; }
    public string Over(string x) { return "string " + (x ?? "null"); }
    public string Wide(long l, double d, float f, decimal m) { return string.Format(CultureInfo.InvariantCulture, "{0} {1} {2} {3}", l, d, f, m); }
    public string Coloured(Colour c) { return c.ToString(); }
    public string Maybe(int? x) { return x.HasValue ? x.Value.ToString() : "none"; }
    public string Sum(params int[] xs) { return xs.Sum().ToString(); }
    public Pair Struct(Pair p) { p.Grow(); return p; }
    public void Throws() { throw new InvalidOperationException("inside"); }
    private string Hidden(int x) { return "hidden " + x; }
    public static string Static(string s) { return "static " + s; }
    public virtual string Virtual() { return "base"; }
    public T Generic<T>(T x) { return x; }
    unsafe public int Pointer(int* p) { return p == null ? -1 : *p; }
}
class Child : Thing {
    public override string Virtual() { return "child"; }
}
class FailsToStart {
    static FailsToStart() { throw new ApplicationException("type"); }
    public static int X;
    public static void Go() {}
}
class ThrowingConstructor {
    public ThrowingConstructor() { throw new NotSupportedException("ctor"); }
}
abstract class Abstract {
    public abstract int M();
}
class NoDefault {
    public NoDefault(int x) {}
}
static class Program {
    const BindingFlags any = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static;
    delegate string StringFromThing(Thing t);
    delegate int IntFromPair(ref Pair p);
    static string Text(object o) { return o == null ? "null" : o is object[] ? string.Join("|", ((object[])o).Select(Text)) : Convert.ToString(o, CultureInfo.InvariantCulture); }
    static void Do(string what, Func<object> action) {
        try {
            Console.WriteLine("{0} = {1}", what, Text(action()));
        } catch (Exception e) {
            Console.WriteLine("{0} ! {1}{2}", what, e.GetType().Name, e.InnerException == null ? "" : " of " + e.InnerException.GetType().Name + " " + e.InnerException.Message);
        }
    }
    static object Call(object target, string name, params object[] args) { return typeof(Thing).GetMethod(name, any).Invoke(target, args); }
    static T New<T>() where T : new() { return new T(); }
    static void Main() {
        var thing = new Thing();
        object[] refs = { 21, null, new Pair(1, 2), "obj" };
        Do("ref", () => Call(thing, "Ref", refs));
        Console.WriteLine(Text(refs));
        refs = new object[] { null, null, null, null };
        Do("ref nulls", () => Call(thing, "Ref", refs));
        Console.WriteLine(Text(refs));
        Do("wide", () => Call(thing, "Wide", (byte)1, 2, 'c', 4m));
        Do("wide too narrow", () => Call(thing, "Wide", 1.5, 2, 3f, 4m));
        Do("enum from enum", () => Call(thing, "Coloured", Colour.Blue));
        Do("enum from its integer", () => Call(thing, "Coloured", (short)2));
        Do("enum from int", () => Call(thing, "Coloured", 2));
        Do("nullable", () => Call(thing, "Maybe", 5) + " " + Call(thing, "Maybe", new object[] { null }));
        Do("nullable of long", () => Call(thing, "Maybe", 5L));
        Do("array", () => Call(thing, "Sum", new[] { 1, 2, 3 }));
        Do("params expanded", () => Call(thing, "Sum", 1, 2, 3));
        Do("struct", () => Call(thing, "Struct", new Pair(1, 2)));
        Do("struct from null", () => Call(thing, "Struct", new object[] { null }));
        Do("wrong type", () => Call(thing, "Struct", "text"));
        Do("wrong count", () => Call(thing, "Struct"));
        Do("throws", () => Call(thing, "Throws"));
        Do("no target", () => Call(null, "Throws"));
        Do("wrong target", () => Call("text", "Throws"));
        Do("private", () => Call(thing, "Hidden", 4));
        Do("static", () => Call(null, "Static", "x") + " " + Call(thing, "Static", new object[] { null }));
        Do("virtual", () => Call(new Child(), "Virtual"));
        Do("on struct", () => typeof(Pair).GetMethod("Sum").Invoke(new Pair(3, 4), null));
        object boxed = new Pair(3, 4);
        Do("change a box", () => typeof(Pair).GetMethod("Grow").Invoke(boxed, null) + " " + boxed);
        Do("generic", () => typeof(Thing).GetMethod("Generic").MakeGenericMethod(typeof(Pair)).Invoke(thing, new object[] { new Pair(8, 9) }));
        Do("abstract", () => typeof(Abstract).GetMethod("M").Invoke(null, null));
        Do("failing type", () => typeof(FailsToStart).GetMethod("Go").Invoke(null, null));
        Do("failing type's field", () => typeof(FailsToStart).GetField("X").GetValue(null));

        Console.WriteLine("optional");
        Do("missing", () => Call(thing, "Defaults", 1, Type.Missing, Type.Missing, Type.Missing, Type.Missing));
        Do("some", () => Call(thing, "Defaults", 1, "two", Colour.Blue, 2.0, Type.Missing));
        Do("missing required", () => Call(thing, "Defaults", Type.Missing, "two", Colour.Blue, 2.0, 1L));
        Do("too few", () => Call(thing, "Defaults", 1));
        Do("optional binding", () => typeof(Thing).InvokeMember("Defaults", BindingFlags.InvokeMethod | BindingFlags.Public | BindingFlags.Instance | BindingFlags.OptionalParamBinding, null, thing, new object[] { 3 }));
        foreach (ParameterInfo p in typeof(Thing).GetMethod("Defaults").GetParameters())
            Console.WriteLine("  {0} {1} {2} {3}", p.Name, p.IsOptional, p.HasDefaultValue, p.HasDefaultValue ? Text(p.DefaultValue) : "-");

        Console.WriteLine("binder");
        foreach (object arg in new object[] { 1, (short)2, 3L, 4f, "five", null, 'c' })
            Do("over " + Text(arg), () => typeof(Thing).InvokeMember("Over", BindingFlags.InvokeMethod | BindingFlags.Public | BindingFlags.Instance, null, thing, new[] { arg }));
        Do("get field", () => typeof(Thing).InvokeMember("Value", BindingFlags.GetField | any, null, thing, null));
        Do("set field", () => typeof(Thing).InvokeMember("Value", BindingFlags.SetField | any, null, thing, new object[] { 12 }) + " " + thing.Value);
        Do("get property", () => typeof(Thing).InvokeMember("Secret", BindingFlags.GetProperty | any, null, thing, null));
        Do("no such method", () => typeof(Thing).InvokeMember("Nothing", BindingFlags.InvokeMethod | any, null, thing, null));
        Do("create", () => ((Thing)typeof(Thing).InvokeMember("", BindingFlags.CreateInstance | any, null, null, new object[] { 2.5 })).Secret);
        Do("ambiguous", () => typeof(Thing).GetMethod("Over"));
        Do("by types", () => typeof(Thing).GetMethod("Over", new[] { typeof(short) }));
        Do("by exact types", () => typeof(Thing).GetMethod("Over", BindingFlags.ExactBinding | any, null, new[] { typeof(short) }, null));

        Console.WriteLine("fields and properties");
        Do("set private", () => { typeof(Thing).GetField("secret", any).SetValue(thing, "new"); return thing.Secret; });
        Do("set readonly", () => { typeof(Thing).GetField("Fixed").SetValue(thing, 8); return thing.Fixed; });
        Do("set constant", () => { typeof(Thing).GetField("Constant").SetValue(null, "x"); return null; });
        Do("widen", () => { typeof(Thing).GetField("counter", any).SetValue(null, 5); return typeof(Thing).GetField("counter", any).GetValue(null); });
        Do("narrow", () => { typeof(Thing).GetField("Value").SetValue(thing, 5L); return null; });
        Do("wrong object", () => typeof(Thing).GetField("Value").GetValue("text"));
        Do("no object", () => typeof(Thing).GetField("Value").GetValue(null));
        Do("private setter", () => { typeof(Thing).GetProperty("Secret").SetValue(thing, "set", null); return thing.Secret; });
        Do("indexer", () => typeof(Thing).GetProperty("Item").GetValue(thing, new object[] { 4, "abc" }));
        Do("set indexer", () => { typeof(Thing).GetProperty("Item").SetValue(thing, 9, new object[] { 4, "abc" }); return thing.Value; });
        Do("struct field", () => { typeof(Pair).GetField("A").SetValue(boxed, 77); return boxed; });
        Do("get only", () => { typeof(string).GetProperty("Length").SetValue("x", 3, null); return null; });

        Console.WriteLine("events");
        EventInfo happened = typeof(Thing).GetEvent("Happened");
        Action<string> handler = s => Console.WriteLine("  heard " + s);
        happened.AddEventHandler(thing, handler);
        thing.Raise("once");
        happened.RemoveEventHandler(thing, handler);
        thing.Raise("never");
        Console.WriteLine(happened.EventHandlerType + " " + happened.GetAddMethod() + " " + happened.GetRemoveMethod() + " " + (happened.GetRaiseMethod() == null) + " " + happened.IsMulticast);
        Do("wrong handler", () => { happened.AddEventHandler(thing, (Action)(() => {})); return null; });
        Do("no public add", () => { typeof(Thing).GetEvent("hidden", any).AddEventHandler(thing, (EventHandler)((o, e) => {})); return null; });

        Console.WriteLine("activator");
        Do("default", () => ((Thing)Activator.CreateInstance(typeof(Thing))).Value);
        Do("args", () => ((Thing)Activator.CreateInstance(typeof(Thing), 5)).Value);
        Do("params", () => ((Thing)Activator.CreateInstance(typeof(Thing), "t", 1, 2, 3)).Secret);
        Do("private", () => ((Thing)Activator.CreateInstance(typeof(Thing), any, null, new object[] { 1.5 }, null)).Secret);
        Do("struct", () => Activator.CreateInstance(typeof(Pair)) + " " + Activator.CreateInstance(typeof(Pair), 1, 2));
        Do("int", () => Activator.CreateInstance(typeof(int)));
        Do("string", () => Activator.CreateInstance(typeof(string), 'x', 3));
        Do("throwing", () => Activator.CreateInstance(typeof(ThrowingConstructor)));
        Do("throwing generic", () => Activator.CreateInstance<ThrowingConstructor>());
        Do("throwing new T()", () => New<ThrowingConstructor>());
        Do("generic", () => Activator.CreateInstance<Pair>() + " " + Activator.CreateInstance<Thing>().Value + " " + New<int>() + " " + New<List<int>>().Count);
        Do("no default", () => Activator.CreateInstance(typeof(NoDefault)));
        Do("no default generic", () => Activator.CreateInstance<NoDefault>());
        Do("abstract", () => Activator.CreateInstance(typeof(Abstract)));
        Do("interface", () => Activator.CreateInstance(typeof(IDisposable)));
        Do("null", () => Activator.CreateInstance((Type)null));
        Do("array", () => ((int[])Activator.CreateInstance(typeof(int[]), 4)).Length);
        Do("2d array", () => ((int[,])Activator.CreateInstance(typeof(int[,]), 2, 3)).Length);
        Do("by name", () => Activator.CreateInstance(null, "Pair").Unwrap());
        Do("nullable", () => Activator.CreateInstance(typeof(int?)));
        Do("void", () => Activator.CreateInstance(typeof(void)));
        Do("failing type", () => Activator.CreateInstance(typeof(FailsToStart)));
        Do("constructor twice", () => { var t = new Thing(1); typeof(Thing).GetConstructor(new[] { typeof(int) }).Invoke(t, new object[] { 44 }); return t.Value; });
        Do("uninitialized", () => ((Thing)FormatterServices.GetUninitializedObject(typeof(Thing))).Value + " " + FormatterServices.GetUninitializedObject(typeof(Pair)));
        Do("uninitialized string", () => FormatterServices.GetUninitializedObject(typeof(string)));

        Console.WriteLine("delegates");
        Do("static", () => ((Func<string, string>)Delegate.CreateDelegate(typeof(Func<string, string>), typeof(Thing).GetMethod("Static")))("a"));
        Do("closed static", () => ((Func<string>)Delegate.CreateDelegate(typeof(Func<string>), "first", typeof(Thing).GetMethod("Static")))());
        Do("closed instance", () => ((Func<string>)Delegate.CreateDelegate(typeof(Func<string>), new Child(), typeof(Thing).GetMethod("Virtual")))());
        Do("open instance", () => ((StringFromThing)Delegate.CreateDelegate(typeof(StringFromThing), typeof(Thing).GetMethod("Virtual")))(new Child()));
        Do("by name", () => ((Func<string>)Delegate.CreateDelegate(typeof(Func<string>), thing, "virtual", true))());
        Do("static by name", () => ((Func<string, string>)Delegate.CreateDelegate(typeof(Func<string, string>), typeof(Thing), "Static"))("n"));
        Do("of a struct", () => { var p = new Pair(5, 6); return ((IntFromPair)Delegate.CreateDelegate(typeof(IntFromPair), typeof(Pair).GetMethod("Sum")))(ref p); });
        Do("on a boxed struct", () => ((Func<int>)Delegate.CreateDelegate(typeof(Func<int>), (object)new Pair(5, 7), typeof(Pair).GetMethod("Sum")))());
        Do("contravariant", () => ((Func<string, object>)Delegate.CreateDelegate(typeof(Func<string, object>), typeof(Thing).GetMethod("Static")))("v"));
        Do("wrong signature", () => Delegate.CreateDelegate(typeof(Func<int>), typeof(Thing).GetMethod("Static")));
        Do("wrong signature, quietly", () => Delegate.CreateDelegate(typeof(Func<int>), typeof(Thing).GetMethod("Static"), false));
        Do("wrong name", () => Delegate.CreateDelegate(typeof(Func<int>), thing, "Nothing"));
        Do("no delegate", () => Delegate.CreateDelegate(typeof(string), typeof(Thing).GetMethod("Static")));
        Do("method info", () => ((Func<string, string>)Thing.Static).Method + " " + (((Func<string>)thing.Virtual).Target == thing));
        Do("createdelegate", () => ((Func<string>)typeof(Thing).GetMethod("Virtual").CreateDelegate(typeof(Func<string>), thing))());
        Do("dynamic", () => ((Delegate)(Func<int, int, int>)((a, b) => a * b)).DynamicInvoke(6, 7));
        Do("dynamic widened", () => ((Delegate)(Func<long, long>)(a => a + 1)).DynamicInvoke(6));
        Do("dynamic throws", () => ((Delegate)(Action)thing.Throws).DynamicInvoke());
        Do("dynamic wrong", () => ((Delegate)(Action<int>)(a => {})).DynamicInvoke("x"));
        Do("dynamic count", () => ((Delegate)(Action<int>)(a => {})).DynamicInvoke());
        Do("dynamic multicast", () => ((Delegate)((Func<int>)(() => 1) + (Func<int>)(() => 2))).DynamicInvoke());

        Console.WriteLine("enums");
        Do("parse", () => Enum.Parse(typeof(Colour), "green", true) + " " + Enum.ToObject(typeof(Colour), 3) + " " + Enum.GetUnderlyingType(typeof(Colour)) + " " + Enum.IsDefined(typeof(Colour), "Red"));
        Do("fields", () => string.Join(" ", typeof(Colour).GetFields().Select(f => f.Name + "=" + (f.IsLiteral ? Text(f.GetRawConstantValue()) : "-"))));
        Do("value", () => typeof(Colour).GetField("Blue").GetValue(null).GetType() + " " + typeof(Colour).GetField("Blue").GetValue(null));
        Do("names", () => string.Join(" ", typeof(Colour).GetEnumNames()) + " " + typeof(Colour).GetEnumName((short)2) + " " + typeof(Colour).GetEnumUnderlyingType() + " " + typeof(Colour).IsEnumDefined("Blue"));
    }
}
