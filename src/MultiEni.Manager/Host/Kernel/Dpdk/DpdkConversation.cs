namespace MultiEni.Manager.Host.Kernel.Dpdk;

/// <summary>Asks a DPDK program for what it tells of a device.</summary>
internal static class DpdkConversation
{
    private const string Statistics = "/ethdev/stats";
    private const string Extended = "/ethdev/xstats";

    /// <summary>Asks, one question after the other.</summary>
    /// <param name="ask">Sends a command and gives the answer.</param>
    /// <param name="device">The device.</param>
    /// <returns>Null when none of the program's ports is the device.</returns>
    public static async Task<DpdkPort?> ReadAsync(Func<string, Task<ReadOnlyMemory<byte>>> ask, PciAddress device)
    {
        foreach (var port in DpdkAnswer.ReadPorts(await ask("/ethdev/list")))
        {
            if (DpdkAnswer.IsDevice(await ask($"/ethdev/info,{port}"), device))
            {
                return new DpdkPort(
                    DpdkAnswer.ReadLink(await ask($"/ethdev/link_status,{port}")),
                    DpdkAnswer.ReadCounters(await ask($"{Statistics},{port}"), Statistics),
                    DpdkAnswer.ReadCounters(await ask($"{Extended},{port}"), Extended)
                );
            }
        }

        return null;
    }
}
