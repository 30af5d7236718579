using MultiEni.Api.EniAttachments;
using MultiEni.Controller.Ec2;
using MultiEni.Controller.Ec2.Budget;

namespace MultiEni.Cli.Plans;

/// <summary>
/// The calls of EC2 that a plan needs, and the least time that the request quotas allow for them
/// (docs/scaling.md). Describes are left out: they are shared by many ENIs. Pure.
/// </summary>
internal static class Ec2Calls
{
    // By field of an attachment's specification; the others concern the node alone.
    private static readonly Dictionary<string, string> ByField = new(StringComparer.Ordinal)
    {
        ["description"] = Ec2Actions.ModifyNetworkInterfaceAttribute,
        ["securityGroupIDs"] = Ec2Actions.ModifyNetworkInterfaceAttribute,
        ["sourceDestCheck"] = Ec2Actions.ModifyNetworkInterfaceAttribute,
        ["deleteOnTermination"] = Ec2Actions.ModifyNetworkInterfaceAttribute,
        ["connectionTracking"] = Ec2Actions.ModifyNetworkInterfaceAttribute,
        ["enaExpress"] = Ec2Actions.ModifyNetworkInterfaceAttribute,
        ["enablePrimaryIPv6"] = Ec2Actions.ModifyNetworkInterfaceAttribute,
        ["elasticIP"] = Ec2Actions.AssociateAddress,
        ["tags"] = Ec2Actions.CreateTags,
        ["retainedENI"] = Ec2Actions.CreateTags,
        ["secondaryPrivateIPCount"] = Ec2Actions.AssignPrivateIpAddresses,
        ["ipv4PrefixCount"] = Ec2Actions.AssignPrivateIpAddresses,
        ["ipv6AddressCount"] = Ec2Actions.AssignIpv6Addresses,
        ["ipv6PrefixCount"] = Ec2Actions.AssignIpv6Addresses,
    };

    /// <summary>How many calls of each API, by its name.</summary>
    /// <param name="addresses">How addresses for pods are counted.</param>
    /// <param name="forecasts">What would happen.</param>
    public static SortedDictionary<string, int> Count(PlannedAddresses addresses, params IEnumerable<NodeEniForecast> forecasts)
    {
        var calls = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (
            var action in forecasts.SelectMany(forecast =>
                forecast
                    .Changes.SelectMany(change => Of(change).Concat(ForPods(change, addresses)).Concat(GivenBack(change, addresses)))
                    .Concat(forecast.NoLongerRetained.Select(_ => Ec2Actions.DeleteNetworkInterface))
            )
        )
        {
            calls[action] = calls.GetValueOrDefault(action) + 1;
        }

        return calls;
    }

    /// <summary>
    /// The least time for them: each API has a bucket of its own, and the slowest decides.
    /// </summary>
    /// <param name="calls">Calls by API.</param>
    /// <param name="rateProfile">Multiple of the default quotas.</param>
    public static TimeSpan AtLeast(IReadOnlyDictionary<string, int> calls, double rateProfile) =>
        TimeSpan.FromSeconds(calls.Select(call => Wait(call.Value, ApiRates.Of(call.Key), rateProfile)).Append(0).Max());

    // Negative when the bucket is not emptied.
    private static double Wait(int count, ApiRate rate, double rateProfile) => (count - (rate.Burst * rateProfile)) / (rate.PerSecond * rateProfile);

    private static IEnumerable<string> Of(EniChange change) =>
        change switch
        {
            { Kind: EniChangeKind.Change, Before.Spec: { } before, After.Spec: { } after } => SpecDifference
                .Of(before, after)
                .Select(difference => difference.TopField)
                .Distinct(StringComparer.Ordinal)
                .Select(field =>
                    field == "elasticIP" && after.ElasticIp?.AllocationId is null ? Ec2Actions.DisassociateAddress : ByField.GetValueOrDefault(field)
                )
                .OfType<string>(),
            _ => Removal(change).Concat(Creation(change)),
        };

    // One call for all that the ENI lacks. What is too many is taken back later, if no pod has it.
    private static IEnumerable<string> ForPods(EniChange change, PlannedAddresses addresses)
    {
        if (change.After is not { } after)
        {
            yield break;
        }

        if (addresses.Warm(after) > (change is { Kind: EniChangeKind.Change, Before: { } before } ? addresses.Warm(before) : 0))
        {
            yield return Ec2Actions.AssignPrivateIpAddresses;
        }

        if (Ipv6ForPods(after) > (change is { Kind: EniChangeKind.Change, Before: { } former } ? Ipv6ForPods(former) : 0))
        {
            yield return Ec2Actions.AssignIpv6Addresses;
        }
    }

    // A retained ENI keeps nothing that pods had.
    private static IEnumerable<string> GivenBack(EniChange change, PlannedAddresses addresses) =>
        change is { Before: { } before, Fate: EniFate.Retained, Kind: not EniChangeKind.Change }
        && addresses.Held(before) > addresses.Retained(before)
            ? [Ec2Actions.UnassignPrivateIpAddresses]
            : [];

    private static int Ipv6ForPods(EniAttachment attachment) =>
        attachment.Spec is { PodAddresses.Warm: var warm, Ipv6AddressCount: > 0 and var count } ? Math.Max(0, warm - count) : 0;

    // What an ENI that exists lacks of the specification is not counted: nobody knows it before.
    private static IEnumerable<string> Creation(EniChange change)
    {
        if (change.After?.Spec is not { } spec)
        {
            yield break;
        }

        yield return change.Origin == EniOrigin.New ? Ec2Actions.CreateNetworkInterface : Ec2Actions.CreateTags;
        if (change.Origin == EniOrigin.LaunchTemplate)
        {
            yield break;
        }

        yield return Ec2Actions.AttachNetworkInterface;
        if (spec.DeleteOnTermination)
        {
            yield return Ec2Actions.ModifyNetworkInterfaceAttribute;
        }

        if (change.Origin == EniOrigin.Retained)
        {
            yield break;
        }

        if (!spec.SourceDestCheck)
        {
            yield return Ec2Actions.ModifyNetworkInterfaceAttribute;
        }

        if (spec.ElasticIp?.AllocationId is not null)
        {
            yield return Ec2Actions.AssociateAddress;
        }
    }

    private static IEnumerable<string> Removal(EniChange change) =>
        EniState.IsAttached(change.Before?.Status?.Network?.State)
            ? change.Fate switch
            {
                EniFate.Released => [Ec2Actions.DeleteTags],
                EniFate.Retained => [Ec2Actions.DetachNetworkInterface],
                _ => [Ec2Actions.DetachNetworkInterface, Ec2Actions.DeleteNetworkInterface],
            }
            : [];
}
