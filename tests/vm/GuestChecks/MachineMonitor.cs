using System.Text;

namespace MultiEni.GuestChecks;

/// <summary>
/// QEMU's own monitor, seen from inside the guest: attaches and detaches network cards as EC2 does
/// with ENIs.
/// </summary>
internal sealed class MachineMonitor : IDisposable
{
    private readonly FileStream _port = new("/dev/virtio-ports/qmp", FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);

    public MachineMonitor() => Execute("""{"execute":"qmp_capabilities"}""");

    public void Attach(int slot, string macAddress) =>
        Execute(
            $$$"""{"execute":"device_add","arguments":{"driver":"e1000e","bus":"rp{{{slot}}}","netdev":"n{{{slot}}}","id":"hot{{{slot}}}","mac":"{{{macAddress}}}","romfile":""}}"""
        );

    public void Detach(int slot) => Execute($$$"""{"execute":"device_del","arguments":{"id":"hot{{{slot}}}"}}""");

    public void Dispose() => _port.Dispose();

    private void Execute(string command)
    {
        _port.Write(Encoding.UTF8.GetBytes(command + "\n"));
        while (ReadLine() is var line && !line.Contains("\"return\"", StringComparison.Ordinal))
        {
            if (line.Contains("\"error\"", StringComparison.Ordinal))
            {
                throw new InvalidOperationException(line);
            }
        }
    }

    private string ReadLine()
    {
        var line = new StringBuilder();
        while (_port.ReadByte() is >= 0 and not '\n' and var character)
        {
            line.Append((char)character);
        }

        return line.ToString();
    }
}
