using MultiEni.Api;
using MultiEni.Cli.Cluster;
using MultiEni.Cli.Map;

namespace MultiEni.Cli.Tests.Map;

/// <summary>The story of one ENI.</summary>
public sealed class StoryReaderTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Fact]
    public void Trouble_is_explained_as_the_guide_does_and_readiness_needs_no_explanation()
    {
        var troubled = Story(Reasons.DriverModuleUnavailable, []);
        var ready = Story(null, []);

        Assert.Contains("not loaded", troubled.Explanation!.Meaning, StringComparison.Ordinal);
        Assert.NotEmpty(troubled.Explanation.Remedies);
        Assert.Null(ready.Explanation);
    }

    [Fact]
    public void Its_events_are_those_of_its_NodeENI_that_name_it_or_its_node_and_its_own()
    {
        MapEvent[] events =
        [
            Event("1", "packets", "eni-1 is attached"),
            Event("2", "packets", "n1: no driver"),
            Event("3", "packets", "eni-2 on n2"),
            Event("4", "other", "eni-1 is attached"),
            Event("5", "packets-n1", "anything"),
        ];

        Assert.Equal(["5", "2", "1"], Story(null, events).Events.Select(happened => happened.Id));
    }

    [Fact]
    public void Pods_that_request_its_resource_may_have_it()
    {
        ClusterPod[] pods =
        [
            Pod("uses", "intel.com/sriov", "Running"),
            Pod("has-ended", "intel.com/sriov", "Succeeded"),
            Pod("other", "cpu", "Running"),
        ];
        var attachment = MapReaderTests.Attachment(null, "");
        attachment.Spec!.Device.ResourceName = "intel.com/sriov";

        var eni = MapReader.Eni(attachment, null, Now)!;

        Assert.Equal(["default/uses"], StoryReader.Read(attachment, eni, [], pods).Requesters!);
        Assert.Null(StoryReader.Read(attachment, eni, [], null).Requesters);
    }

    private static EniStory Story(string? reason, IEnumerable<MapEvent> events)
    {
        var attachment = MapReaderTests.Attachment(reason, "message");
        return StoryReader.Read(attachment, MapReader.Eni(attachment, null, Now)!, events, []);
    }

    private static MapEvent Event(string id, string about, string message) =>
        new(id, Now.AddSeconds(int.Parse(id)), false, "Reason", message, about, 1);

    private static ClusterPod Pod(string name, string resource, string phase) =>
        new()
        {
            Metadata = new() { Namespace = "default", Name = name },
            Spec = new()
            {
                Containers =
                [
                    new()
                    {
                        Name = "c",
                        Resources = new() { Requests = new() { [resource] = "1" } },
                    },
                ],
            },
            Status = new() { Phase = phase },
        };
}
