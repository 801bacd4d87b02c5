// Types as objects: names, look-up, relations.
using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;

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
        Nested(typeof(Dictionary<,>));
        Nested(typeof(Outer));
        MethodOfHandle();
    }

    // Declared so that the nested types of one do not stand together in the module.
    class Outer { class A { class B { } } class C { class D { } } class E { } }

    static void Nested(Type type) {
        Type[] nested = type.GetNestedTypes(BindingFlags.Public | BindingFlags.NonPublic);
        Console.WriteLine(string.Join(" ", nested.Select(n => n.Name).OrderBy(n => n)));
        foreach (Type n in nested)
            if (type == typeof(Outer))
                Nested(n);
    }

    // A method's handle with another instantiation of the type that declares it.
    static void MethodOfHandle() {
        RuntimeMethodHandle add = typeof(List<>).GetMethod("Add").MethodHandle;
        RuntimeMethodHandle convert = typeof(List<string>).GetMethod("ConvertAll").MethodHandle;
        MethodBase ofInt = MethodBase.GetMethodFromHandle(add, typeof(List<int>).TypeHandle);
        var list = new List<int>();
        ofInt.Invoke(list, new object[] { 42 });
        Console.WriteLine(ofInt.DeclaringType + " " + ofInt + " " + list[0]);
        Console.WriteLine(MethodBase.GetMethodFromHandle(convert, typeof(List<byte>).TypeHandle));
        try {
            MethodBase.GetMethodFromHandle(add, typeof(Target).TypeHandle);
        } catch (ArgumentException e) {
            Console.WriteLine(e.Message);
        }
    }
}
