using MultiEni.Api.EniAttachments;
using MultiEni.Api.NodeEnis;
using MultiEni.Controller.Karpenter;

namespace MultiEni.Controller.Tests.Karpenter;

public sealed class ResourceOverlayTests
{
    [Fact]
    public void A_named_resource_is_promised_before_there_is_a_node_so_that_the_first_pod_brings_one()
    {
        var overlay = Assert.Single(Of([Named("blue", "example.com/fast")]));

        Assert.Equal(("eni-blue", "blue"), (overlay.Name, overlay.NodeEni));
        Assert.Equal([("example.com/fast", 1)], Capacity(overlay));
    }

    [Fact]
    public void Nodes_tell_how_many_there_are_and_the_one_with_the_fewest_counts()
    {
        EniAttachment[] attachments = [On("blue", "node-1"), On("blue", "node-1"), On("blue", "node-1"), On("blue", "node-2"), On("blue", "node-2")];

        Assert.Equal([("intel.com/fast", 2)], Capacity(Assert.Single(Of([Named("blue", "fast")], attachments))));
    }

    [Fact]
    public void Of_NodeENIs_that_select_the_same_nodes_the_numbers_are_added_in_one_overlay()
    {
        var overlay = Assert.Single(
            Of([Named("green", "fast"), Named("blue", "fast"), Named("red", "slow")], [On("blue", "node-1"), On("blue", "node-1")])
        );

        Assert.Equal("eni-blue", overlay.Name);
        Assert.Equal([("intel.com/fast", 3), ("intel.com/slow", 1)], Capacity(overlay));
    }

    [Fact]
    public void NodeENIs_that_select_by_other_labels_have_other_overlays()
    {
        var other = Named("green", "fast");
        other.Spec!.NodeSelector["zone"] = "a";

        Assert.Equal(["eni-blue", "eni-green"], Of([Named("blue", "fast"), other]).Select(overlay => overlay.Name));
    }

    [Fact]
    public void A_resource_without_a_name_is_promised_once_a_node_offers_it()
    {
        Assert.Empty(Of([Named("blue", null)], [On("blue", "node-1")]));
        Assert.Equal(
            [("intel.com/intel_sriov_netdevice_2", 1)],
            Capacity(Assert.Single(Of([Named("blue", null)], [On("blue", "node-1", "intel.com/intel_sriov_netdevice_2")])))
        );
        // What an agent alone says decides on nothing.
        Assert.Empty(Of([Named("blue", null)], [On("blue", "node-1", "example.com/gold")]));
    }

    [Fact]
    public void When_the_last_node_has_gone_what_nodes_had_is_remembered()
    {
        EniAttachment[] attachments = [On("blue", "node-1"), On("blue", "node-1"), On("green", "node-1", "intel.com/intel_sriov_netdevice_1")];
        NodeEni[] nodeEnis = [Named("blue", "fast"), Named("green", null)];
        var held = Of(nodeEnis, attachments);

        Assert.Equal([("intel.com/fast", 2), ("intel.com/intel_sriov_netdevice_1", 1)], Capacity(Assert.Single(held)));
        Assert.Equal(held, Of(nodeEnis, held: held));
        // Not what nobody asks for any more.
        Assert.Equal([("intel.com/slow", 1)], Capacity(Assert.Single(Of([Named("blue", "slow")], held: held))));
    }

    [Fact]
    public void An_ENI_on_its_way_out_and_a_NodeENI_without_DPDK_or_under_deletion_promise_nothing()
    {
        var leaving = On("blue", "node-1");
        leaving.Metadata.DeletionTimestamp = A.Noon;
        var plain = Named("blue", "fast");
        (plain.Spec!.EnableDpdk, plain.Spec.DpdkResourceName) = (false, null);
        var deleted = Named("blue", "fast");
        deleted.Metadata.DeletionTimestamp = A.Noon;

        Assert.Equal([("intel.com/fast", 1)], Capacity(Assert.Single(Of([Named("blue", "fast")], [On("blue", "node-1"), leaving]))));
        Assert.Empty(Of([plain]));
        Assert.Empty(Of([deleted]));
    }

    [Fact]
    public void A_device_that_is_offered_on_its_kernel_driver_is_promised_like_others()
    {
        var kernel = Named("blue", "fast");
        kernel.Spec!.EnableDpdk = false;

        Assert.Equal([("intel.com/fast", 1)], Capacity(Assert.Single(Of([kernel]))));
    }

    [Fact]
    public void What_is_written_is_what_is_read_back()
    {
        var overlay = Assert.Single(Of([Named("blue", "fast")]));
        var stored = ResourceOverlay.Kind.ToObject(overlay);

        Assert.Equal([("role", "In", "packet")], stored.Spec!.Requirements.Select(found => (found.Key, found.Operator, Assert.Single(found.Values))));
        Assert.Equal("1", stored.Spec.Capacity["intel.com/fast"]);
        Assert.Equal(overlay, ResourceOverlay.Kind.FromObject(stored));
        Assert.NotEqual(overlay, ResourceOverlay.Kind.FromObject(stored with { Spec = stored.Spec with { Capacity = [] } }));
    }

    private static IEnumerable<(string, int)> Capacity(ResourceOverlay overlay) =>
        overlay.Capacity.OrderBy(resource => resource.Key, StringComparer.Ordinal).Select(resource => (resource.Key, resource.Value));

    private static IReadOnlyList<ResourceOverlay> Of(
        IEnumerable<NodeEni> nodeEnis,
        IEnumerable<EniAttachment>? attachments = null,
        IReadOnlyList<ResourceOverlay>? held = null
    ) => ResourceOverlay.Of(nodeEnis, attachments ?? [], held ?? []);

    private static NodeEni Named(string name, string? resource) =>
        A.NodeEni(
            name,
            spec =>
            {
                spec.EnableDpdk = true;
                spec.DpdkResourceName = resource;
                spec.NodeSelector = new(StringComparer.Ordinal) { ["role"] = "packet" };
            }
        );

    private static EniAttachment On(string nodeEni, string node, string? offered = null)
    {
        var attachment = A.Attachment(
            $"{nodeEni}-{node}",
            spec: spec =>
            {
                spec.NodeName = node;
                spec.NodeEniRef.Name = nodeEni;
            },
            network: new NetworkStatus { State = EniState.Attached, DeviceIndex = offered?[^1] - '0' }
        );
        attachment.Status!.Device = offered is null ? null : new DeviceStatus { ResourceName = offered };
        return attachment;
    }
}
