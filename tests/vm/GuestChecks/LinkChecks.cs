using System.Diagnostics;
using MultiEni.Manager.Counters;
using MultiEni.Manager.Host;

namespace MultiEni.GuestChecks;

/// <summary>A new card as a link: found by its hardware address, brought up, its MTU set.</summary>
internal static class LinkChecks
{
    public static async Task RunAsync(Checks checks, NodeHost host, Adapter adapter, string mac)
    {
        await checks.CheckAsync(
            "the new card is found by its hardware address, and from it its PCI address",
            async token =>
            {
                var link = await FindAsync(host, mac, token);
                var device = await host.Files.ReadLinkAsync($"/sys/class/net/{link.Name}/device", token);
                return Path.GetFileName(device) == adapter.Address ? null : $"{link} is on {device}";
            }
        );

        await UsedByOthersAsync(checks, host, adapter, mac);

        await checks.EqualAsync(
            "it goes up",
            Errno.None,
            async token => await host.Links.SetUpAsync((await FindAsync(host, mac, token)).Index, up: true, token)
        );
        await checks.EqualAsync(
            "it takes an MTU of 9001",
            Errno.None,
            async token => await host.Links.SetMtuAsync((await FindAsync(host, mac, token)).Index, 9001, token)
        );
        await checks.EqualAsync(
            "both show",
            (true, 9001),
            async token => await FindAsync(host, mac, token) is var link ? (link.Up, link.Mtu) : default
        );
        await checks.EqualAsync(
            "an MTU that it cannot have is refused",
            Errno.Invalid,
            async token => await host.Links.SetMtuAsync((await FindAsync(host, mac, token)).Index, 1_000_000, token)
        );
        await CountersAsync(checks, host, adapter, mac);
    }

    /// <summary>
    /// The driver is another one than ENA's, and so is the list of its counters; all else is what the
    /// agent does on EC2.
    /// </summary>
    private static async Task CountersAsync(Checks checks, NodeHost host, Adapter adapter, string mac)
    {
        var list = new CounterAllowlist(
            new Dictionary<string, CounterTarget>(StringComparer.Ordinal)
            {
                ["tx_packets"] = new(EniMetric.Packets, "transmit"),
                ["rx_missed_errors"] = new(EniMetric.DriverEvents, "receive_overrun"),
                ["tx_timeout_count"] = new(EniMetric.DriverEvents, "transmit_timeout"),
            }
        );
        await checks.CheckAsync(
            "its driver tells its PCI address and its counters, which a list of their names makes metrics",
            async token =>
            {
                var card = await FindAsync(host, mac, token);
                var counters = await host.Counters.ReadAsync(card.Name, token);
                var metrics = list.Select(counters?.Values ?? []).Select(sample => $"{sample.Metric.Name}/{sample.LabelValue}").Order().ToList();
                string[] expected =
                [
                    "aws_multi_eni_driver_events_total/receive_overrun",
                    "aws_multi_eni_driver_events_total/transmit_timeout",
                    "aws_multi_eni_traffic_packets_total/transmit",
                ];
                return counters?.BusAddress == adapter.Address && metrics.SequenceEqual(expected)
                    ? null
                    : $"{counters?.BusAddress}: {string.Join(' ', (counters?.Values ?? []).Select(counter => $"{counter.Name}={counter.Value}"))}";
            }
        );
        await checks.CheckAsync(
            "its counters are those that ethtool shows",
            async token =>
            {
                var card = await FindAsync(host, mac, token);
                var names = (await host.Counters.ReadAsync(card.Name, token))!.Values.Select(counter => counter.Name);
                using var ethtool = Process.Start(
                    new ProcessStartInfo("ethtool", ["-S", card.Name]) { UseShellExecute = false, RedirectStandardOutput = true }
                )!;
                var shown = (await ethtool.StandardOutput.ReadToEndAsync(token))
                    .Split('\n', StringSplitOptions.RemoveEmptyEntries)
                    .Skip(1)
                    .Select(line => line[..line.LastIndexOf(':')].Trim());
                await ethtool.WaitForExitAsync(token);
                return shown.SequenceEqual(names) ? null : string.Join(' ', names);
            }
        );
        await checks.EqualAsync<DriverCounters?>(
            "an interface that is not there has none",
            null,
            token => host.Counters.ReadAsync("no-such-link", token)
        );
    }

    /// <summary>
    /// What the safety rules look at: links stacked on the card, and the card gone into a pod's
    /// namespace.
    /// </summary>
    private static async Task UsedByOthersAsync(Checks checks, NodeHost host, Adapter adapter, string mac)
    {
        await checks.CheckAsync(
            "a link stacked on the card names it as its lower link, and sysfs names the upper one",
            async token =>
            {
                var card = await FindAsync(host, mac, token);
                await ConfigureAsync($"link add link {card.Name} name stacked0 type macvlan", token);
                var upper = (await host.Links.ReadAsync(token)).Links.Single(link => link.Name == "stacked0");
                var names = await host.Files.ListAsync($"/sys/class/net/{card.Name}", token);
                await ConfigureAsync("link del stacked0", token);
                return upper.LowerIndex == card.Index && names.Contains("upper_stacked0") ? null : $"{upper}; {string.Join(' ', names)}";
            }
        );
        await checks.CheckAsync(
            "a card in a pod's namespace keeps its driver and shows no interface",
            async token =>
            {
                var card = await FindAsync(host, mac, token);
                await ConfigureAsync("netns add pod", token);
                await ConfigureAsync($"link set {card.Name} netns pod", token);
                var interfaces = await host.Files.ListAsync(adapter.Device + "/net", token);
                var driver = await adapter.DriverAsync(token);
                var isListed = (await host.Links.ReadAsync(token)).Links.Any(link => link.MacAddress == mac);
                await ConfigureAsync("netns del pod", token);
                return interfaces is [] && driver == "e1000e" && !isListed ? null : $"{driver}: {string.Join(' ', interfaces)}";
            }
        );
        await checks.EqualAsync("and comes back when the pod is gone", mac, async token => (await FindAsync(host, mac, token)).MacAddress);
    }

    private static async Task ConfigureAsync(string arguments, CancellationToken cancellationToken)
    {
        using var ip = Process.Start("ip", arguments.Split(' '));
        await ip.WaitForExitAsync(cancellationToken);
        if (ip.ExitCode != 0)
        {
            throw new InvalidOperationException($"ip {arguments} ended with {ip.ExitCode}.");
        }
    }

    /// <summary>
    /// The link with a hardware address; waits for it, since a driver makes its link some time
    /// after the device is there.
    /// </summary>
    public static async Task<Link> FindAsync(NodeHost host, string mac, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        do
        {
            if ((await host.Links.ReadAsync(cancellationToken)).Links.FirstOrDefault(link => link.MacAddress == mac) is { } found)
            {
                return found;
            }
        } while (await timer.WaitForNextTickAsync(cancellationToken));

        throw new InvalidOperationException("The timer does not end.");
    }
}
