// An exception that leaves a finalizer ends the program.
using System;
using System.Runtime.CompilerServices;
using System.Threading;

class Bad
{
    ~Bad() { throw new InvalidOperationException("out of a finalizer"); }
}

class Program
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    static void Make()
    {
        for (int i = 0; i < 20; i++)
            new Bad();
    }

    static void Main()
    {
        Console.WriteLine("begin");
        Make();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Thread.Sleep(10000);
        Console.WriteLine("not reached");
    }
}
