using MultiEni.Api;
using MultiEni.Manager.Binding;
using MultiEni.Manager.Devices;
using MultiEni.Manager.Host;
using MultiEni.Simulator.Nodes;

namespace MultiEni.Manager.Tests.Binding;

public sealed class BindSequenceTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static async Task<ChangeOutcome> BindAsync(BindingBench bench, BindingParts parts, string driver = "vfio-pci") =>
        await parts.Bind.BindAsync(await bench.RequestAsync(driver), Stop);

    private static JournalEntry? Entry(BindingBench bench, BindingParts parts) =>
        parts.Journal.Find(PciAddress.Parse(bench.Address), bench.Node.BootId);

    [Fact]
    public async Task A_bind_moves_the_device_and_notes_how_it_was()
    {
        await using var bench = await BindingBench.StartAsync();
        var parts = bench.Agent();
        var done = Assert.IsType<ChangeOutcome.Done>(await BindAsync(bench, parts));
        Assert.Equal("vfio-pci", bench.Driver);
        Assert.True(done.Device.NoIommu);
        var entry = Entry(bench, parts)!;
        Assert.Equal((JournalPhase.Bound, "ena", "ens6"), (entry.Phase, entry.OriginalDriver, entry.InterfaceName));
        Assert.Equal(entry, Entry(bench, bench.Agent()));
    }

    [Fact]
    public async Task A_bind_of_a_bound_device_changes_nothing()
    {
        await using var bench = await BindingBench.StartAsync();
        await BindAsync(bench, bench.Agent());
        var writes = 0;
        var again = bench.Agent(_ => writes++);
        Assert.IsType<ChangeOutcome.Done>(await BindAsync(bench, again));
        Assert.Equal(0, writes);
    }

    [Fact]
    public async Task Giving_back_brings_the_interface_with_its_address_and_forgets_the_device()
    {
        await using var bench = await BindingBench.StartAsync();
        var parts = bench.Agent();
        await BindAsync(bench, parts);
        var back = Assert.IsType<ChangeOutcome.Done>(await parts.GiveBack.GiveBackAsync(Entry(bench, parts)!, Stop));
        Assert.Equal(("ena", "ens6"), (back.Device.Driver, back.Device.InterfaceName));
        Assert.Null(Entry(bench, parts));
        Assert.Null(bench.Node.Device(bench.Address)!.DriverOverride);
    }

    [Fact]
    public async Task With_an_IOMMU_no_switch_is_touched()
    {
        await using var bench = await BindingBench.StartAsync(new SimulatedHostOptions { Iommu = IommuKind.GroupPerDevice });
        Assert.False(Assert.IsType<ChangeOutcome.Done>(await BindAsync(bench, bench.Agent())).Device.NoIommu);
        Assert.Equal("N", await bench.Wire.Files.ReadTextAsync(SysfsPaths.NoIommuMode, Stop));
    }

    [Fact]
    public async Task Without_the_drivers_module_nothing_is_changed_and_the_remedy_is_named()
    {
        await using var bench = await BindingBench.StartAsync(new SimulatedHostOptions { Modules = [] });
        bench.SetupProblem = "kernel 6.12.0 has no such module.";
        var parts = bench.Agent();
        var refused = Assert.IsType<ChangeOutcome.Refused>(await BindAsync(bench, parts));
        Assert.Equal(Reasons.DriverModuleUnavailable, refused.Why.Reason);
        Assert.Contains("modprobe vfio-pci", refused.Why.Message, StringComparison.Ordinal);
        Assert.Contains(bench.SetupProblem, refused.Why.Message, StringComparison.Ordinal);
        Assert.Equal("ena", bench.Driver);
        Assert.Null(Entry(bench, parts));
    }

    [Fact]
    public async Task Where_the_policy_forbids_it_no_device_is_bound_without_an_IOMMU()
    {
        await using var bench = await BindingBench.StartAsync(mode: NoIommuMode.Never);
        var refused = Assert.IsType<ChangeOutcome.Refused>(await BindAsync(bench, bench.Agent()));
        Assert.Equal(Reasons.IommuUnavailable, refused.Why.Reason);
        Assert.Contains("NOIOMMU_MODE", refused.Why.Message, StringComparison.Ordinal);
        Assert.Equal("ena", bench.Driver);
    }

    [Fact]
    public async Task Where_the_kernel_cannot_do_without_an_IOMMU_that_is_said()
    {
        await using var bench = await BindingBench.StartAsync(new SimulatedHostOptions { NoIommuSupported = false });
        var refused = Assert.IsType<ChangeOutcome.Refused>(await BindAsync(bench, bench.Agent()));
        Assert.Equal(Reasons.NoIommuUnsupportedByKernel, refused.Why.Reason);
        Assert.Equal("ena", bench.Driver);
    }

    [Fact]
    public async Task A_driver_that_refuses_the_device_leads_back_to_the_kernel_driver()
    {
        await using var bench = await BindingBench.StartAsync();
        var parts = bench.Agent();
        bench.Node.Faults.FailProbes("vfio-pci", 22, times: 5);
        var undone = Assert.IsType<ChangeOutcome.RolledBack>(await BindAsync(bench, parts));
        Assert.Equal(Reasons.BindFailed, undone.Why.Reason);
        Assert.Contains("given back to ena", undone.Why.Message, StringComparison.Ordinal);
        Assert.Equal("ena", bench.Driver);
        Assert.Null(bench.Node.Device(bench.Address)!.DriverOverride);
        Assert.Null(Entry(bench, parts));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(13)]
    [InlineData(30)]
    public async Task A_kernel_that_refuses_writes_is_a_matter_of_permissions(int error)
    {
        await using var bench = await BindingBench.StartAsync();
        bench.Node.Faults.FailWrites("*/unbind", error);
        var undone = Assert.IsType<ChangeOutcome.RolledBack>(await BindAsync(bench, bench.Agent()));
        Assert.Equal(Reasons.InsufficientPermissions, undone.Why.Reason);
        Assert.Contains("privileged", undone.Why.Message, StringComparison.Ordinal);
        Assert.Equal("ena", bench.Driver);
    }

    [Fact]
    public async Task A_deferred_probe_is_tried_again()
    {
        await using var bench = await BindingBench.StartAsync();
        bench.Node.Faults.FailWrites("*/vfio-pci/bind", 11, times: 2);
        Assert.IsType<ChangeOutcome.Done>(await BindAsync(bench, bench.Agent()));
    }

    [Fact]
    public async Task A_write_that_claims_success_is_not_believed()
    {
        await using var bench = await BindingBench.StartAsync();
        bench.Node.Faults.FailWrites("*/vfio-pci/bind", 0);
        Assert.IsType<ChangeOutcome.RolledBack>(await BindAsync(bench, bench.Agent()));
        Assert.Equal("ena", bench.Driver);
    }

    [Fact]
    public async Task A_device_that_nobody_takes_back_is_reported_as_driverless_and_repaired_later()
    {
        await using var bench = await BindingBench.StartAsync();
        var parts = bench.Agent();
        bench.Node.Faults.FailProbes("vfio-pci", 22, times: 5);
        bench.Node.Faults.FailProbes("ena", 5, times: 2);
        var bare = Assert.IsType<ChangeOutcome.Driverless>(await BindAsync(bench, parts));
        Assert.Equal(Reasons.Driverless, bare.Why.Reason);
        Assert.Equal(JournalPhase.Driverless, Entry(bench, parts)!.Phase);
        Assert.IsType<ChangeOutcome.Done>(await bench.Agent().GiveBack.GiveBackAsync(Entry(bench, parts)!, Stop));
        Assert.Equal("ena", bench.Driver);
    }

    [Fact]
    public async Task A_device_held_open_is_stuck_until_its_user_lets_go_and_nothing_else_is_tried()
    {
        await using var bench = await BindingBench.StartAsync();
        var parts = bench.Agent(limit: TimeSpan.FromMilliseconds(300));
        await BindAsync(bench, parts);
        var hold = bench.Node.HoldOpen(bench.Address);
        var entry = Entry(bench, parts)!;
        Assert.Equal(Reasons.UnbindTimeout, Assert.IsType<ChangeOutcome.Stuck>(await parts.GiveBack.GiveBackAsync(entry, Stop)).Why.Reason);
        Assert.True(parts.Locked.IsStuck(PciAddress.Parse(bench.Address)));
        Assert.IsType<ChangeOutcome.Stuck>(await parts.GiveBack.GiveBackAsync(entry, Stop));
        hold.Dispose();
        await Eventually.Holds(() => !parts.Locked.IsStuck(PciAddress.Parse(entry.PciAddress)), "the write to return");
        Assert.IsType<ChangeOutcome.Done>(await parts.GiveBack.GiveBackAsync(entry, Stop));
        Assert.Equal("ena", bench.Driver);
    }

    [Fact]
    public async Task A_read_that_waits_for_the_devices_lock_is_given_up_and_no_further_call_is_made_before_it_returns()
    {
        await using var bench = await BindingBench.StartAsync();
        var parts = bench.Agent(limit: TimeSpan.FromMilliseconds(300));
        await BindAsync(bench, parts);
        var (address, entry) = (PciAddress.Parse(bench.Address), Entry(bench, parts)!);
        Assert.Equal("vfio-pci", await parts.Locked.ReadOverrideAsync(address, Stop));
        var hold = bench.Node.HoldOpen(bench.Address);
        var byHand = bench.Wire.Files.WriteAsync(SysfsPaths.Driver("vfio-pci", "unbind"), bench.Address, Stop).AsTask();
        await Eventually.Holds(() => bench.Driver is null, "somebody's unbind to begin");
        await Assert.ThrowsAsync<StuckCallException>(() => parts.Locked.ReadOverrideAsync(address, Stop));
        Assert.True(parts.Locked.IsStuck(address));
        await Assert.ThrowsAsync<StuckCallException>(() => parts.Locked.ReadOverrideAsync(address, Stop));
        Assert.IsType<ChangeOutcome.Stuck>(await parts.GiveBack.GiveBackAsync(entry, Stop));
        hold.Dispose();
        Assert.Equal(Errno.None, await byHand);
        await Eventually.Holds(() => !parts.Locked.IsStuck(address), "the read to return");
        Assert.Equal("vfio-pci", await parts.Locked.ReadOverrideAsync(address, Stop));
    }

    [Fact]
    public async Task S2_a_link_that_carries_the_default_route_by_now_is_not_taken_down()
    {
        await using var bench = await BindingBench.StartAsync();
        bench.Node.SetLinkUp(bench.Link.Index, true);
        bench.Node.AddRoute(new SimulatedRoute(4, 254, null, "10.0.1.1", bench.Link.Index, 1, 3));
        var links = new WatchedLinks(bench.Wire.Links);
        var agent = bench.Agent(links: links);
        var refused = Assert.IsType<ChangeOutcome.Refused>(await BindAsync(bench, agent));
        Assert.Equal(Reasons.PrimaryInterface, refused.Why.Reason);
        Assert.Empty(links.Changes);
        Assert.Equal("ena", bench.Driver);
        Assert.Null(Entry(bench, agent));
    }

    [Fact]
    public async Task S2_a_default_route_that_moves_when_the_link_goes_down_stops_the_bind()
    {
        await using var bench = await BindingBench.StartAsync();
        bench.Node.SetLinkUp(bench.Link.Index, true);
        var other = await OtherEniAsync(bench);
        var links = new WatchedLinks(bench.Wire.Links) { Changed = (_, up) => MoveDefaultRoute(bench, other, up) };
        var agent = bench.Agent(links: links);
        var refused = Assert.IsType<ChangeOutcome.Refused>(await BindAsync(bench, agent));
        Assert.Equal(Reasons.PrimaryInterface, refused.Why.Reason);
        Assert.Equal("ena", bench.Driver);
        Assert.True(bench.Link.Up);
        Assert.Null(Entry(bench, agent));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task S2_after_a_kill_between_the_link_and_the_driver_the_default_route_is_looked_at_again(bool moves)
    {
        await using var bench = await BindingBench.StartAsync();
        bench.Node.SetLinkUp(bench.Link.Index, true);
        var other = await OtherEniAsync(bench);
        var killed = new WatchedLinks(bench.Wire.Links) { Changed = (_, _) => throw new SimulatedCrash("link down") };
        await Assert.ThrowsAsync<SimulatedCrash>(() => BindAsync(bench, bench.Agent(links: killed)));
        Assert.False(bench.Link.Up);
        if (moves)
        {
            MoveDefaultRoute(bench, other, up: false);
        }

        var next = bench.Agent();
        var outcome = await BindAsync(bench, next);

        Assert.Equal(moves ? Reasons.PrimaryInterface : null, (outcome as ChangeOutcome.Refused)?.Why.Reason);
        Assert.Equal(moves ? "ena" : "vfio-pci", bench.Driver);
        if (moves)
        {
            Assert.True(bench.Link.Up);
            Assert.Null(Entry(bench, next));
        }
    }

    [Fact]
    public async Task S2_a_link_that_cannot_be_brought_up_again_is_not_taken_for_one_that_was_down()
    {
        await using var bench = await BindingBench.StartAsync();
        bench.Node.SetLinkUp(bench.Link.Index, true);
        var other = await OtherEniAsync(bench);
        var links = new WatchedLinks(bench.Wire.Links)
        {
            Changed = (_, up) =>
            {
                if (!up)
                {
                    MoveDefaultRoute(bench, other, up);
                    bench.Node.Faults.FailLinkChanges(16);
                }
            },
        };
        var agent = bench.Agent(links: links);
        Assert.Equal(Reasons.LinkFailed, Assert.IsType<ChangeOutcome.Refused>(await BindAsync(bench, agent)).Why.Reason);
        Assert.False(bench.Link.Up);

        var refused = Assert.IsType<ChangeOutcome.Refused>(await BindAsync(bench, bench.Agent()));

        Assert.Equal(Reasons.PrimaryInterface, refused.Why.Reason);
        Assert.Equal("ena", bench.Driver);
        Assert.True(bench.Link.Up);
    }

    // S13 counts what the host shows: a kill leaves the journal at the step that was under way.
    [Theory]
    [InlineData(nameof(JournalPhase.Unbinding))]
    [InlineData(nameof(JournalPhase.Binding))]
    [InlineData(nameof(JournalPhase.GivingBack))]
    [InlineData(nameof(JournalPhase.Driverless))]
    public async Task S13_a_device_whose_change_was_cut_off_keeps_others_from_being_bound_until_it_has_a_driver(string phase)
    {
        await using var bench = await BindingBench.StartAsync();
        var other = await OtherEniAsync(bench);
        var agent = bench.Agent();
        await CutOffAsync(bench, agent, other, Enum.Parse<JournalPhase>(phase));

        var refused = Assert.IsType<ChangeOutcome.Refused>(await BindAsync(bench, agent));

        Assert.Equal(Reasons.ConcurrentOperation, refused.Why.Reason);
        Assert.Contains(other, refused.Why.Message, StringComparison.Ordinal);
        Assert.Equal("ena", bench.Driver);
        Assert.Null(Entry(bench, agent));
        Assert.Equal(Errno.None, await bench.Wire.Files.WriteAsync(SysfsPaths.Driver("ena", "bind"), other, Stop));
        Assert.IsType<ChangeOutcome.Done>(await BindAsync(bench, agent));
    }

    [Fact]
    public async Task S13_of_two_devices_whose_changes_were_cut_off_each_is_finished()
    {
        await using var bench = await BindingBench.StartAsync();
        var agent = bench.Agent();
        await CutOffAsync(bench, agent, await OtherEniAsync(bench), JournalPhase.Binding);
        await CutOffAsync(bench, agent, bench.Address, JournalPhase.Binding);

        Assert.IsType<ChangeOutcome.Done>(await BindAsync(bench, agent));
    }

    private static async Task<string> OtherEniAsync(BindingBench bench)
    {
        var mac = A.OtherMac.ToString();
        bench.Node.Plug(mac, ["10.0.1.7"]);
        await Eventually.Holds(() => bench.Node.DeviceByMac(mac)?.InterfaceName is not null, "the other interface");
        return bench.Node.DeviceByMac(mac)!.Address;
    }

    private static void MoveDefaultRoute(BindingBench bench, string address, bool up)
    {
        if (!up)
        {
            var link = bench.Node.Network().Links.Single(candidate => candidate.Name == bench.Node.Device(address)!.InterfaceName);
            bench.Node.SetLinkUp(link.Index, true);
            bench.Node.AddRoute(new SimulatedRoute(4, 254, null, "10.0.1.1", link.Index, 1, 3));
        }
    }

    private static async Task CutOffAsync(BindingBench bench, BindingParts agent, string address, JournalPhase phase)
    {
        agent.Journal.Save(
            new JournalEntry
            {
                PciAddress = address,
                EniId = address == bench.Address ? "eni-a" : "eni-b",
                OriginalDriver = "ena",
                TargetDriver = "vfio-pci",
                BootId = bench.Node.BootId,
                Phase = phase,
            }
        );
        Assert.Equal(Errno.None, await bench.Wire.Files.WriteAsync(SysfsPaths.Driver("ena", "unbind"), address, Stop));
    }

    [Theory]
    [InlineData("10.0.0.5", true)]
    [InlineData("10.0.0.99", false)] // the node's own interface is not found, so any default route may be its way
    public async Task S2_an_advertised_IPv6_route_that_ends_with_the_link_stops_no_bind_on_a_node_that_lives_elsewhere(string node, bool isBound)
    {
        await using var bench = await BindingBench.StartAsync();
        var link = bench.Node.Network().Links.Single(candidate => candidate.MacAddress == A.Mac.ToString());
        bench.Node.SetLinkUp(link.Index, true);
        bench.Node.AddRoute(new SimulatedRoute(6, 254, null, "fe80::1", link.Index, 1024, 9));
        var request = await bench.RequestAsync() with { NodeAddresses = [node] };

        var outcome = await bench.Agent().Bind.BindAsync(request, Stop);

        Assert.Equal(isBound, outcome is ChangeOutcome.Done);
        Assert.Equal(isBound ? null : Reasons.PrimaryInterface, (outcome as ChangeOutcome.Refused)?.Why.Reason);
    }

    [Fact]
    public async Task A_device_whose_node_does_not_appear_stays_bound_and_is_finished_when_it_does()
    {
        await using var bench = await BindingBench.StartAsync();
        bench.Node.Faults.HidesDeviceNodes = true;
        var agent = bench.Agent();
        var request = await bench.RequestAsync();
        var unfinished = Assert.IsType<ChangeOutcome.Refused>(await agent.Bind.BindAsync(request, Stop));
        Assert.Equal(Reasons.DeviceNodeMissing, unfinished.Why.Reason);
        Assert.Contains("/dev/vfio/noiommu-0", unfinished.Why.Message, StringComparison.Ordinal);
        Assert.Equal("vfio-pci", bench.Driver);
        bench.Node.Faults.HidesDeviceNodes = false;
        Assert.IsType<ChangeOutcome.Done>(await agent.Bind.BindAsync(request, Stop));
        Assert.Equal(JournalPhase.Bound, agent.Journal.Find(request.Address, request.BootId)!.Phase);
    }

    [Fact]
    public async Task A_device_exchanged_since_it_was_identified_is_not_bound()
    {
        await using var bench = await BindingBench.StartAsync();
        var request = await bench.RequestAsync() with { Mac = A.OtherMac.ToString() };
        var removed = Assert.IsType<ChangeOutcome.Removed>(await bench.Agent().Bind.BindAsync(request, Stop));
        Assert.Contains(A.Mac.ToString(), removed.Why.Message, StringComparison.Ordinal);
        Assert.Contains(A.OtherMac.ToString(), removed.Why.Message, StringComparison.Ordinal);
        Assert.Equal("ena", bench.Driver);
    }

    [Fact]
    public async Task Without_a_journal_nothing_is_changed_and_the_remedy_is_named()
    {
        await using var bench = await BindingBench.StartAsync();
        var agent = bench.Agent();
        Directory.CreateDirectory(bench.JournalPath);
        var refused = Assert.IsType<ChangeOutcome.Refused>(await agent.Bind.BindAsync(await bench.RequestAsync(), Stop));
        Assert.Equal(Reasons.JournalUnwritable, refused.Why.Reason);
        Assert.Contains("INTERFACE_MAPPING_STORE_PATH", refused.Why.Message, StringComparison.Ordinal);
        Assert.Equal("ena", bench.Driver);
        Assert.NotNull(bench.Node.Device(bench.Address)!.InterfaceName);
    }

    [Fact]
    public async Task A_disk_that_fills_up_during_a_bind_does_not_leave_the_device_halfway()
    {
        await using var bench = await BindingBench.StartAsync();
        var agent = bench.Agent(before: point =>
        {
            if (point == "journal Binding")
            {
                File.Delete(bench.JournalPath);
                Directory.CreateDirectory(bench.JournalPath);
            }
        });
        var request = await bench.RequestAsync();
        Assert.IsType<ChangeOutcome.Done>(await agent.Bind.BindAsync(request, Stop));
        var entry = agent.Journal.Find(request.Address, request.BootId)!;
        Assert.Equal(JournalPhase.Bound, entry.Phase);
        Assert.IsType<ChangeOutcome.Done>(await agent.GiveBack.GiveBackAsync(entry, Stop));
        Assert.Equal("ena", bench.Driver);
    }

    [Theory]
    [InlineData("igb_uio")]
    [InlineData("uio_pci_generic")]
    public async Task A_driver_of_UIO_is_bound_without_a_group_and_given_back(string driver)
    {
        await using var bench = await BindingBench.StartAsync(new SimulatedHostOptions { Modules = [driver] });
        var agent = bench.Agent();
        var request = await bench.RequestAsync(driver);
        Assert.IsType<ChangeOutcome.Done>(await agent.Bind.BindAsync(request, Stop));
        Assert.True(await bench.Wire.Files.ExistsAsync("/dev/uio0", Stop));
        Assert.False(bench.Node.Tainted);
        Assert.IsType<ChangeOutcome.Done>(await agent.GiveBack.GiveBackAsync(agent.Journal.Find(request.Address, request.BootId)!, Stop));
        Assert.Equal("ena", bench.Driver);
    }

    [Fact]
    public async Task A_device_that_vanishes_is_forgotten()
    {
        await using var bench = await BindingBench.StartAsync();
        var parts = bench.Agent();
        await BindAsync(bench, parts);
        var entry = Entry(bench, parts)!;
        bench.Node.Vanish(A.Mac.ToString());
        Assert.IsType<ChangeOutcome.Removed>(await parts.GiveBack.GiveBackAsync(entry, Stop));
        Assert.Empty(parts.Journal.Entries(bench.Node.BootId));
    }

    [Fact]
    public async Task The_entry_of_an_earlier_boot_is_void()
    {
        await using var bench = await BindingBench.StartAsync();
        var parts = bench.Agent();
        await BindAsync(bench, parts);
        await bench.Node.RebootAsync(Stop);
        Assert.Null(Entry(bench, parts));
        Assert.Equal(1, parts.Journal.Void(bench.Node.BootId));
    }

    [Fact]
    public async Task An_override_left_behind_on_a_device_of_the_kernel_driver_is_taken_away()
    {
        await using var bench = await BindingBench.StartAsync();
        var parts = bench.Agent();
        var path = SysfsPaths.Device(PciAddress.Parse(bench.Address), "driver_override");
        await bench.Wire.Files.WriteAsync(path, "vfio-pci", Stop);
        var entry = new JournalEntry
        {
            PciAddress = bench.Address,
            OriginalDriver = "ena",
            TargetDriver = "vfio-pci",
            BootId = bench.Node.BootId,
        };
        Assert.IsType<ChangeOutcome.Done>(await parts.GiveBack.GiveBackAsync(entry, Stop));
        Assert.Null(bench.Node.Device(bench.Address)!.DriverOverride);
        Assert.Equal("ena", bench.Driver);
    }

    // The invariant of docs/reference/driver-binding.md#bind: after a crash anywhere, the journal
    // leads the successor to the end, and meanwhile to no loss.
    [Fact]
    public async Task Killed_before_any_write_and_started_again_a_bind_ends_bound()
    {
        var points = new List<string>();
        await using (var bench = await BindingBench.StartAsync())
        {
            await BindAsync(bench, bench.Agent(points.Add));
        }

        Assert.True(points.Count >= 7, string.Join(", ", points));
        for (var crash = 0; crash < points.Count; crash++)
        {
            await using var bench = await BindingBench.StartAsync();
            var count = 0;
            await Assert.ThrowsAsync<SimulatedCrash>(() =>
                BindAsync(bench, bench.Agent(point => count = count == crash ? throw new SimulatedCrash(point) : count + 1))
            );
            var next = bench.Agent();
            if (bench.Driver != "ena")
            {
                Assert.NotNull(Entry(bench, next));
            }

            Assert.IsType<ChangeOutcome.Done>(await BindAsync(bench, next));
            var entry = Entry(bench, next)!;
            Assert.Equal((JournalPhase.Bound, "ena", "ens6"), (entry.Phase, entry.OriginalDriver, entry.InterfaceName));
        }
    }

    [Fact]
    public async Task Killed_before_any_write_and_started_again_a_give_back_ends_with_the_kernel_driver()
    {
        var points = new List<string>();
        await using (var bench = await BindingBench.StartAsync())
        {
            await BindAsync(bench, bench.Agent());
            var parts = bench.Agent(points.Add);
            await parts.GiveBack.GiveBackAsync(Entry(bench, parts)!, Stop);
        }

        Assert.True(points.Count >= 5, string.Join(", ", points));
        for (var crash = 0; crash < points.Count; crash++)
        {
            await using var bench = await BindingBench.StartAsync();
            await BindAsync(bench, bench.Agent());
            var count = 0;
            var parts = bench.Agent(point => count = count == crash ? throw new SimulatedCrash(point) : count + 1);
            await Assert.ThrowsAsync<SimulatedCrash>(() => parts.GiveBack.GiveBackAsync(Entry(bench, parts)!, Stop));
            var next = bench.Agent();
            Assert.IsType<ChangeOutcome.Done>(await next.GiveBack.GiveBackAsync(Entry(bench, next)!, Stop));
            Assert.Equal("ena", bench.Driver);
            Assert.Null(bench.Node.Device(bench.Address)!.DriverOverride);
            Assert.Null(Entry(bench, next));
        }
    }
}
