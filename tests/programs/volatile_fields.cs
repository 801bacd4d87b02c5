// Loads of volatile fields are made each time, also twice in one expression and in loops without
// calls (ECMA-335 I.12.6.7): each loop here ends only when another thread's writes are seen.
using System;
using System.Threading;

class VolatileFields
{
    volatile int number;
    static int plain;
    static volatile bool stop;

    // One value at two times: without the second load the difference is always 0.
    bool SeesChange()
    {
        for (long i = 0; i < 2000000000; i++)
            if (number - number != 0)
                return true;
        return false;
    }

    static void Main()
    {
        var shared = new VolatileFields();
        var writer = new Thread(() =>
        {
            for (int i = 0; !stop; i++)
                shared.number = i;
        });
        writer.Start();
        Console.WriteLine(shared.SeesChange());
        stop = true;
        writer.Join();
        var later = new Thread(() => Thread.VolatileWrite(ref plain, 100));
        later.Start();
        while (Thread.VolatileRead(ref plain) < 100) { }
        later.Join();
        Console.WriteLine("seen");
    }
}
