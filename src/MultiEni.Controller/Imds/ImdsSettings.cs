namespace MultiEni.Controller.Imds;

/// <summary>Whether and where the hop limit of instance metadata is raised.</summary>
internal sealed record ImdsSettings
{
    /// <summary>Off unless asked for (<c>IMDS_AUTO_CONFIGURE_HOP_LIMIT</c>).</summary>
    public bool AutoConfigure { get; init; }

    /// <summary>The wanted limit (<c>IMDS_HOP_LIMIT</c>); pods that are not on the host's network need 2.</summary>
    public int HopLimit { get; init; } = 2;

    /// <summary>Also the instances of nodes that NodeENIs select (<c>IMDS_AGGRESSIVE_CONFIGURATION</c>); otherwise only the controller's own.</summary>
    public bool OnSelectedNodes { get; init; }

    /// <summary>The node that the controller runs on (<c>NODE_NAME</c>).</summary>
    public string NodeName { get; init; } = "";

    /// <summary>The instance that it runs on, where it is known without the node (<c>EC2_INSTANCE_ID</c>).</summary>
    public string InstanceId { get; init; } = "";
}
