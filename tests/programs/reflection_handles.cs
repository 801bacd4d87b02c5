// Handles, typed references, and members compared.
using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using System.Runtime.CompilerServices;

struct Inner {
    public int Number;
    public string Text;
}
class Holder {
    public Inner In;
    public int Count = 4;
    public static long Total = 9;
    public virtual void Run() {}
}
class Heir : Holder {
    public override void Run() {}
    public new int Count = 5;
}
class Generic<T> {
    public T Field;
    public void Method(T x) {}
    public void Open<U>() {}
}

static class Program {
    static void Fails(string what, Action action) {
        try {
            action();
            Console.WriteLine(what + ": nothing thrown");
        } catch (Exception e) {
            Console.WriteLine("{0}: {1}", what, e.GetType().Name);
        }
    }
    static void References() {
        var inner = new Inner { Number = 1, Text = "a" };
        TypedReference reference = __makeref(inner);
        Console.WriteLine(typeof(Inner).GetField("Number").GetValueDirect(reference) + " " + typeof(Inner).GetField("Text").GetValueDirect(reference));
        typeof(Inner).GetField("Number").SetValueDirect(reference, 77);
        typeof(Inner).GetField("Text").SetValueDirect(reference, "changed");
        Console.WriteLine(inner.Number + " " + inner.Text + " " + __refvalue(reference, Inner).Text + " " + __reftype(reference));
        var holder = new Holder { In = inner };
        TypedReference part = TypedReference.MakeTypedReference(holder, new[] { typeof(Holder).GetField("In") });
        Console.WriteLine(TypedReference.GetTargetType(part) + " " + ((Inner)TypedReference.ToObject(part)).Number);
    }
    static void Handles() {
        RuntimeTypeHandle type = typeof(List<int>).TypeHandle;
        Console.WriteLine((Type.GetTypeFromHandle(type) == typeof(List<int>)) + " " + type.Equals(Type.GetTypeHandle(new List<int>())) + " " + (type.Value != IntPtr.Zero));
        RuntimeMethodHandle method = typeof(Holder).GetMethod("Run").MethodHandle;
        Console.WriteLine(MethodBase.GetMethodFromHandle(method) + " " + (MethodBase.GetMethodFromHandle(method) == typeof(Holder).GetMethod("Run")) + " " + (method.GetFunctionPointer() != IntPtr.Zero));
        RuntimeFieldHandle field = typeof(Holder).GetField("Count").FieldHandle;
        Console.WriteLine(FieldInfo.GetFieldFromHandle(field) + " " + (FieldInfo.GetFieldFromHandle(field) == typeof(Holder).GetField("Count")));
        RuntimeMethodHandle generic = typeof(Generic<string>).GetMethod("Method").MethodHandle;
        Console.WriteLine(MethodBase.GetMethodFromHandle(generic, typeof(Generic<string>).TypeHandle));
        Console.WriteLine(FieldInfo.GetFieldFromHandle(typeof(Generic<string>).GetField("Field").FieldHandle, typeof(Generic<string>).TypeHandle));
        Fails("no type for a generic method", () => MethodBase.GetMethodFromHandle(generic));
        Fails("empty handle", () => MethodBase.GetMethodFromHandle(new RuntimeMethodHandle()));
        Console.WriteLine(Type.GetTypeFromHandle(new RuntimeTypeHandle()) == null);
        RuntimeHelpers.RunClassConstructor(typeof(Holder).TypeHandle);
        RuntimeHelpers.PrepareMethod(method);
    }
    static void Members() {
        MethodInfo run = typeof(Heir).GetMethod("Run");
        Console.WriteLine(run.DeclaringType + " " + run.ReflectedType + " " + run.GetBaseDefinition().DeclaringType + " " + (run.GetBaseDefinition() == typeof(Holder).GetMethod("Run")));
        Console.WriteLine((typeof(Heir).GetMethod("ToString") == typeof(Holder).GetMethod("ToString")) + " " + typeof(Heir).GetMethod("ToString").DeclaringType + " " + typeof(Heir).GetMethod("ToString").ReflectedType);
        Console.WriteLine(string.Join(" ", typeof(Heir).GetFields().Select(f => f.DeclaringType.Name + "." + f.Name).OrderBy(n => n, StringComparer.Ordinal)));
        Console.WriteLine(typeof(Heir).GetField("Count").DeclaringType + " " + (typeof(Heir).GetField("Total") == null) + " " + (typeof(Heir).GetField("Total", BindingFlags.FlattenHierarchy | BindingFlags.Static | BindingFlags.Public) != null));
        Console.WriteLine((run.MetadataToken >> 24) + " " + (typeof(Heir).MetadataToken >> 24) + " " + (typeof(Holder).GetField("Count").MetadataToken >> 24) + " " + run.Module.Name.EndsWith(".exe"));
        Console.WriteLine(run.Attributes + " " + run.CallingConvention + " " + run.IsHideBySig + run.IsVirtual + run.IsFinal + run.IsAbstract + run.IsSpecialName + " " + run.MemberType);
        Console.WriteLine(run.ReturnParameter + " " + run.ReturnType + " " + run.ReturnTypeCustomAttributes);
        Console.WriteLine(new HashSet<MemberInfo>(typeof(Heir).GetMembers().Concat(typeof(Heir).GetMembers())).Count == typeof(Heir).GetMembers().Length);
        Console.WriteLine(string.Join(" ", typeof(Heir).FindMembers(MemberTypes.Method, BindingFlags.Public | BindingFlags.Instance, Type.FilterName, "R*").Select(m => m.Name)));
        Console.WriteLine(typeof(Heir).GetMember("Count").Length + " " + typeof(Heir).GetDefaultMembers().Length + " " + typeof(string).GetDefaultMembers().Length);
        Console.WriteLine(((Action)new Heir().Run).Method + " " + ((Action)new Heir().Run).Method.DeclaringType);
    }
    static void Main() {
        References();
        Handles();
        Members();
    }
}
