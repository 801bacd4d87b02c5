// Names and addresses of hosts.
using System;
using System.Net;
using System.Net.Sockets;

class HostNames {
    static void Main() {
        IPHostEntry entry = Dns.GetHostEntry("localhost");
        Console.WriteLine("{0} {1}", entry.HostName, Array.Exists(entry.AddressList, x => x.Equals(IPAddress.Loopback)));
        Console.WriteLine("{0} {1}", Dns.GetHostAddresses("127.0.0.1")[0], Dns.GetHostName() == Environment.MachineName);
        Console.WriteLine(IPAddress.HostToNetworkOrder(1));
        foreach (string text in new[] { "127.0.0.1", "::1", "fe80::1%3", "1.2.3", "256.0.0.1", "", "2001:db8::ff00:42:8329", "0x7f.1" }) {
            IPAddress address;
            Console.WriteLine("{0}: {1}", text, IPAddress.TryParse(text, out address) ? address + " " + address.AddressFamily + " " + IPAddress.IsLoopback(address) : "none");
        }
        Console.WriteLine("{0} {1}", new IPEndPoint(IPAddress.IPv6Loopback, 80), new IPEndPoint(0x0100007f, 443).Serialize());
    }
}
