using System;
using System.Collections;
using System.Collections.Generic;
using System.Reflection;
using System.Reflection.Emit;

public interface IShape { double Area(); string Name { get; } }
public abstract class Base { public abstract int Value(); public virtual string Hello() { return "base"; } protected Base(int x) { start = x; } protected Base() {} public int start; }
[AttributeUsage(AttributeTargets.All, AllowMultiple = true)]
public class NoteAttribute : Attribute {
    public string Text; public int Number { get; set; } public Type Of;
    public NoteAttribute(string text) { Text = text; }
    public NoteAttribute(DayOfWeek day, object boxed, int[] numbers) { Text = day + "/" + boxed + "/" + numbers.Length; }
}

static class Program {
    static ModuleBuilder module;
    static void Main() {
        var assembly = AppDomain.CurrentDomain.DefineDynamicAssembly(new AssemblyName { Name = "Made", Version = new Version(1, 2, 3, 4) }, AssemblyBuilderAccess.Run);
        module = assembly.DefineDynamicModule("MadeModule");
        Point(); Derived(); Interfaces(); Generic(); Forward(); Enums(); Nested(); Attributes(); Statics(); Events(); GenericMethod();
        Console.WriteLine(assembly.FullName);
        foreach (var t in assembly.GetTypes()) Console.WriteLine(t.FullName);
    }

    static void Point() {
        var type = module.DefineType("Geometry.Point", TypeAttributes.Public);
        var x = type.DefineField("x", typeof(int), FieldAttributes.Private);
        var y = type.DefineField("y", typeof(int), FieldAttributes.Private);
        var ctor = type.DefineConstructor(MethodAttributes.Public, CallingConventions.Standard, new[] { typeof(int), typeof(int) });
        ctor.DefineParameter(1, ParameterAttributes.None, "x");
        ctor.DefineParameter(2, ParameterAttributes.None, "y");
        var il = ctor.GetILGenerator();
        il.Emit(OpCodes.Ldarg_0); il.Emit(OpCodes.Call, typeof(object).GetConstructor(Type.EmptyTypes));
        il.Emit(OpCodes.Ldarg_0); il.Emit(OpCodes.Ldarg_1); il.Emit(OpCodes.Stfld, x);
        il.Emit(OpCodes.Ldarg_0); il.Emit(OpCodes.Ldarg_2); il.Emit(OpCodes.Stfld, y);
        il.Emit(OpCodes.Ret);
        var get = type.DefineMethod("get_X", MethodAttributes.Public | MethodAttributes.SpecialName, typeof(int), Type.EmptyTypes);
        il = get.GetILGenerator();
        il.Emit(OpCodes.Ldarg_0); il.Emit(OpCodes.Ldfld, x); il.Emit(OpCodes.Ret);
        var property = type.DefineProperty("X", PropertyAttributes.None, typeof(int), null);
        property.SetGetMethod(get);
        var text = type.DefineMethod("ToString", MethodAttributes.Public | MethodAttributes.Virtual | MethodAttributes.HideBySig, typeof(string), Type.EmptyTypes);
        il = text.GetILGenerator();
        il.Emit(OpCodes.Ldstr, "({0}, {1})");
        il.Emit(OpCodes.Ldarg_0); il.Emit(OpCodes.Ldfld, x); il.Emit(OpCodes.Box, typeof(int));
        il.Emit(OpCodes.Ldarg_0); il.Emit(OpCodes.Ldfld, y); il.Emit(OpCodes.Box, typeof(int));
        il.Emit(OpCodes.Call, typeof(string).GetMethod("Format", new[] { typeof(string), typeof(object), typeof(object) }));
        il.Emit(OpCodes.Ret);
        var made = type.CreateType();
        object p = Activator.CreateInstance(made, 3, 4);
        Console.WriteLine("{0} {1} {2}", p, made.FullName, made.GetProperty("X").GetValue(p, null));
        foreach (var q in made.GetConstructors()[0].GetParameters()) Console.Write(q + " ");
        Console.WriteLine();
        foreach (var f in made.GetFields(BindingFlags.NonPublic | BindingFlags.Instance)) Console.WriteLine(f);
        Console.WriteLine(made.Assembly == module.Assembly);
        // Its members by their tokens, from another type.
        var maker = module.DefineType("Geometry.Maker", TypeAttributes.Public);
        il = maker.DefineMethod("Make", MethodAttributes.Public | MethodAttributes.Static, typeof(string), Type.EmptyTypes).GetILGenerator();
        il.Emit(OpCodes.Ldc_I4_8); il.Emit(OpCodes.Ldc_I4_1);
        il.Emit(OpCodes.Newobj, made.GetConstructors()[0]); il.Emit(OpCodes.Call, made.GetMethod("ToString")); il.Emit(OpCodes.Ret);
        Console.WriteLine(maker.CreateType().GetMethod("Make").Invoke(null, null));
    }

