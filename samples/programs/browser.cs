// A reflection browser: prints the declarations of types as C# would write them, found by name in an
// assembly, or those of this program. Then it does what the declarations promise: makes objects, calls
// methods, sets properties, and reads attributes.
//
//     browser [ASSEMBLY TYPE...]       browser System.Core System.Linq.ILookup`2
using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using System.Text;

[AttributeUsage(AttributeTargets.All, AllowMultiple = true)]
class NoteAttribute : Attribute
{
    public string Text { get; }
    public int Priority { get; set; }

    public NoteAttribute(string text)
    {
        Text = text;
    }
}

// ---- What there is to look at ----

[Flags]
enum Access : byte
{
    None,
    Read,
    Write,
    All = Read | Write
}

interface IShape
{
    double Area { get; }
    bool Contains(double x, double y);
}

[Note("a base class", Priority = 2), Note("with two notes")]
abstract class Shape : IShape, IComparable<Shape>
{
    protected static int made;
    public const string Unit = "cm";
    public string Name { get; set; } = "unnamed";
    public abstract double Area { get; }
    public event EventHandler Moved;

    protected Shape()
    {
        made++;
    }

    public abstract bool Contains(double x, double y);
    public virtual int CompareTo(Shape other) => Area.CompareTo(other.Area);

    protected void OnMoved()
    {
        Moved?.Invoke(this, EventArgs.Empty);
    }
}

sealed class Circle : Shape
{
    readonly double radius;

    public Circle(double radius)
    {
        this.radius = radius;
    }

    public Circle() : this(1)
    {
    }

    public override double Area => Math.PI * radius * radius;
    public override bool Contains(double x, double y) => x * x + y * y <= radius * radius;

    [Note("grows")]
    public Circle Scale(double factor = 2, Access access = Access.All)
    {
        OnMoved();
        return new Circle(radius * factor) {Name = Name + " scaled, " + access};
    }
}

struct Pair<TFirst, TSecond> where TFirst : class, new() where TSecond : struct, IComparable<TSecond>
{
    public TFirst First;
    public TSecond? Second;
    public Dictionary<string, List<TSecond[]>> Index;

    public static bool TryMake(ref TFirst first, out TSecond second, params object[] rest)
    {
        second = default(TSecond);
        return rest.Length > 0;
    }

    public T Convert<T>(Func<TFirst, T> convert) where T : IShape => convert(First);
    public TSecond this[int index, string name] => Second.Value;
    public sealed class Nested<TInner> { }
}

// ---- Printing declarations ----

static class Declarations
{
    const BindingFlags Declared = BindingFlags.DeclaredOnly | BindingFlags.Public |
                                  BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static;

    static readonly Dictionary<Type, string> Keywords = new Dictionary<Type, string> {
        {typeof(void), "void"},   {typeof(object), "object"}, {typeof(string), "string"},
        {typeof(bool), "bool"},   {typeof(byte), "byte"},     {typeof(char), "char"},
        {typeof(short), "short"}, {typeof(int), "int"},       {typeof(long), "long"},
        {typeof(float), "float"}, {typeof(double), "double"}, {typeof(decimal), "decimal"}};

    public static string Name(Type type)
    {
        string keyword;
        if (Keywords.TryGetValue(type, out keyword))
            return keyword;
        if (type.IsByRef || type.IsPointer)
            return Name(type.GetElementType()) + (type.IsPointer ? "*" : "");
        if (type.IsArray)
            return Name(type.GetElementType()) + "[" + new string(',', type.GetArrayRank() - 1) + "]";
        if (Nullable.GetUnderlyingType(type) != null && !type.IsGenericTypeDefinition)
            return Name(Nullable.GetUnderlyingType(type)) + "?";
        string name = type.Name.Split('`')[0];
        if (type.IsGenericType && type.Name.Contains("`"))
            name += "<" + string.Join(", ", type.GetGenericArguments().Select(Name)) + ">";
        return name;
    }

    static string Visibility(MethodBase method)
    {
        return method.IsPublic ? "public " : method.IsFamily ? "protected "
             : method.IsAssembly ? "internal " : method.IsFamilyOrAssembly ? "protected internal "
             : "private ";
    }

    static string Kind(Type type)
    {
        return type.IsInterface ? "interface" : type.IsEnum ? "enum" : type.IsValueType ? "struct"
             : (type.IsAbstract && type.IsSealed ? "static " : type.IsAbstract ? "abstract "
                : type.IsSealed ? "sealed " : "") + "class";
    }

