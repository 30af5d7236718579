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
                var device = await host.Files.ReadLinkAsync(
                    $"/sys/class/net/{link.Name}/device",
                    token
                );
                return Path.GetFileName(device) == adapter.Address
                    ? null
                    : $"{link} is on {device}";
            }
        );

        await checks.EqualAsync(
            "it goes up",
            Errno.None,
            async token =>
                await host.Links.SetUpAsync(
                    (await FindAsync(host, mac, token)).Index,
                    up: true,
                    token
                )
        );
        await checks.EqualAsync(
            "it takes an MTU of 9001",
            Errno.None,
            async token =>
                await host.Links.SetMtuAsync((await FindAsync(host, mac, token)).Index, 9001, token)
        );
        await checks.EqualAsync(
            "both show",
            (true, 9001),
            async token =>
                await FindAsync(host, mac, token) is var link ? (link.Up, link.Mtu) : default
        );
        await checks.EqualAsync(
            "an MTU that it cannot have is refused",
            Errno.Invalid,
            async token =>
                await host.Links.SetMtuAsync(
                    (await FindAsync(host, mac, token)).Index,
                    1_000_000,
                    token
                )
        );
    }

    /// <summary>The link with a hardware address; waits for it, since a driver makes its link some time after the device is there.</summary>
    public static async Task<Link> FindAsync(
        NodeHost host,
        string mac,
        CancellationToken cancellationToken
    )
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        do
        {
            if (
                (await host.Links.ReadAsync(cancellationToken)).Links.FirstOrDefault(link =>
                    link.MacAddress == mac
                ) is
                { } found
            )
            {
                return found;
            }
        } while (await timer.WaitForNextTickAsync(cancellationToken));

        throw new InvalidOperationException("The timer does not end.");
    }
}
