using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using MultiEni.Api;
using MultiEni.Manager.Publishing;

namespace MultiEni.Manager.Tests.Publishing;

public sealed class FileDevicePublisherTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly ManagerMetrics metrics = new("node-1", () => []);
    private readonly FakeTimeProvider time = new();
    private int restarts;

    private string File => folder.File("config.json");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static Dictionary<string, string> One => new(StringComparer.Ordinal) { ["intel.com/dpdk_1"] = "1" };

    private async Task<FileDevicePublisher> StartAsync(string boot)
    {
        var publisher = new FileDevicePublisher(File, metrics, time, NullLogger.Instance) { RestartNeeded = () => restarts++ };
        await publisher.StartAsync(boot, Stop);
        return publisher;
    }

    private void Read(FileDevicePublisher publisher) => publisher.PluginRead(publisher.RestartDueSince ?? time.GetUtcNow());

    [Fact]
    public async Task A_node_without_devices_gets_no_file()
    {
        await StartAsync(A.Boot);
        Assert.Empty(Directory.GetFiles(folder.Path));
        Assert.Equal(0, restarts);
    }

    [Fact]
    public async Task A_device_is_confirmed_after_the_plugin_read_the_file_and_the_node_counts_it()
    {
        var publisher = await StartAsync(A.Boot);
        await publisher.OfferAsync(A.Offer(), Stop);
        Assert.Equal(Reasons.Publishing, Assert.IsType<OfferState.Pending>(publisher.StateOf(A.Address, One)).Why.Reason);
        Read(publisher);
        Assert.IsType<OfferState.Confirmed>(publisher.StateOf(A.Address, One));
    }

    [Fact]
    public async Task Offering_the_same_again_asks_for_no_restart_and_writes_no_byte()
    {
        var publisher = await StartAsync(A.Boot);
        await publisher.OfferAsync(A.Offer(), Stop);
        Read(publisher);
        restarts = 0;
        var written = System.IO.File.GetLastWriteTimeUtc(File);
        await publisher.OfferAsync(A.Offer(), Stop);
        await publisher.RepairAsync(Stop);
        Assert.Equal(0, restarts);
        Assert.Equal(written, System.IO.File.GetLastWriteTimeUtc(File));
    }

    [Fact]
    public async Task A_restart_that_began_before_a_change_does_not_count_for_it()
    {
        var publisher = await StartAsync(A.Boot);
        await publisher.OfferAsync(A.Offer(), Stop);
        var before = publisher.RestartDueSince!.Value;
        await publisher.OfferAsync(A.Offer("intel.com/dpdk_2", "0000:00:07.0"), Stop);
        publisher.PluginRead(before);
        Assert.NotNull(publisher.RestartDueSince);
    }

    [Fact]
    public async Task A_device_that_is_served_stays_confirmed_while_another_is_added()
    {
        var publisher = await StartAsync(A.Boot);
        await publisher.OfferAsync(A.Offer(), Stop);
        Read(publisher);
        await publisher.OfferAsync(A.Offer(address: "0000:00:07.0"), Stop);
        Assert.IsType<OfferState.Confirmed>(publisher.StateOf(A.Address, One));
        Assert.IsType<OfferState.Pending>(publisher.StateOf(A.OtherAddress, One));
        Read(publisher);
        Assert.IsType<OfferState.Pending>(publisher.StateOf(A.OtherAddress, One));
    }

    [Fact]
    public async Task A_successor_knows_what_is_offered_and_what_the_plugin_has_yet_to_read()
    {
        var first = await StartAsync(A.Boot);
        await first.OfferAsync(A.Offer(), Stop);
        var second = await StartAsync(A.Boot);
        Assert.Equal(A.Offer(), Assert.Single(second.Offered));
        Assert.NotNull(second.RestartDueSince);
        Read(second);
        Assert.IsType<OfferState.Confirmed>(second.StateOf(A.Address, One));
    }

    [Fact]
    public async Task After_a_reboot_the_file_is_emptied_and_the_plugin_restarted_even_if_the_same_comes_back()
    {
        var first = await StartAsync("boot-1");
        await first.OfferAsync(A.Offer(), Stop);
        Read(first);
        var before = await System.IO.File.ReadAllTextAsync(File, Stop);
        var second = await StartAsync("boot-2");
        Assert.Empty(second.Offered);
        Assert.DoesNotContain("0000:00:06.0", await System.IO.File.ReadAllTextAsync(File, Stop), StringComparison.Ordinal);
        await second.OfferAsync(A.Offer(), Stop);
        Assert.Equal(before, await System.IO.File.ReadAllTextAsync(File, Stop));
        Assert.IsType<OfferState.Pending>(second.StateOf(A.Address, One));
    }

    [Fact]
    public async Task A_withdrawal_is_over_when_the_node_no_longer_counts_the_device_also_across_a_restart_of_the_agent()
    {
        var publisher = await StartAsync(A.Boot);
        await publisher.OfferAsync(A.Offer(), Stop);
        Read(publisher);
        await publisher.WithdrawAsync(A.Address, Stop);
        publisher = await StartAsync(A.Boot);
        Assert.IsType<OfferState.Withdrawing>(publisher.StateOf(A.Address, One));
        Read(publisher);
        Assert.IsType<OfferState.Withdrawing>(publisher.StateOf(A.Address, One));
        Assert.IsType<OfferState.NotOffered>(publisher.StateOf(A.Address, new Dictionary<string, string>()));
    }

    [Fact]
    public async Task A_change_that_was_cut_off_before_the_file_was_written_is_made_up_for()
    {
        var publisher = await StartAsync(A.Boot);
        await publisher.OfferAsync(A.Offer(), Stop);
        Read(publisher);
        var before = await System.IO.File.ReadAllTextAsync(File, Stop);
        await publisher.WithdrawAsync(A.Address, Stop);
        await System.IO.File.WriteAllTextAsync(File, before, Stop);

        var successor = await StartAsync(A.Boot);
        Assert.DoesNotContain("0000:00:06.0", await System.IO.File.ReadAllTextAsync(File, Stop), StringComparison.Ordinal);
        Assert.NotNull(successor.RestartDueSince);
        Read(successor);
        Assert.IsType<OfferState.NotOffered>(successor.StateOf(A.Address, new Dictionary<string, string>()));
    }

    [Fact]
    public async Task A_file_that_cannot_be_read_is_kept_and_copied_and_said()
    {
        await System.IO.File.WriteAllTextAsync(File, "{ broken", Stop);
        var publisher = await StartAsync(A.Boot);
        await publisher.OfferAsync(A.Offer(), Stop);
        Assert.Equal("{ broken", await System.IO.File.ReadAllTextAsync(File, Stop));
        Assert.Equal("{ broken", await System.IO.File.ReadAllTextAsync(File + ".bak", Stop));
        var failed = Assert.IsType<OfferState.Failed>(publisher.StateOf(A.Address, One));
        Assert.Equal(Reasons.DevicePluginFileInvalid, failed.Why.Reason);
        Assert.Contains(File, failed.Why.Message, StringComparison.Ordinal);

        await System.IO.File.WriteAllTextAsync(File, "", Stop);
        await publisher.RepairAsync(Stop);
        Assert.IsType<OfferState.Pending>(publisher.StateOf(A.Address, One));
    }

    [Fact]
    public async Task A_name_in_use_by_others_is_said_and_nothing_is_written()
    {
        const string Theirs = """{"resourceList":[{"resourceName":"dpdk_1","selectors":{"vendors":["8086"]}}]}""";
        await System.IO.File.WriteAllTextAsync(File, Theirs, Stop);
        var publisher = await StartAsync(A.Boot);
        await publisher.OfferAsync(A.Offer(), Stop);
        Assert.Equal(Theirs, await System.IO.File.ReadAllTextAsync(File, Stop));
        Assert.Equal(Reasons.ResourceNameConflict, Assert.IsType<OfferState.Failed>(publisher.StateOf(A.Address, One)).Why.Reason);
    }

    [Fact]
    public async Task What_somebody_else_deleted_is_put_back()
    {
        var publisher = await StartAsync(A.Boot);
        await publisher.OfferAsync(A.Offer(), Stop);
        Read(publisher);
        System.IO.File.Delete(File);
        await publisher.RepairAsync(Stop);
        Assert.Contains("0000:00:06.0", await System.IO.File.ReadAllTextAsync(File, Stop), StringComparison.Ordinal);
        Assert.NotNull(publisher.RestartDueSince);
    }

    public void Dispose()
    {
        metrics.Dispose();
        folder.Dispose();
    }
}
