namespace MultiEni.Api;

/// <summary>Names that are part of the user-visible interface and must not change.</summary>
public static class Names
{
    /// <summary>API group of both resources.</summary>
    public const string Group = "networking.k8s.aws";

    /// <summary>API version of both resources.</summary>
    public const string Version = "v1alpha1";

    /// <summary>Group and version, as in apiVersion.</summary>
    public const string ApiVersion = $"{Group}/{Version}";

    /// <summary>Kind of the user's resource.</summary>
    public const string NodeEniKind = "NodeENI";

    /// <summary>Kind of the machine-written resource.</summary>
    public const string EniAttachmentKind = "ENIAttachment";

    /// <summary>Plural of the user's resource.</summary>
    public const string NodeEniPlural = "nodeenis";

    /// <summary>Plural of the machine-written resource.</summary>
    public const string EniAttachmentPlural = "eniattachments";

    /// <summary>Finalizer that keeps a NodeENI until all of its attachments are deleted.</summary>
    public const string NodeEniFinalizer = "nodeeni.networking.k8s.aws/finalizer";

    /// <summary>
    /// Finalizer that keeps an attachment until the ENI manager has released the device.
    /// </summary>
    public const string DeviceFinalizer = "networking.k8s.aws/device";

    /// <summary>
    /// Finalizer that keeps an attachment until the controller has deleted the ENI.
    /// </summary>
    public const string EniFinalizer = "networking.k8s.aws/eni";

    /// <summary>
    /// Label of an attachment: the name of its NodeENI, or its hash if it exceeds the length of a
    /// label value.
    /// </summary>
    public const string NodeEniLabel = "networking.k8s.aws/nodeeni";

    /// <summary>
    /// Label of an attachment: the name of its node, or its hash if it exceeds the length of a
    /// label value.
    /// </summary>
    public const string NodeLabel = "networking.k8s.aws/node";

    /// <summary>Label of an attachment: its instance ID.</summary>
    public const string InstanceLabel = "networking.k8s.aws/instance-id";

    /// <summary>
    /// Annotation of an attachment: the NodeENI's device index from which its own was derived.
    /// </summary>
    public const string DeviceIndexBase = "networking.k8s.aws/device-index-base";

    /// <summary>
    /// Taint that the controller removes from a node once all its ENIs are ready.
    /// </summary>
    public const string StartupTaint = "networking.k8s.aws/eni-not-ready";

    /// <summary>Namespace of both programs.</summary>
    public const string Namespace = "eni-controller-system";

    /// <summary>Field manager of the controller.</summary>
    public const string Controller = "eni-controller";

    /// <summary>Field manager of the ENI manager.</summary>
    public const string Manager = "eni-manager";

    /// <summary>The Lease for leader election of the controller.</summary>
    public const string LeaderElectionLease = "nodeeni-controller-leader-election";

    /// <summary>Prefix of generated resource names, followed by the device index.</summary>
    public const string DefaultResourceName = "intel.com/intel_sriov_netdevice_";

    /// <summary>
    /// A label value of at most 63 characters for a name of any length: the name itself, or a hash
    /// of it.
    /// </summary>
    public static string LabelValue(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name.Length <= 63
            ? name
            : Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(name)).AsSpan(0, 16));
    }
}
