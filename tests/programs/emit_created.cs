// Code that names members of a type that has been created already, in the same dynamic module. Their
// rows are numbered anew then: constructors come before methods, whatever the order of definition.
using System;
using System.Reflection;
using System.Reflection.Emit;

class Program
{
    static void Return(ILGenerator il, int number)
    {
        il.Emit(OpCodes.Ldc_I4, number);
        il.Emit(OpCodes.Ret);
    }

    static void Run(string constructor)
    {
        var assembly = AppDomain.CurrentDomain.DefineDynamicAssembly(new AssemblyName("made"),
                                                                     AssemblyBuilderAccess.Run);
        ModuleBuilder module = assembly.DefineDynamicModule("made");
        TypeBuilder first = module.DefineType("First", TypeAttributes.Public);
        Return(first.DefineMethod("X", MethodAttributes.Public, typeof(int), null).GetILGenerator(), 7);
        FieldBuilder field = first.DefineField("f", typeof(int), FieldAttributes.Public);
        if (constructor == "default")
        {
            first.DefineDefaultConstructor(MethodAttributes.Public);
        }
        else if (constructor == "written")
        {
            ILGenerator il = first.DefineConstructor(MethodAttributes.Public, CallingConventions.Standard,
                                                     Type.EmptyTypes).GetILGenerator();
            il.Emit(OpCodes.Ldarg_0);
            il.Emit(OpCodes.Call, typeof(object).GetConstructor(Type.EmptyTypes));
            il.Emit(OpCodes.Ldarg_0);
            il.Emit(OpCodes.Ldc_I4, 100);
            il.Emit(OpCodes.Stfld, field);
            il.Emit(OpCodes.Ret);
        }
        Return(first.DefineMethod("Y", MethodAttributes.Public, typeof(int), null).GetILGenerator(), 8);
        TypeBuilder second = module.DefineType("Second", TypeAttributes.Public);
        Return(second.DefineMethod("Z", MethodAttributes.Public | MethodAttributes.Static, typeof(int),
                                   null).GetILGenerator(), 9);
        Type created = first.CreateType();

        MethodBuilder method = second.DefineMethod("F", MethodAttributes.Public | MethodAttributes.Static,
                                                   typeof(int), null);
        ILGenerator code = method.GetILGenerator();
        code.Emit(OpCodes.Newobj, created.GetConstructor(Type.EmptyTypes));
        code.Emit(OpCodes.Dup);
        code.Emit(OpCodes.Ldfld, created.GetField("f"));
        LocalBuilder value = code.DeclareLocal(typeof(int));
        code.Emit(OpCodes.Stloc, value);
        code.Emit(OpCodes.Dup);
        code.Emit(OpCodes.Call, created.GetMethod("X"));
        code.Emit(OpCodes.Ldc_I4, 10);
        code.Emit(OpCodes.Mul);
        LocalBuilder product = code.DeclareLocal(typeof(int));
        code.Emit(OpCodes.Stloc, product);
        code.Emit(OpCodes.Call, created.GetMethod("Y"));
        code.Emit(OpCodes.Ldloc, product);
        code.Emit(OpCodes.Add);
        code.Emit(OpCodes.Ldloc, value);
        code.Emit(OpCodes.Add);
        code.Emit(OpCodes.Ret);
        Console.WriteLine("{0}: {1}", constructor, second.CreateType().GetMethod("F").Invoke(null, null));
    }

    static void Main()
    {
        Run("no");
        Run("default");
        Run("written");
    }
}
