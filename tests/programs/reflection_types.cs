// Types as objects: names, look-up, relations.
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
        Console.WriteLine(t.Name + " " + t.FullName + " " + t.Namespace + " " + t.IsClass +
            t.IsValueType + t.BaseType + t.IsSealed + t.IsPublic);
        Console.WriteLine(typeof(Dictionary<string,int[]>));
        Console.WriteLine(typeof(Dictionary<string,int[]>).FullName);
        Console.WriteLine(typeof(int[,]));
        Console.WriteLine(typeof(Target.PubNested).FullName + " " +
            typeof(int).AssemblyQualifiedName);
        Console.WriteLine(typeof(List<>).MakeGenericType(typeof(E)));
        Console.WriteLine(typeof(Derived).GetMethod("Virt").DeclaringType + " " +
            typeof(Derived).GetMethod("Virt").GetBaseDefinition().DeclaringType + " " +
            typeof(Derived).IsSubclassOf(t) + t.IsAssignableFrom(typeof(Derived)) +
            t.IsInstanceOfType(new Derived()) + typeof(IFoo<int>).IsInterface);
        Console.WriteLine(typeof(Derived).GetMethods().Count(m => m.Name == "Virt"));
        Console.WriteLine(Type.GetType("Target") == t);
        Console.WriteLine(Type.GetType("System.Collections.Generic.List`1[[System.Int32]]"));
        Console.WriteLine(Type.GetType("Nope") == null);
        try { Type.GetType("Nope", true); } catch (TypeLoadException e) {
            Console.WriteLine(e.GetType()); }
        Console.WriteLine(Assembly.GetExecutingAssembly().GetName().Name + " " +
            Assembly.GetExecutingAssembly().GetTypes().Length + " " +
            Assembly.GetExecutingAssembly().GetType("Target+Nested").Name + " " +
            typeof(int).Assembly.FullName + Assembly.GetExecutingAssembly().EntryPoint);
        Console.WriteLine(typeof(int?).IsGenericType + " " +
            Nullable.GetUnderlyingType(typeof(int?)) + " " + Type.GetTypeCode(typeof(E)) + " " +
            typeof(E).IsEnum + " " + typeof(int).IsPrimitive);
    }
}
