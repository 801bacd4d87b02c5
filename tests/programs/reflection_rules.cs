// Which members a type shows, and how types relate, where the rules are easy to get wrong.
using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using System.Reflection.Emit;

class Program {
    class Base {
        public event Action Changed { add { } remove { } }
        public event Action Removed { add { } remove { } }
        private event Action Secret { add { } remove { } }
        public virtual int Both { get { return 1; } set { } }
        public int Guarded { get; private set; }
        public object Hidden { get { return null; } }
    }

    class Derived : Base {
        private new event Action Changed { add { } remove { } }
        public override int Both { set { } }
        public new string Hidden { get { return null; } }
    }

    class Members { public int DummyField, DummyFill, Other; public void DummyMethod() { } }

    enum Level : sbyte { Low = -128, High = 44 }
    enum Wide : short { Low = -2, High = 66 }
    enum Letter : ushort { A = 65 }

    class Open<T> where T : Base { public void Generic<U>(U u, ref U v) { } }

    const BindingFlags All = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static;

    static void Show(string what, IEnumerable<object> values) {
        Console.WriteLine(what + ": " + string.Join(", ", values));
    }

    static void Hiding() {
        Show("events", typeof(Derived).GetEvents(All).Select(e => e.DeclaringType.Name + "." + e.Name));
        Show("public events", typeof(Derived).GetEvents().Select(e => e.Name));
        Show("properties", typeof(Derived).GetProperties().Select(p => p.DeclaringType.Name + "." + p));
        var guarded = typeof(Derived).GetProperty("Guarded");
        Console.WriteLine(guarded.CanWrite + " " + guarded.GetAccessors(true).Length);
        Console.WriteLine(typeof(Base).GetProperty("Guarded").CanWrite);
        Console.WriteLine(typeof(Base).GetProperty("Guarded", BindingFlags.Instance | BindingFlags.NonPublic) == null);
        Show("by prefix", typeof(Members).GetMember("Dummy*", MemberTypes.All, All).Select(m => m.Name).OrderBy(n => n, StringComparer.Ordinal));
        Show("of a parameter", typeof(List<>).GetGenericArguments()[0].GetMethods().Select(m => m.Name).OrderBy(n => n));
        Show("of a bounded one", typeof(Open<>).GetGenericArguments()[0].GetProperties().Select(m => m.Name));
    }

    static void Relations() {
        Console.WriteLine(typeof(int?).IsAssignableFrom(typeof(int)) + " " + typeof(int).IsAssignableFrom(typeof(int?)));
        var byrefs = new[] { typeof(object), typeof(int), typeof(uint), typeof(DayOfWeek), typeof(long) }.Select(t => t.MakeByRefType()).ToArray();
        foreach (var to in byrefs)
            Console.WriteLine(to + " " + string.Join(" ", byrefs.Select(from => to.IsAssignableFrom(from) ? "yes" : "no")));
        Console.WriteLine(typeof(IDisposable).IsSubclassOf(typeof(object)) + " " + byrefs[0].IsSubclassOf(typeof(object)));
        Console.WriteLine(typeof(int).MakeArrayType(1) + " " + typeof(int).MakeArrayType(1).Name + " " + typeof(int).MakeArrayType());
        Console.WriteLine(typeof(Span<int>).IsByRefLike + " " + typeof(TypedReference).IsByRefLike + " " + typeof(int).IsByRefLike);
        Throws(() => typeof(int).MakeArrayType(33));
        Throws(() => typeof(TypedReference).MakeByRefType());
        Throws(() => typeof(TypedReference).MakePointerType());
        Throws(() => typeof(Span<int>).MakeArrayType());
        Throws(() => { var m = typeof(int).DeclaringMethod; });
        var parameters = typeof(Open<>).GetMethod("Generic").GetParameters();
        Console.WriteLine(parameters[0].ParameterType.DeclaringMethod.Name);
        Throws(() => { var m = parameters[1].ParameterType.DeclaringMethod; });
    }

    static void Throws(Action action) {
        try {
            action();
            Console.WriteLine("nothing thrown");
        } catch (Exception e) {
            Console.WriteLine(e.GetType().Name);
        }
    }

    static void Names() {
        var assembly = AppDomain.CurrentDomain.DefineDynamicAssembly(new AssemblyName("names"), AssemblyBuilderAccess.Run);
        var outer = assembly.DefineDynamicModule("names").DefineType("Name,Space.Ou+ter", TypeAttributes.Public);
        var inner = outer.DefineNestedType("In[n]er\\", TypeAttributes.NestedPublic);
        outer.CreateType();
        var type = inner.CreateType();
        Console.WriteLine(type.FullName + " " + type.Name + " " + type.Namespace);
        Console.WriteLine(assembly.GetType(type.FullName) == type);
        var name = new AssemblyName("'quoted', Version=\"1.2.0.0\", Culture='neutral', ProcessorArchitecture='AMD64'");
        Console.WriteLine(name + " " + name.ProcessorArchitecture);
        foreach (var bad in new[] { "a, Culture=", "a, PublicKey=", "a, PublicKeyToken=", "a, ProcessorArchitecture=None", "a, PublicKey=null", "a, Retargetable=No" })
            Throws(() => new AssemblyName(bad));
    }

    static bool Same(int a, int b) { return a == b; }
    void Instance() { }

    static void Delegates() {
        var same = (Func<DayOfWeek, DayOfWeek, bool>) Delegate.CreateDelegate(typeof(Func<DayOfWeek, DayOfWeek, bool>), ((Func<int, int, bool>) Same).Method);
        Console.WriteLine(same(DayOfWeek.Friday, (DayOfWeek) 5));
        Throws(() => Delegate.CreateDelegate(typeof(Action), new Program(), typeof(Open<Base>).GetMethod("Generic")));
        Program nobody = null;
        Throws(() => new Action(nobody.Instance)());
    }

    static void Values() {
        Console.WriteLine(Level.Low.GetHashCode() == sbyte.MinValue.GetHashCode());
        Console.WriteLine(Wide.Low.GetHashCode() == ((short) -2).GetHashCode() && Wide.High.GetHashCode() == ((short) 66).GetHashCode());
        Console.WriteLine(Letter.A.GetHashCode() == ((ushort) 65).GetHashCode());
        Throws(() => new bool[1].SetValue("text", 0));
        Throws(() => Array.Copy(new object[] { "text" }, new char[1], 1));
        Throws(() => Array.Copy(new object[] { 5 }, new char[1], 1));
        AppDomain.CurrentDomain.SetData("key", "value");
        Console.WriteLine(AppDomain.CurrentDomain.GetData("key"));
        AppDomain.CurrentDomain.SetData("key", null);
        Console.WriteLine(AppDomain.CurrentDomain.GetData("key") == null);
    }

    static void Main() {
        Hiding();
        Relations();
        Names();
        Delegates();
        Values();
    }
}
