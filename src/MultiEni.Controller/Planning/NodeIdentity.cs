using MultiEni.Api.Kubernetes;

namespace MultiEni.Controller.Planning;

/// <summary>What stands behind a node, read from its provider ID.</summary>
public abstract record NodeIdentity
{
    /// <summary>An EC2 instance.</summary>
    /// <param name="InstanceId">Such as <c>i-0123456789abcdef0</c>.</param>
    /// <param name="Zone">The availability zone.</param>
    public sealed record Ec2(string InstanceId, string Zone) : NodeIdentity;

    /// <summary>The cloud provider has not introduced the node yet; it will.</summary>
    public sealed record Unknown : NodeIdentity;

    /// <summary>Not an EC2 instance and never going to be one: Fargate, hybrid, another cloud.</summary>
    /// <param name="ProviderId">What the node says it is.</param>
    public sealed record NotEc2(string ProviderId) : NodeIdentity;

    /// <summary>The label that carries the zone.</summary>
    public const string ZoneLabel = "topology.kubernetes.io/zone";

    /// <summary>The label that carries the instance type.</summary>
    public const string InstanceTypeLabel = "node.kubernetes.io/instance-type";

    /// <summary>
    /// Reads <c>aws:///ZONE/INSTANCE</c>. Fargate's form has a third part and hybrid nodes have another scheme; taking their last path
    /// element for an instance would create ENIs that can never be attached.
    /// </summary>
    public static NodeIdentity Of(Node node)
    {
        ArgumentNullException.ThrowIfNull(node);
        var providerId = node.Spec.ProviderID;
        if (string.IsNullOrEmpty(providerId))
        {
            return new Unknown();
        }

        const string scheme = "aws:///";
        if (!providerId.StartsWith(scheme, StringComparison.Ordinal))
        {
            return new NotEc2(providerId);
        }

        var parts = providerId[scheme.Length..].Split('/');
        if (parts.Length != 2 || !IsInstanceId(parts[1]))
        {
            return new NotEc2(providerId);
        }

        var zone = node.Metadata.Label(ZoneLabel) ?? parts[0];
        return zone.Length == 0 ? new Unknown() : new Ec2(parts[1], zone);
    }

    private static bool IsInstanceId(string text) =>
        text.StartsWith("i-", StringComparison.Ordinal) && text.Length > 2 && text.AsSpan(2).IndexOfAnyExcept(HexDigits) < 0;

    private static readonly System.Buffers.SearchValues<char> HexDigits = System.Buffers.SearchValues.Create("0123456789abcdef");
}
