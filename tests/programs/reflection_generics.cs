// Open and closed generic types and methods as reflection shows them.
using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using System.Runtime.Serialization;

interface IShape<out T> where T : class {
    T Make();
}
class Base<K, V> where K : struct, IComparable<K> where V : class, new() {
    public K Key;
    public Dictionary<K, List<V>> Map;
    public virtual V Find(K key, ref V[] found) { return null; }
    public class Inner<X> where X : V {
        public X Value { get; set; }
    }
    public event Action<K> Seen { add {} remove {} }
}
class Derived<Q> : Base<int, List<Q>>, IShape<Q>, IEquatable<Derived<Q>> where Q : Exception, ISerializable {
    public Q Make() { return null; }
    public bool Equals(Derived<Q> other) { return ReferenceEquals(this, other); }
    public static R[] Convert<S, R>(IEnumerable<S> from, Func<S, R> how) where R : Q where S : Derived<Q> { return null; }
    public void Plain<T>(T x, Q y) where T : struct {}
}
static class Methods {
    public static string Describe<T>(T value) { return typeof(T) + "=" + value; }
    public static List<T> Many<T>(params T[] values) { return new List<T>(values); }
    public static T Default<T>() where T : new() { return new T(); }
}
delegate TOut Map<in TIn, out TOut>(TIn input);

