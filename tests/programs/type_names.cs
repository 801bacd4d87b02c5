// Type.GetType: every form of name, and what fails how.
using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;

namespace Space {
    class Plain {
        public class Nested<T> {
            public struct Deeper {}
        }
        public enum Kind { A }
    }
    class Oddé {}
}
class Global {}
class global {}

static class Program {
    static readonly Assembly here = typeof(Program).Assembly;
    static void Try(string name, bool throws = false, bool ignoreCase = false) {
        try {
            Type t = Type.GetType(name, throws, ignoreCase);
            Console.WriteLine("{0} -> {1}", name, t == null ? "null" : t + " of " + t.Assembly.GetName().Name);
        } catch (Exception e) {
            Console.WriteLine("{0} !! {1}", name, e.GetType().Name);
        }
    }
    static void TryIn(Assembly assembly, string name, bool throws = false, bool ignoreCase = false) {
        try {
            Type t = assembly.GetType(name, throws, ignoreCase);
            Console.WriteLine("in {0}: {1} -> {2}", assembly.GetName().Name, name, t == null ? "null" : t.ToString());
        } catch (Exception e) {
            Console.WriteLine("in {0}: {1} !! {2}", assembly.GetName().Name, name, e.GetType().Name);
        }
    }
    static void Main() {
        foreach (string name in new[] {
                 "Global", "Space.Plain", "Space.Plain+Nested`1", "Space.Plain+Nested`1+Deeper", "Space.Plain+Kind", "System.Int32", "System.String[]", "System.Int32[,,]", "System.Int32[*]", "System.Int32[][,]",
                 "System.Int32*", "System.Int32**", "System.Int32&", "System.Int32*[]&", "System.Int32&&", "System.Int32&[]", " System.Int32", "System.Int32 ", "System.Int32, mscorlib", "System.Int32 , mscorlib ",
                 "System.Int32[], mscorlib, Version=4.0.0.0, Culture=neutral, PublicKeyToken=b77a5c561934e089", "System.Int32, mscorlib, Version=2.0.0.0", "Global, type_names", "Global, type_names, Version=0.0.0.0",
                 "System.Linq.Enumerable", "System.Linq.Enumerable, System.Core, Version=4.0.0.0, Culture=neutral, PublicKeyToken=b77a5c561934e089", "System.Int32, System.Core",
                 "System.Collections.Generic.List`1[[System.Int32]]", "System.Collections.Generic.List`1[System.Int32][]", "System.Collections.Generic.List`1[[System.Linq.Enumerable, System.Core]], mscorlib",
                 "System.Collections.Generic.Dictionary`2[System.String,[System.Collections.Generic.List`1[[Global, type_names]], mscorlib]]", "Space.Plain+Nested`1+Deeper[System.Int32]", "System.Nullable`1[System.DateTime]",
                 "System.Collections.Generic.List`1[]", "System.Collections.Generic.List`1[,]", "System.Collections.Generic.List`1&",
                 "Nothing", "Space.Nothing", "Space.Plain+Nothing", "Nothing, type_names", "", " ", "System.Int32[", "System.Int32]", "System.Int32[,", "System.Int32,", "[]", "System.Int32+", "+Global",
                 "System.Collections.Generic.List`1[System.Int32", "System.Collections.Generic.List`1[Nothing]", "System.Collections.Generic.Dictionary`2[System.Int32]",
                 "System.String[System.Int32]", "System.Void[]", "Odd\\+Name", "Space.Odd\u00e9" }) {
            Try(name);
            Try(name, true);
        }
        Try("Nothing, nowhere");
        try {
            Type.GetType("Space.Nothing", true);
        } catch (TypeLoadException e) {
            Console.WriteLine(e.Message);
        }
        Console.WriteLine("ignoring case");
        Try("system.int32", false, true);
        Try("SPACE.PLAIN+nested`1", false, true);
        Try("System.collections.generic.LIST`1[system.STRING], MSCORLIB", false, true);
        Try("system.int32", false, false);
        Console.WriteLine("in an assembly");
        TryIn(here, "Global");
        TryIn(here, "Space.Plain+Kind");
        TryIn(here, "System.Int32");
        TryIn(here, "System.Int32", true);
        TryIn(here, "Space.Plain[]");
        TryIn(here, "Space.Plain+Nested`1[System.Int32]");
        TryIn(here, "space.plain", false, true);
        TryIn(here, "Global, type_names");
        TryIn(here, "");
        TryIn(here, "Nothing", true);
        TryIn(typeof(int).Assembly, "System.Int32");
        TryIn(typeof(int).Assembly, "System.Collections.Generic.List`1[System.Int32]");
        Console.WriteLine("with resolvers");
        Console.WriteLine(Type.GetType("Global, somewhere", n => here, null));
        Console.WriteLine(Type.GetType("Renamed", null, (a, n, i) => n == "Renamed" ? typeof(Global) : null));
        Console.WriteLine(Type.GetType("System.Collections.Generic.List`1[[Renamed, else]]", n => n.Name == "else" ? here : Assembly.Load(n), (a, n, i) => n == "Renamed" ? typeof(Global) : a == null ? Type.GetType(n) : a.GetType(n)));
        AppDomain.CurrentDomain.TypeResolve += (s, e) => {
            Console.WriteLine("asked for " + e.Name);
            return e.Name == "Invented" ? here : null;
        };
        Try("Invented");
        Try("Invented", true);
        Console.WriteLine(typeof(Space.Plain.Nested<>.Deeper).AssemblyQualifiedName);
        Console.WriteLine(Type.GetType(typeof(Dictionary<Global, Space.Plain.Nested<int>.Deeper[]>).AssemblyQualifiedName) == typeof(Dictionary<Global, Space.Plain.Nested<int>.Deeper[]>));
    }
}
