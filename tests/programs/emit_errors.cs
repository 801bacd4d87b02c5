using System;
using System.Reflection;
using System.Reflection.Emit;

public interface IShape { double Area(); }
public abstract class Base { public abstract int Value(); }

static class Program {
    static ModuleBuilder module;

    static void Main() {
        var name = new AssemblyName { Name = "Made", Version = new Version(1, 0, 0, 0) };
        module = AppDomain.CurrentDomain.DefineDynamicAssembly(name, AssemblyBuilderAccess.Run).DefineDynamicModule("Made");
        Methods(); Types(); Unfinished();
    }

    static void Show(string what, Action action) {
        try { action(); Console.WriteLine(what + ": nothing"); }
        catch (Exception e) {
            if (e is TargetInvocationException) e = e.InnerException;
            Console.WriteLine(what + ": " + e.GetType().Name);
            if (!(e is InvalidProgramException)) Console.WriteLine("    " + e.Message);
            else Console.WriteLine("    names it: " + e.Message.Contains(what));
        }
    }

    static DynamicMethod Method(string name, Action<ILGenerator> body) {
        var m = new DynamicMethod(name, typeof(int), Type.EmptyTypes);
        body(m.GetILGenerator());
        return m;
    }

    static void Methods() {
        foreach (var m in new[] {
            Method("Underflow", il => { il.Emit(OpCodes.Add); il.Emit(OpCodes.Ret); }),
            Method("NoReturn", il => { il.Emit(OpCodes.Nop); }),
            Method("WrongLocal", il => { il.Emit(OpCodes.Ldloc_0); il.Emit(OpCodes.Ret); }),
            Method("Outside", il => { il.Emit(OpCodes.Br_S, (byte)90); }),
            Method("Cut", il => { il.Emit(OpCodes.Ldc_I4_1); il.Emit(OpCodes.Ret); il.Emit(OpCodes.Prefix7); }) }) {
            var method = m;
            Show(m.Name, () => Console.WriteLine(((Func<int>)method.CreateDelegate(typeof(Func<int>)))()));
        }
        Show("Empty", () => Method("Empty", il => { }).CreateDelegate(typeof(Func<int>)));
        Show("Shape", () => Method("Shape", il => { il.Emit(OpCodes.Ldc_I4_1); il.Emit(OpCodes.Ret); }).CreateDelegate(typeof(Func<string>)));
        Show("Label", () => Method("Label", il => { il.Emit(OpCodes.Br, il.DefineLabel()); }).CreateDelegate(typeof(Func<int>)));
    }

    static void Types() {
        Show("abstract method", () => module.DefineType("NoValue", TypeAttributes.Public, typeof(Base)).CreateType());
        Show("interface method", () => module.DefineType("NoArea", TypeAttributes.Public, typeof(object), new[] { typeof(IShape) }).CreateType());
        Show("no body", () => {
            var type = module.DefineType("NoBody");
            type.DefineMethod("M", MethodAttributes.Public, typeof(void), Type.EmptyTypes);
            type.CreateType();
        });
        Show("BadCode", () => {
            var type = module.DefineType("BadCode");
            var il = type.DefineMethod("M", MethodAttributes.Public | MethodAttributes.Static, typeof(int), Type.EmptyTypes).GetILGenerator();
            il.Emit(OpCodes.Pop); il.Emit(OpCodes.Ret);
            type.CreateType().GetMethod("M").Invoke(null, null);
        });
        Show("same name", () => { module.DefineType("Twice"); module.DefineType("Twice"); });
        Show("sealed base", () => module.DefineType("FromString", TypeAttributes.Public, typeof(string)).CreateType());
    }

    // A type that is used before it is created, and then after.
    static void Unfinished() {
        var later = module.DefineType("Later", TypeAttributes.Public);
        var ctor = later.DefineDefaultConstructor(MethodAttributes.Public);
        var user = module.DefineType("User", TypeAttributes.Public);
        var il = user.DefineMethod("Make", MethodAttributes.Public | MethodAttributes.Static, typeof(object), Type.EmptyTypes).GetILGenerator();
        il.Emit(OpCodes.Newobj, ctor); il.Emit(OpCodes.Ret);
        var make = user.CreateType().GetMethod("Make");
        Show("unfinished", () => make.Invoke(null, null));
    }
}
