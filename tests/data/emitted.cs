// Makes a class and a dynamic method, and runs both: for tests/prof_emit_test.c.
using System;
using System.Reflection;
using System.Reflection.Emit;

static class Program
{
    static int Main()
    {
        var name = new AssemblyName { Name = "Made" };
        var assembly = AppDomain.CurrentDomain.DefineDynamicAssembly(name, AssemblyBuilderAccess.Run);
        var type = assembly.DefineDynamicModule("MadeModule").DefineType("Asked", TypeAttributes.Public);
        var il = type.DefineMethod("Answer", MethodAttributes.Public | MethodAttributes.Static, typeof(int),
                                   Type.EmptyTypes).GetILGenerator();
        il.Emit(OpCodes.Ldc_I4, 42);
        il.Emit(OpCodes.Ret);
        var made = type.CreateType();
        var hidden = new DynamicMethod("Hidden", typeof(int), new[] { typeof(int) });
        il = hidden.GetILGenerator();
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Ret);
        int answer = (int)made.GetMethod("Answer").Invoke(null, null);
        return (int)hidden.Invoke(null, new object[] { answer });
    }
}
