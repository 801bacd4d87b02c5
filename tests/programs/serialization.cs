// Objects to bytes and back: BinaryFormatter, DataContract and JSON serializers.
using System;
using System.Collections.Generic;
using System.IO;
using System.Runtime.Serialization;
using System.Runtime.Serialization.Formatters.Binary;
using System.Runtime.Serialization.Json;
using System.Text;

[Serializable]
class Node : ISerializable {
    public string Name;
    public Node Next;
    public int[] Data;
    public Node() {}
    protected Node(SerializationInfo info, StreamingContext context) {
        Name = info.GetString("name");
        Next = (Node)info.GetValue("next", typeof(Node));
        Data = (int[])info.GetValue("data", typeof(int[]));
    }
    public void GetObjectData(SerializationInfo info, StreamingContext context) {
        info.AddValue("name", Name);
        info.AddValue("next", Next);
        info.AddValue("data", Data);
    }
}
[Serializable]
struct Point {
    public int X;
    public double Y;
}
[Serializable]
class Record {
    public List<string> Names = new List<string> { "a", "b" };
    public Dictionary<string, int> Map = new Dictionary<string, int> { { "one", 1 }, { "two", 2 } };
    [NonSerialized]
    public int Skipped = 5;
    public Point Point = new Point { X = 3, Y = 2.5 };
    public DateTime When = new DateTime(2020, 1, 2);
    public object Self;
    public DayOfWeek Day = DayOfWeek.Friday;
    public string[,] Grid = { { "1", "2" }, { "3", null } };
    public decimal Price = 1.25m;
    public Type Type = typeof(List<int>);
    public Func<int, int> Function = Twice;
    static int Twice(int x) { return 2 * x; }
    [OnDeserialized]
    void Done(StreamingContext context) { Console.WriteLine("deserialized"); }
}
[DataContract]
class Item {
    [DataMember]
    public string Name;
    [DataMember(Name = "c")]
    public int Count { get; set; }
    [DataMember]
    public List<double> Values = new List<double>();
    public int Skipped;
    [DataMember]
    public Item Inner;
    [DataMember]
    public Dictionary<string, int> Map = new Dictionary<string, int> { { "k", 1 } };
}

static class Program {
    static T Copy<T>(T value) {
        var stream = new MemoryStream();
        var formatter = new BinaryFormatter();
        formatter.Serialize(stream, value);
        stream.Position = 0;
        return (T)formatter.Deserialize(stream);
    }
    static void Contract(XmlObjectSerializer serializer) {
        var stream = new MemoryStream();
        serializer.WriteObject(stream, new Item { Name = "n", Count = 2, Values = { 1.5, 2 }, Inner = new Item { Name = "i" } });
        Console.WriteLine(Encoding.UTF8.GetString(stream.ToArray()));
        stream.Position = 0;
        var item = (Item)serializer.ReadObject(stream);
        Console.WriteLine(item.Name + item.Count + item.Values.Count + item.Inner.Name + item.Map["k"]);
    }
    static void Main() {
        var first = new Node { Name = "first", Data = new[] { 1, 2, 3 } };
        first.Next = new Node { Name = "second", Next = first };
        Node node = Copy(first);
        Console.WriteLine(node.Name + " " + node.Next.Name + " " + (node.Next.Next == node) + " " + node.Data.Length + " " + (node.Next.Data == null));
        var record = new Record();
        record.Self = record;
        Record r = Copy(record);
        Console.WriteLine(string.Join(",", r.Names) + " " + r.Map["two"] + " " + r.Skipped + " " + r.Point.X + " " + (r.Point.Y == 2.5) + " " + r.When.Year + " " + (r.Self == r) + " " + r.Day);
        Console.WriteLine(r.Grid[1, 0] + " " + (r.Grid[1, 1] == null) + " " + (r.Price == 1.25m) + " " + r.Type + " " + r.Function(4));
        ArgumentException e = Copy(new ArgumentException("message", "parameter", new InvalidOperationException("inner")));
        Console.WriteLine(e.ParamName + " " + e.InnerException.Message);
        try {
            Copy(new object[] { new Item() });
        } catch (SerializationException) {
            Console.WriteLine("not serializable");
        }
        try {
            new BinaryFormatter().Deserialize(new MemoryStream(new byte[] { 1, 2, 3 }));
        } catch (SerializationException) {
            Console.WriteLine("not a stream");
        }
        Contract(new DataContractSerializer(typeof(Item)));
        Contract(new DataContractJsonSerializer(typeof(Item)));
    }
}
