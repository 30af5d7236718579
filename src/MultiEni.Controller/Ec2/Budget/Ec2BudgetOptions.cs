using static MultiEni.Controller.Ec2.Ec2Actions;

namespace MultiEni.Controller.Ec2.Budget;

/// <summary>How much of the account's request quotas the controller may use.</summary>
internal sealed record Ec2BudgetOptions
{
    /// <summary>
    /// Multiplies every bucket, for accounts with raised quotas (`--ec2-rate-profile`); above 0.
    /// </summary>
    public double RateProfile { get; init; } = 1.0;

    /// <summary>
    /// Share of refill and burst to begin with; without throttles it rises to 1
    /// (docs/reference/ec2.md#rate-budget).
    /// </summary>
    public double SafetyShare { get; init; } = 0.8;

    /// <summary>
    /// Share of the burst to begin with: a new leader does not know what its predecessor left
    /// (docs/reference/ec2.md#rate-budget). Accepted calls set the rest free.
    /// </summary>
    public double InitialBurst { get; init; } = 0.2;

    /// <summary>Throws when a value makes no sense, with its name and what is allowed.</summary>
    public Ec2BudgetOptions Validated()
    {
        Check(RateProfile is > 0 and <= 100, nameof(RateProfile), RateProfile, "above 0 and at most 100");
        Check(SafetyShare is > 0 and <= 1, nameof(SafetyShare), SafetyShare, "above 0 and at most 1");
        Check(InitialBurst is >= 0 and <= 1, nameof(InitialBurst), InitialBurst, "between 0 and 1");
        return this;
    }

    private static void Check(bool valid, string name, double value, string allowed)
    {
        if (!valid)
        {
            throw new ArgumentOutOfRangeException(name, value, $"{name} must be {allowed}");
        }
    }
}

/// <summary>
/// Default quotas of an account in a region (docs/reference/ec2.md#request-tokens).
/// </summary>
internal static class ApiRates
{
    /// <summary>
    /// The class that APIs without an entry of their own are in, and the pool that some accounts
    /// share.
    /// </summary>
    public static ApiRate DefaultMutating { get; } = new(50, 5, Mutating: true);

    private static readonly ApiRate Describe = new(100, 20, Mutating: false);
    private static readonly ApiRate Interface = new(100, 5, Mutating: true);
    private static readonly ApiRate Tagging = new(100, 10, Mutating: true);

    /// <summary>
    /// Quota of one API. All our describes are filtered and paged, which is the larger class.
    /// </summary>
    public static ApiRate Of(string api)
    {
        return api switch
        {
            CreateNetworkInterface
            or DeleteNetworkInterface
            or ModifyNetworkInterfaceAttribute
            or AssignPrivateIpAddresses
            or UnassignPrivateIpAddresses
            or AssignIpv6Addresses => Interface,
            CreateTags or DeleteTags => Tagging,
            _ => api.StartsWith("Describe", StringComparison.Ordinal) ? Describe : DefaultMutating,
        };
    }
}

/// <summary>The account's token bucket of one API.</summary>
/// <param name="Burst">Tokens of a full bucket.</param>
/// <param name="PerSecond">Refill.</param>
/// <param name="Mutating">
/// Whether the API changes something; some accounts share one pool among those
/// (docs/reference/ec2.md#request-tokens).
/// </param>
internal readonly record struct ApiRate(double Burst, double PerSecond, bool Mutating);