    static void Derived() {
        var type = module.DefineType("Derived", TypeAttributes.Public, typeof(Base));
        var ctor = type.DefineConstructor(MethodAttributes.Public, CallingConventions.Standard, Type.EmptyTypes);
        var il = ctor.GetILGenerator();
        il.Emit(OpCodes.Ldarg_0); il.Emit(OpCodes.Ldc_I4, 30);
        il.Emit(OpCodes.Call, typeof(Base).GetConstructor(BindingFlags.NonPublic | BindingFlags.Instance, null, new[] { typeof(int) }, null));
        il.Emit(OpCodes.Ret);
        var value = type.DefineMethod("Value", MethodAttributes.Public | MethodAttributes.Virtual, typeof(int), Type.EmptyTypes);
        il = value.GetILGenerator();
        il.Emit(OpCodes.Ldarg_0); il.Emit(OpCodes.Ldfld, typeof(Base).GetField("start")); il.Emit(OpCodes.Ldc_I4_1); il.Emit(OpCodes.Add); il.Emit(OpCodes.Ret);
        var other = type.DefineMethod("Other", MethodAttributes.Public | MethodAttributes.Virtual | MethodAttributes.NewSlot, typeof(string), Type.EmptyTypes);
        il = other.GetILGenerator();
        il.Emit(OpCodes.Ldstr, "other, not "); il.Emit(OpCodes.Ldarg_0); il.Emit(OpCodes.Call, typeof(Base).GetMethod("Hello"));
        il.Emit(OpCodes.Call, typeof(string).GetMethod("Concat", new[] { typeof(string), typeof(string) })); il.Emit(OpCodes.Ret);
        type.DefineMethodOverride(other, typeof(Base).GetMethod("Hello"));
        var b = (Base)Activator.CreateInstance(type.CreateType());
        Console.WriteLine(b.Value() + " " + b.Hello());
    }

    static void Interfaces() {
        var type = module.DefineType("Square", TypeAttributes.Public, typeof(object), new[] { typeof(IShape), typeof(IComparable<int>) });
        var area = type.DefineMethod("Area", MethodAttributes.Public | MethodAttributes.Virtual, typeof(double), Type.EmptyTypes);
        var il = area.GetILGenerator(); il.Emit(OpCodes.Ldc_R8, 6.25); il.Emit(OpCodes.Ret);
        var name = type.DefineMethod("IShape.get_Name", MethodAttributes.Private | MethodAttributes.Virtual | MethodAttributes.Final, typeof(string), Type.EmptyTypes);
        il = name.GetILGenerator(); il.Emit(OpCodes.Ldstr, "square"); il.Emit(OpCodes.Ret);
        type.DefineMethodOverride(name, typeof(IShape).GetProperty("Name").GetGetMethod());
        var compare = type.DefineMethod("CompareTo", MethodAttributes.Public | MethodAttributes.Virtual, typeof(int), new[] { typeof(int) });
        il = compare.GetILGenerator(); il.Emit(OpCodes.Ldc_I4_5); il.Emit(OpCodes.Ldarg_1); il.Emit(OpCodes.Sub); il.Emit(OpCodes.Ret);
        object o = Activator.CreateInstance(type.CreateType());
        Console.WriteLine("{0} {1} {2}", ((IShape)o).Area(), ((IShape)o).Name, ((IComparable<int>)o).CompareTo(3));
    }

