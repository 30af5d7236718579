namespace MultiEni.Controller.Ec2.Budget;

/// <summary>Spends the account's request tokens: every call waits here, in order of priority, before it is sent [ec2 M].</summary>
public sealed class Ec2Budget : IDisposable
{
    /// <summary>Begins with the buckets as <paramref name="options"/> say.</summary>
    public Ec2Budget(Ec2BudgetOptions options, Ec2Metrics metrics, TimeProvider time) { }

    /// <summary>Waits for a token of the API's bucket; a cancelled wait takes none.</summary>
    public ValueTask AcquireAsync(
        string api,
        CallPriority priority,
        CancellationToken cancellationToken
    ) => throw new NotSupportedException("follows");

    /// <summary>EC2 refused a call of this API for its rate.</summary>
    public void ReportThrottle(string api) => throw new NotSupportedException("follows");

    /// <inheritdoc/>
    public void Dispose() { }
}