    static string Modifiers(MethodBase method)
    {
        if (method.DeclaringType.IsInterface)
            return "";
        string overriding = "";
        var info = method as MethodInfo;
        if (info != null && method.IsVirtual && !method.IsFinal)
            overriding = info.GetBaseDefinition() != info ? "override "
                       : method.IsAbstract ? "abstract " : "virtual ";
        return Visibility(method) + (method.IsStatic ? "static " : "") + overriding;
    }

    static string Literal(object value)
    {
        return value is string ? "\"" + value + "\"" : value == null ? "null"
             : value is Enum ? Name(value.GetType()) + "." + value : value.ToString();
    }

    static string Parameter(ParameterInfo parameter)
    {
        bool rest = parameter.IsDefined(typeof(ParamArrayAttribute), false);
        string passing = parameter.IsOut ? "out " : parameter.ParameterType.IsByRef ? "ref "
                       : rest ? "params " : "";
        return passing + Name(parameter.ParameterType) + " " + parameter.Name +
               (parameter.IsOptional ? " = " + Literal(parameter.DefaultValue) : "");
    }

    static string Parameters(IEnumerable<ParameterInfo> parameters)
    {
        return string.Join(", ", parameters.Select(Parameter));
    }

    static string Constraints(IEnumerable<Type> variables)
    {
        var text = new StringBuilder();
        foreach (Type variable in variables)
        {
            GenericParameterAttributes flags = variable.GenericParameterAttributes;
            bool isStruct = (flags & GenericParameterAttributes.NotNullableValueTypeConstraint) != 0;
            var parts = new List<string>();
            if ((flags & GenericParameterAttributes.ReferenceTypeConstraint) != 0)
                parts.Add("class");
            if (isStruct)
                parts.Add("struct");
            parts.AddRange(variable.GetGenericParameterConstraints()
                               .Where(constraint => constraint != typeof(ValueType)).Select(Name));
            if ((flags & GenericParameterAttributes.DefaultConstructorConstraint) != 0 && !isStruct)
                parts.Add("new()");
            if (parts.Count > 0)
                text.AppendFormat(" where {0} : {1}", variable.Name, string.Join(", ", parts));
        }
        return text.ToString();
    }

    static string Member(MemberInfo member)
    {
        if (member is FieldInfo field)
            return (field.IsPublic ? "public " : field.IsFamily ? "protected " : "private ") +
                   (field.IsLiteral ? "const " : (field.IsStatic ? "static " : "") +
                                                 (field.IsInitOnly ? "readonly " : "")) +
                   Name(field.FieldType) + " " + field.Name +
                   (field.IsLiteral ? " = " + Literal(field.GetRawConstantValue()) : "");
        if (member is ConstructorInfo constructor)
            return Modifiers(constructor) + constructor.DeclaringType.Name.Split('`')[0] + "(" +
                   Parameters(constructor.GetParameters()) + ")";
        if (member is MethodInfo method)
            return Modifiers(method) + Name(method.ReturnType) + " " + method.Name +
                   (method.IsGenericMethod
                        ? "<" + string.Join(", ", method.GetGenericArguments().Select(Name)) + ">" : "") +
                   "(" + Parameters(method.GetParameters()) + ")" +
                   (method.IsGenericMethod ? Constraints(method.GetGenericArguments()) : "");
        if (member is PropertyInfo property)
            return Modifiers(property.GetAccessors(true)[0]) + Name(property.PropertyType) + " " +
                   (property.GetIndexParameters().Length > 0
                        ? "this[" + Parameters(property.GetIndexParameters()) + "]" : property.Name) +
                   " {" + (property.CanRead ? " get;" : "") + (property.CanWrite ? " set;" : "") + " }";
        if (member is EventInfo happening)
            return Modifiers(happening.GetAddMethod(true)) + "event " + Name(happening.EventHandlerType) +
                   " " + happening.Name;
        return Kind((Type)member) + " " + Name((Type)member);
    }

    // Accessors, and the fields behind properties and events, are said by these.
    static bool IsSpecial(MemberInfo member)
    {
        var method = member as MethodInfo;
        return method != null && method.IsSpecialName || member.Name[0] == '<' ||
               member is FieldInfo && member.DeclaringType.GetEvent(member.Name, Declared) != null ||
               member.Name == "value__";
    }

    static IEnumerable<string> Notes(MemberInfo member)
    {
        return member.GetCustomAttributes(typeof(NoteAttribute), false).Cast<NoteAttribute>()
            .OrderBy(note => note.Text, StringComparer.Ordinal)
            .Select(note => "[Note(\"" + note.Text + "\"" +
                            (note.Priority != 0 ? ", Priority = " + note.Priority : "") + ")]");
    }

