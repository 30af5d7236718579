using MultiEni.GuestChecks;
using MultiEni.Manager.Host;
using MultiEni.Manager.Host.Kernel;

// GuestChecks iommu|noiommu: what the kernel edge promises, on a real kernel that may be played
// with. For the virtual machine only.
if (args is not ["iommu" or "noiommu"] || !File.Exists("/dev/virtio-ports/qmp"))
{
    Console.Error.WriteLine("To be run in the virtual machine: GuestChecks iommu|noiommu");
    return 2;
}

const int slot = 5;
const string mac = "52:54:00:00:02:05";
var checks = new Checks();
var host = KernelHost.Create(new KernelHostOptions { AllowRealSysfs = true });
var adapter = new Adapter(host.Files, "0000:05:00.0");
using var monitor = new MachineMonitor();
using var stopping = new CancellationTokenSource();
var log = new EventLog();
var collecting = log.CollectAsync(host.Events.WatchAsync(stopping.Token));

await MachineChecks.RunAsync(checks, host);

monitor.Attach(slot, mac);
await checks.CheckAsync(
    "a card plugged into the running machine is announced",
    token => log.ExpectAsync(new HostEvent("add", "pci", adapter.Address), token)
);
await checks.CheckAsync("so is its driver taking it", token => log.ExpectAsync(new HostEvent("bind", "pci", adapter.Address), token));
await LinkChecks.RunAsync(checks, host, adapter, mac);
await BindChecks.RunAsync(checks, host, adapter, log, mac, hasIommu: args[0] == "iommu");

log.Clear();
monitor.Detach(slot);
await checks.CheckAsync("a card pulled out is announced", token => log.ExpectAsync(new HostEvent("remove", "pci", adapter.Address), token));
await checks.EqualAsync("its files are gone, which reads as nothing", null, token => host.Files.ReadTextAsync(adapter.Device + "/vendor", token));
await checks.EqualAsync("and writes as no such entry", Errno.NoEntry, token => adapter.OverrideAsync("vfio-pci", token));
await checks.EqualAsync("a probe of its address says no such device", Errno.NoDevice, adapter.ProbeAsync);
await checks.EqualAsync("its link is gone", false, async token => (await host.Links.ReadAsync(token)).Links.Any(link => link.MacAddress == mac));

await stopping.CancelAsync();
await collecting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
return checks.Close();
