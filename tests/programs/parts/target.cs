// What attributes.cs, reflection_invoke.cs, reflection_members.cs and reflection_types.cs look at.
using System;
using System.Collections.Generic;

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
