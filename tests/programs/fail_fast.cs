// Environment.FailFast ends the program with a message and the stack; no finally block runs.
using System;

class Program
{
    static void Inner()
    {
        try {
            Environment.FailFast("the message");
        } catch (Exception) {
            Console.WriteLine("never");
        } finally {
            Console.WriteLine("never");
        }
    }

    static void Main()
    {
        Console.WriteLine("before");
        try {
            Inner();
        } finally {
            Console.WriteLine("never");
        }
    }
}
