namespace MultiEni.Controller.Ec2;

/// <summary>An access key given in code; the simulator accepts any.</summary>
/// <param name="AccessKeyId">Key.</param>
/// <param name="SecretAccessKey">Secret.</param>
internal sealed record FixedAccessKey(string AccessKeyId, string SecretAccessKey)
{
    /// <summary>The key only: a secret never reaches a log.</summary>
    public override string ToString() => AccessKeyId;
}
