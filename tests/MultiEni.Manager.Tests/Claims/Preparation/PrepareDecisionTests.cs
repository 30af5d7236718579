using System.Text.Json;
using MultiEni.Api.Kubernetes;
using MultiEni.Api.ResourceClaims;
using MultiEni.Manager.Claims.Preparation;
using MultiEni.Manager.Claims.Slices;
using MultiEni.Manager.Kubelet.Dra;

namespace MultiEni.Manager.Tests.Claims.Preparation;

public sealed class PrepareDecisionTests
{
    [Fact]
    public void An_always_bound_device_is_given_as_it_is()
    {
        var device = Assert.Single(Plan(Seen(Bound("a"), Result("a"))).Devices);
        Assert.Equal(("node-1", "eni-a", "0000:00:06.0"), (device.Pool, device.Device, device.PciAddress));
        Assert.Equal(("dpdk", "vfio-pci", false), (device.Mode, device.Driver, device.IsBoundForClaim));
        Assert.Equal("02:00:00:00:00:06", device.Eni.MacAddress);
    }

    [Fact]
    public void A_device_of_the_kernel_stays_one_unless_the_claim_asks_for_more()
    {
        var device = Assert.Single(Plan(Seen(Kernel("a"), Result("a"))).Devices);
        Assert.Equal(("kernel", "ena", false), (device.Mode, device.Driver, device.IsBoundForClaim));
    }

    [Theory]
    [InlineData("\"mode\": \"dpdk\"", "vfio-pci")]
    [InlineData("\"mode\": \"dpdk\", \"driver\": \"igb_uio\"", "igb_uio")]
    public void A_device_of_the_kernel_is_bound_for_a_claim_that_asks_for_it(string config, string driver)
    {
        var device = Assert.Single(Plan(Seen(WhenClaimed("a"), Result("a")), config).Devices);
        Assert.Equal(("dpdk", driver, true), (device.Mode, device.Driver, device.IsBoundForClaim));
    }