static class Program {
    static string Name(Type t) { return t == null ? "-" : t.ToString(); }
    static void Describe(Type t) {
        Console.WriteLine("{0} | {1} | {2} | {3}", t, t.Name, t.Namespace ?? "-", t.FullName ?? "-");
        Console.WriteLine("  {0}{1}{2}{3}{4}", t.IsGenericType ? "generic " : "", t.IsGenericTypeDefinition ? "definition " : "",
            t.IsConstructedGenericType ? "constructed " : "", t.ContainsGenericParameters ? "open " : "", t.IsGenericParameter ? "parameter " : "");
        Console.WriteLine("  base {0}, declared in {1}", Name(t.BaseType), Name(t.DeclaringType));
        Console.WriteLine("  [{0}] of {1}", string.Join(", ", t.GetGenericArguments().Select(Name)), t.IsGenericType ? Name(t.GetGenericTypeDefinition()) : "-");
        Console.WriteLine("  implements {0}", string.Join(" ", t.GetInterfaces().Select(Name).OrderBy(n => n, StringComparer.Ordinal)));
    }
    static void DescribeParameter(Type p) {
        Console.WriteLine("{0} #{1} {2} of {3} in {4}: {5}", p.Name, p.GenericParameterPosition, p.GenericParameterAttributes, Name(p.DeclaringType),
            p.DeclaringMethod == null ? "-" : p.DeclaringMethod.Name, string.Join(", ", p.GetGenericParameterConstraints().Select(Name)));
    }
    static void Fails(string what, Action action) {
        try {
            action();
            Console.WriteLine(what + ": nothing thrown");
        } catch (Exception e) {
            Console.WriteLine("{0}: {1}", what, e.GetType().Name);
        }
    }
    static void Members(Type t) {
        const BindingFlags all = BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        foreach (MemberInfo m in t.GetMembers(all).OrderBy(m => m.ToString(), StringComparer.Ordinal))
            Console.WriteLine("  {0} {1}", m.MemberType, m);
    }
    static void Main() {
        Describe(typeof(List<>));
        Describe(typeof(List<int>));
        Describe(typeof(Derived<>));
        Describe(typeof(Derived<ArgumentException>));
        Describe(typeof(Base<,>));
        Describe(typeof(Base<,>.Inner<>));
        Describe(typeof(Base<int, object>.Inner<object>));
        Describe(typeof(Derived<>).BaseType);
        Describe(typeof(Dictionary<,>).GetGenericArguments()[1]);
        Describe(typeof(Derived<>).GetGenericArguments()[0]);
        Describe(typeof(Dictionary<string, List<int[]>>).MakeArrayType(2));
        Describe(typeof(List<>).MakeGenericType(typeof(Dictionary<,>).GetGenericArguments()[0]));
        Describe(typeof(List<>).MakeArrayType());
        Describe(typeof(List<>).GetGenericArguments()[0].MakeByRefType());
        foreach (Type t in new[] { typeof(IShape<>), typeof(Base<,>), typeof(Base<,>.Inner<>), typeof(Derived<>), typeof(Map<,>), typeof(Nullable<>) })
            foreach (Type p in t.GetGenericArguments())
                DescribeParameter(p);
        foreach (string name in new[] { "Convert", "Plain" })
            foreach (Type p in typeof(Derived<>).GetMethod(name).GetGenericArguments())
                DescribeParameter(p);
        foreach (Type p in typeof(Enumerable).GetMethods().First(m => m.Name == "ToDictionary").GetGenericArguments())
            DescribeParameter(p);
        Console.WriteLine(typeof(Base<int, object>.Inner<object>).AssemblyQualifiedName.Replace(typeof(Program).Assembly.FullName, "here"));

        Console.WriteLine("identity");
        Type list = typeof(List<>), item = list.GetGenericArguments()[0];
        Console.WriteLine(list.MakeGenericType(item) == list);
        Console.WriteLine(list.MakeGenericType(typeof(string)) == typeof(List<string>));
        Console.WriteLine(list.GetMethod("Add").GetParameters()[0].ParameterType == item);
        Console.WriteLine(typeof(Derived<>).BaseType.GetGenericArguments()[1].GetGenericArguments()[0] == typeof(Derived<>).GetGenericArguments()[0]);
        Console.WriteLine(typeof(List<int>).GetGenericTypeDefinition() == list);
        Console.WriteLine(typeof(List<int>).GetMethod("ConvertAll").GetGenericArguments()[0] == list.GetMethod("ConvertAll").GetGenericArguments()[0]);
        Console.WriteLine(typeof(IEnumerable<object>).IsAssignableFrom(typeof(List<string>)));
        Console.WriteLine(typeof(object).IsAssignableFrom(list) + " " + typeof(IEnumerable<>).IsAssignableFrom(list) + " " + list.IsSubclassOf(typeof(object)));
        Console.WriteLine(typeof(Exception).IsAssignableFrom(typeof(Derived<>).GetGenericArguments()[0]));
        Console.WriteLine(typeof(ISerializable).IsAssignableFrom(typeof(Derived<>).GetGenericArguments()[0]));
        Console.WriteLine(typeof(Base<,>).IsAssignableFrom(typeof(Derived<>)) + " " + typeof(Base<int, List<Exception>>).IsAssignableFrom(typeof(Derived<Exception>)));

        Console.WriteLine("members");
        Members(typeof(Derived<>));
        Members(typeof(Derived<ArgumentException>));
        Members(typeof(Base<,>));
        Members(typeof(Base<int, object>));
        Members(typeof(Methods));

        Console.WriteLine("methods");
        MethodInfo describe = typeof(Methods).GetMethod("Describe"), many = typeof(Methods).GetMethod("Many");
        Console.WriteLine("{0} {1} {2} {3}", describe.IsGenericMethod, describe.IsGenericMethodDefinition, describe.ContainsGenericParameters, describe);
        MethodInfo closed = describe.MakeGenericMethod(typeof(int[]));
        Console.WriteLine("{0} {1} {2} {3}", closed.IsGenericMethod, closed.IsGenericMethodDefinition, closed.ContainsGenericParameters, closed);
        Console.WriteLine(closed.Invoke(null, new object[] { new int[3] }));
        Console.WriteLine(closed.GetGenericMethodDefinition() == describe);
        Console.WriteLine(describe.MakeGenericMethod(typeof(int[])) == closed);
        Console.WriteLine(((List<string>)many.MakeGenericMethod(typeof(string)).Invoke(null, new object[] { new[] { "x", "y" } })).Count);
        Console.WriteLine(many.ReturnType + " " + many.MakeGenericMethod(typeof(long)).ReturnType);
        Console.WriteLine(typeof(Methods).GetMethod("Default").MakeGenericMethod(typeof(DateTime)).Invoke(null, null).Equals(new DateTime()));
        MethodInfo open = many.MakeGenericMethod(list.GetGenericArguments()[0]);
        Console.WriteLine("{0} {1} {2}", open, open.ContainsGenericParameters, open.IsGenericMethodDefinition);
        Fails("invoke a definition", () => describe.Invoke(null, new object[] { 1 }));
        Fails("invoke in an open type", () => list.GetMethod("Clear").Invoke(new List<int>(), null));
        Fails("wrong count", () => describe.MakeGenericMethod(typeof(int), typeof(int)));
        Fails("not generic", () => typeof(string).GetMethod("Intern").MakeGenericMethod(typeof(int)));
        Fails("null argument", () => describe.MakeGenericMethod((Type)null));
        Fails("wrong type count", () => typeof(Dictionary<,>).MakeGenericType(typeof(int)));
        Fails("not a generic type", () => typeof(string).MakeGenericType(typeof(int)));
        Fails("null type argument", () => list.MakeGenericType(new Type[] { null }));
        Fails("closed again", () => typeof(List<int>).MakeGenericType(typeof(int)));
        Fails("violates struct", () => typeof(Nullable<>).MakeGenericType(typeof(string)));
        Fails("violates class", () => typeof(IShape<>).MakeGenericType(typeof(int)));
        Fails("violates base", () => typeof(Derived<>).MakeGenericType(typeof(string)));
        Fails("no definition", () => typeof(string).GetGenericTypeDefinition());
        Fails("no position", () => Console.WriteLine(typeof(string).GenericParameterPosition));
        Fails("no constraints", () => Console.WriteLine(typeof(string).GetGenericParameterConstraints()));
        Fails("open instance", () => Activator.CreateInstance(list));
        Console.WriteLine(Activator.CreateInstance(list.MakeGenericType(typeof(DateTime))));

        Console.WriteLine("interface map");
        InterfaceMapping map = typeof(Derived<ArgumentException>).GetInterfaceMap(typeof(IShape<ArgumentException>));
        for (int i = 0; i < map.TargetMethods.Length; i++)
            Console.WriteLine("{0} -> {1}.{2}", map.InterfaceMethods[i], map.TargetMethods[i].DeclaringType, map.TargetMethods[i].Name);
        map = typeof(List<int>).GetInterfaceMap(typeof(ICollection<int>));
        for (int i = 0; i < map.TargetMethods.Length; i++)
            Console.WriteLine("{0} -> {1}", map.InterfaceMethods[i].Name, map.TargetMethods[i].Name);

        Console.WriteLine("parsed names");
        foreach (string name in new[] {
                 "System.Collections.Generic.List`1", "System.Collections.Generic.List`1[System.Int32]",
                 "System.Collections.Generic.Dictionary`2[[System.String, mscorlib],[System.Collections.Generic.List`1[[System.Int32[], mscorlib]], mscorlib]]",
                 "System.Collections.Generic.List`1[T]", "Base`2+Inner`1", "Base`2+Inner`1[System.Int32,System.Object,System.Object]", "System.Nullable`1[System.Int32][,]&" })
            Console.WriteLine(Name(Type.GetType(name)));
        Console.WriteLine(typeof(Nullable<int>).GetGenericArguments()[0] + " " + Nullable.GetUnderlyingType(typeof(int?)) + " " + (Nullable.GetUnderlyingType(typeof(Nullable<>)) == null));
    }
}
