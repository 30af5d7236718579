using MultiEni.Api.EniAttachments;
using MultiEni.Api.NodeEnis;
using MultiEni.Controller.Whereabouts;

namespace MultiEni.Controller.Tests.Whereabouts;

public sealed class NodeSlicesTests
{
    [Fact]
    public void Each_node_has_the_prefix_of_its_ENI_in_the_pool_of_the_subnet()
    {
        var pools = Of([On("node-2", "10.0.1.32/28"), On("node-1", "10.0.1.16/28"), On("node-3", "10.0.2.16/28", "subnet-b1", "10.0.2.0/24")]);

        Assert.Equal(["multus-subnet-a1", "multus-subnet-b1"], pools.Select(pool => pool.Name));
        Assert.Equal(("multus", "10.0.1.0/24"), (pools[0].NodeEni, pools[0].Range));
        Assert.Equal([("node-1", "10.0.1.16/28"), ("node-2", "10.0.1.32/28")], Slices(pools[0]));
        Assert.Equal([("node-3", "10.0.2.16/28")], Slices(pools[1]));
    }

    [Fact]
    public void A_node_keeps_its_part_while_the_ENI_has_it_because_pods_have_addresses_of_it()
    {
        var held = Of([On("node-1", "10.0.1.32/28")]);

        Assert.Equal(held, Of([On("node-1", ["10.0.1.16/28", "10.0.1.32/28"])], held: held));
        Assert.Equal([("node-1", "10.0.1.16/28")], Slices(Assert.Single(Of([On("node-1", "10.0.1.16/28")], held: held))));
    }

    [Fact]
    public void No_part_is_free_that_whereabouts_own_controller_could_give_to_another_node() =>
        Assert.All(Assert.Single(Of([On("node-1", "10.0.1.16/28"), On("node-2")])).Slices, slice => Assert.NotEmpty(slice.NodeName));

    [Theory]
    [InlineData(EniState.Attached, true)]
    [InlineData(EniState.Releasing, true)]
    [InlineData(EniState.Attaching, false)]
    [InlineData(EniState.Detaching, false)]
    public void A_part_stands_for_an_attached_ENI(string state, bool isThere)
    {
        var attachment = On("node-1", "10.0.1.16/28");
        attachment.Status!.Network!.State = state;

        Assert.Equal(isThere, Of([attachment]).Count == 1);
    }

    [Fact]
    public void An_ENI_that_is_on_its_way_out_gives_way_to_its_successor_and_is_named_until_then()
    {
        var leaving = On("node-1", "10.0.1.16/28");
        leaving.Metadata.DeletionTimestamp = A.Noon;
        leaving.Metadata.Name = "a";

        Assert.Equal([("node-1", "10.0.1.16/28")], Slices(Assert.Single(Of([leaving]))));
        Assert.Equal([("node-1", "10.0.1.32/28")], Slices(Assert.Single(Of([leaving, On("node-1", "10.0.1.32/28")]))));
    }

    [Fact]
    public void Addresses_that_the_ENI_manager_gives_out_are_not_given_out_twice()
    {
        var attachments = new[] { On("node-1", "10.0.1.16/28") };

        Assert.Empty(Of(attachments, A.NodeEni(spec: spec => (spec.Ipv4PrefixCount, spec.PodAddresses) = (1, new PodAddressesSpec()))));
        Assert.Empty(Of(attachments, A.NodeEni(spec: spec => spec.Ipv4PrefixCount = 0)));
        Assert.Empty(Of(attachments, A.NodeEni("another", spec => spec.Ipv4PrefixCount = 1)));
    }

    [Fact]
    public void What_is_written_is_what_is_read_back()
    {
        var kind = NodeSlices.In("kube-system");
        var pools = Of([On("node-1", "10.0.1.16/28"), On("node-2", "10.0.1.32/28")]);
        var stored = kind.ToObject(pools[0]);

        Assert.Equal(pools[0], kind.FromObject(stored));
        Assert.Equal(("10.0.1.0/24", "/28"), (stored.Spec!.Range, stored.Spec.SliceSize));
        Assert.NotEqual(pools[0], kind.FromObject(kind.ToObject(Of([On("node-1", "10.0.1.16/28"), On("node-2", "10.0.1.48/28")])[0])));
    }

    [Fact]
    public void A_status_of_its_own_gets_what_the_API_server_dropped_from_the_object()
    {
        var kind = NodeSlices.In("kube-system");
        var desired = kind.ToObject(Of([On("node-1", "10.0.1.16/28")])[0]);

        Assert.Null(kind.StatusPatch!(desired, desired));
        var patch = kind.StatusPatch!(desired, desired with { Status = null })!;
        Assert.Equal((desired.Metadata.Name, null), (patch.Metadata.Name, patch.Spec));
        Assert.Equal(desired.Status, patch.Status);
    }

    [Fact]
    public void A_name_too_long_for_an_object_is_hashed() =>
        Assert.True(NodeSlices.NameOf(new string('a', 253), "subnet-0123456789abcdef0").Length <= 253);

    private static IEnumerable<(string, string)> Slices(NodeSlices pool) => pool.Slices.Select(slice => (slice.NodeName, slice.SliceRange));

    private static IReadOnlyList<NodeSlices> Of(
        IReadOnlyList<EniAttachment> attachments,
        NodeEni? nodeEni = null,
        IReadOnlyList<NodeSlices>? held = null
    ) => NodeSlices.Of([nodeEni ?? A.NodeEni(spec: spec => spec.Ipv4PrefixCount = 1)], attachments, held ?? []);

    private static EniAttachment On(string node, string prefix, string subnet = "subnet-a1", string range = "10.0.1.0/24") =>
        On(node, [prefix], subnet, range);

    private static EniAttachment On(string node, string[]? prefixes = null, string subnet = "subnet-a1", string range = "10.0.1.0/24") =>
        A.Attachment(
            $"multus-{node}",
            spec: spec => (spec.NodeName, spec.SubnetId) = (node, subnet),
            network: new NetworkStatus
            {
                State = EniState.Attached,
                SubnetCidr = range,
                Prefixes = prefixes is null ? null : [.. prefixes, "2600:1f18::/80"],
            }
        );
}