    static void Generic() {
        var type = module.DefineType("Pair", TypeAttributes.Public);
        var p = type.DefineGenericParameters("T", "U");
        var first = type.DefineField("first", p[0], FieldAttributes.Public);
        var second = type.DefineField("second", p[1], FieldAttributes.Public);
        var swap = type.DefineMethod("Swap", MethodAttributes.Public);
        var swapped = type.MakeGenericType(p[1], p[0]);
        swap.SetReturnType(swapped);
        var ctor = type.DefineDefaultConstructor(MethodAttributes.Public);
        var il = swap.GetILGenerator();
        var local = il.DeclareLocal(swapped);
        il.Emit(OpCodes.Newobj, TypeBuilder.GetConstructor(swapped, ctor)); il.Emit(OpCodes.Stloc, local);
        il.Emit(OpCodes.Ldloc, local); il.Emit(OpCodes.Ldarg_0); il.Emit(OpCodes.Ldfld, second); il.Emit(OpCodes.Stfld, TypeBuilder.GetField(swapped, first));
        il.Emit(OpCodes.Ldloc, local); il.Emit(OpCodes.Ldarg_0); il.Emit(OpCodes.Ldfld, first); il.Emit(OpCodes.Stfld, TypeBuilder.GetField(swapped, second));
        il.Emit(OpCodes.Ldloc, local); il.Emit(OpCodes.Ret);
        var made = type.CreateType().MakeGenericType(typeof(int), typeof(string));
        object o = Activator.CreateInstance(made);
        made.GetField("first").SetValue(o, 7); made.GetField("second").SetValue(o, "seven");
        object s = made.GetMethod("Swap").Invoke(o, null);
        Console.WriteLine("{0} {1} {2}", s.GetType(), s.GetType().GetField("first").GetValue(s), s.GetType().GetField("second").GetValue(s));
    }

    static void Forward() {
        // A calls B before B exists; a list of B; B derives from A
        var a = module.DefineType("A", TypeAttributes.Public);
        var b = module.DefineType("B", TypeAttributes.Public, a);
        var list = typeof(List<>).MakeGenericType(b);
        var items = a.DefineField("items", list, FieldAttributes.Public);
        var make = a.DefineMethod("Make", MethodAttributes.Public | MethodAttributes.Static, a, Type.EmptyTypes);
        var actor = a.DefineConstructor(MethodAttributes.Public, CallingConventions.Standard, Type.EmptyTypes);
        var bctor = b.DefineConstructor(MethodAttributes.Public, CallingConventions.Standard, Type.EmptyTypes); var bil = bctor.GetILGenerator(); bil.Emit(OpCodes.Ldarg_0); bil.Emit(OpCodes.Call, actor); bil.Emit(OpCodes.Ret);
        var il = actor.GetILGenerator();
        il.Emit(OpCodes.Ldarg_0); il.Emit(OpCodes.Call, typeof(object).GetConstructor(Type.EmptyTypes));
        il.Emit(OpCodes.Ldarg_0); il.Emit(OpCodes.Newobj, TypeBuilder.GetConstructor(list, typeof(List<>).GetConstructor(Type.EmptyTypes))); il.Emit(OpCodes.Stfld, items);
        il.Emit(OpCodes.Ret);
        var count = b.DefineField("count", typeof(int), FieldAttributes.Public | FieldAttributes.Static);
        il = make.GetILGenerator();
        il.Emit(OpCodes.Ldsfld, count); il.Emit(OpCodes.Ldc_I4_1); il.Emit(OpCodes.Add); il.Emit(OpCodes.Stsfld, count);
        il.Emit(OpCodes.Newobj, bctor); il.Emit(OpCodes.Ret);
        var madeA = a.CreateType();
        var madeB = b.CreateType();
        object o = madeA.GetMethod("Make").Invoke(null, null);
        Console.WriteLine("{0} {1} {2}", o.GetType(), madeB.GetField("count").GetValue(null), madeA.GetField("items").GetValue(o));
    }

    static void Enums() {
        var e = module.DefineEnum("Color", TypeAttributes.Public, typeof(byte));
        e.DefineLiteral("Red", (byte)1); e.DefineLiteral("Green", (byte)2);
        var made = e.CreateType();
        Console.WriteLine(string.Join(",", Enum.GetNames(made)) + " " + Enum.GetUnderlyingType(made) + " " + Enum.Parse(made, "Green") + " " + (byte)(object)Enum.ToObject(made, 2));
    }

