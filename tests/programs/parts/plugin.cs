// An assembly that assemblies_loading.cs and assemblies_waiting.cs refer to and that lies where no search finds it.
using System;
using System.Reflection;

[assembly: AssemblyVersion("2.1.0.0")]

namespace Hidden {
    public class Plugin {
        public readonly string Text;
        public Plugin(string text) { Text = "plugin " + text; }
        public static Assembly Caller() { return Assembly.GetCallingAssembly(); }
        public static Assembly Self() { return Assembly.GetExecutingAssembly(); }
    }
}
