using MultiEni.Api.Kubernetes;

namespace MultiEni.Controller.Planning;

/// <summary>What stands behind a node, read from its provider ID.</summary>
internal abstract record NodeIdentity
{
    /// <summary>An EC2 instance.</summary>
    /// <param name="InstanceId">Such as <c>i-0123456789abcdef0</c>.</param>
    /// <param name="Zone">The availability zone.</param>
    public sealed record Ec2(string InstanceId, string Zone) : NodeIdentity;

    /// <summary>The cloud provider has not introduced the node yet; it will.</summary>
    public sealed record Unknown : NodeIdentity;

    /// <summary>
    /// An EC2 instance of which nothing tells the zone: the provider ID leaves it out and the cloud
    /// provider has not labelled the node yet.
    /// </summary>
    /// <param name="ProviderId">What the node says it is.</param>
    public sealed record WithoutZone(string ProviderId) : NodeIdentity;

    /// <summary>
    /// Not an EC2 instance as far as its provider ID tells: Fargate, hybrid, another cloud, a
    /// distribution's own form.
    /// </summary>
    /// <param name="ProviderId">What the node says it is.</param>
    public sealed record NotEc2(string ProviderId) : NodeIdentity;

    /// <summary>The label that carries the zone.</summary>
    public const string ZoneLabel = "topology.kubernetes.io/zone";

    /// <summary>The label that carries the instance type.</summary>
    public const string InstanceTypeLabel = "node.kubernetes.io/instance-type";

    /// <summary>
    /// Reads the forms that the AWS cloud provider takes: <c>aws:///ZONE/INSTANCE</c>,
    /// <c>aws:///INSTANCE</c> and the bare instance ID
    /// (https://github.com/kubernetes/cloud-provider-aws, <c>MapToAWSInstanceID</c>). Fargate's
    /// form has a third part and hybrid nodes have another scheme; taking their last path element
    /// for an instance would create ENIs that can never be attached.
    /// </summary>
    public static NodeIdentity Of(Node node)
    {
        var providerId = node.Spec.ProviderID;
        if (string.IsNullOrEmpty(providerId))
        {
            return new Unknown();
        }

        const string scheme = "aws://";
        string[] parts = [providerId];
        if (providerId.StartsWith(scheme, StringComparison.Ordinal))
        {
            // What comes before the first slash is the URL's host, which the cloud provider does
            // not look at.
            var path = providerId.AsSpan(scheme.Length);
            var slash = path.IndexOf('/');
            parts = slash < 0 ? [] : path[slash..].ToString().Trim('/').Split('/');
        }

        if (parts.Length is not (1 or 2) || !IsInstanceId(parts[^1]))
        {
            return new NotEc2(providerId);
        }

        var zone = node.Metadata.Label(ZoneLabel) ?? (parts.Length == 2 ? parts[0] : "");
        return zone.Length == 0 ? new WithoutZone(providerId) : new Ec2(parts[^1], zone);
    }

    private static bool IsInstanceId(string text) =>
        text.StartsWith("i-", StringComparison.Ordinal) && text.Length > 2 && text.AsSpan(2).IndexOfAnyExcept(HexDigits) < 0;

    private static readonly System.Buffers.SearchValues<char> HexDigits = System.Buffers.SearchValues.Create("0123456789abcdef");
}
