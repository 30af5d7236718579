using System.Text.Json.Nodes;
using MultiEni.Api;
using MultiEni.Manager.Claims.Preparation;
using MultiEni.Manager.Host;
using MultiEni.Manager.Kubelet.Dra;
using MultiEni.Manager.Safety;
using MultiEni.Manager.Tests.Binding;
using MultiEni.Simulator.Nodes;

namespace MultiEni.Manager.Tests.Claims.Preparation;

public sealed class ClaimPreparationTests
{
    private static readonly string[] AllFiles =
    [
        "eni.networking.k8s.aws-eni_uid-1.json",
        "eni.networking.k8s.aws_metadata_uid-1_nic.json",
        "ns_claim",
        "ns_claim/nic",
        "ns_claim/nic/metadata.json",
    ];

    [Fact]
    public async Task A_device_is_bound_while_its_claim_is_prepared_and_the_kernels_before_and_after()
    {
        await using var bench = await ClaimBench.StartAsync();
        var agent = bench.Agent();
        var answer = Assert.IsType<PrepareAnswer.Prepared>(await agent.PrepareAsync());
        Assert.Equal("vfio-pci", bench.Binding.Driver);
        Assert.Equal(ClaimPhase.Prepared, agent.Find()!.Phase);
        Assert.Equal(AllFiles, bench.Files);
        var device = Assert.Single(answer.Devices);
        Assert.Equal(("node-1", "eni-a"), (device.Pool, device.Device));
        Assert.Equal(["nic"], device.Requests);
        Assert.Equal(
            [
                "eni.networking.k8s.aws/eni=claim-uid-1-request-nic",
                "eni.networking.k8s.aws/metadata=claim-uid-1-request-nic",
                "eni.networking.k8s.aws/eni=claim-uid-1-device-eni-a",
            ],
            device.CdiIds
        );
        Assert.Empty(agent.Restored);

        Assert.IsType<UnprepareAnswer.Done>(await agent.UnprepareAsync());
        Assert.Equal("ena", bench.Binding.Driver);
        // Bringing the link up again is no repair of what somebody else did.
        Assert.Single(agent.Restored);
        Assert.Empty(bench.Files);
        Assert.Null(agent.Find());
        Assert.Null(agent.Entry());
    }

    [Fact]
    public async Task Without_an_IOMMU_a_container_finds_its_node_by_either_name()
    {
        await using var bench = await ClaimBench.StartAsync();
        await bench.Agent().PrepareAsync();
        Assert.Equal(
            """{"cdiVersion":"0.5.0","kind":"eni.networking.k8s.aws/eni","devices":["""
                + """{"name":"claim-uid-1-request-nic","containerEdits":{"env":["PCIDEVICE_INTEL_COM_DPDK_1=0000:00:06.0"]}},"""
                + """{"name":"claim-uid-1-device-eni-a","containerEdits":{"deviceNodes":[{"path":"/dev/vfio/vfio","permissions":"rw"},"""
                + """{"path":"/dev/vfio/0","permissions":"rw","hostPath":"/dev/vfio/noiommu-0"},{"path":"/dev/vfio/noiommu-0","permissions":"rw"}]}}]}""",
            bench.Cdi(AllFiles[0])
        );
    }

    [Fact]
    public async Task With_an_IOMMU_the_file_is_of_the_first_version_that_there_was()
    {
        await using var bench = await ClaimBench.StartAsync(new SimulatedHostOptions { Iommu = IommuKind.GroupPerDevice });
        await bench.Agent().PrepareAsync();
        var spec = JsonNode.Parse(bench.Cdi(AllFiles[0]))!;
        Assert.Equal("0.3.0", spec["cdiVersion"]!.GetValue<string>());
        var paths = spec["devices"]![1]!["containerEdits"]!["deviceNodes"]!.AsArray().Select(node => node!["path"]!.GetValue<string>()).ToList();
        Assert.Equal("/dev/vfio/vfio", paths[0]);
        Assert.Matches("^/dev/vfio/[0-9]+$", Assert.Single(paths[1..]));
    }

