// Custom modifiers and marshalling descriptors as reflection shows them.
using System;
using System.Linq;
using System.Reflection;
using System.Runtime.InteropServices;

class Carrier {
    public volatile int Volatile;
    [MarshalAs(UnmanagedType.ByValTStr, SizeConst = 8)]
    public string Fixed;
    [MarshalAs(UnmanagedType.LPArray, ArraySubType = UnmanagedType.I2, SizeParamIndex = 1)]
    public short[] Array;
    [MarshalAs(UnmanagedType.CustomMarshaler, MarshalType = "Some.Type", MarshalCookie = "cookie")]
    public object Custom;
    public int Plain { get; set; }
    [return: MarshalAs(UnmanagedType.Bool)]
    public bool Method([MarshalAs(UnmanagedType.LPStr)] string s, int n) { return true; }
}

static class Program {
    static string Show(object attribute) {
        var m = attribute as MarshalAsAttribute;
        return m == null ? attribute.ToString() : m.Value + " " + m.SizeConst + " " + m.ArraySubType + " " + m.SizeParamIndex + " " + (m.MarshalType ?? "-") + " " + (m.MarshalCookie ?? "-");
    }
    static void Main() {
        foreach (FieldInfo f in typeof(Carrier).GetFields())
            Console.WriteLine("{0}: [{1}] [{2}] {3}", f.Name, string.Join(" ", f.GetRequiredCustomModifiers().Select(t => t.Name)), string.Join(" ", f.GetOptionalCustomModifiers().Select(t => t.Name)),
                string.Join("; ", f.GetCustomAttributes(false).Select(Show)));
        MethodInfo method = typeof(Carrier).GetMethod("Method");
        foreach (ParameterInfo p in method.GetParameters())
            Console.WriteLine("{0}: {1} {2} {3}", p.Name, p.Attributes, p.GetRequiredCustomModifiers().Length, string.Join("; ", p.GetCustomAttributes(false).Select(Show)));
        Console.WriteLine(string.Join("; ", method.ReturnParameter.GetCustomAttributes(false).Select(Show)));
        Console.WriteLine(typeof(Carrier).GetProperty("Plain").GetRequiredCustomModifiers().Length);
    }
}
