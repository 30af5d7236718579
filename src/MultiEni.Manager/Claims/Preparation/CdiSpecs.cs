using System.Text.Json.Nodes;
using MultiEni.Api.ResourceClaims;
using MultiEni.Manager.Publishing;
using MultiEni.Manager.Publishing.Embedded;

namespace MultiEni.Manager.Claims.Preparation;

/// <summary>
/// What container runtimes do for a claim, in their own form (CDI). A runtime refuses a file with
/// fields that it does not know, so each file is of the lowest version that it needs.
/// </summary>
internal static class CdiSpecs
{
    // With names that begin with a letter, only another path on the host needs more than the first
    // published version.
    private const string FirstVersion = "0.3.0";
    private const string VersionWithHostPath = "0.5.0";

    /// <summary>
    /// How the names of the claims' files begin, up to the claim's uid. Runtimes remember the names
    /// of a folder's files and devices, so that none may come again with another meaning.
    /// </summary>
    internal const string ClaimPrefix = $"{ClaimNames.Driver}-eni_";

    /// <summary>How the names of the files for metadata begin, up to the claim's uid.</summary>
    internal const string MetadataPrefix = $"{ClaimNames.Driver}_metadata_";

    /// <summary>The file of a claim's devices.</summary>
    public static string ClaimFile(string uid) => $"{ClaimPrefix}{uid}.json";

    /// <summary>The file of one request's metadata.</summary>
    public static string MetadataFile(string uid, string request) => $"{MetadataPrefix}{uid}_{request}.json";

    /// <summary>
    /// The CDI devices of a claim: one for each request, with the variables, and one for each
    /// device that needs device nodes. The variables are not with the devices, because of two
    /// devices of one resource the second's would replace the first's.
    /// </summary>
    public static JsonObject OfClaim(PreparedClaim claim)
    {
        var requests = claim.Requests.Select(request =>
            Device(
                RequestName(claim.Uid, request),
                new JsonObject { ["env"] = new JsonArray([.. Variables(claim, request).Select(text => JsonValue.Create(text))]) }
            )
        );
        var devices = claim
            .Devices.Where(device => device.Nodes.Count > 0)
            .Select(device =>
                Device(DeviceName(claim.Uid, device.Device), new JsonObject { ["deviceNodes"] = new JsonArray([.. device.Nodes.Select(Node)]) })
            );
        return Spec(
            ClaimNames.CdiKind,
            new JsonArray([.. requests, .. devices]),
            claim.Devices.Exists(device => device.Nodes.Exists(node => node.HostPath != node.ContainerPath)) ? VersionWithHostPath : FirstVersion
        );
    }

    /// <summary>The CDI device that shows a request's metadata to a container.</summary>
    /// <param name="claim">The claim.</param>
    /// <param name="request">The request.</param>
    /// <param name="hostFile">The file on the node.</param>
    public static JsonObject OfMetadata(PreparedClaim claim, string request, string hostFile) =>
        Spec(
            ClaimNames.CdiMetadataKind,
            new JsonArray(
                Device(
                    RequestName(claim.Uid, request),
                    new JsonObject
                    {
                        ["mounts"] = new JsonArray(
                            new JsonObject
                            {
                                ["hostPath"] = hostFile,
                                ["containerPath"] = DeviceMetadata.ContainerPath(claim, request),
                                ["options"] = new JsonArray("ro", "bind"),
                            }
                        ),
                    }
                )
            ),
            VersionWithHostPath
        );

    /// <summary>
    /// The full names of what a container gets with one device of a claim. What belongs to a
    /// request comes with the request's first device, so that no container gets it twice.
    /// </summary>
    public static IReadOnlyList<string> IdsOf(PreparedClaim claim, PreparedClaimDevice device)
    {
        var ids = new List<string>();
        foreach (var request in device.Requests.Where(request => claim.Devices.Find(first => first.Requests.Contains(request)) == device))
        {
            ids.Add($"{ClaimNames.CdiKind}={RequestName(claim.Uid, request)}");
            ids.Add($"{ClaimNames.CdiMetadataKind}={RequestName(claim.Uid, request)}");
        }

        if (device.Nodes.Count > 0)
        {
            ids.Add($"{ClaimNames.CdiKind}={DeviceName(claim.Uid, device.Device)}");
        }

        return ids;
    }

    // The same as of a device plugin, so that one image works with both.
    private static IEnumerable<string> Variables(PreparedClaim claim, string request) =>
        claim
            .Devices.Where(device => device.Requests.Contains(request))
            .GroupBy(device => ContainerGrants.VariableOf(ResourceName.Parse(device.Resource)), StringComparer.Ordinal)
            .OrderBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => $"{group.Key}={string.Join(',', group.Select(device => device.PciAddress))}");

    private static string RequestName(string uid, string request) => $"claim-{uid}-request-{request}";

    private static string DeviceName(string uid, string device) => $"claim-{uid}-device-{device}";

    private static JsonObject Spec(string kind, JsonArray devices, string version) =>
        new()
        {
            ["cdiVersion"] = version,
            ["kind"] = kind,
            ["devices"] = devices,
        };

    private static JsonObject Device(string name, JsonObject edits) => new() { ["name"] = name, ["containerEdits"] = edits };

    private static JsonObject Node(ClaimedNode node)
    {
        var entry = new JsonObject { ["path"] = node.ContainerPath, ["permissions"] = "rw" };
        if (node.HostPath != node.ContainerPath)
        {
            entry["hostPath"] = node.HostPath;
        }

        return entry;
    }
}
