using System.Diagnostics.Metrics;
using MultiEni.Api.EniAttachments;

namespace MultiEni.Controller.PodAddresses;

/// <summary>
/// How many addresses are in which state, for each NodeENI and not for each ENI: there are
/// thousands of those. Pure.
/// </summary>
internal static class PodAddressCounts
{
    /// <summary>One measurement for each state of each NodeENI that has addresses for pods.</summary>
    public static IEnumerable<Measurement<long>> Of(IEnumerable<EniAttachment> attachments)
    {
        foreach (var nodeEni in attachments.Where(HasAny).GroupBy(attachment => attachment.Spec!.NodeEniRef.Name, StringComparer.Ordinal))
        {
            var uses = nodeEni.Select(attachment => attachment.Status?.Device?.Addresses).OfType<AddressUse>().ToList();
            var networks = nodeEni.Select(attachment => attachment.Status?.Network).OfType<NetworkStatus>().ToList();
            foreach (
                var (state, count) in new[]
                {
                    ("free", uses.Sum(use => (long)use.Free + (use.FreeIpv6 ?? 0))),
                    ("used", uses.Sum(use => (long)(use.Used?.Count ?? 0))),
                    ("waiting", uses.Sum(use => (long)(use.Waiting ?? 0))),
                    ("requested", uses.Sum(use => (long)(use.Requested?.Count ?? 0))),
                    ("refused", networks.Sum(network => (long)(network.RefusedAddresses?.Count ?? 0))),
                    ("assigned", networks.Sum(network => (long)(network.AssignedForPods?.Count ?? 0))),
                }
            )
            {
                yield return new Measurement<long>(count, new("nodeeni", nodeEni.Key), new("state", state));
            }
        }
    }

    private static bool HasAny(EniAttachment attachment) =>
        attachment.Spec is { PodAddresses: not null } || attachment.Status is { Device.Addresses: not null };
}
