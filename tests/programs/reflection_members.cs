// Members of a type: methods, fields, properties, events, constructors, parameters.
using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;

[AttributeUsage(AttributeTargets.All, AllowMultiple = true)]
class TagAttribute : Attribute {
    public string Text;
    public int Level { get; set; }
    public Type Kind;
    public TagAttribute(string text) { Text = text; }
    public TagAttribute(int[] numbers) { Text = string.Join("+", numbers); }
}
enum E : short { One = 1, Two }
[Tag("class", Level = 3, Kind = typeof(List<int>))]
class Target : IComparable<Target> {
    public int Field = 5;
    private string hidden = "h";
    public const double K = 2.5;
    public static int Stat = 9;
    protected E en = E.Two;
    public Target() {}
    public Target(int x, string y = "def") {
        Field = x;
        hidden = y;
    }
    [Tag("prop")]
    public string Name {
        get { return hidden; }
        set { hidden = value; }
    }
    public event EventHandler Changed { add {} remove {} }
    [Tag("m1"), Tag(new[] { 1, 2 })]
    public int Add([Tag("p")] int a, int b = 7) { return a + b + Field; }
    public static string Join(params string[] s) { return string.Join("/", s); }
    public T Id<T>(T x) { return x; }
    public void Out(out int x, ref string s) {
        x = 3;
        s += "!";
    }
    public virtual void Virt() {}
    int IComparable<Target>.CompareTo(Target o) { return 0; }
    private void Priv() {}
    public void Thrower() { throw new InvalidOperationException("thrown"); }
    public override string ToString() { return "T" + Field; }
    class Nested {}
    public struct PubNested {
        public int Q;
    }
}
class Derived : Target {
    public override void Virt() {}
}
interface IFoo<T> {
    T Get();
}

static class Program {
    static void Main() {
        Type t = typeof(Target);
        foreach (var m in t.GetMethods().Where(m => !m.IsGenericMethod)) Console.WriteLine(m);
        foreach (var m in t.GetMethods(BindingFlags.NonPublic|BindingFlags.Instance|BindingFlags.DeclaredOnly)) Console.WriteLine(m.Name);
        foreach (var f in t.GetFields(BindingFlags.Public|BindingFlags.NonPublic|BindingFlags.Instance|BindingFlags.Static)) Console.WriteLine(f + " " + f.Attributes);
        foreach (var p in t.GetProperties()) Console.WriteLine(p + " " + p.CanWrite);
        foreach (var e in t.GetEvents()) Console.WriteLine(e.Name + e.EventHandlerType);
        foreach (var c in t.GetConstructors()) Console.WriteLine(c);
        foreach (var n in t.GetNestedTypes()) Console.WriteLine(n.Name);
        foreach (var i in t.GetInterfaces()) Console.WriteLine(i);
        foreach (var p in t.GetMethod("Add").GetParameters()) Console.WriteLine(p.Name +
            p.ParameterType + p.Position + p.HasDefaultValue + p.DefaultValue + p);
    }
}
