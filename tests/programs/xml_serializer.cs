using System;
using System.Collections.Generic;
using System.IO;
using System.Xml.Serialization;

// The serializer writes classes of its own with System.Reflection.Emit.
public class Item {
    public int Id;
    [XmlAttribute] public string Name { get; set; }
    public List<double> Values = new List<double>();
    public DayOfWeek Day;
    public Item Child;
    public DateTime When = new DateTime(2020, 2, 29);
    [XmlIgnore] public string Hidden = "not written";
    [XmlElement("Part")] public string[] Parts = { "a", "b<c" };
}

[XmlInclude(typeof(Circle))] public abstract class Shape { public string Label; }
public class Circle : Shape { public double Radius; }

static class Program {
    static string Write(object value, Type type) {
        var writer = new StringWriter();
        new XmlSerializer(type).Serialize(writer, value);
        return writer.ToString();
    }

    static void Main() {
        var text = Write(new Item { Id = 3, Name = "n", Values = { 1.5, 2 }, Day = DayOfWeek.Friday, Child = new Item { Id = 4 } }, typeof(Item));
        Console.WriteLine(text);
        var item = (Item)new XmlSerializer(typeof(Item)).Deserialize(new StringReader(text));
        Console.WriteLine(item.Id + item.Name + item.Values.Count + item.Day + item.Child.Id + item.When.Year + item.Parts[1]);
        text = Write(new Shape[] { new Circle { Label = "round", Radius = 2.5 }, null }, typeof(Shape[]));
        Console.WriteLine(text);
        var shapes = (Shape[])new XmlSerializer(typeof(Shape[])).Deserialize(new StringReader(text));
        Console.WriteLine(shapes.Length + " " + ((Circle)shapes[0]).Radius);
        try { new XmlSerializer(typeof(Item)).Deserialize(new StringReader("<Item><Id>x</Id></Item>")); }
        catch (InvalidOperationException e) { Console.WriteLine(e.InnerException.GetType().Name); }
    }
}
