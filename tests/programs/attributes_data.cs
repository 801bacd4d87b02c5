// Attributes without making them, pseudo attributes, and attributes in every place that takes one.
using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

[assembly: AssemblyTitle("the title"), AssemblyVersion("1.2.3.4"), CLSCompliant(false)]
[module: Mark("module")]

enum Small : byte { None, One, Two = 200 }
[Flags]
enum Wide : ulong { A = 1, Top = 1UL << 63 }
[AttributeUsage(AttributeTargets.All, AllowMultiple = true, Inherited = true)]
class MarkAttribute : Attribute {
    public readonly string Text;
    public object Anything;
    public Small[] Smalls;
    public Wide Bits { get; set; }
    public virtual Type[] Types { get; set; }
    public int Count { get { return count; } set { count = value * 2; } }
    int count;
    public MarkAttribute(string text) { Text = text; }
    public MarkAttribute(object value) { Text = "object " + (value ?? "null"); }
    public MarkAttribute(bool b, char c, sbyte s, ushort u, long l, float f, double d, DayOfWeek day) {
        Text = string.Join(" ", b, c, s, u, l, f, d, day);
    }
    public MarkAttribute(object[] values, Type type, params string[] rest) {
        Text = string.Join(",", values.Select(v => v is Array ? "array" : v ?? "null")) + type + string.Join("", rest);
    }
}
class SubMarkAttribute : MarkAttribute {
    public SubMarkAttribute() : base("sub") {}
    public override Type[] Types { get { return base.Types; } set { base.Types = value.Reverse().ToArray(); } }
}
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
class OwnAttribute : Attribute {}
class BadAttribute : Attribute {
    public BadAttribute() { throw new InvalidOperationException("bad"); }
}

[Mark("simple"), Mark((object)7), Mark(null, Anything = typeof(int[])), Own, Serializable]
[Mark(true, 'x', -1, 65535, long.MinValue, 1.5f, 2.25, DayOfWeek.Friday, Bits = Wide.Top | Wide.A, Count = 21)]
[Mark(new object[] { 1, "two", null, 3.0, Small.Two, new[] { 1, 2 } }, typeof(Dictionary<,>), "a", "b", Smalls = new[] { Small.One, Small.Two }, Anything = Small.Two)]
[SubMark(Types = new[] { typeof(string), typeof(List<int>), typeof(Outer.Inner<>) })]
class Carrier<[Mark("type parameter")] T> {
    [Mark("field"), NonSerialized]
    public int Field;
    [Mark("property")]
    public T Property { [Mark("getter")] get; set; }
    [Mark("event")]
    public event Action Event;
    [Mark("method"), Obsolete("old", true)]
    [return: Mark("return")]
    public virtual R Method<[Mark("method type parameter")] R>([Mark("parameter"), Optional, DefaultParameterValue(5)] int a, [In] ref T b, out int c) {
        c = 0;
        return default(R);
    }
    [Mark("constructor")]
    public Carrier() {}
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.PreserveSig), Conditional("DEBUG")]
    public void Plain() {}
}
class Heir : Carrier<string> {
    [DllImport("libnothing", EntryPoint = "entry", SetLastError = true)]
    public static extern int Imported(int x);
    public override R Method<R>(int a, ref string b, out int c) {
        c = 1;
        return default(R);
    }
}
[StructLayout(LayoutKind.Explicit, Pack = 2, Size = 24)]
struct Laid {
    [FieldOffset(4)]
    public int A;
    [FieldOffset(16)]
    public long B;
}
[StructLayout(LayoutKind.Sequential, CharSet = CharSet.Unicode)]
class Row {
    public int A;
}
[Bad]
class Outer {
    public class Inner<X> {}
}
class Deep<A, B> {
    [Mark("deep")]
    public A First;
    [Mark("deep method")]
    public void Go([Mark("deep parameter")] B b) {}
}

