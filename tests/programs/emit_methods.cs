using System;
using System.Reflection;
using System.Reflection.Emit;

static class Program {
    delegate int Binary(int a, int b);
    class Box { public int value = 5; private string secret = "hidden"; public static int Twice(int x) { return 2 * x; } }

    static DynamicMethod Add() {
        var m = new DynamicMethod("Add", typeof(int), new[] { typeof(int), typeof(int) });
        var il = m.GetILGenerator();
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Ldarg_1);
        il.Emit(OpCodes.Add);
        il.Emit(OpCodes.Ret);
        return m;
    }

    static void Main() {
        var add = (Binary)Add().CreateDelegate(typeof(Binary));
        Console.WriteLine(add(3, 4));
        Console.WriteLine(Add().Invoke(null, new object[] { 10, 20 }));
        var closed = new DynamicMethod("Closed", typeof(string), new[] { typeof(string), typeof(int) }, typeof(Program), true);
        var il = closed.GetILGenerator();
        var local = il.DeclareLocal(typeof(string));
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Ldstr, ": ");
        il.Emit(OpCodes.Ldarga_S, (byte)1);
        il.Emit(OpCodes.Call, typeof(int).GetMethod("ToString", Type.EmptyTypes));
        il.Emit(OpCodes.Call, typeof(string).GetMethod("Concat", new[] { typeof(string), typeof(string), typeof(string) }));
        il.Emit(OpCodes.Stloc, local);
        il.Emit(OpCodes.Ldloc, local);
        il.Emit(OpCodes.Ret);
        var f = (Func<int, string>)closed.CreateDelegate(typeof(Func<int, string>), "answer");
        Console.WriteLine(f(42));
        // exceptions
        var guarded = new DynamicMethod("Guarded", typeof(int), new[] { typeof(int), typeof(int) });
        il = guarded.GetILGenerator();
        var result = il.DeclareLocal(typeof(int));
        il.BeginExceptionBlock();
        il.BeginExceptionBlock();
        il.Emit(OpCodes.Ldarg_0); il.Emit(OpCodes.Ldarg_1); il.Emit(OpCodes.Div); il.Emit(OpCodes.Stloc, result);
        il.BeginCatchBlock(typeof(DivideByZeroException));
        il.Emit(OpCodes.Callvirt, typeof(Exception).GetProperty("Message").GetGetMethod());
        il.Emit(OpCodes.Call, typeof(Console).GetMethod("WriteLine", new[] { typeof(string) }));
        il.Emit(OpCodes.Ldc_I4_M1); il.Emit(OpCodes.Stloc, result);
        il.EndExceptionBlock();
        il.BeginFinallyBlock();
        il.EmitWriteLine("finally");
        il.EndExceptionBlock();
        il.Emit(OpCodes.Ldloc, result); il.Emit(OpCodes.Ret);
        var g = (Binary)guarded.CreateDelegate(typeof(Binary));
        Console.WriteLine(g(7, 2));
        Console.WriteLine(g(7, 0));
        // private field, skip visibility
        var peek = new DynamicMethod("Peek", typeof(string), new[] { typeof(Box) }, typeof(Box).Module, true);
        il = peek.GetILGenerator();
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Ldfld, typeof(Box).GetField("secret", BindingFlags.NonPublic | BindingFlags.Instance));
        il.Emit(OpCodes.Ret);
        Console.WriteLine(((Func<Box, string>)peek.CreateDelegate(typeof(Func<Box, string>)))(new Box()));
        // recursion through its own reference
        var fact = new DynamicMethod("Factorial", typeof(long), new[] { typeof(long) });
        il = fact.GetILGenerator();
        var more = il.DefineLabel();
        il.Emit(OpCodes.Ldarg_0); il.Emit(OpCodes.Ldc_I4_1); il.Emit(OpCodes.Conv_I8); il.Emit(OpCodes.Bgt, more);
        il.Emit(OpCodes.Ldc_I4_1); il.Emit(OpCodes.Conv_I8); il.Emit(OpCodes.Ret);
        il.MarkLabel(more);
        il.Emit(OpCodes.Ldarg_0); il.Emit(OpCodes.Ldarg_0); il.Emit(OpCodes.Ldc_I4_1); il.Emit(OpCodes.Conv_I8); il.Emit(OpCodes.Sub);
        il.Emit(OpCodes.Call, fact); il.Emit(OpCodes.Mul); il.Emit(OpCodes.Ret);
        Console.WriteLine(((Func<long, long>)fact.CreateDelegate(typeof(Func<long, long>)))(20));
        // generics
        var gen = new DynamicMethod("Gen", typeof(int), new[] { typeof(System.Collections.Generic.List<string>) });
        il = gen.GetILGenerator();
        il.Emit(OpCodes.Ldarg_0); il.Emit(OpCodes.Ldstr, "x"); il.Emit(OpCodes.Callvirt, typeof(System.Collections.Generic.List<string>).GetMethod("Add"));
        il.Emit(OpCodes.Ldarg_0); il.Emit(OpCodes.Callvirt, typeof(System.Collections.Generic.List<string>).GetProperty("Count").GetGetMethod()); il.Emit(OpCodes.Ret);
        Console.WriteLine(gen.Invoke(null, new object[] { new System.Collections.Generic.List<string>() }));
        var thrower = new DynamicMethod("Thrower", null, Type.EmptyTypes);
        il = thrower.GetILGenerator();
        il.ThrowException(typeof(NotImplementedException));
        try { thrower.Invoke(null, null); } catch (TargetInvocationException e) { Console.WriteLine(e.InnerException.GetType()); }
        int sum = 0;
        for (int i = 0; i < 3000; i++) sum = add(sum, i);
        Console.WriteLine(sum);
    }
}
