using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;
using MultiEni.Api.NodeEnis;
using MultiEni.Controller.Ec2;
using MultiEni.Controller.Planning;

namespace MultiEni.Controller.Tests;

/// <summary>Small builders: a test names only what it is about.</summary>
internal static class A
{
    public static readonly DateTimeOffset Noon = new(2026, 1, 2, 12, 0, 0, TimeSpan.Zero);

    public static NodeEni NodeEni(string name = "multus", Action<NodeEniSpec>? spec = null)
    {
        var nodeEni = new NodeEni
        {
            Metadata = new()
            {
                Name = name,
                Uid = $"uid-of-{name}",
                Generation = 1,
            },
            Spec = new()
            {
                NodeSelector = new() { ["ng"] = "multi-eni" },
                SubnetId = "subnet-a1",
                SecurityGroupIds = ["sg-1"],
            },
        };
        spec?.Invoke(nodeEni.Spec);
        return nodeEni;
    }

    public static PlannedNode Node(string name, string instance, string zone = "eu-1a", string? type = "m5.4xlarge") =>
        new(name, new NodeIdentity.Ec2(instance, zone), type);

    public static ResolvedSubnet Subnet(string id, string zone = "eu-1a", int free = 100) => new(id, "vpc-1", zone, "10.0.0.0/24", free);

    public static ResolvedNetwork Network(params ResolvedSubnet[] subnets) =>
        new(subnets, new Dictionary<string, IReadOnlyList<string>> { ["vpc-1"] = ["sg-1"] });

    public static PlanInput PlanInput(
        NodeEni nodeEni,
        IReadOnlyList<PlannedNode> nodes,
        ResolvedNetwork? network,
        IReadOnlyList<EniAttachment>? existing = null,
        int others = 0,
        InstanceTypeLimits? limits = null,
        IReadOnlyList<EniAttachment>? ofOthers = null
    ) =>
        new(
            nodeEni,
            nodes,
            network,
            existing ?? [],
            _ => [.. Enumerable.Repeat(new PlacedEni(0, null), others)],
            subnet => (existing ?? []).Concat(ofOthers ?? []).Where(attachment => attachment.Spec!.SubnetId == subnet),
            _ => limits ?? OneCard(8)
        );

    public static InstanceTypeLimits OneCard(int enis, int addresses = 30) => new("m5.4xlarge", enis, [enis], addresses);

    public static EniAttachment Attachment(
        string name = "multus-i-1-aa",
        string instance = "i-1",
        Action<EniAttachmentSpec>? spec = null,
        NetworkStatus? network = null,
        bool deleting = false,
        string[]? finalizers = null,
        params Condition[] conditions
    )
    {
        var attachment = new EniAttachment
        {
            Metadata = new()
            {
                Name = name,
                Uid = $"uid-of-{name}",
                Generation = 1,
                Finalizers = [.. finalizers ?? [Names.EniFinalizer]],
                DeletionTimestamp = deleting ? Noon : null,
            },
            Spec = new()
            {
                NodeEniRef = new() { Name = "multus", Uid = "uid-of-multus" },
                NodeName = "node-1",
                InstanceId = instance,
                Slot = "subnet-a1",
                SubnetId = "subnet-a1",
                SecurityGroupIds = ["sg-1"],
                Description = "d",
            },
            Status = new()
            {
                Network = network,
                Device = new() { AttachmentId = Attached().AttachmentId },
                Conditions = [.. conditions],
            },
        };
        spec?.Invoke(attachment.Spec);
        return attachment;
    }

    public static Condition Condition(string type, bool holds, string reason = Reasons.Ready, string message = "m") =>
        new()
        {
            Type = type,
            Status = holds ? ConditionStatus.True : ConditionStatus.False,
            Reason = reason,
            Message = message,
            LastTransitionTime = Noon,
            ObservedGeneration = 1,
        };

    public static EniRow Row(
        string id = "eni-1",
        EniAttachmentRow? attachment = null,
        string? status = null,
        bool sourceDestCheck = true,
        int attempt = 1
    ) =>
        new(
            id,
            status ?? (attachment is null ? EniStates.Available : EniStates.InUse),
            "subnet-a1",
            "eu-1a",
            "02:00:00:00:00:01",
            ["10.0.0.9"],
            [],
            [],
            ["sg-1"],
            sourceDestCheck,
            "d",
            new Dictionary<string, string>
            {
                [EniTags.Slot] = "multus-i-1-aa",
                [Controller.Attachments.SlotTags.Attempt] = $"{attempt}",
                [EniTags.NoManage] = "true",
            },
            attachment
        );

    /// <summary>The same as an ENI of a launch template that its slot adopted.</summary>
    public static EniRow Adopted(EniRow row) => row with { Tags = new Dictionary<string, string>(row.Tags) { [EniTags.Adopted] = "true" } };

    public static EniAttachmentRow Attached(
        string instance = "i-1",
        int index = 1,
        string status = EniStates.Attached,
        bool deleteOnTermination = true
    ) => new($"eni-attach-{index}", instance, index, 0, status, deleteOnTermination, Noon);
}