    [Fact]
    public void A_device_whose_NodeENI_does_not_ask_for_DPDK_is_not_bound_for_a_claim()
    {
        Assert.Equal(
            "Request nic of claim ns/claim wants device eni-a in mode dpdk, and NodeENI dpdk does not allow that. Set spec.enableDPDK: true and spec.dpdkBinding: "
                + "WhenClaimed in NodeENI dpdk, or set mode: kernel in the claim's configuration.",
            Refusal(Seen(Kernel("a"), Result("a")), "\"mode\": \"dpdk\"")
        );
        // Whoever names a driver does not want the kernel's interface.
        Assert.EndsWith(
            "or set mode: kernel and no driver in the claim's configuration.",
            Refusal(Seen(Kernel("a"), Result("a")), "\"driver\": \"vfio-pci\""),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_NodeENI_that_binds_when_claimed_says_what_a_claim_gets_that_says_nothing()
    {
        var entry = WhenClaimed("a", "igb_uio");

        var device = Assert.Single(Plan(Seen(entry, Result("a"))).Devices);
        Assert.Equal(("dpdk", "igb_uio", true), (device.Mode, device.Driver, device.IsBoundForClaim));
        Assert.Equal("kernel", Assert.Single(Plan(Seen(entry, Result("a")), "\"mode\": \"kernel\"").Devices).Mode);
        Assert.Equal("vfio-pci", Assert.Single(Plan(Seen(entry, Result("a")), "\"driver\": \"vfio-pci\"").Devices).Driver);
    }

    [Theory]
    [InlineData("\"mode\": \"kernel\"", "in mode kernel")]
    [InlineData("\"driver\": \"igb_uio\"", "with the driver igb_uio")]
    public void What_an_always_bound_device_cannot_be_is_refused_with_the_setting_that_helps(string config, string what)
    {
        var why = Refusal(Seen(Bound("a"), Result("a")), config);
        Assert.Contains(what, why, StringComparison.Ordinal);
        Assert.Contains("Set spec.dpdkBinding: WhenClaimed in NodeENI dpdk", why, StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_begun_before_a_restart_goes_on_although_the_device_is_not_offered_yet()
    {
        var seen = Seen(WhenClaimed("a"), Result("a"));
        var begun = Plan(seen, "\"mode\": \"dpdk\"");
        var after = seen with { Devices = [], Prepared = [begun] };

        var device = Assert.Single(Plan(after, "\"mode\": \"dpdk\"").Devices);
        Assert.Equal(("eni-a", "0000:00:06.0", "vfio-pci", true), (device.Device, device.PciAddress, device.Driver, device.IsBoundForClaim));
        Assert.Contains("no longer, offered", Refusal(after with { Prepared = [begun with { Uid = "another" }] }), StringComparison.Ordinal);
        Assert.Contains(
            "no longer, offered",
            Refusal(after with { Prepared = [begun with { Phase = ClaimPhase.Unpreparing }] }),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_claim_may_say_what_is_the_case_anyway()
    {
        var device = Assert.Single(Plan(Seen(Bound("a"), Result("a")), "\"mode\": \"dpdk\", \"driver\": \"vfio-pci\"").Devices);
        Assert.False(device.IsBoundForClaim);
    }

    [Fact]
    public void Where_binding_is_switched_off_nothing_is_bound_for_a_claim()
    {
        var seen = Seen(WhenClaimed("a"), Result("a")) with { DpdkEnabled = false };
        Assert.Equal("kernel", Assert.Single(Plan(seen, "\"mode\": \"kernel\"").Devices).Mode);
        Assert.Contains("ENABLE_DPDK", Refusal(seen, "\"mode\": \"dpdk\""), StringComparison.Ordinal);
    }

    [Fact]
    public void Devices_of_other_drivers_and_what_is_said_to_them_are_nobodys_business_here()
    {
        var foreign = Result("x");
        foreign.Driver = "gpu.example.com";
        foreign.Pool = "elsewhere";
        Assert.Equal(["eni-a"], Plan(Seen(Kernel("a"), foreign, Result("a"))).Devices.Select(device => device.Device));
        Assert.Empty(Plan(Seen(Kernel("a"), foreign)).Devices);
    }

    [Fact]
    public void The_claim_must_be_the_one_that_the_pod_was_given()
    {
        var seen = Seen(Kernel("a"), Result("a"));
        var other = Refusal(seen with { Asked = new ClaimReference("ns", "claim", "uid-before") });
        Assert.Contains("uid-before", other, StringComparison.Ordinal);
        Assert.Contains("uid-1", other, StringComparison.Ordinal);
        Assert.Contains("does not exist", Refusal(seen with { Claim = null }), StringComparison.Ordinal);
        seen.Claim!.Status!.Allocation = null;
        Assert.Contains("no allocation", Refusal(seen), StringComparison.Ordinal);
    }

    [Fact]
    public void A_device_that_is_not_offered_or_of_another_pool_is_refused_by_name()
    {
        Assert.Contains("eni-b", Refusal(Seen(Kernel("a"), Result("b"))), StringComparison.Ordinal);
        var elsewhere = Result("a");
        elsewhere.Pool = "node-2";
        Assert.Contains("pool node-2", Refusal(Seen(Kernel("a"), elsewhere)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_device_that_cannot_be_used_is_refused_with_the_reason_and_one_that_is_taken_back_is_given_while_it_is_there()
    {
        Assert.Contains("gone", Refusal(Seen(Kernel("a") with { Standing = Sample.Gone }, Result("a"))), StringComparison.Ordinal);
        Assert.Contains("no driver", Refusal(Seen(Kernel("a") with { Standing = Sample.Driverless }, Result("a"))), StringComparison.Ordinal);
        Assert.Single(Plan(Seen(Kernel("a") with { Standing = new DeviceStanding.Withdrawn() }, Result("a"))).Devices);
    }

    [Theory]
    [InlineData(nameof(ClaimPhase.Preparing))]
    [InlineData(nameof(ClaimPhase.Prepared))]
    [InlineData(nameof(ClaimPhase.Unpreparing))]
    public void A_device_that_an_earlier_claim_has_is_refused_until_that_has_ended(string name)
    {
        var (seen, phase) = (Seen(Kernel("a"), Result("a")), Enum.Parse<ClaimPhase>(name));
        var why = Refusal(seen with { Prepared = [Earlier("uid-0", phase)] });
        Assert.Contains("still prepared for claim ns/earlier (uid-0)", why, StringComparison.Ordinal);
        Assert.Single(Plan(seen with { Prepared = [Earlier("uid-1", phase)] }).Devices);
    }

    [Fact]
    public void A_device_is_the_same_one_under_another_name_too()
    {
        var earlier = Earlier("uid-0", ClaimPhase.Prepared);
        earlier.Devices[0].Device = "pci-0000-00-06-0";
        Assert.Contains("uid-0", Refusal(Seen(Kernel("a"), Result("a")) with { Prepared = [earlier] }), StringComparison.Ordinal);
    }

    [Fact]
    public void Whoever_only_looks_at_a_device_gets_it_as_it_is_and_keeps_it_from_nobody()
    {
        var looking = Result("a");
        looking.AdminAccess = true;
        var seen = Seen(Kernel("a"), looking);
        var free = Assert.Single(Plan(seen, "\"mode\": \"dpdk\"").Devices);
        Assert.Equal(("ena", false, true), (free.Driver, free.IsBoundForClaim, free.IsAdminAccess));

        var held = Earlier("uid-0", ClaimPhase.Prepared);
        held.Devices[0].Driver = "vfio-pci";
        var taken = Assert.Single(Plan(seen with { Prepared = [held] }).Devices);
        Assert.Equal(("vfio-pci", "dpdk", false), (taken.Driver, taken.Mode, taken.IsBoundForClaim));

        held.Devices[0].IsAdminAccess = true;
        Assert.Single(Plan(Seen(Kernel("a"), Result("a")) with { Prepared = [held] }).Devices);
        Assert.Single(Plan(Seen(Kernel("a") with { Standing = Sample.Driverless }, looking)).Devices);
        Refusal(Seen(Kernel("a") with { Standing = Sample.Gone }, looking));
    }

    [Fact]
    public void Requests_go_by_the_name_that_the_kubelet_knows_and_a_device_of_two_is_one()
    {
        var (fast, looking) = (Result("a", "nic/fast"), Result("a", "watch"));
        looking.AdminAccess = true;
        foreach (var results in new[] { new[] { fast, looking }, [looking, fast] })
        {
            var device = Assert.Single(Plan(Seen(WhenClaimed("a"), results), "\"mode\": \"dpdk\"").Devices);
            Assert.Equal(["nic", "watch"], device.Requests.Order());
            Assert.Equal(("vfio-pci", true, false), (device.Driver, device.IsBoundForClaim, device.IsAdminAccess));
        }
    }

    [Fact]
    public void A_configuration_that_makes_no_sense_is_told_with_its_request()
    {
        var why = Refusal(Seen(Kernel("a"), Result("a")), "\"mode\": \"fast\"");
        Assert.StartsWith("Request nic of claim ns/claim: The claim has mode 'fast'", why, StringComparison.Ordinal);
    }

    [Fact]
    public void A_claim_of_a_template_carries_the_pods_name_for_it()
    {
        var seen = Seen(Kernel("a"), Result("a"));
        seen.Claim!.Metadata.Annotations = new(StringComparer.Ordinal) { ["resource.kubernetes.io/pod-claim-name"] = "net" };
        var plan = Plan(seen);
        Assert.Equal(
            ("ns", "claim", "uid-1", "net", A.Boot, ClaimPhase.Preparing),
            (plan.Namespace, plan.Name, plan.Uid, plan.PodClaimName, plan.BootId, plan.Phase)
        );
    }

    private static SliceEntry Kernel(string name) => new(Sample.Device(name), new DeviceStanding.Ready(), IsClaimed: false);

    private static SliceEntry WhenClaimed(string name, string driver = "vfio-pci")
    {
        var device = Sample.Device(name);
        return new(device with { Eni = device.Eni with { ClaimDriver = driver } }, new DeviceStanding.Ready(), IsClaimed: false);
    }

    private static SliceEntry Bound(string name) => new(Sample.Device(name, driver: "vfio-pci"), new DeviceStanding.Ready(), IsClaimed: false);

    private static AllocatedDevice Result(string name, string request = "nic") =>
        new()
        {
            Request = request,
            Driver = ClaimNames.Driver,
            Pool = Sample.Node,
            Device = $"eni-{name}",
        };

    private static PreparedClaim Earlier(string uid, ClaimPhase phase) =>
        new()
        {
            Namespace = "ns",
            Name = "earlier",
            Uid = uid,
            BootId = A.Boot,
            Phase = phase,
            Devices =
            [
                new PreparedClaimDevice
                {
                    Device = "eni-a",
                    PciAddress = "0000:00:06.0",
                    Driver = "ena",
                },
            ],
        };

    private static PrepareObservation Seen(SliceEntry entry, params AllocatedDevice[] results) =>
        new()
        {
            Asked = new ClaimReference("ns", "claim", "uid-1"),
            Claim = new ResourceClaim
            {
                Metadata = new ObjectMeta
                {
                    Namespace = "ns",
                    Name = "claim",
                    Uid = "uid-1",
                },
                Status = new ResourceClaimStatus { Allocation = new ClaimAllocation { Devices = new DeviceAllocation { Results = [.. results] } } },
            },
            Node = Sample.Node,
            BootId = A.Boot,
            Devices = [entry],
        };

    private static PrepareStep Decide(PrepareObservation seen, string? config)
    {
        if (config is not null)
        {
            var document = $$"""{"apiVersion": "eni.networking.k8s.aws/v1alpha1", "kind": "ENIClaimConfig", {{config}}}""";
            seen.Claim!.Status!.Allocation!.Devices.Config =
            [
                new AllocationConfig
                {
                    Source = "FromClaim",
                    Opaque = new OpaqueConfig { Driver = ClaimNames.Driver, Parameters = JsonDocument.Parse(document).RootElement },
                },
            ];
        }

        return PrepareDecision.Decide(seen);
    }

    private static PreparedClaim Plan(PrepareObservation seen, string? config = null) =>
        Assert.IsType<PrepareStep.Prepare>(Decide(seen, config)).Plan;

    private static string Refusal(PrepareObservation seen, string? config = null) => Assert.IsType<PrepareStep.Refuse>(Decide(seen, config)).Why;
}