    [Fact]
    public async Task A_container_finds_addresses_and_gateway_in_a_file()
    {
        await using var bench = await ClaimBench.StartAsync();
        await bench.Agent().PrepareAsync();
        var mount = JsonNode.Parse(bench.Cdi(AllFiles[1]))!["devices"]![0]!["containerEdits"]!["mounts"]![0]!;
        Assert.Equal(
            "/var/run/kubernetes.io/dra-device-attributes/resourceclaims/claim/nic/eni.networking.k8s.aws-metadata.json",
            mount["containerPath"]!.GetValue<string>()
        );
        Assert.Equal(["ro", "bind"], mount["options"]!.AsArray().Select(option => option!.GetValue<string>()));
        var metadata = JsonNode.Parse(File.ReadAllText(mount["hostPath"]!.GetValue<string>()))!;
        Assert.Equal(
            ("metadata.resource.k8s.io/v1alpha1", "DeviceMetadata"),
            (metadata["apiVersion"]!.GetValue<string>(), metadata["kind"]!.GetValue<string>())
        );
        Assert.Equal("""{"name":"claim","namespace":"ns","uid":"uid-1","generation":1}""", metadata["metadata"]!.ToJsonString());
        var device = metadata["requests"]![0]!["devices"]![0]!;
        Assert.Equal("""{"ips":["10.0.1.6/24","2001:db8::6/64"],"hardwareAddress":"02:00:00:00:00:06"}""", device["networkData"]!.ToJsonString());
        Assert.Equal("""{"string":"10.0.1.1"}""", device["attributes"]!["gateway"]!.ToJsonString());
        Assert.Equal("""{"string":"noiommu"}""", device["attributes"]!["iommu"]!.ToJsonString());
        Assert.Equal("""{"string":"vfio-pci"}""", device["attributes"]!["kernelDriver"]!.ToJsonString());
    }

