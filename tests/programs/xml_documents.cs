// XML: documents, readers and writers, paths, LINQ.
using System;
using System.IO;
using System.Linq;
using System.Text;
using System.Xml;
using System.Xml.Linq;
using System.Xml.XPath;

static class Program {
    static void Dom() {
        var document = new XmlDocument();
        document.LoadXml("<?xml version=\"1.0\"?><root a=\"1\"><!-- c --><item id=\"x\">text &amp; more</item><item id=\"y\"><![CDATA[raw <]]></item><ns:z xmlns:ns=\"urn:q\"/></root>");
        foreach (XmlNode n in document.DocumentElement.ChildNodes)
            Console.WriteLine(n.NodeType + " " + n.Name + " " + n.OuterXml);
        Console.WriteLine(document.SelectSingleNode("/root/item[@id='y']").InnerText + " " + document.SelectNodes("//item").Count);
        document.DocumentElement.SetAttribute("b", "two");
        document.DocumentElement.AppendChild(document.CreateElement("new")).InnerText = "<&>";
        var text = new StringWriter();
        document.Save(text);
        Console.WriteLine(text);
        try {
            new XmlDocument().LoadXml("<a>\n<b></a>");
        } catch (XmlException e) {
            Console.WriteLine("line " + e.LineNumber);
        }
    }
    static void Linq() {
        XDocument list = XDocument.Parse("<list><p n='a' v='3'/><p n='b' v='1'/><q>deep<r>er</r></q></list>");
        Console.WriteLine(string.Join(" ", list.Root.Elements("p").OrderBy(e => (int)e.Attribute("v")).Select(e => e.Attribute("n").Value)));
        list.Root.Add(new XElement("added", new XAttribute("k", 1.5), "t", new XElement("c", DateTime.MinValue)));
        Console.WriteLine(list);
        Console.WriteLine(list.XPathSelectElement("/list/q/r").Value + list.Descendants().Count());
        XNamespace space = "urn:x";
        Console.WriteLine(new XElement(space + "a", new XElement(space + "b")));
        string path = Path.GetTempFileName();
        list.Save(path);
        Console.WriteLine(XDocument.Load(path).Root.Name + " " + XNode.DeepEquals(XDocument.Load(path).Root, list.Root));
        File.Delete(path);
    }
    static void Streams() {
        var text = new StringBuilder();
        using (XmlWriter writer = XmlWriter.Create(text, new XmlWriterSettings { Indent = true })) {
            writer.WriteStartElement("a");
            writer.WriteAttributeString("b", "c\"d");
            writer.WriteElementString("e", "f");
            writer.WriteEndElement();
        }
        Console.WriteLine(text);
        using (XmlReader reader = XmlReader.Create(new StringReader("<a>1<b c='d'/>2</a>")))
            while (reader.Read())
                Console.WriteLine(reader.NodeType + " " + reader.Name + reader.Value + " " + reader.Depth + " " + reader.AttributeCount);
    }
    static void Main() {
        Dom();
        Linq();
        Streams();
    }
}
