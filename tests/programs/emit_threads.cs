using System;
using System.Linq.Expressions;
using System.Reflection;
using System.Reflection.Emit;
using System.Threading;

// Several threads make methods and types at once, in one module.
static class Program {
    const int Threads = 4, Each = 60;
    static ModuleBuilder module;
    static long total;

    static void Main() {
        var name = new AssemblyName { Name = "Shared" };
        module = AppDomain.CurrentDomain.DefineDynamicAssembly(name, AssemblyBuilderAccess.Run).DefineDynamicModule("Shared");
        var threads = new Thread[Threads];
        for (int i = 0; i < Threads; i++) { int number = i; threads[i] = new Thread(() => Work(number)); threads[i].Start(); }
        foreach (var t in threads) t.Join();
        Console.WriteLine(total);
        Console.WriteLine(module.GetTypes().Length);
    }

    static void Work(int number) {
        for (int i = 0; i < Each; i++) {
            var m = new DynamicMethod("M", typeof(int), new[] { typeof(int) });
            var il = m.GetILGenerator();
            il.Emit(OpCodes.Ldarg_0); il.Emit(OpCodes.Ldc_I4, i); il.Emit(OpCodes.Add); il.Emit(OpCodes.Ret);
            var f = (Func<int, int>)m.CreateDelegate(typeof(Func<int, int>));
            int k = i;
            Expression<Func<int, int>> e = x => x * k + number;
            Interlocked.Add(ref total, f(number) + e.Compile()(2) + Made(number, i));
        }
    }

    // Builders are not safe on several threads; what they make is.
    static int Made(int number, int i) {
        Type made;
        lock (module) {
            var type = module.DefineType("T" + number + "_" + i, TypeAttributes.Public);
            var il = type.DefineMethod("Get", MethodAttributes.Public | MethodAttributes.Static, typeof(int), Type.EmptyTypes).GetILGenerator();
            il.Emit(OpCodes.Ldstr, "text " + i); il.Emit(OpCodes.Callvirt, typeof(string).GetProperty("Length").GetGetMethod()); il.Emit(OpCodes.Ret);
            made = type.CreateType();
        }
        return (int)made.GetMethod("Get").Invoke(null, null);
    }
}
