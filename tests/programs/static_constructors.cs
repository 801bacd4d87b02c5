// When type initialisers run: precise ones at the first access to a static member or constructor,
// once, in the order of use; cycles see what is there.
using System;

class Log
{
    public static int Step;
    public static int Say(string text)
    {
        Console.WriteLine("{0} {1}", ++Step, text);
        return Step;
    }
}

class Precise
{
    public static int Value = Log.Say("Precise.Value");
    static Precise() { Log.Say("Precise..cctor"); }
    public static void Touch() { Log.Say("Precise.Touch"); }
}

class ByObject
{
    static ByObject() { Log.Say("ByObject..cctor"); }
    public ByObject() { Log.Say("ByObject..ctor"); }
    public void Method() { Log.Say("ByObject.Method"); }
}

class Parent
{
    public static int P = 1;
    static Parent() { Log.Say("Parent..cctor"); }
    public Parent() { Log.Say("Parent..ctor"); }
}

class Child : Parent
{
    static Child() { Log.Say("Child..cctor"); }
    public static int C = 2;
}

class Ping
{
    public static int Value = 1;
    static Ping()
    {
        Log.Say("Ping sees Pong");
        Value = Pong.Value + 10;
    }
}

class Pong
{
    public static int Value = 2;
    static Pong()
    {
        Console.WriteLine("Pong sees {0}", Ping.Value);
        Value = Ping.Value + 100;
    }
}

class Constants
{
    public const int Number = 5;
    static Constants() { Log.Say("never"); }
}

class Holder<T>
{
    public static int Uses;
    static Holder() { Log.Say("Holder"); Uses = 100; }
}

class Program
{
    static int field = Log.Say("Program.field");

    static Program() { Log.Say("Program..cctor"); }

    static void Main()
    {
        Log.Say("Main");
        Precise.Touch();
        Log.Say("again");
        Precise.Touch();
        Console.WriteLine(Precise.Value);
        ByObject o = null;
        Log.Say("null reference only");
        o = new ByObject();
        o.Method();
        Console.WriteLine(Child.C);
        Console.WriteLine(Parent.P);
        new Child();
        Console.WriteLine("{0} {1}", Ping.Value, Pong.Value);
        Console.WriteLine(Constants.Number);
        for (int i = 0; i < 3; i++)
        {
            Holder<int>.Uses++;
            Holder<string>.Uses += 2;
        }
        Console.WriteLine("{0} {1}", Holder<int>.Uses, Holder<string>.Uses);
        Console.WriteLine(field);
    }
}
