using System.Collections.Concurrent;
using System.Net;
using Microsoft.Extensions.Time.Testing;
using MultiEni.Api.EniAttachments;
using MultiEni.Ipam.Protocol;
using MultiEni.Manager.Addresses;
using static MultiEni.Manager.Tests.Addresses.AddressSamples;

namespace MultiEni.Manager.Tests.Addresses;

/// <summary>The book, kept: on disk before it is told, waited for, reported.</summary>
public sealed class AddressKeeperTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new();
    private readonly ConcurrentQueue<string> _changed = new();
    private readonly List<string> _writes = [];
    private EniAddresses _eni = Eni(secondary: ["10.0.1.11", "10.0.1.12"]);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_was_given_is_known_after_a_restart_and_void_after_a_reboot()
    {
        Assert.Equal(["10.0.1.11/24"], Addresses(await Open().AddAsync(Add("c1", "p1"), TestContext.Current.CancellationToken)));

        Assert.Equal(["10.0.1.12/24"], Addresses(await Open().AddAsync(Add("c2", "p2"), TestContext.Current.CancellationToken)));
        Assert.Equal(["10.0.1.11/24"], Addresses(await Open("boot-2").AddAsync(Add("c3", "p3"), TestContext.Current.CancellationToken)));
    }

    [Fact]
    public async Task The_gateway_is_the_router_of_the_subnet() =>
        Assert.Equal("10.0.1.1", (await Open().AddAsync(Add(), TestContext.Current.CancellationToken)).Addresses![0].Gateway);

    [Fact]
    public async Task A_rest_begins_anew_after_a_restart()
    {
        var keeper = Open();
        await keeper.AddAsync(Add("c1", "p1"), TestContext.Current.CancellationToken);
        await keeper.DeleteAsync(Del("c1", "p1"));
        _time.Advance(TimeSpan.FromSeconds(29));

        var again = Open();
        await again.AddAsync(Add("c2", "p2"), TestContext.Current.CancellationToken);
        var third = again.AddAsync(Add("c3", "p3"), TestContext.Current.CancellationToken);
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(IpamErrorCodes.TryAgainLater, (await third).Error!.Code);
        _time.Advance(TimeSpan.FromSeconds(20));
        Assert.Equal(["10.0.1.11/24"], Addresses(await again.AddAsync(Add("c3", "p3"), TestContext.Current.CancellationToken)));
    }

    [Fact]
    public async Task A_book_that_cannot_be_written_gives_nothing_and_keeps_nothing()
    {
        var keeper = Open(before: _ => throw new MultiEni.Manager.Binding.JournalException("/book", new IOException("No space left on device")));
        var reply = await keeper.AddAsync(Add("c1", "p1"), TestContext.Current.CancellationToken);
        Assert.Equal(IpamErrorCodes.InputOutput, reply.Error!.Code);
        Assert.Contains("No space left", reply.Error.Message, StringComparison.Ordinal);
        Assert.Empty(keeper.Book.Leases);
    }

    [Fact]
    public async Task A_failed_repetition_does_not_take_away_what_was_given()
    {
        var full = false;
        var keeper = Open(before: _ =>
        {
            if (full)
            {
                throw new MultiEni.Manager.Binding.JournalException("/book", new IOException("full"));
            }
        });
        await keeper.AddAsync(Add("c1", "p1"), TestContext.Current.CancellationToken);
        full = true;
        Assert.NotNull((await keeper.AddAsync(Add("c2", "p2"), TestContext.Current.CancellationToken)).Error);
        await keeper.AddAsync(Add("c1", "p1"), TestContext.Current.CancellationToken);
        Assert.Equal("10.0.1.11", Assert.Single(keeper.Book.Leases.Values).Addresses[0]);
    }

    [Fact]
    public void A_book_that_cannot_be_read_is_not_guessed()
    {
        File.WriteAllText(_folder.File("book.json"), "{");
        var error = Assert.Throws<InvalidDataException>(() => Open());
        Assert.Contains("drain the node, then delete the file", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_book_of_a_later_release_is_not_guessed()
    {
        await Open().AddAsync(Add("c1", "p1"), TestContext.Current.CancellationToken);
        var book = File.ReadAllText(_folder.File("book.json"));
        File.WriteAllText(_folder.File("book.json"), book.Replace("\"version\":1", "\"version\":2", StringComparison.Ordinal));

        var error = Assert.Throws<InvalidDataException>(() => Open());
        Assert.Contains("has form 2, of another release; this one reads form 1", error.Message, StringComparison.Ordinal);
        // Whatever stands there as the boot.
        Assert.Throws<InvalidDataException>(() => Open("boot-2"));
    }

    [Fact]
    public async Task An_address_that_is_assigned_ends_the_wait()
    {
        _eni = Eni() with { PodAddresses = Growing("10.0.1.64/28") };
        var keeper = Open();
        var adding = keeper.AddAsync(Add(named: "10.0.1.65"), TestContext.Current.CancellationToken);
        Assert.Equal([_eni.Attachment], _changed);
        var report = keeper.ReportOf(_eni)!;
        Assert.Equal(("10.0.1.65", "default/p1"), (report.Requested![0].Address, report.Requested[0].Pod));

        _eni = _eni with { Secondary = [IPAddress.Parse("10.0.1.65")] };
        keeper.Wake();
        Assert.Equal(["10.0.1.65/24"], Addresses(await adding));
        Assert.Null(keeper.ReportOf(_eni)!.Requested);
        Assert.Equal("10.0.1.65", keeper.ReportOf(_eni)!.Used![0].Address);
    }

    [Fact]
    public async Task A_wait_that_is_too_long_ends_with_what_is_waited_for_and_the_request_stays_for_the_next_attempt()
    {
        _eni = Eni() with { PodAddresses = Growing() };
        var keeper = Open();
        var adding = keeper.AddAsync(Add("c1", "p1"), TestContext.Current.CancellationToken);
        _time.Advance(AddressKeeper.Patience);
        Assert.Contains("EC2 has not assigned another one yet", (await adding).Error!.Message, StringComparison.Ordinal);
        Assert.Equal(1, keeper.ReportOf(_eni)!.Waiting);

        // The next attempt, with another sandbox, is the same pod's.
        var again = keeper.AddAsync(Add("c2", "p1"), TestContext.Current.CancellationToken);
        Assert.Equal(1, keeper.ReportOf(_eni)!.Waiting);
        _time.Advance(AddressKeeper.Patience);
        await again;
        _time.Advance(TimeSpan.FromMinutes(2));
        Assert.Null(keeper.ReportOf(_eni)!.Waiting);
    }

    [Fact]
    public async Task What_a_pod_asked_for_stays_asked_for_when_its_sandbox_is_deleted_and_while_the_controller_refuses_it()
    {
        _eni = Eni() with { PodAddresses = Growing("10.0.1.64/28") };
        var keeper = Open();
        var adding = keeper.AddAsync(Add("c1", "p1", named: "10.0.1.65"), TestContext.Current.CancellationToken);
        _time.Advance(AddressKeeper.Patience);
        Assert.NotNull((await adding).Error);

        // A kubelet ends a sandbox that has no network.
        await keeper.DeleteAsync(Del("c1", "p1"));
        Assert.Equal("10.0.1.65", keeper.ReportOf(_eni)!.Requested![0].Address);

        _eni = _eni with { Refused = [new RefusedAddress { Address = "10.0.1.65", Message = "in use elsewhere" }] };
        var refused = await keeper.AddAsync(Add("c2", "p1", named: "10.0.1.65"), TestContext.Current.CancellationToken);
        Assert.Contains("in use elsewhere", refused.Error!.Message, StringComparison.Ordinal);
        Assert.Equal("10.0.1.65", keeper.ReportOf(_eni)!.Requested![0].Address);

        // What no pod may have is not kept.
        _eni = _eni with
        {
            PodAddresses = Growing(),
        };
        Assert.NotNull((await keeper.AddAsync(Add("c3", "p1", named: "10.0.1.65"), TestContext.Current.CancellationToken)).Error);
        Assert.Null(keeper.ReportOf(_eni)!.Requested);
    }

    [Fact]
    public async Task An_address_that_another_pod_gives_back_is_had_after_its_cooldown()
    {
        _eni = Eni(secondary: "10.0.1.11") with { PodAddresses = Growing() };
        var keeper = Open();
        await keeper.AddAsync(Add("c1", "p1"), TestContext.Current.CancellationToken);
        var waiting = keeper.AddAsync(Add("c2", "p2"), TestContext.Current.CancellationToken);
        await keeper.DeleteAsync(Del("c1", "p1"));
        _time.Advance(AddressKeeper.Patience);
        Assert.Contains("less than 30 s ago", (await waiting).Error!.Message, StringComparison.Ordinal);
        _time.Advance(AddressBook.Cooldown);
        Assert.Equal(["10.0.1.11/24"], Addresses(await keeper.AddAsync(Add("c3", "p2"), TestContext.Current.CancellationToken)));
    }

    [Fact]
    public async Task Many_at_once_get_one_address_each_and_are_noted_with_few_writes()
    {
        _eni = Eni() with { Prefixes = [.. Enumerable.Range(0, 8).Select(place => IPNetwork.Parse($"10.0.1.{place * 16}/28"))] };
        using var first = new ManualResetEventSlim();
        var keeper = Open(before: _ => first.Wait(TestContext.Current.CancellationToken));
        var adding = Enumerable
            .Range(0, 100)
            .Select(pod => Task.Run(() => keeper.AddAsync(Add($"c{pod}", $"p{pod}"), TestContext.Current.CancellationToken)))
            .ToList();
        await Eventually.Holds(() => keeper.Book.Leases.Count == 100, "all are in the book, and one is written");
        first.Set();
        var replies = await Task.WhenAll(adding);
        Assert.Equal(100, replies.Select(reply => Addresses(reply)[0]).Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(2, _writes.Count);
    }

    [Fact]
    public async Task The_report_says_who_has_what_and_how_many_are_free()
    {
        var keeper = Open();
        Assert.Null(keeper.ReportOf(_eni));
        await keeper.AddAsync(Add("c1", "p1"), TestContext.Current.CancellationToken);
        var report = keeper.ReportOf(_eni)!;
        Assert.Equal(1, report.Free);
        Assert.Null(report.FreeIpv6);
        Assert.Equal(("10.0.1.11", "default/p1", "net1"), (report.Used![0].Address, report.Used[0].Pod, report.Used[0].Interface));
        Assert.Equal(2, keeper.ReportOf(_eni with { PodAddresses = Growing(), EniId = "eni-b", Attachment = "other" })!.Free);
    }

    [Fact]
    public async Task A_collection_frees_what_its_network_does_not_have_any_more()
    {
        var keeper = Open();
        await keeper.AddAsync(Add("c1", "p1"), TestContext.Current.CancellationToken);
        await keeper.AddAsync(Add("c2", "p2") with { Network = "other" }, TestContext.Current.CancellationToken);
        await keeper.CollectAsync("net", [new IpamInterface { ContainerId = "c2", Interface = "net1" }]);
        Assert.Equal("c2", Assert.Single(keeper.Book.Leases.Values).ContainerId);
    }

    [Fact]
    public async Task A_note_frees_and_is_removed_and_a_file_that_is_none_stays()
    {
        var keeper = Open();
        await keeper.AddAsync(Add("c1", "p1"), TestContext.Current.CancellationToken);
        var folder = Directory.CreateDirectory(_folder.File("notes")).FullName;
        await File.WriteAllTextAsync(
            Path.Combine(folder, "c1:net1.note"),
            """{"command":"DEL","containerId":"c1","interface":"net1"}""",
            TestContext.Current.CancellationToken
        );
        await File.WriteAllTextAsync(Path.Combine(folder, "x.note"), "{", TestContext.Current.CancellationToken);
        await new LeaseCollector(
            keeper,
            new DeletionNotes(folder),
            null,
            Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance
        ).ApplyNotesAsync();
        Assert.Empty(keeper.Book.Leases);
        Assert.Equal(["x.note"], Directory.GetFiles(folder).Select(Path.GetFileName));
    }

    [Fact]
    public async Task An_interface_whose_namespace_is_gone_twice_is_freed()
    {
        var keeper = Open();
        _eni = Eni(secondary: ["10.0.1.11", "10.0.1.12", "10.0.1.13"]);
        var existing = _folder.File("netns-2");
        await File.WriteAllTextAsync(existing, "", TestContext.Current.CancellationToken);
        await keeper.AddAsync(Add("c1", "p1") with { NetworkNamespace = _folder.File("netns-1") }, TestContext.Current.CancellationToken);
        await keeper.AddAsync(Add("c2", "p2") with { NetworkNamespace = existing }, TestContext.Current.CancellationToken);
        var collector = new LeaseCollector(
            keeper,
            new DeletionNotes(_folder.File("none")),
            null,
            Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance
        );
        await collector.CollectAsync(TestContext.Current.CancellationToken);
        Assert.Equal(2, keeper.Book.Leases.Count);
        await collector.CollectAsync(TestContext.Current.CancellationToken);
        Assert.Equal("c2", Assert.Single(keeper.Book.Leases.Values).ContainerId);

        // The folder of the namespaces is not mounted: nothing is known of them.
        await keeper.AddAsync(Add("c3", "p3") with { NetworkNamespace = "/not/mounted/netns" }, TestContext.Current.CancellationToken);
        await collector.CollectAsync(TestContext.Current.CancellationToken);
        await collector.CollectAsync(TestContext.Current.CancellationToken);
        Assert.Equal(2, keeper.Book.Leases.Count);
    }

    private AddressKeeper Open(string boot = "boot-1", Action<string>? before = null) =>
        new(
            new AddressBookFile(
                _folder.File("book.json"),
                point =>
                {
                    _writes.Add(point);
                    before?.Invoke(point);
                }
            ),
            boot,
            () => [_eni],
            _changed.Enqueue,
            _time
        );

    private static IReadOnlyList<string> Addresses(IpamReply reply) => [.. reply.Addresses!.Select(address => address.Address)];
}
