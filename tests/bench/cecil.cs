// What bench/il.c measures, done with Mono.Cecil: argument 1 is the task, 2 the assembly, 3 the output.
// Prints the best time of several rounds in milliseconds, so that Cecil is compiled when it counts.
using System;
using System.Diagnostics;
using Mono.Cecil;
using Mono.Cecil.Cil;

static class Bench {
    static int instructions;

    static void Read(string input) {
        using (var assembly = AssemblyDefinition.ReadAssembly(input))
            foreach (var type in assembly.MainModule.GetTypes())
                foreach (var method in type.Methods)
                    if (method.HasBody)
                        instructions += method.Body.Instructions.Count;
    }

    static void Rewrite(string input, string output) {
        using (var assembly = AssemblyDefinition.ReadAssembly(input)) {
            foreach (var type in assembly.MainModule.GetTypes())
                foreach (var method in type.Methods)
                    if (method.HasBody)
                        method.Body.Instructions.Insert(0, Instruction.Create(OpCodes.Nop));
            assembly.Write(output);
        }
    }

    static void Main(string[] args) {
        double best = double.MaxValue;
        for (int round = 0; round < int.Parse(args[3]); round++) {
            var watch = Stopwatch.StartNew();
            if (args[0] == "read")
                Read(args[1]);
            else
                Rewrite(args[1], args[2]);
            best = Math.Min(best, watch.Elapsed.TotalMilliseconds);
        }
        Console.WriteLine(best);
    }
}