    static void Nested() {
        var outer = module.DefineType("Outer", TypeAttributes.Public);
        var inner = outer.DefineNestedType("Inner", TypeAttributes.NestedPublic | TypeAttributes.Sealed | TypeAttributes.SequentialLayout, typeof(ValueType));
        var v = inner.DefineField("v", typeof(long), FieldAttributes.Public);
        var field = outer.DefineField("inner", inner, FieldAttributes.Public);
        var read = outer.DefineMethod("Read", MethodAttributes.Public, typeof(long), Type.EmptyTypes);
        var il = read.GetILGenerator();
        il.Emit(OpCodes.Ldarg_0); il.Emit(OpCodes.Ldflda, field); il.Emit(OpCodes.Ldc_I8, 1234567890123L); il.Emit(OpCodes.Stfld, v);
        il.Emit(OpCodes.Ldarg_0); il.Emit(OpCodes.Ldflda, field); il.Emit(OpCodes.Ldfld, v); il.Emit(OpCodes.Ret);
        ResolveEventHandler resolve = (s, args) => { Console.WriteLine("resolve " + args.Name); inner.CreateType(); return module.Assembly; };
        AppDomain.CurrentDomain.TypeResolve += resolve;
        var madeOuter = outer.CreateType();
        AppDomain.CurrentDomain.TypeResolve -= resolve;
        var madeInner = inner.CreateType();
        Console.WriteLine(madeInner.FullName + " " + madeInner.DeclaringType + " " + madeInner.IsValueType);
        Console.WriteLine(madeOuter.GetMethod("Read").Invoke(Activator.CreateInstance(madeOuter), null));
        Console.WriteLine(madeOuter.GetNestedType("Inner"));
    }

    static void Attributes() {
        var type = module.DefineType("Noted", TypeAttributes.Public | TypeAttributes.Abstract);
        type.SetCustomAttribute(new CustomAttributeBuilder(typeof(NoteAttribute).GetConstructor(new[] { typeof(string) }), new object[] { "type" },
            new[] { typeof(NoteAttribute).GetProperty("Number") }, new object[] { 12 }, new[] { typeof(NoteAttribute).GetField("Of") }, new object[] { typeof(List<int>) }));
        type.SetCustomAttribute(new CustomAttributeBuilder(typeof(NoteAttribute).GetConstructor(new[] { typeof(DayOfWeek), typeof(object), typeof(int[]) }),
            new object[] { DayOfWeek.Friday, 2.5, new[] { 1, 2, 3 } }));
        var m = type.DefineMethod("M", MethodAttributes.Public | MethodAttributes.Abstract | MethodAttributes.Virtual, typeof(void), new[] { typeof(int) });
        m.SetCustomAttribute(new CustomAttributeBuilder(typeof(NoteAttribute).GetConstructor(new[] { typeof(string) }), new object[] { null }));
        var p = m.DefineParameter(1, ParameterAttributes.Optional | ParameterAttributes.HasDefault, "n");
        p.SetConstant(99);
        p.SetCustomAttribute(new CustomAttributeBuilder(typeof(NoteAttribute).GetConstructor(new[] { typeof(string) }), new object[] { "param" }));
        var lit = type.DefineField("Limit", typeof(string), FieldAttributes.Public | FieldAttributes.Static | FieldAttributes.Literal);
        lit.SetConstant("limit!");
        var made = type.CreateType();
        foreach (NoteAttribute n in made.GetCustomAttributes(false)) Console.WriteLine(n.Text + " " + n.Number + " " + n.Of);
        foreach (NoteAttribute n in made.GetMethod("M").GetCustomAttributes(false)) Console.WriteLine(n.Text == null);
        var info = made.GetMethod("M").GetParameters()[0];
        Console.WriteLine(info.Name + " " + info.DefaultValue + " " + ((NoteAttribute)info.GetCustomAttributes(false)[0]).Text);
        Console.WriteLine(made.GetField("Limit").GetRawConstantValue());
    }

