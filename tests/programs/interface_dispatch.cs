// Which method an interface call runs: interfaces that are implemented again in derived classes, and
// of several instantiations that vary to the one asked for the most derived class's, then the exact one.
using System;
using System.Collections.Generic;

class Animal { public override string ToString() { return GetType().Name; } }
class Dog : Animal { }

interface IOut<out T> { string Name(); }
interface IIn<in T> { string Take(T item); }

class Exact : IOut<Animal> { public string Name() { return "Exact"; } }
class Nearer : Exact, IOut<Dog> { string IOut<Dog>.Name() { return "Nearer"; } }
class Both : IOut<Animal>, IOut<Dog>
{
    string IOut<Animal>.Name() { return "Both.Animal"; }
    string IOut<Dog>.Name() { return "Both.Dog"; }
}
class TwoStrings : IOut<string>, IOut<Dog>
{
    string IOut<string>.Name() { return "TwoStrings.string"; }
    string IOut<Dog>.Name() { return "TwoStrings.Dog"; }
}
class Generic<T> : IOut<T> { public virtual string Name() { return "Generic<" + typeof(T).Name + ">"; } }
class Further<T, U> : Generic<T>, IOut<U> { string IOut<U>.Name() { return "Further<" + typeof(U).Name + ">"; } }
class Overrides : Further<Dog, Animal> { public override string Name() { return "Overrides"; } }

class InBase : IIn<Dog> { public string Take(Dog item) { return "InBase"; } }
class InDerived : InBase, IIn<Animal> { public string Take(Animal item) { return "InDerived"; } }

// class C : I<I<C>>, with I contravariant, asks about itself.
interface IRecursive<in T> { }
class Recursive : IRecursive<IRecursive<Recursive>> { }

interface ITest { int First { get; } int Second { get; } }
class Level1 : ITest { public int First { get { return 11; } } public int Second { get { return 12; } } }
class Level2 : Level1, ITest { int ITest.First { get { return 21; } } int ITest.Second { get { return 22; } } }
class Level3 : Level2, ITest { int ITest.Second { get { return 32; } } }
class Level4 : Level3, ITest { public new int First { get { return 41; } } }
class Level5 : Level4 { public new int First { get { return 51; } } int Second2 { get { return 0; } } }
class GenericLevel2<T> : Level1, ITest { int ITest.First { get { return 21; } } int ITest.Second { get { return 22; } } }
class GenericLevel3 : GenericLevel2<int> { }
class GenericLevel4 : GenericLevel3, ITest { int ITest.Second { get { return 32; } } }

interface IBottom { string M(); }
interface ITop : IBottom { }
class Implied : ITop { string IBottom.M() { return "Implied.IBottom.M"; } public virtual string M() { return "Implied.M"; } }
class ImpliedAgain : Implied, ITop { public new string M() { return "ImpliedAgain.M"; } }
class NamedAgain : Implied, IBottom { public new string M() { return "NamedAgain.M"; } }

static class InterfaceDispatch
{
    static void Out(IOut<Animal> x) { Console.WriteLine(x.GetType().Name + ": " + x.Name()); }
    static void OutObject(IOut<object> x) { Console.WriteLine(x.GetType().Name + " as object: " + x.Name()); }
    static void In(IIn<Dog> x) { Console.WriteLine(x.GetType().Name + ": " + x.Take(new Dog())); }
    static void Test(ITest x) { Console.WriteLine(x.GetType().Name + ": " + x.First + " " + x.Second); }
    static void Bottom(IBottom x) { Console.WriteLine(x.GetType().Name + ": " + x.M()); }

    static void Main()
    {
        for (int i = 0; i < 2; i++)
        {
            Out(new Exact());
            Out(new Nearer());
            Out(new Both());
            OutObject(new Both());
            OutObject(new TwoStrings());
            Out(new Generic<Dog>());
            Out(new Further<Dog, Animal>());
            Out(new Further<Animal, Dog>());
            Out(new Further<Dog, Dog>());
            Out(new Overrides());
            In(new InBase());
            In(new InDerived());
        }
        Console.WriteLine((object)new Recursive() is IRecursive<Recursive>);
        Test(new Level1());
        Test(new Level2());
        Test(new Level3());
        Test(new Level4());
        Test(new Level5());
        Test(new GenericLevel4());
        Bottom(new Implied());
        Bottom(new ImpliedAgain());
        Bottom(new NamedAgain());
        Casts();
    }

    enum Small : short { A }

    static void Casts()
    {
        object[] arrays = { new short[1], new ushort[1], new char[1], new bool[1], new byte[1], new Small[1], new long[1], new IntPtr[1] };
        foreach (object a in arrays)
            Console.WriteLine("{0}: short[] {1}, char[] {2}, byte[] {3}, Small[] {4}, ulong[] {5}, IList<ushort> {6}", a.GetType().Name, a is short[], a is char[],
                              a is byte[], a is Small[], a is ulong[], a is IList<ushort>);
    }
}
