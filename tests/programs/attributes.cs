// Custom attributes: their arguments, where they are.
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
        foreach (TagAttribute a in t.GetCustomAttributes(typeof(TagAttribute), false))
            Console.WriteLine(a.Text + a.Level + a.Kind);
        foreach (TagAttribute a in t.GetMethod("Add").GetCustomAttributes(typeof(TagAttribute),
            false).Cast<TagAttribute>().OrderBy(a => a.Text, StringComparer.Ordinal))
            Console.WriteLine(a.Text);
        Console.WriteLine(t.GetMethod("Add").GetParameters()[0].GetCustomAttribute<TagAttribute>().Text + t.GetProperty("Name").IsDefined(typeof(TagAttribute)) + t.IsDefined(typeof(ObsoleteAttribute)));
    }
}
