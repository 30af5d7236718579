using CsCheck;
using Microsoft.Extensions.Time.Testing;
using MultiEni.Simulator.Nodes;

namespace MultiEni.Simulator.Tests.Nodes;

public sealed class KernelInvariantTests
{
    private static readonly string[] Drivers = ["ena", "vfio-pci", "igb_uio"];

    [Fact]
    public void Whatever_is_done_a_device_has_one_driver_or_none_and_an_interface_only_with_ena()
    {
        var operation = Gen.Int[0, 10].Select(Gen.Int[0, 3], Gen.Int[0, 2]);
        operation
            .List[1, 60]
            .Sample(
                operations =>
                {
                    using var host = new SimulatedHost(
                        "node",
                        "i-1",
                        new PrimaryInterface("02:00:00:00:00:05", "10.0.0.10", 24, "10.0.0.1"),
                        new SimulatedHostOptions { Modules = ["vfio_pci", "igb_uio"], ReassignsAddressesAtReboot = true },
                        seed: 7,
                        new FakeTimeProvider()
                    );
                    List<IDisposable> holders = [];
                    List<Task<int>> writes = [];
                    foreach (var (kind, device, driver) in operations)
                    {
                        Do(host, holders, writes, kind, device, Drivers[driver]);
                        Check(host);
                    }

                    holders.ForEach(holder => holder.Dispose());
                    Check(host);
                    Assert.All(host.Devices(), seen => Assert.Equal(seen.Driver, Bound(host, seen.Address)));
                    Assert.All(writes, write => Assert.True(write.Wait(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken)));
                },
                iter: 300
            );
    }

    private static void Do(SimulatedHost host, List<IDisposable> holders, List<Task<int>> writes, int kind, int device, string driver)
    {
        var address = $"0000:00:0{5 + device}.0";
        var mac = $"02:00:00:00:01:0{device}";
        switch (kind)
        {
            case 0 when host.DeviceByMac(mac) is null:
                host.Plug(mac, []);
                break;
            case 1:
                _ = host.UnplugAsync(mac, CancellationToken.None);
                break;
            case 2 or 3:
                writes.Add(Write($"/sys/bus/pci/drivers/{driver}/bind", address));
                break;
            case 4 or 5:
                writes.Add(Write($"/sys/bus/pci/drivers/{driver}/unbind", address));
                break;
            case 6:
                writes.Add(Write($"/sys/bus/pci/devices/{address}/driver_override", driver == "ena" ? "\n" : driver));
                break;
            case 7:
                writes.Add(Write("/sys/module/vfio/parameters/enable_unsafe_noiommu_mode", device == 0 ? "0" : "1"));
                break;
            case 8 when host.Device(address) is { Driver: "vfio-pci", Held: false }:
                holders.Add(host.HoldOpen(address));
                break;
            case 9 when holders.Count > 0:
                holders[0].Dispose();
                holders.RemoveAt(0);
                break;
            case 10 when device == 3:
                Assert.True(host.RebootAsync(CancellationToken.None).IsCompletedSuccessfully);
                break;
            default:
                writes.Add(Write("/sys/bus/pci/drivers_probe", address));
                break;
        }

        Task<int> Write(string path, string text) => host.WriteAsync(path, text, CancellationToken.None);
    }

    private static void Check(SimulatedHost host)
    {
        var network = host.Network();
        foreach (var device in host.Devices())
        {
            Assert.Equal(device.Driver == "ena", device.InterfaceName is not null);
            Assert.Equal(
                device.Driver is null ? 0 : 1,
                Drivers.Append("nvme").Count(driver => host.List($"/sys/bus/pci/drivers/{driver}").Contains(device.Address))
            );
            Assert.Equal(device.InterfaceName is null ? 0 : 1, network.Links.Count(link => link.MacAddress == device.MacAddress));
            if (device.Driver == "vfio-pci")
            {
                Assert.True(host.Exists($"/dev/vfio/noiommu-{device.IommuGroup}"));
            }
        }

        Assert.Equal(network.Links.Select(link => link.Name).Distinct().Count(), network.Links.Count);
        Assert.All(network.Routes, route => Assert.Contains(network.Links, link => link.Index == route.LinkIndex));
    }

    private static string? Bound(SimulatedHost host, string address)
    {
        var text = host.ReadTextAsync($"/sys/bus/pci/devices/{address}/uevent", CancellationToken.None).GetAwaiter().GetResult()!;
        return text.Split('\n').FirstOrDefault(line => line.StartsWith("DRIVER=", StringComparison.Ordinal))?[7..];
    }
}
