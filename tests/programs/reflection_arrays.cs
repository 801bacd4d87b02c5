// The methods of array classes by reflection; pointers as arguments and results; the current method;
// volatile fields in expressions.
using System;
using System.Collections.Generic;
using System.Linq.Expressions;
using System.Reflection;
using System.Threading;

class Box<T> {
    public volatile int Changing = 5;
    public MethodBase Current() { return MethodBase.GetCurrentMethod(); }
    public MethodBase CurrentOf<U>() { return MethodBase.GetCurrentMethod(); }
}

class Program {
    static void Methods(Type type) {
        var names = new List<string>();
        foreach (MethodInfo m in type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly))
            names.Add(m.ToString());
        names.Sort(string.CompareOrdinal);
        Console.WriteLine(string.Join(" | ", names));
    }

    public static unsafe int* Next(int* p) { return p + 1; }

    static unsafe void Pointers() {
        int* two = stackalloc int[2];
        two[0] = 10;
        two[1] = 11;
        MethodInfo next = typeof(Program).GetMethod("Next");
        Console.WriteLine(*(int*)Pointer.Unbox(next.Invoke(null, new object[] { new IntPtr(two) })));
        Console.WriteLine((long)Pointer.Unbox(next.Invoke(null, new object[] { null })));
    }

    static void Main() {
        Pointers();
        Methods(typeof(string[]));
        Methods(typeof(int[,]));
        var words = new string[2];
        words.GetType().GetMethod("Set").Invoke(words, new object[] { 1, "word" });
        Console.WriteLine(words.GetType().GetMethod("Get").Invoke(words, new object[] { 1 }));
        Array table = new double[2, 3];
        table.GetType().GetMethod("Set").Invoke(table, new object[] { 1, 2, 2.5 });
        Console.WriteLine(table.GetType().GetMethod("Get").Invoke(table, new object[] { 1, 2 }));
        try { words.GetType().GetMethod("Get").Invoke(words, new object[] { 2 }); }
        catch (TargetInvocationException e) { Console.WriteLine(e.InnerException.GetType()); }
        Console.WriteLine(new Box<string>().Current() == typeof(Box<>).GetMethod("Current"));
        Console.WriteLine(new Box<string>().CurrentOf<int>().ToString() + " " + new Box<int>().CurrentOf<int>().IsGenericMethodDefinition);
        Expression<Func<Box<int>, int>> read = b => b.Changing;
        Console.WriteLine(read.Compile()(new Box<int>()));
    }
}