    static void Statics() {
        var type = module.DefineType("Counter", TypeAttributes.Public);
        var f = type.DefineField("Start", typeof(int), FieldAttributes.Public | FieldAttributes.Static);
        var il = type.DefineTypeInitializer().GetILGenerator();
        il.Emit(OpCodes.Ldc_I4, 77); il.Emit(OpCodes.Stsfld, f); il.EmitWriteLine("cctor"); il.Emit(OpCodes.Ret);
        var data = module.DefineInitializedData("table", new byte[] { 1, 2, 3, 4 }, FieldAttributes.Static | FieldAttributes.Public);
        Console.WriteLine(type.CreateType().GetField("Start").GetValue(null));
        module.CreateGlobalFunctions();
        Console.WriteLine(data.Name);
    }

    static void Events() {
        var type = module.DefineType("Source", TypeAttributes.Public);
        var handler = type.DefineField("handler", typeof(EventHandler), FieldAttributes.Private);
        var e = type.DefineEvent("Changed", EventAttributes.None, typeof(EventHandler));
        foreach (var op in new[] { "Combine", "Remove" }) {
            var m = type.DefineMethod((op == "Combine" ? "add" : "remove") + "_Changed", MethodAttributes.Public | MethodAttributes.SpecialName, typeof(void), new[] { typeof(EventHandler) });
            var il = m.GetILGenerator();
            il.Emit(OpCodes.Ldarg_0); il.Emit(OpCodes.Ldarg_0); il.Emit(OpCodes.Ldfld, handler); il.Emit(OpCodes.Ldarg_1);
            il.Emit(OpCodes.Call, typeof(Delegate).GetMethod(op, new[] { typeof(Delegate), typeof(Delegate) }));
            il.Emit(OpCodes.Castclass, typeof(EventHandler)); il.Emit(OpCodes.Stfld, handler); il.Emit(OpCodes.Ret);
            if (op == "Combine") e.SetAddOnMethod(m); else e.SetRemoveOnMethod(m);
        }
        var raise = type.DefineMethod("Raise", MethodAttributes.Public, typeof(void), Type.EmptyTypes);
        var g = raise.GetILGenerator();
        g.Emit(OpCodes.Ldarg_0); g.Emit(OpCodes.Ldfld, handler); g.Emit(OpCodes.Ldarg_0); g.Emit(OpCodes.Ldnull); g.Emit(OpCodes.Callvirt, typeof(EventHandler).GetMethod("Invoke")); g.Emit(OpCodes.Ret);
        var made = type.CreateType();
        object o = Activator.CreateInstance(made);
        EventHandler h = (s, a) => Console.WriteLine("raised by " + s.GetType());
        made.GetEvent("Changed").AddEventHandler(o, h);
        made.GetMethod("Raise").Invoke(o, null);
    }

    static void GenericMethod() {
        var type = module.DefineType("Tools", TypeAttributes.Public | TypeAttributes.Abstract | TypeAttributes.Sealed);
        var m = type.DefineMethod("Wrap", MethodAttributes.Public | MethodAttributes.Static);
        var t = m.DefineGenericParameters("T");
        t[0].SetGenericParameterAttributes(GenericParameterAttributes.None);
        m.SetParameters(t[0]); m.SetReturnType(t[0].MakeArrayType());
        var il = m.GetILGenerator();
        var local = il.DeclareLocal(t[0].MakeArrayType());
        il.Emit(OpCodes.Ldc_I4_1); il.Emit(OpCodes.Newarr, t[0]); il.Emit(OpCodes.Stloc, local);
        il.Emit(OpCodes.Ldloc, local); il.Emit(OpCodes.Ldc_I4_0); il.Emit(OpCodes.Ldarg_0); il.Emit(OpCodes.Stelem, t[0]);
        il.Emit(OpCodes.Ldloc, local); il.Emit(OpCodes.Ret);
        var call = type.DefineMethod("Call", MethodAttributes.Public | MethodAttributes.Static, typeof(string[]), Type.EmptyTypes);
        il = call.GetILGenerator();
        il.Emit(OpCodes.Ldstr, "wrapped"); il.Emit(OpCodes.Call, m.MakeGenericMethod(typeof(string))); il.Emit(OpCodes.Ret);
        var made = type.CreateType();
        Console.WriteLine(((string[])made.GetMethod("Call").Invoke(null, null))[0]);
        Console.WriteLine(((int[])made.GetMethod("Wrap").MakeGenericMethod(typeof(int)).Invoke(null, new object[] { 5 }))[0]);
    }
}
