// What Main returns is the exit status, of which Unix keeps eight bits.
using System;

class Program
{
    static int Main(string[] args)
    {
        Console.WriteLine("arguments: {0}", args.Length);
        return 259;
    }
}
