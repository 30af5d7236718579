using System.Text.RegularExpressions;
using MultiEni.Controller.Planning;

namespace MultiEni.Cli.Doctor;

/// <summary>
/// On newer instance types EC2 forgets idle TCP connections after minutes, where it was days before:
/// ConnectionTrackingConfiguration in the EC2 API reference
/// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ConnectionTrackingConfiguration.html).
/// </summary>
internal static partial class IdleTimeoutCheck
{
    public const string Name = "idle connections";

    // With sixth generation Nitro cards, as of 2026-11: of the eighth generation all but plain
    // Graviton, and P6. What came later is not in it; only EC2 tells the default of a type.
    [GeneratedRegex(@"^(?:(?:[mcrx]|hpc)8(?!gd?\.)[a-z]|p6-)", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NitroV6 { get; }

    public static IEnumerable<Finding> Run(ClusterSnapshot snapshot)
    {
        var types = (snapshot.Nodes.Value ?? [])
            .Select(node => (node.Metadata.Name, Type: node.Metadata.Label(NodeIdentity.InstanceTypeLabel)))
            .Where(node => node.Type is not null && IsNitroV6(node.Type))
            .ToDictionary(node => node.Name, node => node.Type!, StringComparer.Ordinal);
        var found = (snapshot.Attachments.Value ?? [])
            .Where(attachment =>
                attachment is { Metadata.IsBeingDeleted: false, Spec.ConnectionTracking: null or { TcpEstablishedTimeout: null } }
                && types.ContainsKey(attachment.Spec!.NodeName)
            )
            .GroupBy(attachment => attachment.Spec!.NodeEniRef.Name, attachment => types[attachment.Spec!.NodeName], StringComparer.Ordinal)
            .OrderBy(nodeEni => nodeEni.Key, StringComparer.Ordinal);
        foreach (var nodeEni in found)
        {
            yield return new Finding(
                Name,
                Severity.Info,
                $"nodeeni {nodeEni.Key}",
                $"Some of its ENIs are on {nodeEni.Min(StringComparer.Ordinal)}, a Nitro v6 instance type: EC2 forgets TCP connections that are idle for 350 s, and drops what "
                    + "comes later on them.",
                ["If connections live longer in silence, set spec.connectionTracking.tcpEstablishedTimeout, or have the programs send keepalives."]
            );
        }
    }

    internal static bool IsNitroV6(string instanceType) => NitroV6.IsMatch(instanceType);
}
