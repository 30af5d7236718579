using System.Net.Sockets;
using MultiEni.Api;
using MultiEni.Manager.Binding;
using MultiEni.Manager.Claims;
using MultiEni.Manager.Publishing;
using MultiEni.Manager.Safety;
using MultiEni.Manager.Tests.Binding;
using MultiEni.Manager.Tests.Kubelet.Dra.Protocol.HealthV1;
using MultiEni.Manager.Tests.Kubelet.Dra.Protocol.Registration;
using MultiEni.Operator.Diagnostics;

namespace MultiEni.Manager.Tests.Claims;

public sealed class NodeClaimsTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_device_is_confirmed_when_it_is_in_the_slice_and_the_kubelet_has_the_driver()
    {
        await using var bench = await NodeClaimsBench.StartAsync();
        await using var agent = await bench.AgentAsync();
        Assert.IsType<OfferState.NotOffered>(agent.State);
        await agent.Publisher.OfferAsync(bench.Offer, Stop);
        await Eventually.Holds(() => bench.Api.Devices(NodeClaimsBench.SliceName)?.Contains("eni-a") == true, "the device in the slice");
        await Eventually.Holds(() => agent.State is OfferState.Pending { Why.Reason: Reasons.KubeletUnavailable }, "the wait for the kubelet");
        Assert.Contains(bench.RegistrationFolder, ((OfferState.Pending)agent.State).Why.Message, StringComparison.Ordinal);
        var info = await agent.RegisterAsync();
        Assert.Equal(bench.PluginSocket, info.Endpoint);
        await Eventually.Holds(() => agent.State is OfferState.Confirmed { Device.Driver: "ena" }, "the confirmation");
        Assert.Equal([bench.Offer], agent.Publisher.Offered);
    }

    [Fact]
    public async Task A_kubelet_that_refuses_the_driver_is_told_in_its_words()
    {
        await using var bench = await NodeClaimsBench.StartAsync();
        await using var agent = await bench.AgentAsync();
        await agent.OfferAsync();
        var settled = agent.Settled;
        await agent.Registrar.NotifyRegistrationStatusAsync(new RegistrationStatus { Error = "endpoint in use" }, cancellationToken: Stop);
        Assert.Contains("endpoint in use", Assert.IsType<OfferState.Pending>(agent.State).Why.Message, StringComparison.Ordinal);
        Assert.True(agent.Settled > settled);
    }

    [Fact]
    public async Task A_claim_gets_its_device_bound_and_says_how_it_is_reached_and_afterwards_it_is_the_kernels()
    {
        await using var bench = await NodeClaimsBench.StartAsync();
        await using var agent = await bench.AgentAsync();
        await agent.OfferAsync();
        bench.Claim("dpdk", "\"mode\": \"dpdk\"");
        bench.Api.Claim("ns/dpdk");

        var prepared = await agent.PrepareAsync("dpdk");
        Assert.Equal(("", "eni-a"), (prepared.Error, Assert.Single(prepared.Devices).DeviceName));
        Assert.Equal("vfio-pci", bench.Binding.Driver);
        await Eventually.Holds(() => bench.Api.Claim("ns/dpdk")!["status"]!["devices"] is not null, "the addresses in the claim");
        Assert.Equal(
            """[{"driver":"eni.networking.k8s.aws","pool":"node-1","device":"eni-a","networkData":{"ips":["10.0.1.6/24","2001:db8::6/64"],"hardwareAddress":"02:00:00:00:00:06"}}]""",
            bench.Api.Claim("ns/dpdk")!["status"]!["devices"]!.ToJsonString()
        );

        // Whoever asks sees the device as the claim has it, and the slice as it is without a claim.
        await agent.Publisher.CheckAsync(Stop);
        Assert.Equal("vfio-pci", Assert.IsType<OfferState.Confirmed>(agent.State).Device.Driver);
        Assert.Equal([$"POST {NodeClaimsBench.SliceName}", "PATCH ns/dpdk"], bench.Api.Writes.Except([$"PUT {NodeClaimsBench.SliceName}"]));

        Assert.Equal("", await agent.UnprepareAsync("dpdk"));
        Assert.Equal("ena", bench.Binding.Driver);
        Assert.Equal("ena", Assert.IsType<OfferState.Confirmed>(agent.State).Device.Driver);
        Assert.Equal("", await agent.UnprepareAsync("dpdk"));
        Assert.Equal("", await agent.UnprepareAsync("never-seen"));
    }

    [Fact]
    public async Task Offered_anew_while_a_claim_has_it_bound_a_device_is_still_what_it_is_afterwards()
    {
        await using var bench = await NodeClaimsBench.StartAsync();
        await using var agent = await bench.AgentAsync();
        await agent.OfferAsync();
        bench.Claim("dpdk", "\"mode\": \"dpdk\"");
        await agent.PrepareAsync("dpdk");
        await agent.Publisher.OfferAsync(bench.Offer with { Driver = "vfio-pci" }, Stop);
        await agent.UnprepareAsync("dpdk");
        Assert.Equal("ena", Assert.IsType<OfferState.Confirmed>(agent.State).Device.Driver);
        Assert.Equal("ena", Attribute(bench, "kernelDriver"));
    }

    [Fact]
    public async Task A_device_is_one_claims_until_that_has_ended_and_another_claim_of_the_call_goes_on()
    {
        await using var bench = await NodeClaimsBench.StartAsync();
        await using var agent = await bench.AgentAsync();
        await agent.OfferAsync();
        bench.Claim("first");
        bench.Claim("second");
        bench.Claim("other", driver: "gpu.example.com");
        Assert.Equal("", (await agent.PrepareAsync("first")).Error);
        var both = await agent.PrepareAsync(["second", "other"]);
        Assert.Contains("still prepared for claim ns/first (uid-first)", both["uid-second"].Error, StringComparison.Ordinal);
        Assert.Equal("", both["uid-other"].Error);
        await agent.UnprepareAsync("first");
        Assert.Equal("", (await agent.PrepareAsync("second")).Error);
    }

    [Fact]
    public async Task A_device_that_a_pod_has_through_a_device_plugin_is_not_prepared_before_that_ends()
    {
        await using var bench = await NodeClaimsBench.StartAsync();
        await using var agent = await bench.AgentAsync();
        await agent.OfferAsync();
        bench.Claim("dpdk", "\"mode\": \"dpdk\"");
        bench.PluginUse = "0000:00:06.0 is in use by pod team/app.";

        Assert.Equal(
            "Device eni-a of claim ns/dpdk cannot be prepared: 0000:00:06.0 is in use by pod team/app.",
            (await agent.PrepareAsync("dpdk")).Error
        );
        Assert.Equal("ena", bench.Binding.Driver);
        Assert.Null(agent.Holds.Of(bench.Offer.Address, bench.Binding.Node.BootId));

        bench.PluginUse = null;
        Assert.Equal("", (await agent.PrepareAsync("dpdk")).Error);
        // What is prepared stays so, whatever the kubelet lists.
        bench.PluginUse = "unknown";
        Assert.Equal("", (await agent.PrepareAsync("dpdk")).Error);
    }

    [Fact]
    public async Task Claims_and_the_reasons_of_their_failures_are_counted()
    {
        await using var bench = await NodeClaimsBench.StartAsync();
        await using var agent = await bench.AgentAsync();
        using var exporter = new PrometheusExporter(agent.Meter, TimeProvider.System);
        await agent.OfferAsync();
        bench.Claim("first");
        bench.Claim("second");
        await agent.PrepareAsync("first");
        await agent.PrepareAsync("second");
        await agent.PrepareAsync("absent");

        var text = exporter.Render();
        Assert.Contains("aws_multi_eni_prepared_claims{node=\"node-1\"} 1", text, StringComparison.Ordinal);
        Assert.Contains(
            "aws_multi_eni_claim_errors_total{error_type=\"DeviceInUse\",node=\"node-1\",operation=\"prepare\"} 1",
            text,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "aws_multi_eni_claim_errors_total{error_type=\"InvalidClaim\",node=\"node-1\",operation=\"prepare\"} 1",
            text,
            StringComparison.Ordinal
        );

        await agent.UnprepareAsync("first");
        text = exporter.Render();
        Assert.Contains("aws_multi_eni_prepared_claims{node=\"node-1\"} 0", text, StringComparison.Ordinal);
        Assert.Contains(
            "aws_multi_eni_claim_operation_duration_seconds_count{node=\"node-1\",operation=\"unprepare\",status=\"success\"} 1",
            text,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_claim_that_was_made_anew_under_its_name_is_refused()
    {
        await using var bench = await NodeClaimsBench.StartAsync();
        await using var agent = await bench.AgentAsync();
        await agent.OfferAsync();
        bench.Claim("first", uid: "uid-new");
        Assert.Contains("made anew", (await agent.PrepareAsync("first", "uid-old")).Error, StringComparison.Ordinal);
        bench.Api.DeleteClaim("ns/first");
        Assert.Contains("does not exist", (await agent.PrepareAsync("first", "uid-new")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_call_that_takes_too_long_is_told_what_it_waits_for_and_the_next_one_finds_it_done()
    {
        await using var bench = await NodeClaimsBench.StartAsync();
        await using var agent = await bench.AgentAsync();
        await agent.OfferAsync();
        bench.Claim("slow", "\"mode\": \"dpdk\"");
        using var gate = new DeviceChangeGate(bench.Binding.JournalPath + ".lock");
        var somebody = gate.TryEnter()!;
        var call = agent.PrepareAsync("slow");
        await Eventually.Holds(() => agent.Holds.Of(bench.Offer.Address, bench.Binding.Node.BootId) is not null, "the claim to be noted");
        await Eventually.Holds(
            () =>
            {
                bench.Clock.Advance(DraDriver.CallLimit);
                return call.IsCompleted;
            },
            "an answer within the limit"
        );
        Assert.Contains("waiting for eni-a to be bound to vfio-pci", (await call).Error, StringComparison.Ordinal);

        var again = agent.PrepareAsync("slow");
        somebody.Dispose();
        Assert.Equal("", (await again).Error);
    }

    [Fact]
    public async Task A_device_that_is_taken_back_is_first_kept_from_further_claims_and_then_out_of_the_slice()
    {
        await using var bench = await NodeClaimsBench.StartAsync();
        await using var agent = await bench.AgentAsync();
        await agent.OfferAsync();
        await agent.Publisher.WithdrawAsync(bench.Offer.Address, Stop);
        Assert.Empty(agent.Publisher.Offered);
        await UntilClosedAsync(bench, agent);
        Assert.Equal(Reasons.Releasing, Assert.IsType<OfferState.Withdrawing>(agent.State).Why.Reason);
        Assert.False(await agent.Publisher.ConfirmAsync(null, Stop));

        var settled = agent.Settled;
        bench.Clock.Advance(ClaimOffer.WithdrawalGrace + TimeSpan.FromSeconds(1));
        Assert.True(agent.Settled > settled);
        await AgentTakesBackAsync(bench, agent);
    }

    [Fact]
    public async Task A_claim_that_was_allocated_before_its_device_was_taken_back_still_gets_it()
    {
        await using var bench = await NodeClaimsBench.StartAsync();
        await using var agent = await bench.AgentAsync();
        await agent.OfferAsync();
        bench.Claim("late");
        await agent.Publisher.WithdrawAsync(bench.Offer.Address, Stop);
        Assert.Equal("", (await agent.PrepareAsync("late")).Error);
    }

    [Fact]
    public async Task A_device_that_a_claim_has_stays_in_the_slice_and_whoever_waits_for_it_is_told_the_claim()
    {
        await using var bench = await NodeClaimsBench.StartAsync();
        await using var agent = await bench.AgentAsync();
        await agent.OfferAsync();
        bench.Claim("held");
        await agent.PrepareAsync("held");
        await agent.Publisher.WithdrawAsync(bench.Offer.Address, Stop);
        bench.Clock.Advance(ClaimOffer.WithdrawalGrace * 2);
        Assert.False(await agent.Publisher.ConfirmAsync(null, Stop));
        var why = Assert.IsType<OfferState.Withdrawing>(agent.State).Why;
        Assert.Equal(Reasons.DeviceInUse, why.Reason);
        Assert.Contains("claim ns/held", why.Message, StringComparison.Ordinal);
        Assert.Equal(["eni-a"], bench.Api.Devices(NodeClaimsBench.SliceName));

        await agent.UnprepareAsync("held");
        bench.Api.DeleteClaim("ns/held");
        await AgentTakesBackAsync(bench, agent);
    }

    [Fact]
    public async Task A_claim_whose_pod_is_on_its_way_keeps_its_device_in_the_slice_until_it_has_ended()
    {
        await using var bench = await NodeClaimsBench.StartAsync();
        await using var agent = await bench.AgentAsync();
        await agent.OfferAsync();
        bench.Claim("other", device: "eni-b");
        bench.Claim("foreign", driver: "gpu.example.com");
        bench.Claim("late");
        await agent.Publisher.WithdrawAsync(bench.Offer.Address, Stop);
        await UntilClosedAsync(bench, agent);
        Assert.Equal(0, bench.Api.ClaimLists);

        bench.Clock.Advance(ClaimOffer.WithdrawalGrace);
        Assert.True(await agent.Publisher.ConfirmAsync(null, Stop));
        Assert.Equal(
            (
                Reasons.DeviceInUse,
                "eni-a is allocated to claim ns/late, whose pod has not got it yet; it is not taken back before the claim ends. Delete that pod if it does not start."
            ),
            (Why(agent).Reason, Why(agent).Message)
        );
        var lists = bench.Api.ClaimLists;

        // As long as it has the device, the claim alone is read.
        for (var look = 0; look < 3; look++)
        {
            var settled = agent.Settled;
            bench.Clock.Advance(DraPublisher.AskInterval + TimeSpan.FromSeconds(1));
            Assert.True(agent.Settled > settled);
            await agent.Publisher.ConfirmAsync(null, Stop);
            Assert.False(await agent.Publisher.ConfirmAsync(null, Stop));
        }

        Assert.Equal((lists, Reasons.DeviceInUse, "NoSchedule"), (bench.Api.ClaimLists, Why(agent).Reason, Taint(bench)));
        Assert.Equal("", (await agent.PrepareAsync("late")).Error);
        Assert.Equal("", await agent.UnprepareAsync("late"));
        bench.Claim("late", device: "eni-b");
        await AgentTakesBackAsync(bench, agent);
    }

    [Fact]
    public async Task Where_taints_are_dropped_a_device_of_a_claim_on_its_way_is_offered_to_nobody_and_taken_back_after_it()
    {
        await using var bench = await NodeClaimsBench.StartAsync();
        bench.Api.KeepsTaints = false;
        await using var agent = await bench.AgentAsync();
        await agent.OfferAsync();
        bench.Claim("late");
        await agent.Publisher.WithdrawAsync(bench.Offer.Address, Stop);
        await Eventually.Holds(() => bench.Api.Devices(NodeClaimsBench.SliceName) is { Count: 0 }, "the slice without the device");
        await UntilClosedAsync(bench, agent);
        bench.Clock.Advance(ClaimOffer.WithdrawalGrace);
        Assert.True(await agent.Publisher.ConfirmAsync(null, Stop));
        Assert.Equal(Reasons.DeviceInUse, Why(agent).Reason);
        Assert.Contains("allocated to claim ns/late", Why(agent).Message, StringComparison.Ordinal);
        Assert.Empty(bench.Api.Devices(NodeClaimsBench.SliceName)!);

        Assert.Equal("", (await agent.PrepareAsync("late")).Error);
        Assert.Equal("", await agent.UnprepareAsync("late"));
        bench.Api.DeleteClaim("ns/late");
        await AgentTakesBackAsync(bench, agent);
    }

    [Fact]
    public async Task A_device_that_breaks_is_not_kept_for_a_claim_that_cannot_have_it()
    {
        await using var bench = await NodeClaimsBench.StartAsync();
        await using var agent = await bench.AgentAsync();
        await agent.OfferAsync();
        bench.Claim("late");
        await agent.Publisher.WithdrawAsync(bench.Offer.Address, Stop);
        await UntilClosedAsync(bench, agent);
        bench.Clock.Advance(ClaimOffer.WithdrawalGrace);
        Assert.True(await agent.Publisher.ConfirmAsync(null, Stop));
        Assert.Equal(Reasons.DeviceInUse, Why(agent).Reason);

        bench.Binding.Node.Vanish(A.Mac.ToString());
        await agent.Publisher.CheckAsync(Stop);
        await AgentTakesBackAsync(bench, agent);
    }

    [Fact]
    public async Task The_time_for_schedulers_counts_from_when_they_can_see_that_the_device_is_taken_back()
    {
        await using var bench = await NodeClaimsBench.StartAsync();
        await using var agent = await bench.AgentAsync();
        await agent.OfferAsync();
        bench.Api.Refuses = request =>
            request.Method != HttpMethod.Get && request.RequestUri!.AbsolutePath.Contains("/resourceslices", StringComparison.Ordinal)
                ? "cannot update resource \"resourceslices\""
                : null;
        await agent.Publisher.WithdrawAsync(bench.Offer.Address, Stop);
        bench.Clock.Advance(ClaimOffer.WithdrawalGrace * 3);
        Assert.False(await agent.Publisher.ConfirmAsync(null, Stop));

        bench.Api.Refuses = _ => null;
        await Eventually.Holds(
            () =>
            {
                bench.Clock.Advance(TimeSpan.FromSeconds(1));
                return agent.Slice.IsClosed("eni-a");
            },
            "the taint"
        );
        Assert.False(await agent.Publisher.ConfirmAsync(null, Stop));
        Assert.Equal(0, bench.Api.ClaimLists);
        bench.Clock.Advance(ClaimOffer.WithdrawalGrace);
        Assert.True(await agent.Publisher.ConfirmAsync(null, Stop));
    }

    [Fact]
    public async Task A_device_is_not_taken_back_while_claims_cannot_be_listed()
    {
        await using var bench = await NodeClaimsBench.StartAsync();
        await using var agent = await bench.AgentAsync();
        await agent.OfferAsync();
        await agent.Publisher.WithdrawAsync(bench.Offer.Address, Stop);
        await UntilClosedAsync(bench, agent);
        bench.Api.Refuses = request =>
            request.RequestUri!.AbsolutePath.EndsWith("/resourceclaims", StringComparison.Ordinal) ? "cannot list resource \"resourceclaims\"" : null;
        bench.Clock.Advance(ClaimOffer.WithdrawalGrace);
        Assert.True(await agent.Publisher.ConfirmAsync(null, Stop));
        Assert.Equal(Reasons.DeviceUsageUnknown, Why(agent).Reason);
        Assert.Contains("cannot list resource", Why(agent).Message, StringComparison.Ordinal);
        Assert.Equal(["eni-a"], bench.Api.Devices(NodeClaimsBench.SliceName));

        bench.Api.Refuses = _ => null;
        await AgentTakesBackAsync(bench, agent);
    }

    [Fact]
    public async Task A_device_that_is_taken_back_while_its_claim_is_being_read_is_not_prepared()
    {
        await using var bench = await NodeClaimsBench.StartAsync();
        await using var agent = await bench.AgentAsync();
        await agent.OfferAsync();
        bench.Api.BeforeClaimIsRead = async () =>
        {
            await agent.Publisher.WithdrawAsync(bench.Offer.Address, Stop);
            await AgentTakesBackAsync(bench, agent);
            bench.Claim("late");
        };

        Assert.Contains("is not, or no longer, offered on node node-1", (await agent.PrepareAsync("late")).Error, StringComparison.Ordinal);
        Assert.Null(agent.Holds.Of(bench.Offer.Address, bench.Binding.Node.BootId));
    }

    /// <summary>Nothing may be done about a device on offer, so its repair would wait for ever.</summary>
    [Fact]
    public async Task A_device_that_cannot_be_used_does_not_wait_for_claims_that_wait_for_it()
    {
        await using var bench = await NodeClaimsBench.StartAsync();
        await using var agent = await bench.AgentAsync();
        await agent.OfferAsync();
        bench.Claim("late");
        await bench.Binding.Agent().Bind.BindAsync(await bench.Binding.RequestAsync("vfio-pci"), Stop);
        await agent.Publisher.CheckAsync(Stop);
        Assert.Contains("cannot be used", (await agent.PrepareAsync("late")).Error, StringComparison.Ordinal);
        await agent.Publisher.WithdrawAsync(bench.Offer.Address, Stop);
        await AgentTakesBackAsync(bench, agent);
        Assert.Equal(0, bench.Api.ClaimLists);
    }

    [Fact]
    public async Task A_restart_neither_writes_the_slice_nor_forgets_a_claim_nor_needs_the_API_server_to_answer_for_it()
    {
        await using var bench = await NodeClaimsBench.StartAsync();
        var first = await bench.AgentAsync();
        await first.OfferAsync();
        bench.Claim("dpdk", "\"mode\": \"dpdk\"");
        var ids = (await first.PrepareAsync("dpdk")).Devices[0].CdiDeviceIds;
        await Eventually.Holds(() => bench.Api.Writes.Contains("PATCH ns/dpdk"), "the addresses in the claim");
        await first.EndAsync();
        var writes = bench.Api.Writes.Count(write => write.EndsWith(NodeClaimsBench.SliceName, StringComparison.Ordinal));

        await using var next = await bench.AgentAsync();
        await next.RegisterAsync();
        await Eventually.Holds(() => next.State is OfferState.Confirmed { Device.Driver: "vfio-pci" }, "the device as it was");
        bench.Api.Refuses = request => request.RequestUri!.AbsolutePath.Contains("resourceclaims", StringComparison.Ordinal) ? "down" : null;
        Assert.Equal(ids, (await next.PrepareAsync("dpdk")).Devices[0].CdiDeviceIds);
        Assert.Equal(writes, bench.Api.Writes.Count(write => write.EndsWith(NodeClaimsBench.SliceName, StringComparison.Ordinal)));
        Assert.Equal("", await next.UnprepareAsync("dpdk"));
        Assert.Equal("ena", bench.Binding.Driver);
    }

    [Fact]
    public async Task After_a_reboot_nothing_is_offered_or_prepared_and_no_file_is_left()
    {
        await using var bench = await NodeClaimsBench.StartAsync();
        var first = await bench.AgentAsync();
        await first.OfferAsync();
        bench.Claim("dpdk", "\"mode\": \"dpdk\"");
        await first.PrepareAsync("dpdk");
        await first.EndAsync();
        await bench.Binding.Node.RebootAsync(Stop);
        await using var next = await bench.AgentAsync();
        Assert.Empty(next.Publisher.Offered);
        Assert.Empty(Directory.GetFiles(bench.Binding.Folder.File("cdi")));
        await Eventually.Holds(() => bench.Api.Devices(NodeClaimsBench.SliceName)?.Count == 0, "an empty slice");
    }

    [Fact]
    public async Task A_device_that_vanishes_is_out_of_the_slice_and_its_claims_pods_are_ended()
    {
        await using var bench = await NodeClaimsBench.StartAsync();
        await using var agent = await bench.AgentAsync();
        await agent.OfferAsync();
        bench.Claim("held");
        await agent.PrepareAsync("held");
        using var watch = new DRAResourceHealth.DRAResourceHealthClient(agent.Channel(bench.PluginSocket)).NodeWatchResources(
            new NodeWatchResourcesRequest(),
            cancellationToken: Stop
        );
        Assert.True(await watch.ResponseStream.MoveNext(Stop));
        Assert.Equal(HealthStatus.Healthy, watch.ResponseStream.Current.Devices[0].Health);

        bench.Binding.Node.Vanish(A.Mac.ToString());
        await agent.Publisher.CheckAsync(Stop);
        Assert.IsType<OfferState.Failed>(agent.State);
        await Eventually.Holds(() => Taint(bench) == "NoExecute", "the taint");
        Assert.True(await watch.ResponseStream.MoveNext(Stop));
        Assert.Equal(HealthStatus.Unhealthy, watch.ResponseStream.Current.Devices[0].Health);
        Assert.Contains("gone", watch.ResponseStream.Current.Devices[0].Message, StringComparison.Ordinal);

        Assert.Equal("", await agent.UnprepareAsync("held"));
        await Eventually.Holds(() => bench.Api.Devices(NodeClaimsBench.SliceName)?.Count == 0, "the device out of the slice");
    }

    [Fact]
    public async Task A_starting_kubelet_finds_driver_and_slice_again()
    {
        await using var bench = await NodeClaimsBench.StartAsync();
        await using var agent = await bench.AgentAsync();
        await agent.OfferAsync();
        bench.Api.Wipe();
        await Eventually.Holds(() => bench.Api.Devices(NodeClaimsBench.SliceName)?.Contains("eni-a") == true, "the slice");
        File.Delete(bench.RegistrationSocket);
        await Eventually.Holds(
            () =>
            {
                bench.Clock.Advance(TimeSpan.FromSeconds(10));
                return File.Exists(bench.RegistrationSocket);
            },
            "the socket that somebody removed"
        );
        await agent.RegisterAsync();
    }

    [Fact]
    public async Task A_folder_that_is_not_mounted_is_named_and_found_when_it_is_there()
    {
        await using var bench = await NodeClaimsBench.StartAsync(withRegistry: false);
        await using var agent = await bench.AgentAsync();
        await agent.Publisher.OfferAsync(bench.Offer, Stop);
        await Eventually.Holds(
            () =>
                agent.State is OfferState.Pending { Why: { Reason: Reasons.KubeletUnavailable } why }
                && why.Message.Contains("plugins_registry'", StringComparison.Ordinal),
            "the folder to be missed"
        );
        Directory.CreateDirectory(bench.RegistrationFolder);
        await Eventually.Holds(
            () =>
            {
                bench.Clock.Advance(TimeSpan.FromSeconds(10));
                return File.Exists(bench.RegistrationSocket);
            },
            "the socket"
        );
    }

    [Fact]
    public async Task What_a_killed_pod_left_is_removed_and_the_socket_of_one_that_lives_is_not()
    {
        await using var bench = await NodeClaimsBench.StartAsync();
        var (dead, alive) = (
            Path.Combine(bench.RegistrationFolder, "eni.networking.k8s.aws-1-reg.sock"),
            Path.Combine(bench.RegistrationFolder, "eni.networking.k8s.aws-2-reg.sock")
        );
        using (var killed = Listen(dead))
        {
            // Closed without removing the file, as by SIGKILL.
        }

        using var living = Listen(alive);
        await using var agent = await bench.AgentAsync(settings => settings with { PodUid = "3" });
        var own = Path.Combine(bench.RegistrationFolder, "eni.networking.k8s.aws-3-reg.sock");
        await Eventually.Holds(() => File.Exists(own), "the registration socket");
        Assert.Equal([alive, own], Directory.GetFiles(bench.RegistrationFolder).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Asked_to_stop_it_ends_the_registration_and_finishes_what_the_kubelet_has_begun()
    {
        await using var bench = await NodeClaimsBench.StartAsync();
        await using var agent = await bench.AgentAsync();
        await agent.OfferAsync();
        bench.Claim("slow");
        var (asked, answer) = (new TaskCompletionSource(), new TaskCompletionSource());
        bench.Api.BeforeClaimIsRead = () =>
        {
            asked.TrySetResult();
            return answer.Task;
        };
        var call = agent.PrepareAsync("slow");
        await asked.Task.WaitAsync(Stop);
        var end = agent.EndAsync();
        await Eventually.Holds(() => !File.Exists(bench.RegistrationSocket), "the end of the registration");
        Assert.False(end.IsCompleted);
        answer.SetResult();
        await end;
        await Task.WhenAny(call);
        Assert.NotNull(agent.Holds.Of(bench.Offer.Address, bench.Binding.Node.BootId));
        Assert.False(File.Exists(bench.PluginSocket));
        Assert.Equal(["eni-a"], bench.Api.Devices(NodeClaimsBench.SliceName));
    }

    [Fact]
    public async Task Addresses_that_could_not_be_written_are_written_later()
    {
        await using var bench = await NodeClaimsBench.StartAsync();
        await using var agent = await bench.AgentAsync();
        await agent.OfferAsync();
        bench.Claim("first");
        bench.Api.Refuses = request => request.Method == HttpMethod.Patch ? "not yours" : null;
        Assert.Equal("", (await agent.PrepareAsync("first")).Error);
        bench.Api.Refuses = _ => null;
        await Eventually.Holds(
            () =>
            {
                bench.Clock.Advance(TimeSpan.FromSeconds(10));
                return bench.Api.Writes.Contains("PATCH ns/first");
            },
            "the addresses in the claim"
        );
    }

    [Fact]
    public async Task What_was_not_finished_for_a_claim_that_is_gone_is_taken_back_without_the_kubelet()
    {
        await using var bench = await NodeClaimsBench.StartAsync();
        await using var agent = await bench.AgentAsync();
        await agent.OfferAsync();
        bench.Claim("first", "\"mode\": \"dpdk\"");
        File.WriteAllText(bench.Binding.Folder.File("cdi"), "a file where the folder belongs");
        Assert.Contains("CDI_ROOT", (await agent.PrepareAsync("first")).Error, StringComparison.Ordinal);
        Assert.Equal("vfio-pci", bench.Binding.Driver);
        bench.Api.DeleteClaim("ns/first");
        await Eventually.Holds(
            () =>
            {
                bench.Clock.Advance(TimeSpan.FromSeconds(10));
                return bench.Binding.Driver == "ena" && agent.Holds.Of(bench.Offer.Address, bench.Binding.Node.BootId) is null;
            },
            "the device to be given back"
        );
    }

    [Fact]
    public async Task What_failed_halfway_is_finished_when_the_kubelet_asks_again()
    {
        await using var bench = await NodeClaimsBench.StartAsync();
        await using var agent = await bench.AgentAsync();
        await agent.OfferAsync();
        bench.Claim("first", "\"mode\": \"dpdk\"");
        var cdi = bench.Binding.Folder.File("cdi");
        File.WriteAllText(cdi, "a file where the folder belongs");
        Assert.NotEqual("", (await agent.PrepareAsync("first")).Error);
        // Its driver is not the one that was offered, and that is the claim's doing.
        await agent.Publisher.RepairAsync(Stop);
        Assert.IsType<OfferState.Confirmed>(agent.State);
        File.Delete(cdi);
        Assert.Equal("", (await agent.PrepareAsync("first")).Error);
    }

    [Theory]
    [InlineData("journal Binding")]
    [InlineData("CDI file")]
    [InlineData("claim Prepared")]
    public async Task Killed_halfway_a_successor_finishes_the_claim(string point)
    {
        await using var bench = await NodeClaimsBench.StartAsync();
        var killed = await bench.AgentAsync(settings =>
            settings with
            {
                BeforeEachWrite = reached =>
                {
                    if (reached == point)
                    {
                        throw new SimulatedCrash(point);
                    }
                },
            }
        );
        await killed.OfferAsync();
        bench.Claim("first", "\"mode\": \"dpdk\"");
        Assert.Contains(point, (await killed.PrepareAsync("first")).Error, StringComparison.Ordinal);
        await killed.EndAsync();

        await using var next = await bench.AgentAsync();
        await next.RegisterAsync();
        Assert.Equal("", (await next.PrepareAsync("first")).Error);
        Assert.Equal("vfio-pci", bench.Binding.Driver);
        Assert.Equal("", await next.UnprepareAsync("first"));
        Assert.Equal("ena", bench.Binding.Driver);
    }

    [Fact]
    public async Task Another_ENI_in_the_place_of_one_that_a_claim_has_is_neither_offered_nor_the_claims()
    {
        await using var bench = await NodeClaimsBench.StartAsync();
        var first = await bench.AgentAsync();
        await first.OfferAsync();
        bench.Claim("held", "\"mode\": \"dpdk\"");
        Assert.Equal("", (await first.PrepareAsync("held")).Error);
        var (address, boot) = (bench.Offer.Address, bench.Binding.Node.BootId);
        Assert.Equal("vfio-pci", first.Holds.DriverOf(address, "eni-a", boot));
        Assert.Null(first.Holds.DriverOf(address, "eni-b", boot));

        bench.Binding.Node.Vanish(A.Mac.ToString());
        Assert.Equal(address.ToString(), bench.Binding.Node.Plug("02:00:00:00:00:07", ["10.0.1.7"]));
        Assert.Equal("eni-a", first.Publisher.EniAt(address));
        await first.Publisher.ReplaceAsync(address, "eni-b", Stop);
        await Eventually.Holds(() => Taint(bench) == "NoExecute", "the taint");
        Assert.Contains("in use by claim ns/held", Why(first).Message, StringComparison.Ordinal);
        await first.EndAsync();

        // A restart does not take the one for the other either.
        await using var next = await bench.AgentAsync();
        await next.RegisterAsync();
        await next.Publisher.CheckAsync(Stop);
        Assert.Equal(("NoExecute", Reasons.DeviceInUse), (Taint(bench), Why(next).Reason));
        Assert.Equal("", await next.UnprepareAsync("held"));
        await AgentTakesBackAsync(bench, next);
        Assert.Null(next.Publisher.EniAt(address));
    }

    [Theory]
    [InlineData("02:00:00:00:00:06", true)]
    [InlineData("02:00:00:00:00:07", false)]
    public async Task A_device_that_comes_back_is_offered_again_when_it_shows_that_it_is_the_same(string mac, bool isOffered)
    {
        await using var bench = await NodeClaimsBench.StartAsync();
        await using var agent = await bench.AgentAsync();
        await agent.OfferAsync();
        bench.Binding.Node.Vanish(A.Mac.ToString());
        await agent.Publisher.CheckAsync(Stop);
        Assert.IsType<OfferState.Failed>(agent.State);

        bench.Binding.Node.Plug(mac, ["10.0.1.6"]);
        await Eventually.Holds(
            async () => (await bench.Binding.Wire.Links.ReadAsync(Stop)).Links.Any(link => link.MacAddress == mac),
            () => "the interface"
        );
        await agent.Publisher.CheckAsync(Stop);
        Assert.Equal(isOffered, agent.State is not OfferState.Failed);
    }

    [Fact]
    public async Task A_resource_is_offered_to_claims_when_the_node_does_not_count_it_any_more()
    {
        await using var bench = await NodeClaimsBench.StartAsync();
        await using var agent = await bench.AgentAsync();
        var resource = bench.Offer.Resource;
        Blocker? Why(string? count) =>
            agent.WhyNotYet(
                resource,
                count is null ? null : new Dictionary<string, string>(StringComparer.Ordinal) { [resource.ToString()] = count }
            );
        Assert.NotNull(Why(null));
        Assert.Contains($"{resource} is still in the node's allocatable (2)", Why("2")!.Message, StringComparison.Ordinal);
        Assert.Null(Why("0"));
        Assert.Null(agent.WhyNotYet(resource, new Dictionary<string, string>(StringComparer.Ordinal)));
    }

    // As the agent's own loop does when the slice changes.
    private static async Task UntilClosedAsync(NodeClaimsBench bench, NodeClaimsLife agent)
    {
        await Eventually.Holds(() => agent.Slice.IsClosed("eni-a"), "the slice without an offer");
        await agent.Publisher.ConfirmAsync(null, Stop);
        Assert.Equal(agent.Slice.KeepsTaints ? "NoSchedule" : null, Taint(bench));
    }

    private static async Task AgentTakesBackAsync(NodeClaimsBench bench, NodeClaimsLife agent)
    {
        await Eventually.Holds(
            async () =>
            {
                bench.Clock.Advance(DraPublisher.AskInterval);
                await agent.Publisher.ConfirmAsync(null, Stop);
                return agent.State is OfferState.NotOffered;
            },
            () => "the end of the withdrawal"
        );
        Assert.Empty(bench.Api.Devices(NodeClaimsBench.SliceName)!);
    }

    private static Blocker Why(NodeClaimsLife agent) => Assert.IsType<OfferState.Withdrawing>(agent.State).Why;

    private static Socket Listen(string path)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(path));
        socket.Listen();
        return socket;
    }

    private static string? Taint(NodeClaimsBench bench) =>
        bench.Api.Slice(NodeClaimsBench.SliceName)?["spec"]?["devices"]?[0]?["taints"]?[0]?["effect"]?.GetValue<string>();

    private static string? Attribute(NodeClaimsBench bench, string name) =>
        bench.Api.Slice(NodeClaimsBench.SliceName)?["spec"]?["devices"]?[0]?["attributes"]?[name]?["string"]?.GetValue<string>();
}
