// When type initialisers run without beforefieldinit, also through delegates and reflection; circular
// ones; and one that throws, which throws again at each use (ECMA-335 II.10.5.3).
using System;
using System.Reflection;
using System.Runtime.CompilerServices;

static class Log
{
    public static void Line(string text) { Console.WriteLine(text); }
    public static int Note(string text, int value) { Line(text); return value; }
}

class ByMethod { static ByMethod() { Log.Line("ByMethod initialised"); } public static void M() { Log.Line("ByMethod.M"); } }
class ByDelegate { static ByDelegate() { Log.Line("ByDelegate initialised"); } public static void M() { Log.Line("ByDelegate.M"); } }
class ByReflection { static ByReflection() { Log.Line("ByReflection initialised"); } public static void M() { Log.Line("ByReflection.M"); } }
class ByNew { static ByNew() { Log.Line("ByNew initialised"); } public ByNew() { Log.Line("ByNew made"); } }
class ByActivator { static ByActivator() { Log.Line("ByActivator initialised"); } public ByActivator() { Log.Line("ByActivator made"); } }
class ByField { static ByField() { Log.Line("ByField initialised"); } public static int F = 4; }
class ByStore { static ByStore() { Log.Line("ByStore initialised"); } public static int F; }
struct ByInstance { static ByInstance() { Log.Line("ByInstance initialised"); } public int Twice(int n) { return 2 * n; } }
class Base { static Base() { Log.Line("Base initialised"); } public static void OfBase() { Log.Line("OfBase"); } }
class Derived : Base { static Derived() { Log.Line("Derived initialised"); } public static void OfDerived() { Log.Line("OfDerived"); } }
class Generic<T> { static Generic() { Log.Line("Generic<" + typeof(T).Name + "> initialised"); } public static int F = 1; }

class A { public static int X; static A() { Log.Line("A begins"); X = B.Y + 1; Log.Line("A ends with " + X); } }
class B { public static int Y; static B() { Log.Line("B begins"); Y = A.X + 10; Log.Line("B ends with " + Y); } }

class Failing
{
    public static int Tries;
    static Failing() { Log.Line("Failing begins"); throw new InvalidOperationException("from the initialiser"); }
    public static int F = 1;
    public static void M() { Log.Line("never"); }
    public Failing() { Log.Line("never"); }
}

class Lazy { public static int F = Log.Note("Lazy initialised", 9); public static void M() { Log.Line("Lazy.M"); } }

class Program
{
    static Exception first;

    static void Try(string what, Action action)
    {
        try {
            action();
            Log.Line(what + ": no exception");
        } catch (TypeInitializationException e) {
            if (first == null)
                first = e;
            Log.Line(what + ": " + e.TypeName + ", " + e.InnerException.GetType().Name + ", " + e.InnerException.Message
                     + ", the same: " + (first == e));
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static int UseLazy(bool use) { return use ? Lazy.F : 0; }

    static void Main()
    {
        Log.Line("start");
        ByMethod.M();
        Action d = ByDelegate.M;
        Log.Line("delegate made");
        d();
        d();
        typeof(ByReflection).GetMethod("M").Invoke(null, null);
        new ByNew();
        Activator.CreateInstance(typeof(ByActivator));
        Log.Line(ByField.F.ToString());
        ByStore.F = 1;
        Log.Line(new ByInstance().Twice(4).ToString());
        Derived.OfBase();
        Derived.OfDerived();
        Log.Line((Generic<int>.F + Generic<string>.F + Generic<int>.F).ToString());
        Log.Line(A.X + " " + B.Y);
        for (int i = 0; i < 3; i++) {
            Try("method", Failing.M);
            Try("field", () => Log.Line(Failing.F.ToString()));
            Try("new", () => new Failing());
        }
        Log.Line(UseLazy(true).ToString());
        RuntimeHelpers.RunClassConstructor(typeof(ByStore).TypeHandle);
        for (int i = 0; i < 2000; i++)
            ByMethodLoop.Add();
        Log.Line(ByMethodLoop.Sum.ToString());
    }
}

class ByMethodLoop { public static int Sum; static ByMethodLoop() { Sum = 1000; } public static void Add() { Sum++; } }
