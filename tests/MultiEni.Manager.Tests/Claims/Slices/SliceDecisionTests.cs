using System.Text.Json;
using MultiEni.Api;
using MultiEni.Api.Kubernetes;
using MultiEni.Api.ResourceClaims;
using MultiEni.Manager.Claims.Slices;

namespace MultiEni.Manager.Tests.Claims.Slices;

public sealed class SliceDecisionTests
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private static ResourceSliceSpec Wanted(params SliceEntry[] entries) => SliceBuilder.Build(Sample.Node, entries, keepsTaints: true).Spec;

    private static ResourceSlice Stored(ResourceSliceSpec spec, string? name = null) =>
        new()
        {
            Metadata = new ObjectMeta
            {
                Name = name ?? SliceDecision.NameOf(Sample.Node),
                ResourceVersion = "7",
                OwnerReferences = [Sample.Owner],
            },
            Spec = spec,
        };

    private static SliceStep Decide(ResourceSliceSpec wanted, SliceEcho? echo, params ResourceSlice[] stored) =>
        SliceDecision.Decide(wanted, Sample.Owner, stored, echo);

    [Fact]
    public void What_is_not_there_is_made_and_goes_with_its_node()
    {
        var made = Assert.IsType<SliceStep.Create>(Decide(Wanted(Sample.Entry()), null)).Slice;
        Assert.Equal("node-1-eni.networking.k8s.aws", made.Metadata.Name);
        var owner = Assert.Single(made.Metadata.OwnerReferences!);
        Assert.Equal(("v1", "Node", "node-1", "uid-node-1", true), (owner.ApiVersion, owner.Kind, owner.Name, owner.Uid, owner.Controller));
    }

    [Fact]
    public void What_is_stored_as_it_should_be_is_not_written_in_whatever_order_it_comes()
    {
        var wanted = Wanted(Sample.Entry("a"), Sample.Entry("b"));
        var stored = Copy(wanted);
        foreach (var device in stored.Devices!)
        {
            device.Attributes = device.Attributes!.Reverse().ToDictionary(StringComparer.Ordinal);
        }

        Assert.IsType<SliceStep.Nothing>(Decide(wanted, null, Stored(stored)));
    }

    [Fact]
    public void A_change_keeps_the_generation_which_is_for_pools_of_several_slices()
    {
        var stored = Copy(Wanted(Sample.Entry("a")));
        stored.Pool.Generation = 4;
        var next = Assert.IsType<SliceStep.Replace>(Decide(Wanted(Sample.Entry("b")), null, Stored(stored))).Slice;
        Assert.Equal((4, "7"), (next.Spec.Pool.Generation, next.Metadata.ResourceVersion));
        Assert.IsType<SliceStep.Nothing>(Decide(Wanted(Sample.Entry("b")), null, next));
    }

    [Fact]
    public void A_taint_keeps_the_time_at_which_it_was_added_and_is_no_change()
    {
        var wanted = Wanted(Sample.Entry("a", Sample.Driverless));
        var stored = Copy(wanted);
        stored.Devices![0].Taints![0].TimeAdded = Noon;
        Assert.IsType<SliceStep.Nothing>(Decide(wanted, null, Stored(stored)));

        var more = Wanted(Sample.Entry("a", Sample.Driverless), Sample.Entry("b"));
        var next = Assert.IsType<SliceStep.Replace>(Decide(more, null, Stored(stored))).Slice;
        Assert.Equal(Noon, next.Spec.Devices![0].Taints![0].TimeAdded);

        var other = Wanted(Sample.Entry("a", Sample.Gone, claimed: true));
        Assert.Null(Assert.IsType<SliceStep.Replace>(Decide(other, null, Stored(stored))).Slice.Spec.Devices![0].Taints![0].TimeAdded);
    }

    [Fact]
    public void What_the_server_drops_is_written_once_and_noticed()
    {
        var sent = Wanted(Sample.Entry("a", Sample.Driverless));
        var answered = Copy(sent);
        answered.Devices![0].Taints = null;
        Assert.Equal(["devices.taints"], SliceDecision.Dropped(sent, answered));

        var echo = new SliceEcho(sent, answered);
        Assert.False(echo.KeepsTaints);
        Assert.IsType<SliceStep.Nothing>(Decide(sent, echo, Stored(answered)));
        Assert.IsType<SliceStep.Replace>(Decide(sent, null, Stored(answered)));

        // Another change by somebody else, or of ours, is none of what the server does by itself.
        Assert.IsType<SliceStep.Replace>(Decide(sent, echo, Stored(Wanted())));
        Assert.IsType<SliceStep.Replace>(Decide(Wanted(Sample.Entry("b", Sample.Driverless)), echo, Stored(answered)));
    }

    [Fact]
    public void Whether_taints_are_kept_is_known_only_when_some_were_sent()
    {
        var (plain, tainted) = (Wanted(Sample.Entry()), Wanted(Sample.Entry("a", Sample.Driverless)));
        Assert.Null(new SliceEcho(plain, plain).KeepsTaints);
        Assert.True(new SliceEcho(tainted, tainted).KeepsTaints);
    }

    [Fact]
    public void Slices_beside_the_only_one_are_deleted_first()
    {
        var wanted = Wanted(Sample.Entry());
        var old = Stored(wanted, "0-eni.networking.k8s.aws-node-1-abcde");
        Assert.Equal(old, Assert.IsType<SliceStep.Delete>(Decide(wanted, null, Stored(wanted), old)).Slice);
        var elsewhere = Copy(wanted);
        elsewhere.Pool.Name = "other";
        Assert.IsType<SliceStep.Delete>(Decide(wanted, null, Stored(elsewhere)));
    }

    [Fact]
    public void A_node_that_was_made_anew_under_its_name_gets_its_slice()
    {
        var wanted = Wanted(Sample.Entry());
        var orphan = Stored(wanted);
        orphan.Metadata.OwnerReferences = [Sample.Owner with { Uid = "uid-before" }];
        var next = Assert.IsType<SliceStep.Replace>(Decide(wanted, null, orphan)).Slice;
        Assert.Equal([Sample.Owner], next.Metadata.OwnerReferences);
    }

    [Fact]
    public void Names_of_nodes_of_any_length_make_names_of_slices()
    {
        var (one, other) = (SliceDecision.NameOf(new string('n', 253)), SliceDecision.NameOf(new string('m', 253)));
        Assert.True(one.Length <= 253);
        Assert.NotEqual(one, other);
    }

    // As kube-apiserver 1.36 answered a slice with a taint.
    [Fact]
    public void A_recorded_answer_says_what_was_sent()
    {
        const string answer = """
            {"kind":"ResourceSlice","apiVersion":"resource.k8s.io/v1","metadata":{"name":"s","uid":"u","generation":1,"creationTimestamp":"2026-11-28T19:31:56Z"},
             "spec":{"driver":"eni.networking.k8s.aws","pool":{"name":"n1","generation":1,"resourceSliceCount":1},"nodeName":"n1","devices":[{"name":"d",
             "attributes":{"index":{"int":1},"model":{"string":"ena"},"up":{"bool":true},"ver":{"version":"1.2.3"}},
             "taints":[{"key":"k","value":"v","effect":"NoExecute","timeAdded":"2026-11-28T19:31:56Z"}]}]}}
            """;
        var slice = JsonSerializer.Deserialize(answer, ApiJson.Default.ResourceSlice)!;
        var device = Assert.Single(slice.Spec.Devices!);
        Assert.Equal(
            (1L, "ena", true, "1.2.3"),
            (device.Attributes!["index"].Int, device.Attributes["model"].String, device.Attributes["up"].Bool, device.Attributes["ver"].Version)
        );
        var sent = Copy(slice.Spec);
        sent.Devices![0].Taints![0].TimeAdded = null;
        Assert.Empty(SliceDecision.Dropped(sent, slice.Spec));
    }

    private static ResourceSliceSpec Copy(ResourceSliceSpec spec) =>
        JsonSerializer.Deserialize(JsonSerializer.Serialize(spec, ApiJson.Default.ResourceSliceSpec), ApiJson.Default.ResourceSliceSpec)!;
}
