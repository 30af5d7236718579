namespace MultiEni.Reliability.Lab;

/// <summary>
/// One call of a process, to EC2 or to the Kubernetes API, or a write of an ENI manager to its
/// node.
/// </summary>
/// <param name="By">Who makes it.</param>
/// <param name="Name">
/// What is called, such as <c>AttachNetworkInterface</c> or <c>patch eniattachments/status</c>.
/// </param>
/// <param name="IsEc2">Whether it goes to EC2.</param>
/// <param name="IsWrite">Whether it can change something.</param>
/// <param name="Target">The object or ENI that it names, for messages.</param>
/// <param name="ReceivedAt">
/// When it arrived, which is before the server has thought about it.
/// </param>
/// <param name="InstanceId">The instance that it names, or an empty text.</param>
internal sealed record LabCall(ProcessRun By, string Name, bool IsEc2, bool IsWrite, string Target, DateTimeOffset ReceivedAt, string InstanceId = "")
{
    /// <summary>Whether an ENI manager makes it, which needs no lease.</summary>
    public bool IsByManager => Name.StartsWith(ByManager, StringComparison.Ordinal);

    /// <summary>
    /// Whether it is a write of an ENI manager to its own node, to which there is no answer that
    /// could be lost.
    /// </summary>
    public bool IsOnNode { get; init; }

    /// <summary>With this begin the names of an ENI manager's calls.</summary>
    public const string ByManager = "manager: ";

    /// <summary>Whether it is about the lease, which candidates write that do not lead.</summary>
    public bool IsLease => !IsEc2 && Name.Contains("leases", StringComparison.Ordinal);
}
