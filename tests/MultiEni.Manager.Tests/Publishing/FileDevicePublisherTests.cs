using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using MultiEni.Api;
using MultiEni.Manager.Publishing;
using MultiEni.Manager.Telemetry;

namespace MultiEni.Manager.Tests.Publishing;

public sealed class FileDevicePublisherTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ManagerMetrics _metrics = new(new Meter("test"), "node-1", () => []);
    private readonly FakeTimeProvider _time = new();
    private readonly List<FileDevicePublisher> _publishers = [];
    private readonly TaskCompletionSource _settled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _restarts;
    private Exception? _disk;
    private readonly ConcurrentQueue<DateTimeOffset> _attempts = new();
    private int _writes;
    private int _failingWrite;
    private string? _failingPoint;
    private string _file = "config.json";

    private string File => _folder.File(_file);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static Dictionary<string, string> One => new(StringComparer.Ordinal) { ["intel.com/dpdk_1"] = "1" };

    private FileDevicePublisher Publisher() =>
        new(File, BeforeWrite, () => _restarts++, () => _settled.TrySetResult(), _metrics, _time, NullLogger.Instance);

    private async Task<FileDevicePublisher> StartAsync(string boot)
    {
        var publisher = Publisher();
        _publishers.Add(publisher);
        await publisher.StartAsync(boot, Stop);
        return publisher;
    }

    private void BeforeWrite(string point)
    {
        _attempts.Enqueue(_time.GetUtcNow());
        if (++_writes >= _failingWrite && _disk is not null && (_failingPoint ?? point) == point)
        {
            throw _disk;
        }
    }

    private Task ReadAsync(FileDevicePublisher publisher) => publisher.PluginReadAsync(publisher.RestartDueSince ?? _time.GetUtcNow(), Stop);

    [Fact]
    public async Task A_node_without_devices_gets_no_file()
    {
        await StartAsync(A.Boot);
        Assert.Empty(Directory.GetFiles(_folder.Path));
        Assert.Equal(0, _restarts);
    }

    [Fact]
    public async Task A_device_is_confirmed_after_the_plugin_read_the_file_and_the_node_counts_it()
    {
        var publisher = await StartAsync(A.Boot);
        await publisher.OfferAsync(A.Offer(), Stop);
        Assert.Equal(Reasons.Publishing, Assert.IsType<OfferState.Pending>(publisher.StateOf(A.Address, One)).Why.Reason);
        await ReadAsync(publisher);
        Assert.IsType<OfferState.Confirmed>(publisher.StateOf(A.Address, One));
    }

    [Fact]
    public async Task Offering_the_same_again_asks_for_no_restart_and_writes_no_byte()
    {
        var publisher = await StartAsync(A.Boot);
        await publisher.OfferAsync(A.Offer(), Stop);
        await ReadAsync(publisher);
        _restarts = 0;
        var written = System.IO.File.GetLastWriteTimeUtc(File);
        await publisher.OfferAsync(A.Offer(), Stop);
        await publisher.RepairAsync(Stop);
        Assert.Equal(0, _restarts);
        Assert.Equal(written, System.IO.File.GetLastWriteTimeUtc(File));
    }

    [Fact]
    public async Task A_restart_that_began_before_a_change_does_not_count_for_it()
    {
        var publisher = await StartAsync(A.Boot);
        await publisher.OfferAsync(A.Offer(), Stop);
        var before = publisher.RestartDueSince!.Value;
        await publisher.OfferAsync(A.Offer("intel.com/dpdk_2", "0000:00:07.0"), Stop);
        await publisher.PluginReadAsync(before, Stop);
        Assert.NotNull(publisher.RestartDueSince);
    }

    [Fact]
    public async Task A_device_that_is_served_stays_confirmed_while_another_is_added()
    {
        var publisher = await StartAsync(A.Boot);
        await publisher.OfferAsync(A.Offer(), Stop);
        await ReadAsync(publisher);
        await publisher.OfferAsync(A.Offer(address: "0000:00:07.0"), Stop);
        Assert.IsType<OfferState.Confirmed>(publisher.StateOf(A.Address, One));
        Assert.IsType<OfferState.Pending>(publisher.StateOf(A.OtherAddress, One));
        await ReadAsync(publisher);
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
        await ReadAsync(second);
        Assert.IsType<OfferState.Confirmed>(second.StateOf(A.Address, One));
    }

    [Fact]
    public async Task After_a_reboot_the_file_is_emptied_and_the_plugin_restarted_even_if_the_same_comes_back()
    {
        var first = await StartAsync("boot-1");
        await first.OfferAsync(A.Offer(), Stop);
        await ReadAsync(first);
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
        await ReadAsync(publisher);
        await publisher.WithdrawAsync(A.Address, Stop);
        publisher = await StartAsync(A.Boot);
        Assert.IsType<OfferState.Withdrawing>(publisher.StateOf(A.Address, One));
        await ReadAsync(publisher);
        Assert.IsType<OfferState.Withdrawing>(publisher.StateOf(A.Address, One));
        Assert.IsType<OfferState.NotOffered>(publisher.StateOf(A.Address, new Dictionary<string, string>()));
    }

    [Fact]
    public async Task A_change_that_was_cut_off_before_the_file_was_written_is_made_up_for()
    {
        var publisher = await StartAsync(A.Boot);
        await publisher.OfferAsync(A.Offer(), Stop);
        await ReadAsync(publisher);
        var before = await System.IO.File.ReadAllTextAsync(File, Stop);
        await publisher.WithdrawAsync(A.Address, Stop);
        await System.IO.File.WriteAllTextAsync(File, before, Stop);

        var successor = await StartAsync(A.Boot);
        Assert.DoesNotContain("0000:00:06.0", await System.IO.File.ReadAllTextAsync(File, Stop), StringComparison.Ordinal);
        Assert.NotNull(successor.RestartDueSince);
        await ReadAsync(successor);
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
    public async Task A_file_that_cannot_be_written_is_said_with_path_and_error_number_and_asks_for_no_restart_until_it_is()
    {
        var publisher = await StartAsync(A.Boot);
        _disk = new IOException("No space left on device", 28);
        await publisher.OfferAsync(A.Offer(), Stop);
        var failed = Assert.IsType<OfferState.Failed>(publisher.StateOf(A.Address, One));
        Assert.Equal((A.Offer(), Reasons.DevicePluginFileUnwritable), (failed.Device, failed.Why.Reason));
        Assert.Contains($"{File} could not be written (ENOSPC)", failed.Why.Message, StringComparison.Ordinal);
        Assert.Equal((0, null), (_restarts, publisher.RestartDueSince));
        Assert.Empty(Directory.GetFiles(_folder.Path));

        _disk = null;
        await publisher.RepairAsync(Stop);
        Assert.Equal(1, _restarts);
        await ReadAsync(publisher);
        Assert.IsType<OfferState.Confirmed>(publisher.StateOf(A.Address, One));
    }

    [Fact]
    public async Task A_write_that_failed_is_tried_again_at_growing_intervals()
    {
        var publisher = await StartAsync(A.Boot);
        _disk = new IOException("Read-only file system", 30);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var running = publisher.RunAsync(ended.Token);
        await publisher.OfferAsync(A.Offer(), Stop);
        _attempts.Clear();
        _attempts.Enqueue(_time.GetUtcNow());
        await Eventually.Holds(
            () =>
            {
                _time.Advance(TimeSpan.FromSeconds(1));
                return _attempts.Count > 8;
            },
            "eight attempts"
        );
        var pauses = _attempts.Zip(_attempts.Skip(1), (one, next) => (next - one).TotalSeconds).ToList();
        Assert.All(pauses.Zip([1, 2, 4, 8, 16, 32, 60, 60]), pair => Assert.InRange(pair.First, pair.Second, pair.Second * 3));

        _disk = null;
        await Eventually.Holds(
            () =>
            {
                _time.Advance(TimeSpan.FromSeconds(1));
                return _settled.Task.IsCompleted;
            },
            "the write"
        );
        Assert.True(System.IO.File.Exists(File));
        await ended.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Fact]
    public async Task A_device_that_could_not_be_taken_out_of_the_file_is_not_taken_for_withdrawn_whatever_the_node_counts()
    {
        var publisher = await StartAsync(A.Boot);
        await publisher.OfferAsync(A.Offer(), Stop);
        await ReadAsync(publisher);
        _restarts = 0;
        _disk = new IOException("Input/output error", 5);
        await publisher.WithdrawAsync(A.Address, Stop);
        var none = new Dictionary<string, string>();
        Assert.Equal(Reasons.DevicePluginFileUnwritable, Assert.IsType<OfferState.Withdrawing>(publisher.StateOf(A.Address, none)).Why.Reason);
        Assert.False(await publisher.ConfirmAsync(none, Stop));
        Assert.Equal(0, _restarts);

        _disk = null;
        await publisher.RepairAsync(Stop);
        await ReadAsync(publisher);
        Assert.IsType<OfferState.NotOffered>(publisher.StateOf(A.Address, none));
    }

    [Fact]
    public async Task A_device_that_never_came_into_the_file_is_withdrawn_at_once_on_a_disk_that_takes_nothing()
    {
        var publisher = await StartAsync(A.Boot);
        _disk = new IOException("Read-only file system", 30);
        await publisher.OfferAsync(A.Offer(), Stop);
        await publisher.WithdrawAsync(A.Address, Stop);
        Assert.IsType<OfferState.NotOffered>(publisher.StateOf(A.Address, new Dictionary<string, string>()));
    }

    [Fact]
    public async Task A_device_that_is_served_stays_confirmed_while_another_cannot_be_written()
    {
        var publisher = await StartAsync(A.Boot);
        await publisher.OfferAsync(A.Offer(), Stop);
        await ReadAsync(publisher);
        _disk = new IOException("No space left on device", 28);
        await publisher.OfferAsync(A.Offer(address: "0000:00:07.0"), Stop);
        Assert.IsType<OfferState.Confirmed>(publisher.StateOf(A.Address, One));
        Assert.IsType<OfferState.Failed>(publisher.StateOf(A.OtherAddress, One));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Ended_before_any_of_its_writes_a_successor_makes_up_for_the_change(int write)
    {
        var publisher = await StartAsync(A.Boot);
        await publisher.OfferAsync(A.Offer("intel.com/dpdk_2", "0000:00:07.0"), Stop);
        await ReadAsync(publisher);
        (_writes, _failingWrite, _disk) = (0, write, new InvalidOperationException("killed"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => publisher.OfferAsync(A.Offer(), Stop));

        _disk = null;
        var successor = await StartAsync(A.Boot);
        await successor.OfferAsync(A.Offer(), Stop);
        Assert.NotNull(successor.RestartDueSince);
        var text = await System.IO.File.ReadAllTextAsync(File, Stop);
        Assert.Contains("0000:00:06.0", text, StringComparison.Ordinal);
        Assert.Contains("0000:00:07.0", text, StringComparison.Ordinal);
        await successor.WithdrawAsync(A.Address, Stop);
        await successor.WithdrawAsync(A.OtherAddress, Stop);
        Assert.DoesNotContain("0000:00:0", await System.IO.File.ReadAllTextAsync(File, Stop), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_that_is_a_file_is_said_and_made_up_for()
    {
        await System.IO.File.WriteAllTextAsync(_folder.File("etc"), "", Stop);
        _file = System.IO.Path.Combine("etc", "config.json");
        var publisher = await StartAsync(A.Boot);
        await publisher.OfferAsync(A.Offer(), Stop);
        var failed = Assert.IsType<OfferState.Failed>(publisher.StateOf(A.Address, One));
        Assert.Contains($"{File} could not be written (E", failed.Why.Message, StringComparison.Ordinal);
        Assert.Contains("SRIOV_DP_CONFIG_PATH", failed.Why.Message, StringComparison.Ordinal);

        System.IO.File.Delete(_folder.File("etc"));
        await publisher.RepairAsync(Stop);
        Assert.IsType<OfferState.Pending>(publisher.StateOf(A.Address, One));
    }

    [Fact]
    public async Task Somebody_who_keeps_rewriting_the_file_is_answered_three_times_in_ten_minutes_and_named()
    {
        const string Theirs = """{"resourceList":[{"resourceName":"pool","selectors":{"vendors":["8086"]}}]}""";
        var publisher = await StartAsync(A.Boot);
        await publisher.OfferAsync(A.Offer(), Stop);
        await ReadAsync(publisher);
        _restarts = 0;
        for (var check = 0; check < 20; check++)
        {
            await System.IO.File.WriteAllTextAsync(File, Theirs, Stop);
            await publisher.RepairAsync(Stop);
            if (publisher.RestartDueSince is not null)
            {
                await ReadAsync(publisher);
            }

            _time.Advance(TimeSpan.FromSeconds(10));
        }

        Assert.Equal(3, _restarts);
        var failed = Assert.IsType<OfferState.Failed>(publisher.StateOf(A.Address, One));
        Assert.Equal(Reasons.DevicePluginFileContested, failed.Why.Reason);
        Assert.Contains(File, failed.Why.Message, StringComparison.Ordinal);

        // What the agent itself wants is written in any case, and as soon as there is peace so is
        // the rest.
        await publisher.OfferAsync(A.Offer("intel.com/dpdk_2", "0000:00:07.0"), Stop);
        Assert.Contains("0000:00:06.0", await System.IO.File.ReadAllTextAsync(File, Stop), StringComparison.Ordinal);
        await System.IO.File.WriteAllTextAsync(File, Theirs, Stop);
        await publisher.RepairAsync(Stop);
        Assert.IsType<OfferState.Failed>(publisher.StateOf(A.Address, One));
        _time.Advance(TimeSpan.FromMinutes(10));
        await publisher.RepairAsync(Stop);
        Assert.IsType<OfferState.Pending>(publisher.StateOf(A.Address, One));
    }

    [Fact]
    public async Task An_entry_of_others_that_selects_our_device_is_told_and_the_device_is_offered_when_it_no_longer_does()
    {
        const string Wildcard = """{"resourceList":[{"resourceName":"broad","selectors":{"vendors":["1d0f"],"drivers":["vfio-pci"]}}]}""";
        await System.IO.File.WriteAllTextAsync(File, Wildcard, Stop);
        var publisher = await StartAsync(A.Boot);
        await publisher.OfferAsync(A.Offer(), Stop);
        Assert.Equal(Reasons.DeviceSelectedByOtherEntry, Assert.IsType<OfferState.Failed>(publisher.StateOf(A.Address, One)).Why.Reason);
        Assert.Equal((Wildcard, 0), (await System.IO.File.ReadAllTextAsync(File, Stop), _restarts));

        await System.IO.File.WriteAllTextAsync(File, Wildcard.Replace("vfio-pci", "ena", StringComparison.Ordinal), Stop);
        await publisher.RepairAsync(Stop);
        Assert.Equal(1, _restarts);
        await ReadAsync(publisher);
        Assert.IsType<OfferState.Confirmed>(publisher.StateOf(A.Address, One));
    }

    [Fact]
    public async Task A_question_changes_nothing_and_what_is_over_is_let_go_when_the_count_is_known()
    {
        var publisher = await StartAsync(A.Boot);
        await publisher.OfferAsync(A.Offer(), Stop);
        await ReadAsync(publisher);
        await publisher.WithdrawAsync(A.Address, Stop);
        await ReadAsync(publisher);
        var none = new Dictionary<string, string>();
        _writes = 0;
        Assert.IsType<OfferState.NotOffered>(publisher.StateOf(A.Address, none));
        Assert.IsType<OfferState.Withdrawing>(publisher.StateOf(A.Address, One));
        Assert.Equal(0, _writes);
        Assert.False(await publisher.ConfirmAsync(One, Stop));
        Assert.True(await publisher.ConfirmAsync(none, Stop));
        Assert.IsType<OfferState.NotOffered>(publisher.StateOf(A.Address, One));
        Assert.Equal(1, _writes);
    }

    [Fact]
    public async Task A_reboot_of_a_node_whose_file_needs_no_change_restarts_nothing()
    {
        var first = await StartAsync("boot-1");
        await first.OfferAsync(A.Offer(), Stop);
        await first.WithdrawAsync(A.Address, Stop);
        await ReadAsync(first);
        await first.ConfirmAsync(new Dictionary<string, string>(), Stop);
        _restarts = 0;
        await StartAsync("boot-2");
        Assert.Equal(0, _restarts);
    }

    [Fact]
    public async Task The_last_of_a_resource_is_not_taken_for_withdrawn_because_another_is_wanted_that_the_file_lacks()
    {
        var publisher = await StartAsync(A.Boot);
        await publisher.OfferAsync(A.Offer(), Stop);
        await ReadAsync(publisher);
        await publisher.WithdrawAsync(A.Address, Stop);
        await ReadAsync(publisher);
        _disk = new IOException("No space left on device", 28);
        await publisher.OfferAsync(A.Offer(address: "0000:00:07.0"), Stop);
        Assert.IsType<OfferState.Withdrawing>(publisher.StateOf(A.Address, One));
    }

    [Fact]
    public async Task A_record_that_the_disk_does_not_give_is_not_taken_for_an_empty_one()
    {
        var first = await StartAsync(A.Boot);
        await first.OfferAsync(A.Offer(), Stop);
        var record = _folder.File(".aws-multi-eni-controller.json");
        System.IO.File.Move(record, record + ".kept");
        Directory.CreateDirectory(record);
        var second = Publisher();
        _publishers.Add(second);
        await Assert.ThrowsAsync<UnauthorizedAccessException>(() => second.StartAsync(A.Boot, Stop));

        Directory.Delete(record);
        System.IO.File.Move(record + ".kept", record);
        await second.StartAsync(A.Boot, Stop);
        Assert.Equal(A.Offer(), Assert.Single(second.Offered));
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData(null, false)]
    [InlineData("device plugin file renamed", false)]
    public async Task What_an_earlier_boot_offered_counts_as_withdrawing_as_long_as_it_cannot_be_taken_out_of_the_file(
        string? point,
        bool fileIsInvalid
    )
    {
        var first = await StartAsync("boot-1");
        await first.OfferAsync(A.Offer(), Stop);
        await ReadAsync(first);
        var text = await System.IO.File.ReadAllTextAsync(File, Stop);
        if (fileIsInvalid)
        {
            await System.IO.File.WriteAllTextAsync(File, "{ broken", Stop);
        }
        else
        {
            (_disk, _failingPoint) = (new IOException("Read-only file system", 30), point);
        }

        // Another start in the new boot, after one of which the record may have been written, knows
        // no less.
        FileDevicePublisher second = null!;
        for (var start = 0; start < 2; start++)
        {
            second = await StartAsync("boot-2");
            Assert.Empty(second.Offered);
            var withdrawing = Assert.IsType<OfferState.Withdrawing>(second.StateOf(A.Address, new Dictionary<string, string>()));
            Assert.Equal(fileIsInvalid ? Reasons.DevicePluginFileInvalid : Reasons.DevicePluginFileUnwritable, withdrawing.Why.Reason);
        }

        // A plugin that started meanwhile has read the old entry: its restart is waited for.
        _disk = null;
        await System.IO.File.WriteAllTextAsync(File, text, Stop);
        await second.RepairAsync(Stop);
        Assert.IsType<OfferState.Withdrawing>(second.StateOf(A.Address, new Dictionary<string, string>()));
        await ReadAsync(second);
        Assert.IsType<OfferState.NotOffered>(second.StateOf(A.Address, new Dictionary<string, string>()));
    }

    [Fact]
    public async Task What_an_earlier_boot_offered_is_not_waited_for_once_it_is_out_of_the_file()
    {
        var first = await StartAsync("boot-1");
        await first.OfferAsync(A.Offer(), Stop);
        var second = await StartAsync("boot-2");
        Assert.IsType<OfferState.NotOffered>(second.StateOf(A.Address, One));
    }

    [Fact]
    public async Task What_somebody_else_deleted_is_put_back()
    {
        var publisher = await StartAsync(A.Boot);
        await publisher.OfferAsync(A.Offer(), Stop);
        await ReadAsync(publisher);
        System.IO.File.Delete(File);
        await publisher.RepairAsync(Stop);
        Assert.Contains("0000:00:06.0", await System.IO.File.ReadAllTextAsync(File, Stop), StringComparison.Ordinal);
        Assert.NotNull(publisher.RestartDueSince);
    }

    public void Dispose()
    {
        _publishers.ForEach(publisher => publisher.Dispose());
        _folder.Dispose();
    }
}
