using System.Text.Json.Serialization;

namespace MultiEni.Cli.Plans;

/// <summary>What a plan says. Its JSON is a promise.</summary>
/// <param name="NodeEnis">By NodeENI.</param>
/// <param name="Totals">Sums over all of them.</param>
/// <param name="Subnets">Free IPv4 addresses of the subnets that gain or lose some.</param>
/// <param name="Ec2Calls">Calls of EC2 by API, without describes.</param>
/// <param name="Seconds">The least time for those calls.</param>
/// <param name="Pods">Pods that would lose a device or an address, as <c>namespace/name</c>.</param>
/// <param name="Remarks">What the plan does not know.</param>
internal sealed record PlanReport(
    IReadOnlyList<PlannedNodeEni> NodeEnis,
    PlanTotals Totals,
    IReadOnlyList<PlannedSubnet> Subnets,
    IReadOnlyDictionary<string, int> Ec2Calls,
    PlanSeconds Seconds,
    IReadOnlyList<string> Pods,
    IReadOnlyList<string> Remarks
)
{
    /// <summary>Whether anything is refused.</summary>
    [JsonIgnore]
    public bool IsRefused => Totals.Refused > 0;
}

/// <summary>A NodeENI in a plan.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Action">One of <see cref="PlanActions"/>.</param>
/// <param name="Source">The file that it is from; null for one of the cluster.</param>
/// <param name="Refused">Why the API server, or the controller as a whole, refuses it.</param>
/// <param name="Nodes">Its nodes: those with a change or a problem.</param>
/// <param name="MatchedNodes">How many nodes it selects.</param>
/// <param name="Unchanged">How many ENIs stay as they are.</param>
/// <param name="Waves">In how many steps ENIs are replaced; 0 when none is.</param>
/// <param name="Remark">What is not used of it; null for nothing.</param>
/// <param name="NoLongerRetained">Retained ENIs that are deleted.</param>
internal sealed record PlannedNodeEni(
    string Name,
    string Action,
    string? Source,
    IReadOnlyList<string> Refused,
    IReadOnlyList<PlannedNodeItem> Nodes,
    int MatchedNodes,
    int Unchanged,
    int Waves,
    string? Remark,
    IReadOnlyList<string> NoLongerRetained
);

/// <summary>A node in a plan.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Zone">Its availability zone; null when unknown.</param>
/// <param name="InstanceType">Its instance type; null when unknown.</param>
/// <param name="Enis">ENIs that change.</param>
/// <param name="Problems">Why it gets fewer ENIs than asked for.</param>
internal sealed record PlannedNodeItem(
    string Name,
    string? Zone,
    string? InstanceType,
    IReadOnlyList<PlannedEni> Enis,
    IReadOnlyList<PlannedProblem> Problems
);

/// <summary>An ENI in a plan.</summary>
/// <param name="Action">One of <see cref="PlanActions"/>.</param>
/// <param name="EniId">The ENI as it is, or else the one that is taken; null when there is none.</param>
/// <param name="SubnetId">Its subnet.</param>
/// <param name="DeviceIndex">Its device index.</param>
/// <param name="NetworkCardIndex">Its network card.</param>
/// <param name="Changes">Fields that change.</param>
/// <param name="Origin">Where the ENI comes from, one of <see cref="EniOrigin"/>; null when none is attached.</param>
/// <param name="Fate">What becomes of the ENI as it is, one of <see cref="EniFate"/>; null when it stays.</param>
/// <param name="Rebinds">Whether the device of the ENI is bound to another driver, in place.</param>
internal sealed record PlannedEni(
    string Action,
    string? EniId,
    string SubnetId,
    int DeviceIndex,
    int NetworkCardIndex,
    IReadOnlyList<PlannedField> Changes,
    string? Origin,
    string? Fate,
    bool Rebinds
);

/// <summary>A field that changes.</summary>
/// <param name="Field">Its path in the specification of the EniAttachment.</param>
/// <param name="Before">As it is; null when it is not set.</param>
/// <param name="After">As it would be; null when it would not be set.</param>
internal sealed record PlannedField(string Field, string? Before, string? After);

/// <summary>Why a node gets fewer ENIs than asked for.</summary>
/// <param name="Reason">As in conditions.</param>
/// <param name="Message">What is the case and what to do.</param>
/// <param name="Temporary">Whether it passes by itself.</param>
internal sealed record PlannedProblem(string Reason, string Message, bool Temporary);

/// <summary>A subnet in a plan.</summary>
/// <param name="SubnetId">The subnet.</param>
/// <param name="Zone">Its zone.</param>
/// <param name="FreeBefore">Free IPv4 addresses as they are.</param>
/// <param name="FreeAfter">Free IPv4 addresses as they would be.</param>
internal sealed record PlannedSubnet(string SubnetId, string Zone, int FreeBefore, int FreeAfter);

/// <summary>How many ENIs.</summary>
/// <param name="Create">That are created.</param>
/// <param name="Change">That change in place.</param>
/// <param name="Replace">That are removed and created anew.</param>
/// <param name="Remove">That are removed.</param>
/// <param name="Unchanged">That stay as they are.</param>
/// <param name="Refused">How many refusals there are, of NodeENIs and of nodes.</param>
internal sealed record PlanTotals(int Create, int Change, int Replace, int Remove, int Unchanged, int Refused);

/// <summary>The least time for the calls of EC2, in seconds.</summary>
/// <param name="DefaultQuotas">With the quotas of a new account.</param>
/// <param name="RaisedQuotas">With quotas three times as high, and <c>--ec2-rate-profile 3</c>.</param>
internal sealed record PlanSeconds(double DefaultQuotas, double RaisedQuotas);

/// <summary>What happens to a NodeENI or an ENI.</summary>
internal static class PlanActions
{
    public const string Create = "create";
    public const string Change = "change";
    public const string Replace = "replace";
    public const string Remove = "remove";
    public const string None = "none";
    public const string Refuse = "refuse";

    /// <summary>How a line shows it.</summary>
    public static string Sign(string action) =>
        action switch
        {
            Create => "+",
            Change => "~",
            Replace => "±",
            Remove => "−",
            Refuse => "✗",
            _ => "=",
        };

    /// <summary>The action of a change.</summary>
    public static string Of(EniChangeKind kind) =>
        kind switch
        {
            EniChangeKind.Create => Create,
            EniChangeKind.Change => Change,
            EniChangeKind.Replace => Replace,
            _ => Remove,
        };
}

/// <summary>JSON of plans.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(PlanReport))]
internal sealed partial class PlanJson : JsonSerializerContext;
