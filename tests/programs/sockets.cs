// Sockets over the loopback, from one thread: TCP and UDP, streams, options, polling, and errors.
using System;
using System.Collections;
using System.Collections.Generic;
using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Text;

class Sockets {
    static void Try(string what, Action action) {
        try { action(); Console.WriteLine("{0}: fine", what); }
        catch (SocketException e) { Console.WriteLine("{0}: {1} {2}", what, e.SocketErrorCode, e.ErrorCode); }
        catch (Exception e) { Console.WriteLine("{0}: {1}", what, (e.InnerException is SocketException ? e.InnerException : e).GetType().Name); }
    }

    static void Streams() {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;
        Console.WriteLine("{0} {1}", port > 0, listener.Pending());
        using (var client = new TcpClient()) {
            client.Connect("127.0.0.1", port);
            using (TcpClient server = listener.AcceptTcpClient()) {
                Console.WriteLine("{0} {1}", client.Connected, ((IPEndPoint)server.Client.RemoteEndPoint).Port == ((IPEndPoint)client.Client.LocalEndPoint).Port);
                Console.WriteLine("{0} {1}", client.Client.RemoteEndPoint.ToString() == "127.0.0.1:" + port, client.Client.AddressFamily);
                var writer = new StreamWriter(client.GetStream()) { AutoFlush = true };
                var reader = new StreamReader(server.GetStream());
                writer.WriteLine("hello");
                writer.WriteLine("wörld");
                Console.WriteLine("{0} {1}", reader.ReadLine(), reader.ReadLine());
                var back = new byte[100000];
                for (int i = 0; i < back.Length; i++)
                    back[i] = (byte)(i * 7);
                server.GetStream().Write(back, 0, back.Length);
                server.Client.Shutdown(SocketShutdown.Send);
                var got = new MemoryStream();
                client.GetStream().CopyTo(got);
                byte[] bytes = got.ToArray();
                bool same = bytes.Length == back.Length;
                for (int i = 0; same && i < back.Length; i++)
                    same = bytes[i] == back[i];
                Console.WriteLine("{0} {1}", bytes.Length, same);
                Console.WriteLine("{0} {1}", client.Client.Receive(new byte[10]), client.Available);
                Console.WriteLine("{0} {1}", client.Client.Poll(0, SelectMode.SelectRead), client.Client.Poll(0, SelectMode.SelectWrite));
                Console.WriteLine("{0}", client.Client.Send(new List<ArraySegment<byte>> { new ArraySegment<byte>(new byte[] { 1, 2, 3 }), new ArraySegment<byte>(new byte[] { 4, 5 }, 1, 1) }));
                var parts = new List<ArraySegment<byte>> { new ArraySegment<byte>(new byte[2]), new ArraySegment<byte>(new byte[8]) };
                Console.WriteLine("{0} {1} {2}", server.Client.Receive(parts), parts[0].Array[1], parts[1].Array[1]);
            }
        }
        listener.Stop();
        Try("refused", () => new TcpClient().Connect(IPAddress.Loopback, port));
    }

    static void Options() {
        using (var s = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)) {
            Console.WriteLine("{0} {1} {2} {3}", s.NoDelay, s.Blocking, s.ReceiveTimeout, s.LingerState.Enabled);
            s.NoDelay = true;
            s.Blocking = false;
            s.ReceiveTimeout = 1500;
            s.SendTimeout = 250;
            s.LingerState = new LingerOption(true, 3);
            s.Ttl = 17;
            s.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            Console.WriteLine("{0} {1} {2} {3} {4} {5} {6}", s.NoDelay, s.Blocking, s.ReceiveTimeout, s.SendTimeout, s.LingerState.Enabled, s.LingerState.LingerTime, s.Ttl);
            Console.WriteLine("{0} {1}", s.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive), s.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Type));
            Console.WriteLine("{0}", BitConverter.ToString(s.GetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.NoDelay, 4)));
            Console.WriteLine("{0} {1} {2}", s.IsBound, s.Connected, s.LocalEndPoint == null);
            Try("not connected", () => s.Send(new byte[1]));
            Try("no peer", () => Console.WriteLine(s.RemoteEndPoint));
            Try("no address", () => s.Bind(new IPEndPoint(IPAddress.Parse("203.0.113.1"), 0)));
        }
        var closed = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        closed.Close();
        Try("closed", () => closed.Send(new byte[1]));
        Try("bad kind", () => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Udp));
    }

    static void Datagrams() {
        using (var a = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0)))
        using (var b = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0))) {
            var to = (IPEndPoint)b.Client.LocalEndPoint;
            Console.WriteLine(a.Send(Encoding.ASCII.GetBytes("ping"), 4, to));
            IPEndPoint from = null;
            Console.WriteLine("{0} {1}", Encoding.ASCII.GetString(b.Receive(ref from)), from.Equals(a.Client.LocalEndPoint));
            b.Connect((IPEndPoint)a.Client.LocalEndPoint);
            b.Send(new byte[] { 1, 2, 3 }, 3);
            Console.WriteLine("{0} {1}", a.Available, a.Receive(ref from).Length);
            a.Client.ReceiveTimeout = 50;
            Try("nothing comes", () => a.Receive(ref from));
            var read = new ArrayList { a.Client, b.Client };
            var write = new ArrayList { a.Client };
            a.Send(new byte[] { 9 }, 1, to);
            Socket.Select(read, write, null, 1000000);
            Console.WriteLine("{0} {1} {2}", read.Count, read[0] == b.Client, write.Count);
            a.Client.Blocking = false;
            Try("would block", () => a.Client.Receive(new byte[1]));
        }
    }

    static void Main() {
        Streams();
        Options();
        Datagrams();
    }
}
