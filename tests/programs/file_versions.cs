// The version of a file among its resources.
using System;
using System.Diagnostics;
using System.IO;
using System.Reflection;

[assembly: AssemblyVersion("1.2.3.4")]
[assembly: AssemblyFileVersion("5.6.7.8")]
[assembly: AssemblyInformationalVersion("5.6 beta")]
[assembly: AssemblyTitle("File versions")]
[assembly: AssemblyProduct("Tests \u00e4\u00f6")]
[assembly: AssemblyCompany("Nobody")]
[assembly: AssemblyCopyright("None")]
[assembly: AssemblyTrademark("")]
[assembly: AssemblyDescription("Shows what it is")]

static class Program
{
    static void Show(string path)
    {
        try
        {
            FileVersionInfo version = FileVersionInfo.GetVersionInfo(path);
            foreach (PropertyInfo property in typeof(FileVersionInfo).GetProperties())
                if (property.Name != "FileName")
                    Console.WriteLine(property.Name + " = " + (property.GetValue(version, null) ?? "null"));
            Console.WriteLine(Path.GetFileName(version.FileName));
        }
        catch (FileNotFoundException e)
        {
            Console.WriteLine(e.GetType());
        }
    }

    static void Main()
    {
        string self = Assembly.GetExecutingAssembly().Location;
        Show(self);
        Show(self + ".missing");
        string text = Path.GetTempFileName();
        File.WriteAllText(text, "no assembly");
        Console.WriteLine(FileVersionInfo.GetVersionInfo(text).FileVersion ?? "no version");
        File.Delete(text);
    }
}
