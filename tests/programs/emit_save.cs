using System;
using System.Collections.Generic;
using System.IO;
using System.Reflection;
using System.Reflection.Emit;

// Writes an assembly, reads it back, runs it; and runs what the same builders made in memory.
static class Program {
    static void Main(string[] args) {
        string folder = args.Length > 0 ? args[0] : Path.Combine(Path.GetTempPath(), "emit_save_" + Guid.NewGuid().ToString("N"));
        Directory.CreateDirectory(folder);
        var name = new AssemblyName { Name = "Saved", Version = new Version(2, 1, 0, 5) };
        var assembly = AppDomain.CurrentDomain.DefineDynamicAssembly(name, AssemblyBuilderAccess.RunAndSave, folder);
        var module = assembly.DefineDynamicModule("Saved", "Saved.exe");
        assembly.SetCustomAttribute(new CustomAttributeBuilder(typeof(AssemblyTitleAttribute).GetConstructor(new[] { typeof(string) }), new object[] { "a saved one" }));

        // Named before it is created, and created last: rows move when the file is written.
        var late = module.DefineType("Saved.Late", TypeAttributes.Public);
        var stack = module.DefineType("Saved.Stack", TypeAttributes.Public | TypeAttributes.Sealed);
        var t = stack.DefineGenericParameters("T")[0];
        var items = stack.DefineField("items", typeof(List<>).MakeGenericType(t), FieldAttributes.Private);
        var list = typeof(List<>).MakeGenericType(t);
        var ctor = stack.DefineConstructor(MethodAttributes.Public, CallingConventions.Standard, Type.EmptyTypes);
        var il = ctor.GetILGenerator();
        il.Emit(OpCodes.Ldarg_0); il.Emit(OpCodes.Call, typeof(object).GetConstructor(Type.EmptyTypes));
        il.Emit(OpCodes.Ldarg_0); il.Emit(OpCodes.Newobj, TypeBuilder.GetConstructor(list, typeof(List<>).GetConstructor(Type.EmptyTypes))); il.Emit(OpCodes.Stfld, items);
        il.Emit(OpCodes.Ret);
        var push = stack.DefineMethod("Push", MethodAttributes.Public, typeof(int), new Type[] { t });
        push.DefineParameter(1, ParameterAttributes.None, "item");
        il = push.GetILGenerator();
        il.Emit(OpCodes.Ldarg_0); il.Emit(OpCodes.Ldfld, items); il.Emit(OpCodes.Ldarg_1); il.Emit(OpCodes.Callvirt, TypeBuilder.GetMethod(list, typeof(List<>).GetMethod("Add")));
        il.Emit(OpCodes.Ldarg_0); il.Emit(OpCodes.Ldfld, items); il.Emit(OpCodes.Callvirt, TypeBuilder.GetMethod(list, typeof(List<>).GetProperty("Count").GetGetMethod())); il.Emit(OpCodes.Ret);

        var program = module.DefineType("Saved.Program", TypeAttributes.Public | TypeAttributes.Abstract | TypeAttributes.Sealed);
        var kind = program.DefineNestedType("Kind", TypeAttributes.NestedPublic | TypeAttributes.Sealed, typeof(Enum));
        kind.DefineField("value__", typeof(int), FieldAttributes.Public | FieldAttributes.SpecialName | FieldAttributes.RTSpecialName);
        kind.DefineField("Some", kind, FieldAttributes.Public | FieldAttributes.Static | FieldAttributes.Literal).SetConstant(3);
        var table = module.DefineInitializedData("table", new byte[] { 1, 2, 3, 4, 5, 6, 7, 8 }, FieldAttributes.Static | FieldAttributes.Assembly);
        var sum = late.DefineMethod("Sum", MethodAttributes.Public | MethodAttributes.Static, typeof(int), new[] { typeof(int[]) });
        var main = program.DefineMethod("Main", MethodAttributes.Public | MethodAttributes.Static, typeof(int), new[] { typeof(string[]) });
        il = main.GetILGenerator();
        var ints = stack.MakeGenericType(typeof(int));
        var local = il.DeclareLocal(ints);
        il.BeginExceptionBlock();
        il.Emit(OpCodes.Newobj, TypeBuilder.GetConstructor(ints, ctor)); il.Emit(OpCodes.Stloc, local);
        il.Emit(OpCodes.Ldloc, local); il.Emit(OpCodes.Ldc_I4_7); il.Emit(OpCodes.Callvirt, TypeBuilder.GetMethod(ints, push)); il.Emit(OpCodes.Pop);
        il.Emit(OpCodes.Ldloc, local); il.Emit(OpCodes.Ldc_I4_8); il.Emit(OpCodes.Callvirt, TypeBuilder.GetMethod(ints, push));
        il.Emit(OpCodes.Call, typeof(Console).GetMethod("WriteLine", new[] { typeof(int) }));
        il.Emit(OpCodes.Ldc_I4_3); il.Emit(OpCodes.Box, kind); il.Emit(OpCodes.Call, typeof(Console).GetMethod("WriteLine", new[] { typeof(object) }));
        il.Emit(OpCodes.Ldtoken, late); il.Emit(OpCodes.Call, typeof(Type).GetMethod("GetTypeFromHandle")); il.Emit(OpCodes.Call, typeof(Console).GetMethod("WriteLine", new[] { typeof(object) }));
        il.Emit(OpCodes.Ldstr, "x"); il.Emit(OpCodes.Call, typeof(int).GetMethod("Parse", new[] { typeof(string) })); il.Emit(OpCodes.Pop);
        il.BeginCatchBlock(typeof(FormatException));
        il.Emit(OpCodes.Pop); il.EmitWriteLine("caught");
        il.BeginFinallyBlock();
        il.EmitWriteLine("finally");
        il.EndExceptionBlock();
        il.Emit(OpCodes.Ldc_I4_2); il.Emit(OpCodes.Newarr, typeof(int));
        il.Emit(OpCodes.Dup); il.Emit(OpCodes.Ldtoken, table); il.Emit(OpCodes.Call, typeof(System.Runtime.CompilerServices.RuntimeHelpers).GetMethod("InitializeArray"));
        il.Emit(OpCodes.Call, sum); il.Emit(OpCodes.Ret);
        il = sum.GetILGenerator();
        var total = il.DeclareLocal(typeof(int)); var i = il.DeclareLocal(typeof(int));
        var test = il.DefineLabel(); var loop = il.DefineLabel();
        il.Emit(OpCodes.Br_S, test);
        il.MarkLabel(loop);
        il.Emit(OpCodes.Ldloc, total); il.Emit(OpCodes.Ldarg_0); il.Emit(OpCodes.Ldloc, i); il.Emit(OpCodes.Ldelem_I4); il.Emit(OpCodes.Add); il.Emit(OpCodes.Stloc, total);
        il.Emit(OpCodes.Ldloc, i); il.Emit(OpCodes.Ldc_I4_1); il.Emit(OpCodes.Add); il.Emit(OpCodes.Stloc, i);
        il.MarkLabel(test);
        il.Emit(OpCodes.Ldloc, i); il.Emit(OpCodes.Ldarg_0); il.Emit(OpCodes.Ldlen); il.Emit(OpCodes.Conv_I4); il.Emit(OpCodes.Blt_S, loop);
        il.Emit(OpCodes.Ldloc, total); il.Emit(OpCodes.Ret);
        var answer = late.DefineProperty("Answer", PropertyAttributes.None, typeof(int), null);
        var get = late.DefineMethod("get_Answer", MethodAttributes.Public | MethodAttributes.Static | MethodAttributes.SpecialName, typeof(int), Type.EmptyTypes);
        il = get.GetILGenerator(); il.Emit(OpCodes.Ldc_I4_S, (sbyte)42); il.Emit(OpCodes.Ret);
        answer.SetGetMethod(get);
        var native = late.DefinePInvokeMethod("getenv", "libc", MethodAttributes.Public | MethodAttributes.Static | MethodAttributes.PinvokeImpl, CallingConventions.Standard, typeof(IntPtr), new[] { typeof(string) }, System.Runtime.InteropServices.CallingConvention.Cdecl, System.Runtime.InteropServices.CharSet.Ansi);
        native.SetImplementationFlags(MethodImplAttributes.PreserveSig);

        var madeProgram = program.CreateType(); kind.CreateType(); stack.CreateType(); module.CreateGlobalFunctions(); late.CreateType();
        module.DefineManifestResource("notes", new MemoryStream(new byte[] { 10, 20, 30 }), ResourceAttributes.Public);
        assembly.SetEntryPoint(main);
        Run("in memory", assembly, madeProgram.GetMethod("Main"));
        assembly.Save("Saved.exe");
        var loaded = Assembly.LoadFrom(Path.Combine(folder, "Saved.exe"));
        Run("loaded", loaded, loaded.EntryPoint);
        Console.WriteLine(loaded.FullName);
        Console.WriteLine(((AssemblyTitleAttribute)loaded.GetCustomAttributes(typeof(AssemblyTitleAttribute), false)[0]).Title);
        foreach (var type in loaded.GetTypes()) {
            Console.WriteLine(type + " : " + type.BaseType + " " + type.Attributes);
            foreach (var member in type.GetMembers(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly)) Console.WriteLine("    " + member.MemberType + " " + member);
        }
        Console.WriteLine(loaded.GetType("Saved.Late").GetProperty("Answer").GetValue(null, null));
        using (var s = loaded.GetManifestResourceStream("notes")) Console.WriteLine(s.Length + " " + s.ReadByte() + " " + s.ReadByte());
        if (args.Length == 0) Directory.Delete(folder, true);
    }

    static void Run(string what, Assembly assembly, MethodInfo main) {
        Console.WriteLine("-- " + what);
        Console.WriteLine(main.Invoke(null, new object[] { new string[0] }));
    }
}
