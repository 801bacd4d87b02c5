// Modules: their tokens, signatures, global members and file format; method bodies.
using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;

class Box<T> {
    public T Value;
    public List<T> Many<U>(U other) { return new List<T>(); }
}
class Bodies {
    public static int Handlers(string text, int[] numbers) {
        int sum = 0;
        try {
            sum += int.Parse(text);
        } catch (FormatException) {
            sum = -1;
        } catch (OverflowException) {
            sum = -2;
        } finally {
            sum++;
        }
        foreach (int n in numbers)
            sum += n;
        return sum;
    }
    public static unsafe int Pinned(byte[] data) {
        fixed (byte* p = data)
            return *p;
    }
    public static string Generic<T>(T value) where T : class {
        var list = new Dictionary<string, T[]>();
        list["x"] = new[] { value };
        return "constant" + list.Count;
    }
    public virtual void Empty() {}
}
abstract class NoBody {
    public abstract void Missing();
}

static class Program {
    static void Body(MethodBase method) {
        MethodBody body = method.GetMethodBody();
        if (body == null) {
            Console.WriteLine(method.Name + " has no body");
            return;
        }
        Console.WriteLine("{0}: max stack {1}, {2}locals {3}", method.Name, body.MaxStackSize, body.InitLocals ? "cleared " : "", body.LocalSignatureMetadataToken != 0);
        foreach (LocalVariableInfo v in body.LocalVariables)
            Console.WriteLine("  {0} | {1} {2} {3}", v, v.LocalIndex, v.LocalType, v.IsPinned);
        foreach (ExceptionHandlingClause c in body.ExceptionHandlingClauses)
            Console.WriteLine("  {0} {1}+{2} {3}+{4} {5}", c.Flags, c.TryOffset, c.TryLength, c.HandlerOffset, c.HandlerLength, c.Flags == ExceptionHandlingClauseOptions.Clause ? c.CatchType.Name : "");
        byte[] il = body.GetILAsByteArray();
        Console.WriteLine("  {0} bytes, ends with {1:x2}", il.Length, il[il.Length - 1]);
    }
    static void Fails(string what, Action action) {
        try {
            action();
            Console.WriteLine(what + ": nothing thrown");
        } catch (Exception e) {
            Console.WriteLine("{0}: {1}", what, e.GetType().Name);
        }
    }
    static void Main() {
        Module module = typeof(Program).Module;
        Console.WriteLine("{0} {1} {2}", module.Name, module.ScopeName, module.MetadataToken.ToString("x"));
        PortableExecutableKinds kind;
        ImageFileMachine machine;
        module.GetPEKind(out kind, out machine);
        Console.WriteLine("{0} {1} {2} {3}", kind, machine, module.IsResource(), module.ModuleVersionId != Guid.Empty);
        Console.WriteLine(module.GetTypes().Contains(typeof(Box<>)) + " " + module.GetType("Box`1") + " " + (module.GetType("Nothing") == null) + " " + module.GetMethods().Length + " " + module.GetFields().Length);
        Console.WriteLine(string.Join(" ", module.FindTypes(Module.FilterTypeName, "B*").Select(t => t.Name).OrderBy(n => n, StringComparer.Ordinal)));
        Console.WriteLine(module.Assembly == typeof(Program).Assembly);
        Console.WriteLine(System.Runtime.InteropServices.Marshal.GetHINSTANCE(module) != IntPtr.Zero);

        Console.WriteLine("tokens");
        MethodInfo handlers = typeof(Bodies).GetMethod("Handlers"), many = typeof(Box<>).GetMethod("Many");
        Console.WriteLine(module.ResolveMethod(handlers.MetadataToken) == handlers);
        Console.WriteLine(module.ResolveType(typeof(Bodies).MetadataToken) == typeof(Bodies));
        Console.WriteLine(module.ResolveType(typeof(Box<>).MetadataToken));
        Console.WriteLine(module.ResolveField(typeof(Box<>).GetField("Value").MetadataToken));
        Console.WriteLine(module.ResolveMember(many.MetadataToken));
        Console.WriteLine(module.ResolveMember(typeof(NoBody).MetadataToken));
        Console.WriteLine(module.ResolveMember(typeof(Box<>).GetField("Value").MetadataToken));
        Console.WriteLine(BitConverter.ToString(module.ResolveSignature(handlers.GetMethodBody().LocalSignatureMetadataToken)).Substring(0, 2));
        byte[] il = typeof(Bodies).GetMethod("Generic").GetMethodBody().GetILAsByteArray();
        for (int i = 0; i + 4 < il.Length; i++) {
            if (il[i] == 0x72) {
                Console.WriteLine("ldstr " + module.ResolveString(BitConverter.ToInt32(il, i + 1)));
                i += 4;
            } else if (il[i] == 0x73) {
                Console.WriteLine("newobj " + module.ResolveMethod(BitConverter.ToInt32(il, i + 1), null, new[] { typeof(string) }).DeclaringType);
                i += 4;
            } else if (il[i] == 0x28 || il[i] == 0x6f) {
                i += 4;
            }
        }
        Fails("bad row", () => module.ResolveMethod(0x06ffffff));
        Fails("wrong table", () => module.ResolveMethod(0x02000001));
        Fails("bad type", () => module.ResolveType(0x02ffffff));
        Fails("bad string", () => module.ResolveString(0x70ffffff));
        Fails("bad signature", () => module.ResolveSignature(0x11ffffff));
        Fails("bad member", () => module.ResolveMember(0x2a000001));

        Console.WriteLine("bodies");
        foreach (MethodInfo m in typeof(Bodies).GetMethods(BindingFlags.DeclaredOnly | BindingFlags.Public | BindingFlags.Static | BindingFlags.Instance))
            Body(m);
        Body(typeof(Bodies).GetConstructor(Type.EmptyTypes));
        Body(typeof(Bodies).GetMethod("Generic").MakeGenericMethod(typeof(string)));
        Body(typeof(Box<int>).GetMethod("Many"));
        Body(typeof(NoBody).GetMethod("Missing"));
        Body(typeof(Math).GetMethod("Sin"));
        Body(typeof(Action).GetMethod("Invoke"));
    }
}