    [Fact]
    public async Task In_a_pod_with_a_template_the_file_goes_by_the_pods_name_for_the_claim()
    {
        await using var bench = await ClaimBench.StartAsync();
        await bench.Agent().PrepareAsync(bench.Plan() with { PodClaimName = "net" });
        Assert.Contains("/resourceclaimtemplates/net/nic/", bench.Cdi(AllFiles[1]), StringComparison.Ordinal);
        Assert.Contains("\"podClaimName\":\"net\"", File.ReadAllText(Path.Combine(bench.MetadataFolder, AllFiles[4])), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_interface_of_the_kernel_needs_no_device_node_and_stays_what_it_is()
    {
        await using var bench = await ClaimBench.StartAsync();
        var agent = bench.Agent();
        var answer = Assert.IsType<PrepareAnswer.Prepared>(await agent.PrepareAsync(bench.Plan(driver: "ena")));
        Assert.Equal(2, Assert.Single(answer.Devices).CdiIds.Count);
        Assert.DoesNotContain("deviceNodes", bench.Cdi(AllFiles[0]), StringComparison.Ordinal);
        Assert.Equal("ens6", agent.Find()!.Devices[0].InterfaceName);
        Assert.IsType<UnprepareAnswer.Done>(await agent.UnprepareAsync());
        Assert.Equal("ena", bench.Binding.Driver);
    }

    [Fact]
    public async Task A_device_that_is_bound_all_the_time_is_not_given_back_with_its_claim()
    {
        await using var bench = await ClaimBench.StartAsync();
        var agent = bench.Agent();
        Assert.IsType<PrepareAnswer.Refused>(await agent.PrepareAsync(bench.Plan(forClaim: false)));
        await bench.Binding.Agent().Bind.BindAsync(await bench.Binding.RequestAsync(), ClaimBench.Stop);
        Assert.IsType<PrepareAnswer.Prepared>(await agent.PrepareAsync(bench.Plan(forClaim: false)));
        Assert.IsType<UnprepareAnswer.Done>(await agent.UnprepareAsync());
        Assert.Equal("vfio-pci", bench.Binding.Driver);
    }

    [Fact]
    public async Task Prepared_once_more_it_is_the_same_and_what_somebody_removed_is_there_again()
    {
        await using var bench = await ClaimBench.StartAsync();
        var first = Assert.IsType<PrepareAnswer.Prepared>(await bench.Agent().PrepareAsync());
        File.Delete(Path.Combine(bench.CdiFolder, AllFiles[0]));
        var writes = new List<string>();
        var next = bench.Agent(writes.Add);
        var again = Assert.IsType<PrepareAnswer.Prepared>(next.Preparation.Again(next.Find()!));
        Assert.Equal(AllFiles, bench.Files);
        Assert.Equal(first.Devices[0].CdiIds, again.Devices[0].CdiIds);
        Assert.Equal(["CDI file", "metadata", "CDI file of metadata"], writes);
    }

    [Fact]
    public async Task A_device_that_must_not_be_bound_is_refused_with_the_reason_and_its_claim_can_be_ended()
    {
        await using var bench = await ClaimBench.StartAsync();
        bench.Refusal = new Blocker(Reasons.PrimaryInterface, "ens6 carries the node's default route.");
        var agent = bench.Agent();
        var why = Assert.IsType<PrepareAnswer.Refused>(await agent.PrepareAsync()).Why;
        Assert.Equal("Device eni-a of claim ns/claim cannot be prepared: ens6 carries the node's default route.", why);
        Assert.Equal("ena", bench.Binding.Driver);
        Assert.Empty(bench.Files);
        Assert.Equal(ClaimPhase.Preparing, agent.Find()!.Phase);
        Assert.IsType<UnprepareAnswer.Done>(await agent.UnprepareAsync());
        Assert.Null(agent.Find());
    }

    [Fact]
    public async Task A_driver_that_refuses_the_device_is_told_with_what_the_kernel_said()
    {
        await using var bench = await ClaimBench.StartAsync();
        bench.Binding.Node.Faults.FailProbes("vfio-pci", 22, times: 5);
        var agent = bench.Agent();
        var why = Assert.IsType<PrepareAnswer.Refused>(await agent.PrepareAsync()).Why;
        Assert.Contains("given back to ena", why, StringComparison.Ordinal);
        await Eventually.Holds(async () => await agent.PrepareAsync() is PrepareAnswer.Prepared, () => "a driver that takes the device");
    }

    [Fact]
    public async Task A_device_that_a_process_still_has_open_is_given_back_when_it_lets_go()
    {
        await using var bench = await ClaimBench.StartAsync();
        var agent = bench.Agent(limit: TimeSpan.FromMilliseconds(300));
        await agent.PrepareAsync();
        var hold = bench.Binding.Node.HoldOpen(bench.Binding.Address);
        var why = Assert.IsType<UnprepareAnswer.Refused>(await agent.UnprepareAsync()).Why;
        Assert.Contains("does not release 0000:00:06.0", why, StringComparison.Ordinal);
        Assert.Equal(ClaimPhase.Unpreparing, agent.Find()!.Phase);
        hold.Dispose();
        await Eventually.Holds(() => !agent.Locked.IsStuck(PciAddress.Parse(bench.Binding.Address)), "the write to return");
        Assert.IsType<UnprepareAnswer.Done>(await agent.UnprepareAsync());
        Assert.Equal("ena", bench.Binding.Driver);
    }

    [Fact]
    public async Task A_device_that_has_gone_meanwhile_does_not_keep_its_claim()
    {
        await using var bench = await ClaimBench.StartAsync();
        var agent = bench.Agent();
        await agent.PrepareAsync();
        bench.Binding.Node.Vanish(A.Mac.ToString());
        Assert.IsType<UnprepareAnswer.Done>(await agent.UnprepareAsync());
        Assert.Null(agent.Find());
    }

    [Fact]
    public async Task Without_its_record_nothing_is_changed_and_the_remedy_is_named()
    {
        await using var bench = await ClaimBench.StartAsync();
        Directory.CreateDirectory(bench.RecordPath);
        var why = Assert.IsType<PrepareAnswer.Refused>(await bench.Agent().PrepareAsync()).Why;
        Assert.Contains("INTERFACE_MAPPING_STORE_PATH", why, StringComparison.Ordinal);
        Assert.Equal("ena", bench.Binding.Driver);
    }

    [Fact]
    public async Task A_folder_that_cannot_be_written_is_told_with_the_mount_that_it_needs()
    {
        await using var bench = await ClaimBench.StartAsync();
        File.WriteAllText(bench.CdiFolder, "a file where the folder belongs");
        var why = Assert.IsType<PrepareAnswer.Refused>(await bench.Agent().PrepareAsync()).Why;
        Assert.Contains("CDI_ROOT", why, StringComparison.Ordinal);
    }

    [Fact]
    public async Task After_a_reboot_nothing_is_prepared()
    {
        await using var bench = await ClaimBench.StartAsync();
        var agent = bench.Agent();
        await agent.PrepareAsync();
        await bench.Binding.Node.RebootAsync(ClaimBench.Stop);
        var next = bench.Agent();
        Assert.Null(next.Find());
        Assert.Equal("uid-1", Assert.Single(next.Claims.Void(bench.Binding.Node.BootId)).Uid);
        next.Files.RemoveStrays(uid => next.Find(uid) is not null);
        Assert.Equal(AllFiles[2..], bench.Files);
    }

    [Fact]
    public async Task Files_of_claims_that_are_not_prepared_are_swept_and_those_of_others_left()
    {
        await using var bench = await ClaimBench.StartAsync();
        var agent = bench.Agent();
        await agent.PrepareAsync();
        string[] strays = ["eni.networking.k8s.aws-eni_uid-0.json", "eni.networking.k8s.aws_metadata_uid-0_nic.json"];
        foreach (var name in strays.Append("gpu.example.com-gpu_uid-0.json"))
        {
            File.WriteAllText(Path.Combine(bench.CdiFolder, name), "{}");
        }

        agent.Files.RemoveStrays(uid => agent.Find(uid) is not null);
        Assert.Equal(AllFiles.Append("gpu.example.com-gpu_uid-0.json").Order(StringComparer.Ordinal), bench.Files);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_was_being_written_when_a_predecessor_was_killed_does_not_outlive_its_claim(bool endedFirst)
    {
        const string foreign = ".gpu.example.com-gpu_uid-0.json.0123.tmp";
        await using var bench = await ClaimBench.StartAsync();
        await bench.Agent().PrepareAsync();
        foreach (var name in AllFiles[..2].Select(name => $".{name}.0123.tmp").Append(foreign))
        {
            File.WriteAllText(Path.Combine(bench.CdiFolder, name), "{");
        }

        File.WriteAllText(Path.Combine(bench.MetadataFolder, "ns_claim/nic/.metadata.json.0123.tmp"), "{");
        File.WriteAllText(bench.Binding.Folder.File(".prepared-claims.json.0123.tmp"), "{");

        var next = bench.Agent();
        if (endedFirst)
        {
            Assert.IsType<UnprepareAnswer.Done>(await next.UnprepareAsync());
        }

        next.Claims.Void(bench.Binding.Node.BootId);
        next.Files.RemoveStrays(uid => next.Find(uid) is not null);
        Assert.False(File.Exists(bench.Binding.Folder.File(".prepared-claims.json.0123.tmp")));
        Assert.Equal(endedFirst ? [foreign] : AllFiles.Prepend(foreign), bench.Files);
        if (!endedFirst)
        {
            Assert.IsType<UnprepareAnswer.Done>(await next.UnprepareAsync());
            Assert.Equal([foreign], bench.Files);
        }
    }

    [Fact]
    public async Task The_end_of_a_claim_leaves_alone_what_its_successor_of_the_same_name_has()
    {
        await using var bench = await ClaimBench.StartAsync();
        var agent = bench.Agent();
        await agent.PrepareAsync(bench.Plan("uid-0", "ena"));
        agent.Files.Write(bench.Plan("uid-1", "ena"));
        Assert.IsType<UnprepareAnswer.Done>(await agent.UnprepareAsync("uid-0"));
        Assert.Equal(AllFiles, bench.Files);
    }

    [Fact]
    public async Task Of_two_claims_that_were_both_decided_on_while_a_device_was_free_one_gets_it()
    {
        await using var bench = await ClaimBench.StartAsync();
        var agent = bench.Agent();
        var (first, second) = (bench.Plan(), bench.Plan("uid-2") with { Name = "second" });
        Assert.IsType<PrepareAnswer.Prepared>(await agent.PrepareAsync(first));

        var refused = Assert.IsType<PrepareAnswer.Refused>(await agent.PrepareAsync(second));

        Assert.Equal(
            (
                ClaimFailures.DeviceInUse,
                "Device eni-a of claim ns/second is still prepared for claim ns/claim (uid-1), whose pod has not ended on node node-1. "
                    + "It is prepared as soon as that has ended."
            ),
            (refused.Reason, refused.Why)
        );
        Assert.Null(agent.Find("uid-2"));
        // Another ENI in the same place is reached by what the first one's containers have.
        var moved = second with
        {
            Devices = [second.Devices[0] with { Device = "eni-b" }],
        };
        Assert.IsType<PrepareAnswer.Refused>(await agent.PrepareAsync(moved));
        var looking = second with { Devices = [second.Devices[0] with { IsAdminAccess = true, IsBoundForClaim = false }] };
        Assert.IsType<PrepareAnswer.Prepared>(await agent.PrepareAsync(looking));
    }

    [Fact]
    public async Task A_device_that_is_taken_back_before_its_claim_is_noted_is_not_prepared_and_what_was_begun_is_finished()
    {
        await using var bench = await ClaimBench.StartAsync();
        var agent = bench.Agent();
        agent.IsOffered = device =>
        {
            // From here on nobody takes it back any more.
            Assert.Equal(ClaimPhase.Preparing, agent.Find()!.Phase);
            return device.Device != "eni-a";
        };

        var refused = Assert.IsType<PrepareAnswer.Refused>(await agent.PrepareAsync());

        Assert.Equal(ClaimFailures.DeviceUnavailable, refused.Reason);
        Assert.Contains("is not, or no longer, offered on node node-1", refused.Why, StringComparison.Ordinal);
        Assert.Null(agent.Find());
        Assert.Equal("ena", bench.Binding.Driver);

        agent.Claims.Save(bench.Plan());
        Assert.IsType<PrepareAnswer.Prepared>(await agent.PrepareAsync());
    }

    [Fact]
    public async Task Another_ENI_that_was_plugged_into_the_place_is_not_given_to_the_claim()
    {
        await using var bench = await ClaimBench.StartAsync();
        var plan = bench.Plan(driver: "ena");
        plan.Devices[0].Eni = plan.Devices[0].Eni with { MacAddress = "02:00:00:00:00:07" };

        var refused = Assert.IsType<PrepareAnswer.Refused>(await bench.Agent().PrepareAsync(plan));

        Assert.Equal(Reasons.DeviceRemoved, refused.Reason);
        Assert.Contains("0000:00:06.0 shows the hardware address 02:00:00:00:00:06, and not that of eni-a", refused.Why, StringComparison.Ordinal);
        Assert.Empty(bench.Files);
    }

    [Fact]
    public async Task Who_holds_a_device_is_known_until_the_claim_has_ended_and_a_look_holds_nothing()
    {
        await using var bench = await ClaimBench.StartAsync();
        var (agent, address, boot) = (bench.Agent(), PciAddress.Parse(bench.Binding.Address), bench.Binding.Node.BootId);
        await agent.PrepareAsync(bench.Plan(driver: "ena"));
        var looking = bench.Plan("uid-0", "ena");
        looking.Devices[0].IsAdminAccess = true;
        await agent.PrepareAsync(looking);
        Assert.Equal("uid-1", bench.Agent().Claims.HolderOf(address, boot)?.Claim.Uid);
        await agent.UnprepareAsync();
        Assert.Null(agent.Claims.HolderOf(address, boot));
    }

    [Fact]
    public async Task Killed_before_any_write_and_asked_again_a_claim_is_prepared_and_never_forgotten()
    {
        var points = await PointsAsync(async (_, agent) => await agent.PrepareAsync(), prepared: false);
        Assert.True(points.Count >= 11, string.Join(", ", points));
        for (var crash = 0; crash < points.Count; crash++)
        {
            await using var bench = await ClaimBench.StartAsync();
            await Assert.ThrowsAsync<SimulatedCrash>(() => bench.Agent(CrashAt(crash)).PrepareAsync());
            var next = bench.Agent();
            if (bench.Binding.Driver != "ena" || bench.Files.Count > 0)
            {
                Assert.NotNull(next.Find());
            }

            Assert.IsType<PrepareAnswer.Prepared>(await next.PrepareAsync());
            Assert.Equal(("vfio-pci", ClaimPhase.Prepared), (bench.Binding.Driver, bench.Agent().Find()!.Phase));
            Assert.Equal(AllFiles, bench.Files);
        }
    }

    [Fact]
    public async Task Killed_before_any_write_and_its_pod_deleted_a_claim_leaves_nothing()
    {
        var points = await PointsAsync(async (_, agent) => await agent.PrepareAsync(), prepared: false);
        for (var crash = 1; crash < points.Count; crash++)
        {
            await using var bench = await ClaimBench.StartAsync();
            await Assert.ThrowsAsync<SimulatedCrash>(() => bench.Agent(CrashAt(crash)).PrepareAsync());
            await AssertEndsAsync(bench);
        }
    }

    [Fact]
    public async Task Killed_before_any_write_of_its_end_and_asked_again_a_claim_leaves_nothing()
    {
        var points = await PointsAsync(async (_, agent) => await agent.UnprepareAsync(), prepared: true);
        Assert.True(points.Count >= 9, string.Join(", ", points));
        for (var crash = 0; crash < points.Count; crash++)
        {
            await using var bench = await ClaimBench.StartAsync();
            await bench.Agent().PrepareAsync();
            await Assert.ThrowsAsync<SimulatedCrash>(() => bench.Agent(CrashAt(crash)).UnprepareAsync());
            await AssertEndsAsync(bench);
        }
    }

    [Fact]
    public async Task Killed_before_any_write_and_then_before_any_write_of_the_repetition_a_claim_is_prepared_and_ends()
    {
        var points = await PointsAsync(async (_, agent) => await agent.PrepareAsync(), prepared: false);
        for (var first = 0; first < points.Count; first++)
        {
            for (var second = 0; second < points.Count; second++)
            {
                await using var bench = await ClaimBench.StartAsync();
                await Assert.ThrowsAsync<SimulatedCrash>(() => bench.Agent(CrashAt(first)).PrepareAsync());
                try
                {
                    await bench.Agent(CrashAt(second)).PrepareAsync();
                }
                catch (SimulatedCrash)
                {
                    // What was done already is not written again, so that there can be fewer points.
                }

                Assert.IsType<PrepareAnswer.Prepared>(await bench.Agent().PrepareAsync());
                Assert.Equal(("vfio-pci", ClaimPhase.Prepared), (bench.Binding.Driver, bench.Agent().Find()!.Phase));
                Assert.Equal(AllFiles, bench.Files);
                await AssertEndsAsync(bench);
            }
        }
    }

    [Fact]
    public async Task Killed_before_any_write_of_its_end_and_prepared_again_a_claim_has_its_device()
    {
        var points = await PointsAsync(async (_, agent) => await agent.UnprepareAsync(), prepared: true);
        for (var crash = 0; crash < points.Count; crash++)
        {
            await using var bench = await ClaimBench.StartAsync();
            await bench.Agent().PrepareAsync();
            await Assert.ThrowsAsync<SimulatedCrash>(() => bench.Agent(CrashAt(crash)).UnprepareAsync());
            // Another pod of the claim, on a kubelet that was restarted meanwhile.
            Assert.IsType<PrepareAnswer.Prepared>(await bench.Agent().PrepareAsync());
            Assert.Equal(("vfio-pci", ClaimPhase.Prepared), (bench.Binding.Driver, bench.Agent().Find()!.Phase));
            Assert.Equal(AllFiles, bench.Files);
            await AssertEndsAsync(bench);
        }
    }

    [Fact]
    public async Task Every_change_of_a_claim_is_among_the_points_before_which_it_is_killed()
    {
        var preparing = await PointsAsync(async (_, agent) => await agent.PrepareAsync(), prepared: false);
        var ending = await PointsAsync(async (_, agent) => await agent.UnprepareAsync(), prepared: true);
        Assert.Equal(["claim Preparing", "claim Prepared"], preparing.Where(IsOfClaims));
        Assert.Equal(["CDI file", "metadata", "CDI file of metadata"], preparing.Where(IsOfFiles));
        Assert.Equal(["claim Unpreparing", "claim remove"], ending.Where(IsOfClaims));
        Assert.Equal(["remove CDI file of metadata", "remove metadata", "remove CDI file"], ending.Where(IsOfFiles));
        // The rest are the journal and the kernel's files.
        Assert.All(new[] { preparing, ending }, points => Assert.True(points.Count(point => !IsOfClaims(point) && !IsOfFiles(point)) >= 4));

        static bool IsOfClaims(string point) => point.StartsWith("claim ", StringComparison.Ordinal);
        static bool IsOfFiles(string point) =>
            point.Contains("CDI file", StringComparison.Ordinal) || point.EndsWith("metadata", StringComparison.Ordinal);
    }

    private static async Task AssertEndsAsync(ClaimBench bench)
    {
        var next = bench.Agent();
        Assert.IsType<UnprepareAnswer.Done>(await next.UnprepareAsync());
        Assert.Equal("ena", bench.Binding.Driver);
        Assert.Null(bench.Binding.Node.Device(bench.Binding.Address)!.DriverOverride);
        Assert.Empty(bench.Files);
        Assert.Null(bench.Agent().Find());
        Assert.Null(bench.Agent().Entry());
    }

    private static async Task<List<string>> PointsAsync(Func<ClaimBench, ClaimLife, Task> act, bool prepared)
    {
        var points = new List<string>();
        await using var bench = await ClaimBench.StartAsync();
        if (prepared)
        {
            await bench.Agent().PrepareAsync();
        }

        await act(bench, bench.Agent(points.Add));
        return points;
    }

    private static Action<string> CrashAt(int crash)
    {
        var count = 0;
        return point => count = count == crash ? throw new SimulatedCrash(point) : count + 1;
    }
}
