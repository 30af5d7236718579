using MultiEni.Controller.Ec2;

namespace MultiEni.Controller.Tests.Ec2;

/// <summary>Rows as EC2 would describe them, for one cluster named `test`.</summary>
internal static class Rows
{
    public const string Cluster = "test";
    public const string Instance = "i-0a";

    public static IReadOnlyDictionary<string, string> Tags(string slot) =>
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [EniTags.Cluster] = Cluster,
            [EniTags.ManagedBy] = EniTags.Owner,
            [EniTags.NoManage] = "true",
            [EniTags.Slot] = slot,
        };

    public static EniRow Available(string id, string slot) =>
        new(
            id,
            EniStates.Available,
            "subnet-1",
            "us-east-1a",
            "02:00:00:00:00:01",
            ["10.0.0.4"],
            [],
            [],
            ["sg-1"],
            SourceDestCheck: true,
            "",
            Tags(slot),
            Attachment: null
        );

    public static EniAttachmentRow Attachment(string id, string status) =>
        new(id, Instance, DeviceIndex: 1, NetworkCardIndex: 0, status, DeleteOnTermination: false, AttachTime: null);

    public static EniRow Attached(string id, string slot, string attachment) =>
        Available(id, slot) with
        {
            Status = EniStates.InUse,
            Attachment = Attachment(attachment, EniStates.Attached),
        };
}