static class Program {
    static string Show(object value) {
        var list = value as IEnumerable<CustomAttributeTypedArgument>;
        if (list != null)
            return "{" + string.Join(", ", list.Select(a => a.ArgumentType.Name + ":" + Show(a.Value))) + "}";
        return value == null ? "null" : value is string ? "\"" + value + "\"" : value.ToString();
    }
    static void Data(string where, IEnumerable<CustomAttributeData> all) {
        Console.WriteLine(where);
        foreach (string line in all.Where(d => d.AttributeType.Namespace != "System.Diagnostics" && d.AttributeType != typeof(RuntimeCompatibilityAttribute)).Select(d => "  " + d.Constructor.DeclaringType.Name + "(" + string.Join(", ", d.ConstructorArguments.Select(a => a.ArgumentType.Name + " " + Show(a.Value))) + ")" +
            string.Concat(d.NamedArguments.Select(n => " " + n.MemberInfo.Name + (n.IsField ? "" : "*") + "=" + n.TypedValue.ArgumentType.Name + " " + Show(n.TypedValue.Value)))).OrderBy(l => l, StringComparer.Ordinal))
            Console.WriteLine(line);
    }
    static void Made(string where, object[] attributes) {
        Console.WriteLine(where + ": " + string.Join("; ", attributes.Where(a => !(a is DebuggableAttribute) && !(a is RuntimeCompatibilityAttribute)).Select(Describe).OrderBy(a => a, StringComparer.Ordinal)));
    }
    static string Describe(object attribute) {
        var mark = attribute as MarkAttribute;
        if (mark == null)
            return attribute.GetType().Name;
        return mark.GetType().Name + " " + mark.Text + (mark.Anything == null ? "" : " any=" + mark.Anything) + (mark.Smalls == null ? "" : " smalls=" + string.Join("+", mark.Smalls)) +
               (mark.Bits == 0 ? "" : " bits=" + mark.Bits) + (mark.Types == null ? "" : " types=" + string.Join("+", mark.Types.Select(t => t.Name))) + (mark.Count == 0 ? "" : " count=" + mark.Count);
    }
    static void Main() {
        Type open = typeof(Carrier<>), closed = typeof(Carrier<int>);
        foreach (Type t in new[] { open, closed }) {
            MethodInfo method = t.GetMethod("Method");
            Data("type", t.GetCustomAttributesData());
            Data("field", t.GetField("Field").GetCustomAttributesData());
            Data("property", t.GetProperty("Property").GetCustomAttributesData());
            Data("getter", t.GetProperty("Property").GetGetMethod().GetCustomAttributesData().Where(d => d.AttributeType == typeof(MarkAttribute)));
            Data("event", t.GetEvent("Event").GetCustomAttributesData());
            Data("method", method.GetCustomAttributesData());
            foreach (ParameterInfo p in method.GetParameters())
                Data("parameter " + p.Name, p.GetCustomAttributesData());
            Data("constructor", t.GetConstructors()[0].GetCustomAttributesData());
            Data("method type parameter", method.GetGenericArguments()[0].GetCustomAttributesData());
        }
        Data("type parameter", open.GetGenericArguments()[0].GetCustomAttributesData());
        Data("module", closed.Module.GetCustomAttributesData());
        Data("assembly", closed.Assembly.GetCustomAttributesData());

        Console.WriteLine("made");
        foreach (Type t in new[] { open, closed, typeof(Heir) }) {
            MethodInfo method = t.GetMethod("Method");
            Made(t.Name, t.GetCustomAttributes(true));
            Made("own", t.GetCustomAttributes(false));
            Made("field", t.GetField("Field").GetCustomAttributes(true));
            Made("property", t.GetProperty("Property").GetCustomAttributes(true));
            Made("event", t.GetEvent("Event").GetCustomAttributes(true));
            Made("method", method.GetCustomAttributes(true));
            Made("method own", method.GetCustomAttributes(false));
            foreach (ParameterInfo p in method.GetParameters())
                Made(p.Name, p.GetCustomAttributes(true));
            Made("return", method.ReturnParameter.GetCustomAttributes(false));
        }
        Made("method type parameter", open.GetMethod("Method").GetGenericArguments()[0].GetCustomAttributes(false));
        Made("deep", typeof(Deep<string, int>).GetField("First").GetCustomAttributes(false));
        Made("deep", typeof(Deep<string, int>).GetMethod("Go").GetCustomAttributes(false));
        Made("deep", typeof(Deep<string, int>).GetMethod("Go").GetParameters()[0].GetCustomAttributes(false));
        Made("module", closed.Module.GetCustomAttributes(false));
        Console.WriteLine(closed.Assembly.GetCustomAttribute<AssemblyTitleAttribute>().Title + " " + closed.Assembly.GetName().Version);
        Console.WriteLine(Attribute.GetCustomAttributes(typeof(Heir), typeof(SubMarkAttribute)).Length + " " + Attribute.IsDefined(typeof(Heir), typeof(OwnAttribute)) + " " +
                          typeof(Heir).IsDefined(typeof(MarkAttribute), false) + " " + typeof(Heir).IsDefined(typeof(MarkAttribute), true));
        Console.WriteLine(closed.GetMethod("Method").GetCustomAttribute<ObsoleteAttribute>().Message + " " + closed.GetMethod("Method").GetCustomAttribute<ObsoleteAttribute>().IsError);
        try {
            typeof(Heir).GetCustomAttribute<MarkAttribute>();
        } catch (AmbiguousMatchException) {
            Console.WriteLine("ambiguous");
        }
        try {
            typeof(Outer).GetCustomAttributes(false);
        } catch (InvalidOperationException e) {
            Console.WriteLine("bad: " + e.Message);
        } catch (TargetInvocationException e) {
            Console.WriteLine("wrapped: " + e.InnerException.Message);
        }

        Console.WriteLine("pseudo");
        var import = (DllImportAttribute)typeof(Heir).GetMethod("Imported").GetCustomAttributes(typeof(DllImportAttribute), false)[0];
        Console.WriteLine(import.Value + " " + import.EntryPoint + " " + import.SetLastError + " " + import.CharSet + " " + import.CallingConvention + " " + import.PreserveSig);
        Console.WriteLine(closed.IsSerializable + " " + closed.GetField("Field").IsNotSerialized + " " + closed.GetMethod("Plain").GetMethodImplementationFlags());
        foreach (Type t in new[] { typeof(Laid), typeof(Row), typeof(Heir) }) {
            StructLayoutAttribute layout = t.StructLayoutAttribute;
            Console.WriteLine(t.Name + " " + layout.Value + " " + layout.Pack + " " + layout.Size + " " + layout.CharSet + " " + t.IsExplicitLayout + t.IsLayoutSequential + t.IsAutoLayout);
        }
        foreach (FieldInfo f in typeof(Laid).GetFields())
            Console.WriteLine(f.Name + " " + ((FieldOffsetAttribute)f.GetCustomAttributes(typeof(FieldOffsetAttribute), false)[0]).Value);
        foreach (ParameterInfo p in closed.GetMethod("Method").GetParameters())
            Console.WriteLine(p + " " + p.Attributes + " " + p.IsIn + p.IsOut + p.IsOptional + " " + p.HasDefaultValue + " " + (p.RawDefaultValue is int ? p.RawDefaultValue : "-"));
    }
}
