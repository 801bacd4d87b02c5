// Sockets whose operations complete later, on the thread pool: by tasks, by Begin and End, and by
// SocketAsyncEventArgs; servers and several clients in one process.
using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading;
using System.Threading.Tasks;

class Program
{
    static IPEndPoint EndOf(TcpListener listener) => (IPEndPoint)listener.LocalEndpoint;

    static TcpListener Listen()
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return listener;
    }

    static string Refused(Action action)
    {
        try
        {
            action();
            return "allowed";
        }
        catch (Exception e)
        {
            e = (e as AggregateException)?.GetBaseException() ?? e;
            var socket = e as SocketException ?? e.InnerException as SocketException;
            return socket != null ? e.GetType().Name + " " + socket.SocketErrorCode : e.GetType().Name;
        }
    }

    // ---- Tasks ----

    static async Task Echo(TcpClient client)
    {
        using (client)
        {
            var stream = client.GetStream();
            var buffer = new byte[64];
            int count;
            while ((count = await stream.ReadAsync(buffer, 0, buffer.Length)) > 0)
                await stream.WriteAsync(buffer, 0, count);
        }
    }

    static async Task Serve(TcpListener listener, int clients)
    {
        var served = new List<Task>();
        for (int i = 0; i < clients; i++)
            served.Add(Echo(await listener.AcceptTcpClientAsync()));
        await Task.WhenAll(served);
    }

    static async Task<string> Ask(int port, int id)
    {
        using (var client = new TcpClient())
        {
            await client.ConnectAsync(IPAddress.Loopback, port);
            var stream = client.GetStream();
            var reader = new StreamReader(stream);
            var lines = new List<string>();
            for (int i = 0; i < 3; i++)
            {
                byte[] line = Encoding.ASCII.GetBytes("client " + id + " line " + i + new string('.', 100) + "\n");
                await stream.WriteAsync(line, 0, line.Length);
                lines.Add((await reader.ReadLineAsync()).TrimEnd('.'));
            }
            client.Client.Shutdown(SocketShutdown.Send);
            return string.Join(", ", lines) + ", end " + (await reader.ReadLineAsync() == null);
        }
    }

    static void Tasks()
    {
        const int clients = 8;
        var listener = Listen();
        Task server = Serve(listener, clients);
        int port = EndOf(listener).Port;
        foreach (string answer in Task.WhenAll(Enumerable.Range(0, clients).Select(i => Ask(port, i))).Result)
            Console.WriteLine(answer);
        server.Wait();
        listener.Stop();
    }

    // ---- Begin and End ----

    static void BeginEnd()
    {
        var listener = Listen();
        var received = new StringBuilder();
        var ended = new ManualResetEvent(false);
        var buffer = new byte[5];
        bool onPool = false;
        AsyncCallback receive = null;
        receive = result =>
        {
            var socket = (Socket)result.AsyncState;
            int count = socket.EndReceive(result);
            onPool = Thread.CurrentThread.IsThreadPoolThread;
            received.Append(Encoding.ASCII.GetString(buffer, 0, count));
            if (count == 0)
                ended.Set();
            else
                socket.BeginReceive(buffer, 0, buffer.Length, SocketFlags.None, receive, socket);
        };
        listener.BeginAcceptSocket(result =>
        {
            Socket socket = listener.EndAcceptSocket(result);
            socket.BeginReceive(buffer, 0, buffer.Length, SocketFlags.None, receive, socket);
        }, null);
        using (var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp))
        {
            client.EndConnect(client.BeginConnect(EndOf(listener), null, null));
            byte[] text = Encoding.ASCII.GetBytes("by callbacks, five at a time");
            IAsyncResult sending = client.BeginSend(text, 0, text.Length, SocketFlags.None, null, null);
            sending.AsyncWaitHandle.WaitOne();
            Console.WriteLine("sent " + (client.EndSend(sending) == text.Length) + " " + sending.IsCompleted);
        }
        ended.WaitOne();
        Console.WriteLine("received '" + received + "' on the pool " + onPool);

        // Far more than fits into the socket's buffers.
        var large = new byte[4 << 20];
        for (int i = 0; i < large.Length; i += 1000)
            large[i] = (byte)(i / 1000);
        Task<Socket> accepting = listener.AcceptSocketAsync();
        var sender = new TcpClient();
        sender.Connect(EndOf(listener));
        IAsyncResult writing = sender.GetStream().BeginWrite(large, 0, large.Length, null, null);
        var reading = new NetworkStream(accepting.Result, true);
        var copy = new MemoryStream();
        Task copying = reading.CopyToAsync(copy);
        sender.GetStream().EndWrite(writing);
        sender.Close();
        copying.Wait();
        Console.WriteLine("much " + copy.Length + " " + (Convert.ToBase64String(copy.ToArray()) == Convert.ToBase64String(large)));
        listener.Stop();
    }

    // ---- SocketAsyncEventArgs ----

    static void Completed(string what, SocketAsyncEventArgs args, Func<SocketAsyncEventArgs, bool> start)
    {
        var done = new ManualResetEvent(false);
        EventHandler<SocketAsyncEventArgs> set = (sender, e) => done.Set();
        args.Completed += set;
        if (start(args))
            done.WaitOne();
        args.Completed -= set;
        Console.WriteLine(what + ": " + args.LastOperation + " " + args.SocketError + " " + args.BytesTransferred);
    }

    static void EventArgs()
    {
        var server = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        server.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        server.Listen(5);
        var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        Completed("connect", new SocketAsyncEventArgs { RemoteEndPoint = server.LocalEndPoint }, client.ConnectAsync);
        var accept = new SocketAsyncEventArgs();
        Completed("accept", accept, server.AcceptAsync);
        Socket peer = accept.AcceptSocket;
        var send = new SocketAsyncEventArgs();
        send.SetBuffer(Encoding.ASCII.GetBytes("0123456789"), 2, 6);
        Completed("send", send, client.SendAsync);
        var receive = new SocketAsyncEventArgs();
        receive.SetBuffer(new byte[20], 0, 20);
        Completed("receive", receive, peer.ReceiveAsync);
        Console.WriteLine(Encoding.ASCII.GetString(receive.Buffer, 0, receive.BytesTransferred));
        client.Close();
        Completed("receive the end", receive, peer.ReceiveAsync);
        peer.Close();
        server.Close();

        Socket one = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        Socket two = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        one.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        two.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var from = new SocketAsyncEventArgs { RemoteEndPoint = new IPEndPoint(IPAddress.Any, 0) };
        from.SetBuffer(new byte[10], 0, 10);
        Task.Delay(5).ContinueWith(_ => two.SendTo(new byte[3], one.LocalEndPoint));
        Completed("datagram", from, one.ReceiveFromAsync);
        Console.WriteLine(from.RemoteEndPoint.Equals(two.LocalEndPoint));
        one.Close();
        two.Close();
    }

    // ---- Closing, and failures ----

    static void Endings()
    {
        var listener = Listen();
        int port = EndOf(listener).Port;
        Task<Socket> accepting = listener.AcceptSocketAsync();
        listener.Stop();
        Console.WriteLine("accept of a stopped listener: " + Refused(() => accepting.Wait()));
        var client = new TcpClient();
        Console.WriteLine("nobody listens: " + Refused(() => client.ConnectAsync(IPAddress.Loopback, port).Wait()));

        listener = Listen();
        client = new TcpClient();
        client.Connect(EndOf(listener));
        Socket peer = listener.AcceptSocket();
        IAsyncResult receiving = peer.BeginReceive(new byte[1], 0, 1, SocketFlags.None, null, null);
        peer.Close();
        Console.WriteLine("receive of a closed socket: " + Refused(() => peer.EndReceive(receiving)));

        // A read that blocks is ended by closing the socket, too.
        Socket blocked = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        blocked.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var entered = new ManualResetEvent(false);
        Task<string> blocking = Task.Run(() =>
        {
            entered.Set();
            return Refused(() => blocked.Receive(new byte[1]));
        });
        entered.WaitOne();
        Thread.Sleep(20);
        blocked.Close();
        Console.WriteLine("blocking receive: " + blocking.Result.Split(' ')[0]);
        listener.Stop();
    }

    static void Main()
    {
        Tasks();
        BeginEnd();
        EventArgs();
        Endings();
        // Whoever still waits does not keep the program.
        var last = Listen();
        last.AcceptSocketAsync();
        new Thread(() => Refused(() => last.AcceptSocket())) { IsBackground = true }.Start();
        Thread.Sleep(5);
    }
}
