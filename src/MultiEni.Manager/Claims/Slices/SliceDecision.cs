using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using MultiEni.Api;
using MultiEni.Api.Kubernetes;
using MultiEni.Api.ResourceClaims;

namespace MultiEni.Manager.Claims.Slices;

/// <summary>
/// What has to be written so that the API server has the node's slice as it should be: one, with
/// nothing else beside it.
/// </summary>
internal static class SliceDecision
{
    private const int LongestName = 253;

    /// <summary>
    /// The slice's name. Always the same, so that two instances of the program, or one that has
    /// lost the answer to its write, do not make two slices.
    /// </summary>
    public static string NameOf(string node)
    {
        var name = $"{node}-{ClaimNames.Driver}";
        return name.Length <= LongestName
            ? name
            : $"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(node)).AsSpan(0, 16))}-{ClaimNames.Driver}";
    }

    /// <summary>The next step; asked again after each.</summary>
    /// <param name="wanted">The content.</param>
    /// <param name="owner">The node's object, with which the slice goes.</param>
    /// <param name="stored">All slices of the driver and the node.</param>
    /// <param name="echo">
    /// What the API server made of the last write; null before the first.
    /// </param>
    public static SliceStep Decide(ResourceSliceSpec wanted, OwnerReference owner, IReadOnlyList<ResourceSlice> stored, SliceEcho? echo)
    {
        var name = NameOf(wanted.NodeName ?? "");
        if (stored.FirstOrDefault(slice => slice.Metadata.Name != name) is { } obsolete)
        {
            return new SliceStep.Delete(obsolete);
        }

        if (stored is not [var present, ..])
        {
            return new SliceStep.Create(
                new ResourceSlice
                {
                    Metadata = new ObjectMeta { Name = name, OwnerReferences = [owner] },
                    Spec = wanted,
                }
            );
        }

        if (present.Spec.Pool.Name != wanted.Pool.Name)
        {
            // Immutable, as a name that somebody else took before us shows.
            return new SliceStep.Delete(present);
        }

        var next = Continue(wanted, present.Spec);
        var isOwned = present.Metadata.OwnerReferences is [var only] && only == owner;
        return isOwned && (AreSame(next, present.Spec) || echo?.Covers(next, present.Spec) == true)
            ? new SliceStep.Nothing(present)
            : new SliceStep.Replace(present with { Metadata = present.Metadata with { OwnerReferences = [owner] }, Spec = next });
    }

    /// <summary>Whether two contents say the same, in whatever order.</summary>
    public static bool AreSame(ResourceSliceSpec one, ResourceSliceSpec other) => JsonNode.DeepEquals(Tree(one), Tree(other));

    /// <summary>
    /// Names of fields that were sent and are not in the answer, such as <c>devices.taints</c>:
    /// their feature is switched off.
    /// </summary>
    public static IReadOnlyList<string> Dropped(ResourceSliceSpec sent, ResourceSliceSpec answered)
    {
        var dropped = new SortedSet<string>(StringComparer.Ordinal);
        Compare(Tree(sent), Tree(answered), "", dropped);
        return [.. dropped];
    }

    // A pool of one slice keeps its generation, and a taint the time at which it was added: the
    // server would put in a new one.
    private static ResourceSliceSpec Continue(ResourceSliceSpec wanted, ResourceSliceSpec present) =>
        wanted with
        {
            Pool = wanted.Pool with { Generation = present.Pool.Generation },
            Devices = wanted
                .Devices?.Select(device =>
                    device.Taints is null
                        ? device
                        : device with
                        {
                            Taints = [.. device.Taints.Select(taint => taint with { TimeAdded = TimeOf(device.Name, taint, present) })],
                        }
                )
                .ToList(),
        };

    private static DateTimeOffset? TimeOf(string device, DeviceTaint taint, ResourceSliceSpec present) =>
        present
            .Devices?.Find(other => other.Name == device)
            ?.Taints?.Find(other => other with { TimeAdded = null } == taint with { TimeAdded = null })
            ?.TimeAdded;

    private static JsonNode? Tree(ResourceSliceSpec spec) => JsonSerializer.SerializeToNode(spec, ApiJson.Default.ResourceSliceSpec);

    private static void Compare(JsonNode? sent, JsonNode? answered, string path, SortedSet<string> dropped)
    {
        switch (sent, answered)
        {
            case (not null, null):
                dropped.Add(path);
                break;
            case (JsonObject one, JsonObject other):
                foreach (var (name, value) in one)
                {
                    Compare(value, other[name], path.Length == 0 ? name : $"{path}.{name}", dropped);
                }

                break;
            case (JsonArray one, JsonArray other):
                for (var i = 0; i < one.Count; i++)
                {
                    Compare(one[i], i < other.Count ? other[i] : null, path, dropped);
                }

                break;
        }
    }
}

/// <summary>What is done next about the node's slices.</summary>
internal abstract record SliceStep
{
    private SliceStep() { }

    /// <summary>The API server has what it should have.</summary>
    public sealed record Nothing(ResourceSlice Slice) : SliceStep;

    /// <summary>Take one out that is not the node's only one.</summary>
    public sealed record Delete(ResourceSlice Slice) : SliceStep;

    /// <summary>Make it.</summary>
    public sealed record Create(ResourceSlice Slice) : SliceStep;

    /// <summary>Change it.</summary>
    public sealed record Replace(ResourceSlice Slice) : SliceStep;
}

/// <summary>
/// What the API server made of a write. A server on which a field's feature is switched off drops
/// the field without a word; what it made once of the same content it will make again, and to write
/// it anew would have no end.
/// </summary>
/// <param name="Sent">What was written.</param>
/// <param name="Answered">What was stored.</param>
internal sealed record SliceEcho(ResourceSliceSpec Sent, ResourceSliceSpec Answered)
{
    /// <summary>Names of fields that were sent and not stored.</summary>
    public IReadOnlyList<string> Dropped { get; } = SliceDecision.Dropped(Sent, Answered);

    /// <summary>Whether a write of this content would end in what is stored already.</summary>
    public bool Covers(ResourceSliceSpec next, ResourceSliceSpec stored) =>
        SliceDecision.AreSame(next, Sent) && SliceDecision.AreSame(stored, Answered);

    /// <summary>Whether taints are stored; null when none were sent.</summary>
    public bool? KeepsTaints =>
        Sent.Devices?.Exists(device => device.Taints is not null) != true
            ? null
            : Answered.Devices?.Exists(device => device.Taints is not null) == true;
}
