// What the environment, the domain and the security classes tell, as far as it is the same on every
// machine.
using System;
using System.IO;
using System.Reflection;
using System.Security.Cryptography;
using System.Security.Principal;

class EnvironmentFacts {
    static void Main(string[] args) {
        string[] line = Environment.GetCommandLineArgs();
        Console.WriteLine("{0} {1} {2}", args.Length, Path.GetFileName(line[0]), Path.IsPathRooted(line[0]));
        Console.WriteLine("{0} {1} {2} {3}", Environment.NewLine.Length, Environment.Is64BitProcess, Environment.OSVersion.Platform, Environment.Version);
        Environment.SetEnvironmentVariable("CLARET_TEST_VARIABLE", "a=b");
        Console.WriteLine("{0} {1}", Environment.GetEnvironmentVariable("CLARET_TEST_VARIABLE"), Environment.GetEnvironmentVariables().Contains("CLARET_TEST_VARIABLE"));
        Console.WriteLine(Environment.ExpandEnvironmentVariables("<%CLARET_TEST_VARIABLE%> %NOT_THERE% %"));
        Environment.SetEnvironmentVariable("CLARET_TEST_VARIABLE", null);
        Console.WriteLine("{0} {1}", Environment.GetEnvironmentVariable("CLARET_TEST_VARIABLE") == null, Environment.GetEnvironmentVariable("") == null);
        Console.WriteLine("{0} {1} {2}", Environment.ProcessorCount > 0, Environment.SystemPageSize, Environment.TickCount != 0);
        Console.WriteLine("{0} {1}", Environment.UserName.Length > 0, Environment.MachineName.Length > 0);
        Environment.SetEnvironmentVariable("XDG_CONFIG_HOME", "/config");
        Environment.SetEnvironmentVariable("XDG_DATA_HOME", "/data");
        foreach (Environment.SpecialFolder folder in new[] { Environment.SpecialFolder.ApplicationData, Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolder.CommonApplicationData, Environment.SpecialFolder.CommonTemplates, Environment.SpecialFolder.System })
            Console.WriteLine("{0} {1}", folder, Environment.GetFolderPath(folder, Environment.SpecialFolderOption.DoNotVerify));

        AppDomain domain = AppDomain.CurrentDomain;
        Console.WriteLine("{0} {1} {2} {3}", domain.FriendlyName, domain.Id, domain.IsDefaultAppDomain(), domain.BaseDirectory == Path.GetDirectoryName(line[0]) + "/");
        Console.WriteLine("{0} {1}", Path.GetFileName(domain.SetupInformation.ConfigurationFile), domain.SetupInformation.ApplicationBase == domain.BaseDirectory);
        domain.SetData("key", 17);
        Console.WriteLine("{0} {1} {2}", domain.GetData("key"), domain.GetData("other") == null, (string)domain.GetData("APPBASE") == domain.BaseDirectory);
        domain.DoCallBack(() => Console.WriteLine("called back"));
        MethodInfo guid = typeof(AppDomain).GetMethod("GetProcessGuid", BindingFlags.Static | BindingFlags.NonPublic);
        Console.WriteLine(guid.Invoke(null, null).Equals(guid.Invoke(null, null)));

        var bytes = new byte[64];
        using (var random = new RNGCryptoServiceProvider())
            random.GetBytes(bytes);
        Console.WriteLine(Array.Exists(bytes, b => b != bytes[0]));
        using (WindowsIdentity me = WindowsIdentity.GetCurrent()) {
            Console.WriteLine("{0} {1} {2}", me.AuthenticationType, me.IsAuthenticated, me.Name == Environment.UserName || me.Name.Length > 0);
            Console.WriteLine(new WindowsPrincipal(me).IsInRole("no such group"));
        }
        Type runtime = Type.GetType("Mono.Runtime");
        Console.WriteLine("{0} {1}", runtime != null, runtime.GetMethod("GetDisplayName", BindingFlags.NonPublic | BindingFlags.Static) != null);
        var drive = new DriveInfo("/");
        Console.WriteLine("{0} {1} {2} {3}", drive.Name, drive.IsReady, drive.TotalSize >= drive.TotalFreeSpace, drive.AvailableFreeSpace <= drive.TotalFreeSpace);
        Console.WriteLine("{0}", Array.IndexOf(Environment.GetLogicalDrives(), "/") >= 0);
    }
}
