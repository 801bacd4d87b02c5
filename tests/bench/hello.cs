// What bench/process.c starts.
static class Hello
{
    static void Main() { System.Console.WriteLine("Hello, world!"); }
}
