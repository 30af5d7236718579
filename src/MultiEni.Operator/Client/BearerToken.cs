namespace MultiEni.Operator.Client;

/// <summary>A token and until when it need not be fetched again.</summary>
/// <param name="Value">Secret.</param>
/// <param name="GoodUntil">Then it is fetched again.</param>
internal sealed record BearerToken(string Value, DateTimeOffset GoodUntil)
{
    /// <inheritdoc />
    public override string ToString() => "token (hidden)";
}