    public static void Print(Type type)
    {
        foreach (string note in Notes(type))
            Console.WriteLine(note);
        if (type.IsEnum)
        {
            Console.WriteLine("enum {0} : {1} {{ {2} }}", Name(type), Name(Enum.GetUnderlyingType(type)),
                string.Join(", ", Enum.GetNames(type).Select(name => name + " = " +
                    Convert.ToUInt64(Enum.Parse(type, name)))));
            return;
        }
        IEnumerable<Type> bases = type.GetInterfaces().OrderBy(Name, StringComparer.Ordinal);
        if (type.BaseType != null && type.BaseType != typeof(object) && !type.IsValueType)
            bases = new[] {type.BaseType}.Concat(bases);
        Console.WriteLine("{0} {1}{2}{3}\n{{", Kind(type), Name(type),
                          bases.Any() ? " : " + string.Join(", ", bases.Select(Name)) : "",
                          type.IsGenericType ? Constraints(type.GetGenericArguments()) : "");
        foreach (MemberInfo member in type.GetMembers(Declared).Where(member => !IsSpecial(member))
                                          .OrderBy(member => member.MemberType)
                                          .ThenBy(Member, StringComparer.Ordinal))
        {
            foreach (string note in Notes(member))
                Console.WriteLine("    " + note);
            Console.WriteLine("    " + Member(member) + (member is PropertyInfo ? "" : ";"));
        }
        Console.WriteLine("}");
    }
}

class Program
{
    static int moves;

    static void CountMove(object sender, EventArgs e)
    {
        moves++;
    }

    // All by name, as a tool would that has never seen these types.
    static void Use()
    {
        Assembly here = Assembly.GetExecutingAssembly();
        Type circle = here.GetType("Circle");
        object shape = Activator.CreateInstance(circle, 2.0);
        circle.GetProperty("Name").SetValue(shape, "round");
        EventInfo moved = circle.GetEvent("Moved");
        moved.AddEventHandler(shape, Delegate.CreateDelegate(moved.EventHandlerType, typeof(Program), "CountMove"));
        MethodInfo scale = circle.GetMethod("Scale");
        object[] defaults = scale.GetParameters().Select(parameter => parameter.DefaultValue).ToArray();
        object scaled = scale.Invoke(shape, defaults);
        Console.WriteLine("{0}: {1:F3} -> {2}: {3:F3}; {4} moves, {5} made", ((Shape)shape).Name,
                          ((Shape)shape).Area, ((Shape)scaled).Name, ((Shape)scaled).Area, moves,
                          circle.BaseType.GetField("made", BindingFlags.NonPublic | BindingFlags.Static).GetValue(null));

        Type pair = here.GetType("Pair`2").MakeGenericType(typeof(List<int>), typeof(int));
        object[] arguments = {null, null, new object[] {1}};
        object answer = pair.GetMethod("TryMake").Invoke(null, arguments);
        Console.WriteLine("{0}: {1}, out {2}", Declarations.Name(pair), answer, arguments[1]);
        object value = Activator.CreateInstance(pair);
        pair.GetField("Second").SetValue(value, 42);
        Console.WriteLine("indexer: {0}", pair.GetProperty("Item").GetValue(value, new object[] {0, ""}));
        MethodInfo open = typeof(Enumerable).GetMethods().Single(method =>
            method.Name == "Repeat");
        var repeated = (IEnumerable<string>)open.MakeGenericMethod(typeof(string))
            .Invoke(null, new object[] {"ab", 3});
        Console.WriteLine(string.Concat(repeated));
        try
        {
            circle.GetMethod("CompareTo").Invoke(shape, new object[] {null});
        }
        catch (TargetInvocationException e)
        {
            Console.WriteLine("invoked: " + e.InnerException.GetType().Name);
        }
        try
        {
            scale.Invoke(shape, new object[] {"much", Access.None});
        }
        catch (ArgumentException e)
        {
            Console.WriteLine("refused: " + e.GetType().Name);
        }
    }

    static int Main(string[] args)
    {
        if (args.Length > 0)
        {
            Assembly assembly = Assembly.Load(args[0]);
            foreach (string name in args.Skip(1))
                Declarations.Print(assembly.GetType(name, true));
            return 0;
        }
        foreach (string name in new[] {"NoteAttribute", "Access", "IShape", "Shape", "Circle", "Pair`2"})
            Declarations.Print(Assembly.GetExecutingAssembly().GetType(name));
        Declarations.Print(typeof(ILookup<,>));
        Declarations.Print(typeof(IDisposable));
        Use();
        return 0;
    }
}
